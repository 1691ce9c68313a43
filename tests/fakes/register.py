"""A register in memory."""

from collections.abc import Sequence

from mdm_sync.core.model import School
from mdm_sync.errors import SettingsError


class FakeRegister:
    """Satisfies ``mdm_sync.ports.Register``.

    Attributes:
        entries: the schools in any order; may be changed between two looks.
        problems: what is wrong with it; it cannot be read then.
    """

    def __init__(self, entries: Sequence[School] = ()) -> None:
        self.entries = list(entries)
        self.problems: list[str] = []

    def schools(self) -> tuple[School, ...]:
        if self.problems:
            raise SettingsError("\n".join(self.problems))
        return tuple(sorted(self.entries, key=lambda school: school.number))
