"""One cycle: read, stage, accept, match, judge, brake, commit. Delivery comes after, from the outbox.

An incomplete read never becomes a conclusion: it is refused, the last complete snapshot stays in force, and the
cycle goes on with it. A conclusion too large to be true is kept back for a person to look at, and the cycle goes on
without it. The store is touched in short transactions: one for each accepted read, one for the commit.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from mdm_sync.core.brakes import Hold, HoldState
from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import School, Stage
from mdm_sync.core.plan import fingerprint
from mdm_sync.equipment import Equipment, SourceOutcome
from mdm_sync.errors import SettingsError
from mdm_sync.judging import Judging, everything_judged, looks_of
from mdm_sync.leaving import Leaving, commit_of
from mdm_sync.ports import NewEntry, OpenFinding
from mdm_sync.reading import FleetReading, read_sources, swept_within
from mdm_sync.restraint import conclude
from mdm_sync.sparing import nothing_spared, spared

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleResult:
    """What a cycle did and how things stand after it.

    Attributes:
        transitions: the steps that were taken.
        held: the steps that brakes kept back.
        holds: the holds that are not closed.
        exceptions_over: titles of the standing exceptions that have ended or cover nothing any more; None: not all
            schools were judged.
        fingerprint: of all that was concluded; a dry run of the same reads has the same.
    """

    started: datetime
    finished: datetime
    sources: tuple[SourceOutcome, ...]
    transitions: tuple[Transition, ...]
    held: tuple[Transition, ...]
    holds: tuple[Hold, ...]
    findings: tuple[OpenFinding, ...]
    entries: tuple[NewEntry, ...]
    exceptions_over: tuple[str, ...] | None
    fingerprint: str

    @property
    def incomplete(self) -> bool:
        """Whether some source was not read."""
        return any(source.error for source in self.sources)

    @property
    def waits(self) -> bool:
        """Whether a hold waits for a person."""
        return any(hold.state is HoldState.OPEN for hold in self.holds)

    def count(self, kind: TransitionKind) -> int:
        """How many findings took this step."""
        return sum(step.kind is kind for step in self.transitions)


class Reads(Enum):
    """Which sources a cycle reads; it judges all schools of its scope in any case."""

    ALL = "all"
    FLEET = "fleet"
    DIRECTORIES = "directories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a cycle looks at.

    Attributes:
        only: numbers of the schools to read and judge; empty for all.
        offline: read nothing, judge what is stored.
        reads: which sources are read.
        full: a sweep of Jamf Pro even where a read of what changed would do, and a look at every school even where
            nothing changed.
        changes_within: for how long after a sweep a read of what changed does; zero for never.
    """

    only: Collection[str] = ()
    offline: bool = False
    reads: Reads = Reads.ALL
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
    log.debug("cycle: reading")
    chosen = _chosen(schools, scope.only)
    asked = () if scope.reads is Reads.FLEET else chosen
    sources = () if scope.offline else tuple(read_sources(equipment, asked, _fleet_reading(equipment, scope)))
    log.debug("cycle: judging")
    judging = Judging.of(equipment, schools, chosen)
    sparing = nothing_spared(judging) if scope.only or scope.full else spared(judging)
    judged = tuple(everything_judged(judging, sparing, partly=bool(scope.only)))
    conclusion = conclude(equipment, judging, judged, sources, whole=not scope.only)
    looks = None if scope.only else looks_of(judging, sparing, judged)
    leaving = Leaving(equipment, schools, started)
    finished = equipment.clock()
    log.debug("cycle: committing")
    equipment.state.commit(commit_of(started, finished, conclusion, leaving, looks))
    result = CycleResult(
        started=started,
        finished=finished,
        sources=sources,
        transitions=conclusion.steps,
        held=conclusion.held,
        holds=tuple(equipment.state.snapshot.holds().values()),
        findings=tuple(equipment.state.inquiry.open_findings(schools)),
        entries=leaving.composed,
        exceptions_over=conclusion.exceptions_over,
        fingerprint=fingerprint(conclusion.steps, conclusion.holds, [entry.kind for entry in leaving.composed]),
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
    if scope.reads is Reads.DIRECTORIES:
        return FleetReading.NOTHING
    limit = equipment.conditions(equipment.clock()).fleet_limit
    if scope.full:
        return FleetReading.SWEEP
    if scope.only and swept_within(equipment, limit):
        return FleetReading.NOTHING
    return FleetReading.CHANGES if swept_within(equipment, scope.changes_within) else FleetReading.SWEEP


def _log(result: CycleResult) -> None:
    log.info(
        "cycle done in %.1f s: %d sources read, %d not; findings: %d new, %d reopened, %d resolved, %d held, %d open",
        (result.finished - result.started).total_seconds(),
        sum(not source.error for source in result.sources),
        sum(bool(source.error) for source in result.sources),
        result.count(TransitionKind.OPENED),
        result.count(TransitionKind.REOPENED),
        result.count(TransitionKind.RESOLVED),
        len(result.held),
        len(result.findings),
    )
