"""A register in memory."""

from collections.abc import Sequence
from pathlib import Path

from mdm_sync.core.model import School, Stage
from mdm_sync.core.register_plan import FieldChange, RegisterPlan
from mdm_sync.errors import SettingsError
from mdm_sync.ports import RegisterCheck, RegisterNote
from tests.replacing import replace


class FakeRegister:
    """Satisfies ``mdm_sync.ports.Register``.

    Attributes:
        entries: the schools in any order; may be changed between two looks; None: there is no register yet.
        problems: what is wrong with it; it cannot be read then.
        before: what it held before the last update.
    """

    def __init__(self, entries: Sequence[School] | None = ()) -> None:
        self.entries = None if entries is None else list(entries)
        self.problems: list[RegisterNote] = []
        self.before: list[School] | None = None

    def schools(self) -> tuple[School, ...]:
        if self.entries is None:
            raise SettingsError("no register")
        if self.problems:
            raise SettingsError("\n".join(map(str, self.problems)))
        return tuple(sorted(self.entries, key=lambda school: school.number))

    def known(self) -> tuple[School, ...]:
        return () if self.entries is None else self.schools()

    def check(self) -> RegisterCheck:
        if self.entries is None:
            raise SettingsError("no register")
        return RegisterCheck(schools=len(self.entries), problems=tuple(self.problems))

    def update(self, plan: RegisterPlan) -> Path | None:
        there = {school.number: school for school in self.known()}
        for change in plan.changed:
            school = there.get(change.school)
            if school is None or getattr(school, change.field) != change.old:
                raise SettingsError("changed meanwhile")
            there[change.school] = _with(school, change)
        if any(new.number in there for new in plan.added):
            raise SettingsError("changed meanwhile")
        added = [
            School(number=new.number, name=new.name, form=new.form, stage=Stage.NOT_CONNECTED) for new in plan.added
        ]
        self.before, self.entries = self.entries, [*there.values(), *added]
        return None if self.before is None else Path("before")


def _with(school: School, change: FieldChange) -> School:
    return replace(school, name=change.new) if change.field == "name" else replace(school, form=change.new)
