"""One cycle: read, stage, accept, match, judge, commit. Delivery comes after, from the outbox.

An incomplete read never becomes a conclusion: it is refused, the last complete snapshot stays in force, and the
cycle goes on with it. The store is touched in short transactions: one for each accepted read, one for the commit.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import School, Stage
from mdm_sync.core.news import Digest, Place, may_leave, newsworthy, summary
from mdm_sync.equipment import Equipment, SourceOutcome
from mdm_sync.errors import SettingsError
from mdm_sync.judging import Judging, all_steps
from mdm_sync.ports import Commit, NewEntry, OpenFinding
from mdm_sync.reading import FleetReading, read_sources, swept_within

_DISTRICT = ""
"""The school of a finding that belongs to none; the central team is told of it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleResult:
    """What a cycle did and how things stand after it."""

    started: datetime
    finished: datetime
    sources: tuple[SourceOutcome, ...]
    transitions: tuple[Transition, ...]
    findings: tuple[OpenFinding, ...]
    entries: tuple[NewEntry, ...]

    @property
    def incomplete(self) -> bool:
        """Whether some source was not read."""
        return any(source.error for source in self.sources)

    def count(self, kind: TransitionKind) -> int:
        """How many findings took this step."""
        return sum(step.kind is kind for step in self.transitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a cycle looks at.

    Attributes:
        only: numbers of the schools to read and judge; empty for all.
        offline: read nothing, judge what is stored.
        full: a sweep of Jamf Pro even where a read of what changed would do.
        changes_within: for how long after a sweep a read of what changed does; zero for never.
    """

    only: Collection[str] = ()
    offline: bool = False
    full: bool = False
    changes_within: timedelta = timedelta(0)


EVERYTHING = Scope()


def run_cycle(equipment: Equipment, schools: Sequence[School], scope: Scope = EVERYTHING) -> CycleResult:
    """Run one cycle over the schools of the register.

    Raises:
        SettingsError: ``scope`` names a school that is not in the register.
        TemporaryError: the store could not be written; it is as it was before.
    """
    started = equipment.clock()
    chosen = _chosen(schools, scope.only)
    sources = () if scope.offline else tuple(read_sources(equipment, chosen, _fleet_reading(equipment, scope)))
    steps = tuple(all_steps(Judging.of(equipment, schools, chosen), partly=bool(scope.only)))
    entries = _Entries(equipment, schools, steps)
    finished = equipment.clock()
    equipment.state.commit(Commit(started=started, finished=finished, transitions=steps, entries=entries.compose))
    result = CycleResult(
        started=started,
        finished=finished,
        sources=sources,
        transitions=steps,
        findings=tuple(equipment.state.inquiry.open_findings(schools)),
        entries=entries.composed,
    )
    _log(result)
    return result


def _chosen(schools: Sequence[School], only: Collection[str]) -> tuple[School, ...]:
    if unknown := sorted(set(only) - {school.number for school in schools}):
        raise SettingsError(f"The register has no school {', '.join(unknown)}.")
    connected = (school for school in schools if school.stage is not Stage.NOT_CONNECTED)
    return tuple(school for school in connected if not only or school.number in only)


def _fleet_reading(equipment: Equipment, scope: Scope) -> FleetReading:
    """Some schools only are judged by the stored devices, unless these are too old to conclude anything from."""
    limit = equipment.conditions(equipment.clock()).fleet_limit
    if scope.full:
        return FleetReading.SWEEP
    if scope.only and swept_within(equipment, limit):
        return FleetReading.NOTHING
    return FleetReading.CHANGES if swept_within(equipment, scope.changes_within) else FleetReading.SWEEP


class _Entries:
    """What goes into the outbox, composed inside the commit's transaction from the state that it leaves."""

    def __init__(self, equipment: Equipment, schools: Sequence[School], steps: Sequence[Transition]) -> None:
        self._equipment = equipment
        self._schools = schools
        self._steps = steps
        self.composed: tuple[NewEntry, ...] = ()

    def compose(self) -> Sequence[NewEntry]:
        """The digest where there is news, the summary where it differs from the last one."""
        counts = self._equipment.state.snapshot.open_counts()
        self.composed = (*self._digests(counts), *self._summaries(counts))
        return self.composed

    def _digests(self, counts: Mapping[str, Mapping[str, int]]) -> Sequence[NewEntry]:
        live = may_leave(self._schools) | {_DISTRICT}
        told = (step for step in self._steps if not self._equipment.rules.is_observed(step.finding))
        news = newsworthy(told, live)
        if not news or self._equipment.digests is None:
            return ()
        return self._equipment.digests.digest(_digest(news, self._schools, _by_rule(counts, live)))

    def _summaries(self, counts: Mapping[str, Mapping[str, int]]) -> Sequence[NewEntry]:
        if self._equipment.summaries is None:
            return ()
        snapshot = self._equipment.state.snapshot
        totals = snapshot.totals(self._schools, counts)
        facts = summary(totals, snapshot.sources(), snapshot.unplaced_devices(self._schools))
        entry = self._equipment.summaries.summary(facts)
        return () if entry.content == self._equipment.state.outbox.last_content(entry.kind) else (entry,)


def _digest(news: Sequence[Transition], schools: Sequence[School], still_open: Mapping[str, int]) -> Digest:
    names = {school.number: school.name for school in schools}

    def places(kind: TransitionKind) -> tuple[Place, ...]:
        return tuple(
            Place(finding=step.finding, school_name=names.get(step.finding.school, ""))
            for step in news
            if step.kind is kind
        )

    return Digest(
        opened=places(TransitionKind.OPENED),
        reopened=places(TransitionKind.REOPENED),
        resolved=places(TransitionKind.RESOLVED),
        still_open=still_open,
    )


def _by_rule(counts: Mapping[str, Mapping[str, int]], schools: Collection[str]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for school, rules in sorted(counts.items()):
        for rule, number in rules.items() if school in schools else ():
            totals[rule] = totals.get(rule, 0) + number
    return dict(sorted(totals.items()))


def _log(result: CycleResult) -> None:
    log.info(
        "cycle done in %.1f s: %d sources read, %d not; findings: %d opened, %d reopened, %d resolved, %d open",
        (result.finished - result.started).total_seconds(),
        sum(not source.error for source in result.sources),
        sum(bool(source.error) for source in result.sources),
        result.count(TransitionKind.OPENED),
        result.count(TransitionKind.REOPENED),
        result.count(TransitionKind.RESOLVED),
        len(result.findings),
    )
