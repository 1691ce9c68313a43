"""What goes into the outbox after a cycle, composed inside the commit's transaction from the state that it leaves."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from mdm_sync.core.brakes import Hold
from mdm_sync.core.model import School
from mdm_sync.core.news import HeldBack, digest_of, may_leave, newsworthy, summary
from mdm_sync.equipment import Equipment
from mdm_sync.ports import Commit, NewEntry
from mdm_sync.restraint import Conclusion

_DISTRICT = ""
"""The school of what belongs to none; the central team is told of it."""


class Leaving:
    """Composes what leaves the house and keeps what it composed."""

    def __init__(self, equipment: Equipment, schools: Sequence[School], conclusion: Conclusion) -> None:
        self._equipment = equipment
        self._schools = schools
        self._conclusion = conclusion
        self._live = may_leave(schools) | {_DISTRICT}
        self.composed: tuple[NewEntry, ...] = ()

    def compose(self) -> Sequence[NewEntry]:
        """What a brake kept back, the digest where there is news, the summary where it differs from the last one."""
        counts = self._equipment.state.snapshot.open_counts()
        self.composed = (*self._holds(), *self._digests(counts), *self._summaries(counts))
        return self.composed

    def _holds(self) -> Sequence[NewEntry]:
        told = [hold for hold in self._conclusion.told if self._may_be_told(hold)]
        if not told or self._equipment.digests is None:
            return ()
        names = {school.number: school.name for school in self._schools}
        return self._equipment.digests.holds(
            [HeldBack(hold=hold, school_name=names.get(hold.school, "")) for hold in told]
        )

    def _may_be_told(self, hold: Hold) -> bool:
        return hold.school in self._live and not self._equipment.rules.is_observed(hold.rule, hold.school)

    def _digests(self, counts: Mapping[str, Mapping[str, int]]) -> Sequence[NewEntry]:
        rules = self._equipment.rules
        steps = (
            step for step in self._conclusion.steps if not rules.is_observed(step.finding.rule, step.finding.school)
        )
        news = newsworthy(steps, self._live)
        if not news or self._equipment.digests is None:
            return ()
        return self._equipment.digests.digest(digest_of(news, self._schools, _by_rule(counts, self._live)))

    def _summaries(self, counts: Mapping[str, Mapping[str, int]]) -> Sequence[NewEntry]:
        if self._equipment.summaries is None:
            return ()
        snapshot = self._equipment.state.snapshot
        totals = snapshot.totals(self._schools, counts)
        facts = summary(totals, snapshot.sources(), snapshot.unplaced_devices(self._schools))
        entry = self._equipment.summaries.summary(facts)
        return () if entry.content == self._equipment.state.outbox.last_content(entry.kind) else (entry,)


def _by_rule(counts: Mapping[str, Mapping[str, int]], schools: Collection[str]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for school, rules in sorted(counts.items()):
        for rule, number in rules.items() if school in schools else ():
            totals[rule] = totals.get(rule, 0) + number
    return dict(sorted(totals.items()))


def commit_of(started: datetime, finished: datetime, conclusion: Conclusion, leaving: Leaving) -> Commit:
    """What is to be written of a conclusion, with what leaves the house because of it."""
    return Commit(
        started=started,
        finished=finished,
        transitions=conclusion.steps,
        holds=conclusion.holds,
        judged=conclusion.judged,
        switched_off=conclusion.switched_off,
        idle_exceptions=conclusion.exceptions_over,
        entries=leaving.compose,
    )
