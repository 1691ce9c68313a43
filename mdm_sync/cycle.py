"""One cycle: read, stage, accept, match, judge, commit. Delivery comes after, from the outbox.

An incomplete read never becomes a conclusion: it is refused, the last complete snapshot stays in force, and the
cycle goes on with it. The store is touched in short transactions: one for each accepted read, one for the commit.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mdm_sync.core import completeness
from mdm_sync.core.lifecycle import Transition, TransitionKind, transitions, vanished
from mdm_sync.core.matching import Candidates, PersonIndex, match
from mdm_sync.core.model import School, SchoolView, Stage
from mdm_sync.core.news import Digest, Place, may_leave, newsworthy, summary
from mdm_sync.core.rules import Rule, judge
from mdm_sync.errors import MdmSyncError, SettingsError
from mdm_sync.ports import (
    Changes,
    Clock,
    Commit,
    DigestComposer,
    Directories,
    DirectoryFailure,
    DirectoryRead,
    Fleet,
    NewEntry,
    OpenFinding,
    Progress,
    State,
    SummaryComposer,
)

FLEET = "jamf"
FLEET_FRESH = timedelta(hours=24)
"""A cycle for some schools only takes the devices from the store while the last sweep is younger than this."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What a cycle works with. Without a composer nothing is put into the outbox for its channel."""

    fleet: Fleet
    directories: Directories
    state: State
    rules: Sequence[Rule]
    digests: DigestComposer | None
    summaries: SummaryComposer | None
    clock: Clock
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOutcome:
    """What became of one source in this cycle: what changed, or why its last snapshot stays in force."""

    name: str
    school: str | None = None
    rows: int = 0
    changes: Changes = field(default_factory=Changes)
    unreadable: int = 0
    error: str | None = None


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


def run_cycle(
    equipment: Equipment, schools: Sequence[School], *, only: Collection[str] = (), offline: bool = False
) -> CycleResult:
    """Run one cycle.

    Args:
        equipment: what the cycle works with.
        schools: the register.
        only: numbers of the schools to read and judge; empty for all.
        offline: read nothing, judge what is stored.

    Raises:
        SettingsError: ``only`` names a school that is not in the register.
        TemporaryError: the store could not be written; it is as it was before.
    """
    started = equipment.clock()
    chosen = _chosen(schools, only)
    sources = () if offline else tuple(_read(equipment, chosen, partly=bool(only)))
    steps = tuple(_judge(equipment, schools, chosen, partly=bool(only)))
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


def _read(equipment: Equipment, chosen: Sequence[School], *, partly: bool) -> Iterator[SourceOutcome]:
    if not (partly and _fleet_is_fresh(equipment)):
        yield _read_fleet(equipment)
    yield from _read_directories(equipment, chosen)


def _fleet_is_fresh(equipment: Equipment) -> bool:
    stored = next((source for source in equipment.state.snapshot.sources() if source.name == FLEET), None)
    return bool(stored and stored.complete_at and equipment.clock() - stored.complete_at < FLEET_FRESH)


def _read_fleet(equipment: Equipment) -> SourceOutcome:
    staging = equipment.state.staging
    staging.clear_fleet()
    try:
        read = equipment.fleet.sweep(staging.stage_devices, equipment.progress)
    except MdmSyncError as error:
        return _refused(equipment, FLEET, None, str(error))
    distinct = staging.staged_devices()
    if refusal := completeness.refuse_fleet(read.proof, distinct=distinct, previous=staging.fleet_proof()):
        return _refused(equipment, FLEET, None, f"The read is not complete: {refusal}.")
    changes = staging.accept_fleet(read, equipment.clock())
    return SourceOutcome(name=FLEET, rows=distinct, changes=changes, unreadable=len(read.proof.unreadable))


def _read_directories(equipment: Equipment, chosen: Sequence[School]) -> Iterator[SourceOutcome]:
    equipment.progress("schools", 0, len(chosen))
    for number, answer in enumerate(equipment.directories.read(chosen), start=1):
        equipment.progress("schools", number, len(chosen))
        yield _accept_directory(equipment, answer)


def _accept_directory(equipment: Equipment, answer: DirectoryRead | DirectoryFailure) -> SourceOutcome:
    school = answer.school
    if isinstance(answer, DirectoryFailure):
        return _refused(equipment, school.source, school.number, answer.error)
    staging = equipment.state.staging
    if refusal := completeness.refuse_directory(answer.proof, previous=staging.directory_proof(school)):
        return _refused(equipment, school.source, school.number, f"The read is not complete: {refusal}.")
    changes = staging.accept_directory(answer, equipment.clock())
    return SourceOutcome(
        name=school.source,
        school=school.number,
        rows=len(answer.persons),
        changes=changes,
        unreadable=len(answer.proof.unreadable),
    )


def _refused(equipment: Equipment, source: str, school: str | None, error: str) -> SourceOutcome:
    equipment.state.staging.refuse(source, error, equipment.clock())
    log.warning("%s was not read: %s", source, error)
    return SourceOutcome(name=source, school=school, error=error)


def _judge(
    equipment: Equipment, schools: Sequence[School], chosen: Sequence[School], *, partly: bool
) -> Iterator[Transition]:
    state = equipment.state
    read = state.snapshot.read_schools()
    unread = tuple(school for school in schools if school.number not in read)
    state.staging.clear_assignments()
    for number, school in enumerate(chosen, start=1):
        equipment.progress("judged", number, len(chosen))
        yield from _judge_school(equipment, school, unread)
    if not partly:
        yield from vanished(state.snapshot.findings_without_subject())


def _judge_school(equipment: Equipment, school: School, unread: tuple[School, ...]) -> Iterator[Transition]:
    snapshot = equipment.state.snapshot
    persons = snapshot.persons_of(school)
    candidates = Candidates(
        own=None if persons is None else PersonIndex.of(persons),
        elsewhere=snapshot.persons_elsewhere(school),
        unread=tuple(other for other in unread if other.number != school.number),
    )
    devices = snapshot.devices_of(school)
    assignments = {device.jamf_id: match(device, candidates) for device in devices}
    equipment.state.staging.stage_assignments(assignments)
    view = SchoolView(school=school, devices=devices, assignments=assignments)
    yield from transitions(snapshot.findings_of(school), judge(view, equipment.rules))


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
        live = may_leave(self._schools)
        news = newsworthy(self._steps, live)
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
