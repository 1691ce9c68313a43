"""What people ask the state, what they decide, and what was when."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from mdm_sync.core.brakes import Hold
from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.model import Assignment, Device, Person, School, Severity
from mdm_sync.core.news import Place
from mdm_sync.core.views import Source
from mdm_sync.core.year_facts import LockTime, RuleSteps


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody looks after a finding until a day, that day included.

    Attributes:
        who: user of the system.
    """

    until: date
    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChoice:
    """Which open findings are meant: those that fit all that is named.

    Attributes:
        numbers: as lists show them.
        device: serial number.
    """

    numbers: tuple[int, ...] = ()
    rule: str = ""
    school: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingStep:
    """One step in the life of a finding."""

    at: datetime
    kind: TransitionKind
    severity: Severity
    cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSpan:
    """Where a device stood, from when to when; ``until`` None: still.

    Attributes:
        site: name of the Jamf site; None: none.
        last_contact: of a device that vanished.
        cycle: the cycle that saw it begin.
    """

    subject: str
    site: str | None
    lost_mode: bool | None
    since: datetime
    until: datetime | None
    last_contact: datetime | None
    cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTotals:
    """The totals as the first cycle of a day counted them: a summary of all schools, as it was written."""

    day: date
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderSpan:
    """Whom a device named, from when to when; ``until`` None: still.

    Attributes:
        person: reference; "" where the person was erased.
        cycle: the cycle that saw it begin.
    """

    subject: str
    person_school: str
    person: str
    since: datetime
    until: datetime | None
    cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """An open or resolved finding as people look at it.

    Attributes:
        label: what its subject is called, where the store knows: a device's or a class's name.
        opened_at: when it opened, or last reopened.
        changed_at: its last step.
        acknowledged: who looks after it, if somebody does.
    """

    finding_id: int
    place: Place
    open: bool
    opened_at: datetime
    resolved_at: datetime | None = None
    times_reopened: int = 0
    first_seen: datetime | None = None
    changed_at: datetime | None = None
    acknowledged: Acknowledgement | None = None
    label: str = ""


class FindingOrder(StrEnum):
    """By what findings are sorted: the most severe, the newest, or the first by letter stands first."""

    SEVERITY = "severity"
    SINCE = "since"
    SCHOOL = "school"
    RULE = "rule"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingQuery:
    """Which findings are wanted; what is left out does not matter.

    Attributes:
        schools: of one of these Schulnummern; "" are those of the district.
        rules: of one of these rules.
        at_least: at or above this severity.
        since: open, or open again, since this moment or later.
        device: about the device of this serial number, asset tag or name, in any case of letters.
        resolved: those that are no longer open as well.
        limit: the first so many; None for all.
    """

    schools: Collection[str] = ()
    rules: Collection[str] = ()
    at_least: Severity | None = None
    since: datetime | None = None
    device: str | None = None
    resolved: bool = False
    order: FindingOrder = FindingOrder.SEVERITY
    reverse: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFindings:
    """The findings that were wanted; ``total`` counts them without the limit."""

    findings: tuple[OpenFinding, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStory:
    """All that the store knows of one device.

    Attributes:
        site: name of its site; "" for none or an unknown one.
        assignment: what its user fields come to; None while it was not judged.
        missed: complete sweeps in a row that did not show it.
        findings: open and resolved ones about it, the newest first.
    """

    device: Device
    site: str
    assignment: Assignment | None
    missed: int
    findings: tuple[OpenFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxTotals:
    """What waits to leave, and what could not; ``dropped`` by hand."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    parked: int = 0
    dropped: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The store at a glance."""

    last_cycle: datetime | None
    sources: tuple[Source, ...]
    devices: int
    persons: int
    open_by_rule: Mapping[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    holds: tuple[Hold, ...] = ()
    idle_exceptions: tuple[str, ...] = ()
    outbox: OutboxTotals = field(default_factory=OutboxTotals)


class Inquiry(Protocol):
    """What people ask of the state."""

    def open_findings(self, schools: Iterable[School], *, resolved: bool = False) -> list[OpenFinding]:
        """Findings, the most severe first; with ``resolved`` those that are no longer open as well."""

    def findings(self, query: FindingQuery, schools: Iterable[School]) -> FoundFindings:
        """The findings that are wanted."""

    def finding(self, finding_id: int, schools: Iterable[School]) -> OpenFinding | None:
        """One finding by the number that lists show."""

    def devices(self, name: str, schools: Iterable[School]) -> tuple[DeviceStory, ...]:
        """The devices of this serial number, asset tag, name or Jamf id, in any case of letters; ordered by id."""

    def devices_behind(self, subject: str, schools: Iterable[School]) -> tuple[DeviceStory, ...]:
        """The devices that a finding about this subject rests on: itself, those of the person, of the serial number."""

    def serials(self) -> tuple[str, ...]:
        """The serial numbers of all devices."""

    def steps(self, finding_id: int) -> tuple[FindingStep, ...]:
        """The history of a finding, the first step first."""

    def person(self, ref: str) -> Person | None:
        """Whom a reference stands for."""

    def health(self) -> Health:
        """The store at a glance."""


class Decisions(Protocol):
    """What people decide."""

    def chosen(self, choice: FindingChoice) -> tuple[int, ...]:
        """Numbers of the open findings that fit all that is named."""

    def acknowledge(self, findings: Iterable[int], acknowledgement: Acknowledgement) -> None:
        """Somebody looks after these from now on; it takes the place of an earlier acknowledgement."""

    def unacknowledge(self, findings: Iterable[int], at: datetime) -> int:
        """Nobody looks after these any more; returns how many somebody had looked after."""

    def holds(self, *, closed: bool = False) -> tuple[Hold, ...]:
        """The holds, the latest first; with ``closed`` those that are over as well."""

    def hold(self, hold_id: int) -> Hold | None:
        """One hold by the number that lists show."""

    def decide(self, hold: Hold, at: datetime) -> None:
        """Write down what was decided about a hold."""


class History(Protocol):
    """What was when."""

    def keep_totals(self, totals: KeptTotals) -> None:
        """Keep the totals of a day, inside the commit's transaction; they take the place of earlier ones of it."""

    def totals_on(self, day: date) -> KeptTotals | None:
        """The totals of a day, or where there are none the last ones before it; None: there are none so early."""

    def totals_between(self, first: date, last: date) -> Iterator[KeptTotals]:
        """The totals of all days from the first to the last, both included, in their order."""

    def steps_between(self, since: datetime, until: datetime) -> tuple[RuleSteps, ...]:
        """How often findings of each rule took a step from a moment on and before another, by rule."""

    def lock_times(self, since: datetime, until: datetime) -> tuple[LockTime, ...]:
        """The thefts and losses that were reported from a moment on and before another, by number."""

    def ipads_at(self, when: datetime, schools: Iterable[School]) -> dict[str, int]:
        """How many iPads stood at each of these schools at a moment, by Schulnummer."""

    def holders(self, serial: str, when: datetime | None = None) -> tuple[HolderSpan, ...]:
        """Whom the device of this serial number named, the latest first; at one moment, or ever."""

    def spans(self, serial: str) -> tuple[DeviceSpan, ...]:
        """Where the device of this serial number stood, the latest first."""
