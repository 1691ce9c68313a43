"""What the program needs of the world, in its own words.

Connectors and state satisfy these protocols without knowing them by name; ``tests/contracts`` holds what each
promises beyond its types, for the real adapter and for the fake alike.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from mdm_sync.core.brakes import Hold, HoldKey
from mdm_sync.core.completeness import DirectoryProof, FleetProof, InventoryProof
from mdm_sync.core.incident_intake import Intake, KnownReports
from mdm_sync.core.incidents import Incident
from mdm_sync.core.lifecycle import StoredFinding, Transition, TransitionKind
from mdm_sync.core.lock_orders import LockOrder
from mdm_sync.core.locks import LockCommand, LockKind
from mdm_sync.core.matching import Index
from mdm_sync.core.model import Assignment, Device, Family, Key, Machine, Person, School, SchoolClass, Severity
from mdm_sync.core.news import Digest, HeldBack, Place, SchoolTotals
from mdm_sync.core.register_plan import PublishedSchool, RegisterPlan
from mdm_sync.core.views import LossCase, Moved, Privileges, Source, Twins

Clock = Callable[[], datetime]
"""The present moment, aware, in UTC."""


class Progress(Protocol):
    """Where long work tells how far it is."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` units of ``what`` ("devices", "schools") are done."""


Stage = Callable[[Sequence[Device]], None]
"""Takes device records as they come, in the calling thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRead:
    """A sweep that came to its end; whether it may be believed, the core decides.

    Attributes:
        sites: names of the Jamf sites by id.
        server_time: Jamf Pro's own clock when the sweep began; a later ``changes`` starts from there.
    """

    proof: FleetProof
    sites: Mapping[int, str]
    server_time: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetChanges:
    """What came of a read of changes; it shows what is there and never what is gone.

    Attributes:
        unfiltered: the server did not keep to what was asked: what came is true, other changes may be unseen.
        server_time: as in FleetRead; None where it did not tell, or where the next read is to start as this one did.
    """

    received: int
    unreadable: tuple[tuple[str, str], ...] = ()
    unfiltered: bool = False
    server_time: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetGreeting:
    """What a Jamf Pro says of itself in a few calls: its version, how many mobile devices and sites the client sees."""

    version: str
    devices: int
    sites: int


class Fleet(Protocol):
    """The device records at Jamf Pro.

    Each of the calls raises ``TemporaryError`` where an answer could not be had (what was staged is worth nothing then)
    and ``PermanentError`` where the client or the server's certificate is refused.
    """

    def sweep(self, stage: Stage, progress: Progress) -> FleetRead:
        """Read every mobile device and every computer; hand each page to ``stage``."""

    def changes(self, since: datetime, stage: Stage, progress: Progress) -> FleetChanges:
        """Read the mobile devices that reported since a moment of the server's clock, and all in Lost Mode."""

    def losses(self, serials: Collection[str], stage: Stage) -> FleetChanges:
        """Read the mobile devices in Lost Mode and the devices of these serial numbers.

        A few calls, however many devices there are. ``unfiltered`` and ``server_time`` say nothing for ``changes``.
        """

    def lock_commands(self, management_ids: Collection[str]) -> tuple[LockCommand, ...]:
        """The commands about Lost Mode that Jamf Pro keeps of these devices, in the order of sending."""

    def present(self, subjects: Collection[str]) -> frozenset[str]:
        """Which of these devices Jamf Pro still knows, asked for by their ids: a few calls, whatever their number."""

    def find(self, serial: str) -> tuple[Device, ...]:
        """The records of this serial number, read now; more than one where a device was enrolled anew.

        Raises:
            RecordError: one of them cannot be read.
        """

    def privileges(self) -> Privileges:
        """What the client may do beside what it needs."""

    def greeting(self) -> FleetGreeting:
        """Log in and ask for version and counts: a few calls, whatever the size of the fleet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRead:
    """A read of one school's directory that came to its end; whether it may be believed, the core decides."""

    school: School
    persons: tuple[Person, ...]
    proof: DirectoryProof
    classes: tuple[SchoolClass, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryFailure:
    """One school's directory could not be read; ``error`` says why and what to do, in words for an admin."""

    school: School
    error: str


class Directories(Protocol):
    """The persons in the schools' IServ directories."""

    def reading(self, schools: Sequence[School]) -> AbstractContextManager[Iterator[DirectoryRead | DirectoryFailure]]:
        """Start to read these schools; inside, they are answered in any order, one answer each.

        One school's trouble is that school's answer only. Leaving early gives up what is under way.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableLine:
    """A line of a file from outside that was kept aside.

    Attributes:
        line: counted from 1, in the file as an editor shows it.
        field: heading of the column that is at fault; "" where it is the whole line.
        reason: why, in words for an admin.
    """

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNote:
    """Something to be said of one line of the register."""

    line: int
    text: str

    def __str__(self) -> str:
        """As messages show it."""
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCheck:
    """What is to be said of a register: ``problems`` keep it from being read, ``warnings`` do not."""

    schools: int
    problems: tuple[RegisterNote, ...] = ()
    warnings: tuple[RegisterNote, ...] = ()


class Register(Protocol):
    """The schools of the district."""

    def schools(self) -> tuple[School, ...]:
        """All schools, ordered by number.

        Raises:
            SettingsError: the register cannot be read; all its problems at once, with line numbers.
        """

    def known(self) -> tuple[School, ...]:
        """All schools; none where there is no register yet.

        Raises:
            SettingsError: there is one and it cannot be read.
        """

    def check(self) -> RegisterCheck:
        """All that is wrong or odd, ordered by line.

        Raises:
            SettingsError: there is no register, or it is no text.
        """

    def update(self, plan: RegisterPlan) -> Path | None:
        """Take the plan's new schools and changed fields over, all of them or nothing; all else stays as it is.

        Returns:
            Where the register as it was before lies now; None where there was none.

        Raises:
            SettingsError: it cannot be read, or is no longer what the plan was made from.
            PermanentError: it cannot be written; it is as it was.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRead:
    """What a file of the state's open data holds.

    Attributes:
        authorities: entries that stand for no school; they are left out.
    """

    schools: tuple[PublishedSchool, ...]
    authorities: int = 0
    unreadable: tuple[UnreadableLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsRead:
    """The reports in an export of the schools' online form, in its order, and the lines that could not be read."""

    reports: tuple[Incident, ...]
    unreadable: tuple[UnreadableLine, ...] = ()


class IncidentForm(Protocol):
    """Exports of the schools' online form."""

    def read(self, file: Path, now: datetime) -> ReportsRead:
        """All reports of one export; a bad line, or one from the future, is kept aside and costs no other.

        Raises:
            SettingsError: the file cannot be read, or is no such export.
        """


class IncidentFolder(Protocol):
    """A folder into which exports are put."""

    def waiting(self, now: datetime) -> tuple[Path, ...]:
        """The files that are complete, by name; one that may still be written to is left alone.

        Raises:
            SettingsError: there is no such folder.
        """

    def done(self, file: Path, reasons: Sequence[str]) -> Path:
        """Put away a file that was imported, with what was kept aside of it; returns where it lies now."""

    def reject(self, file: Path, reasons: Sequence[str]) -> Path:
        """Put away a file that could not be imported, with the reasons; returns where it lies now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryRead:
    """The machines of an inventory, in its order, and the lines of it that could not be read."""

    machines: tuple[Machine, ...]
    unreadable: tuple[UnreadableLine, ...] = ()


class Inventory(Protocol):
    """The machines that Jamf Pro does not know."""

    def read(self) -> InventoryRead:
        """All of them, as they are now; a bad line is kept aside and costs no other.

        Raises:
            SettingsError: there is no inventory, or what is there is none.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What accepting a read changed in the store, in rows. ``missing`` did not come, and stay for now."""

    added: int = 0
    changed: int = 0
    missing: int = 0
    removed: int = 0

    @property
    def any(self) -> bool:
        """Whether the store now says something else than before."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Something that must leave the house. ``kind`` names the channel; ``content`` is what that channel takes."""

    kind: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """A claimed row of the outbox.

    Attributes:
        key: random and stable over all attempts: the other side recognises a double by it.
        attempts: tries before this one.
    """

    entry_id: int
    key: str
    kind: str
    content: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What a cycle concluded, to be written in one transaction.

    Attributes:
        entries: called inside the transaction, when the state already says what was concluded.
        holds: those that are new or stand otherwise than before.
        judged: school and rule of each look that could decide.
        switched_off: school and rule of what is not applied there any more.
        idle_exceptions: titles of the standing exceptions that covered nothing; None: not all schools were judged.
    """

    started: datetime
    finished: datetime
    transitions: Sequence[Transition]
    entries: Callable[[], Sequence[NewEntry]]
    holds: Sequence[Hold] = ()
    judged: Collection[tuple[str, str]] = ()
    switched_off: Collection[tuple[str, str]] = ()
    idle_exceptions: Collection[str] | None = None


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
    """What waits to leave, and what could not."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
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


class Staging(Protocol):
    """Reads are staged apart from the state, then accepted in one short transaction or dropped."""

    def clear_fleet(self) -> None:
        """Drop what is staged of an earlier read."""

    def stage_devices(self, devices: Sequence[Device]) -> None:
        """Keep these for ``accept_fleet``; the same device again replaces the earlier record."""

    def staged_devices(self, family: Family = Family.MOBILE) -> int:
        """How many different devices of a family are staged."""

    def overdue_devices(self, read: FleetRead) -> frozenset[str]:
        """Subjects that have now been missing from so many complete sweeps that only a query of their own is left."""

    def accept_fleet(self, read: FleetRead, at: datetime, *, still_there: Collection[str] = ()) -> Changes:
        """Let the staged sweep be the state.

        A device goes after two complete sweeps without it, unless ``still_there`` names it: a query of its own showed
        it. A sweep that only proves presence takes nothing away.
        """

    def accept_changes(self, read: FleetChanges, at: datetime) -> Changes:
        """Let what is staged of a read of changes update the state; it adds and changes rows and removes none."""

    def accept_records(self, at: datetime) -> Changes:
        """Let the staged records, each asked for by itself or by a loss watch, be the state of their devices.

        It says nothing of the source: neither that it was read nor that its trouble is over.
        """

    def accept_directory(self, read: DirectoryRead, at: datetime) -> Changes:
        """Let this read be the state of its school.

        A person is gone after two complete reads without them, and stays known for devices that still name them.
        """

    def accept_inventory(self, read: InventoryRead, proof: InventoryProof, at: datetime) -> Changes:
        """Let this inventory be the state; what does not stand in it any more is gone at once, for people keep it."""

    def inventory_proof(self) -> InventoryProof | None:
        """The proof of the last accepted inventory."""

    def clear_assignments(self) -> None:
        """Drop assignments that were staged and never committed."""

    def stage_assignments(self, assignments: Mapping[str, Assignment]) -> None:
        """Keep these, by subject of the device, for ``commit``."""

    def refuse(self, source: str, error: str, at: datetime, *, shrunk: bool = False) -> None:
        """Remember why the last attempt at a source gave nothing; its snapshot stays."""

    def note_privileges(self, privileges: Privileges) -> None:
        """Remember what the API client may do beside what it needs."""

    def fleet_proof(self) -> FleetProof | None:
        """The proof of the last accepted sweep."""

    def directory_proof(self, school: School) -> DirectoryProof | None:
        """The proof of the last accepted read of a school's directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How many iPads name each person of a school, by uuid.

    Attributes:
        here: those that stand in the school's own sites and are in no Lost Mode.
    """

    anywhere: Mapping[str, int]
    here: Mapping[str, int]


class Snapshot(Protocol):
    """What the state says, school by school."""

    def devices_of(self, school: School) -> tuple[Device, ...]:
        """The devices in the school's sites."""

    def devices_nowhere(self, schools: Iterable[School]) -> tuple[Device, ...]:
        """The devices in no site of any of these schools."""

    def persons_of(self, school: School) -> tuple[Person, ...] | None:
        """The persons who are there; None while the school's directory has never been read completely."""

    def persons_gone(self, school: School) -> tuple[Person, ...]:
        """The persons who are gone from the school's directory and still known."""

    def moved_from(self, school: School, *, by_name: bool) -> Mapping[str, Moved]:
        """Where those who left the school seem to be now, by subject of the person.

        The same uuid counts more than the same full address, and this more than the same name, which is asked only
        with ``by_name``.
        """

    def classes_of(self, school: School) -> tuple[SchoolClass, ...]:
        """The school's class groups."""

    def persons_elsewhere(self, school: School, schools: Iterable[School], *, gone: bool = False) -> Index:
        """Persons of the other schools whose full address a device of this school names, by that address.

        Those who are there, or with ``gone`` those who are gone.

        An address at any of a school's domains names the person whose login stands before the ``@``.
        """

    def held(self, school: School) -> Held:
        """What the school's persons hold, by the assignments that are staged, else by those of earlier cycles."""

    def findings_of_devices(self, school: School) -> Mapping[Key, StoredFinding]:
        """Earlier findings about the devices that now stand in the school's sites."""

    def findings_nowhere(self, schools: Iterable[School]) -> Mapping[Key, StoredFinding]:
        """Earlier findings about the devices that now stand in no site of any of these schools."""

    def findings_by(self, rules: Iterable[str], school: School | None = None) -> Mapping[Key, StoredFinding]:
        """Earlier findings of these rules, of one school or of all."""

    def findings_without_subject(self) -> tuple[StoredFinding, ...]:
        """Earlier findings about devices that are no longer there."""

    def judged(self) -> frozenset[tuple[str, str]]:
        """School and rule of each look that could decide, ever since the rule was switched on there."""

    def holds(self) -> Mapping[HoldKey, Hold]:
        """The holds that are not closed."""

    def read_schools(self) -> frozenset[str]:
        """Numbers of the schools whose directory has been read completely at least once."""

    def sites(self) -> Mapping[int, str] | None:
        """Names of the Jamf sites by id; None while Jamf Pro has never been read completely."""

    def twins(self, schools: Iterable[School]) -> tuple[Twins, ...]:
        """Device records that share a serial number."""

    def totals(self, schools: Iterable[School], open_counts: Mapping[str, Mapping[str, int]]) -> list[SchoolTotals]:
        """Counts for the summary; ``open_counts`` are open findings by school and rule."""

    def open_counts(self) -> dict[str, dict[str, int]]:
        """Open findings by school and rule."""

    def unplaced_devices(self, schools: Iterable[School]) -> int:
        """Devices that stand in no site of any of these schools."""

    def sources(self) -> tuple[Source, ...]:
        """How each source stands."""

    def privileges(self) -> Privileges:
        """What the API client may do beside what it needs, as last told."""


class Outbox(Protocol):
    """What waits to leave the house."""

    def last_content(self, kind: str) -> str | None:
        """What was last put in for this channel."""

    def claim(self, now: datetime, lease_seconds: int) -> OutboxEntry | None:
        """Take the next due entry for ``lease_seconds``; nobody else gets it meanwhile."""

    def done(self, entry: OutboxEntry, at: datetime) -> None:
        """It left."""

    def later(
        self, entry: OutboxEntry, error: str, at: datetime, next_attempt: datetime, *, counted: bool = True
    ) -> None:
        """It could not leave now; ``counted`` tries wear the entry out, the others wait for somebody's hand."""

    def failed(self, entry: OutboxEntry, error: str, at: datetime) -> None:
        """It will not leave until somebody looks after it."""

    def totals(self) -> OutboxTotals:
        """What waits, what left, what failed."""


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

    def ipads_at(self, when: datetime, schools: Iterable[School]) -> dict[str, int]:
        """How many iPads stood at each of these schools at a moment, by Schulnummer."""

    def holders(self, serial: str, when: datetime | None = None) -> tuple[HolderSpan, ...]:
        """Whom the device of this serial number named, the latest first; at one moment, or ever."""

    def spans(self, serial: str) -> tuple[DeviceSpan, ...]:
        """Where the device of this serial number stood, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A report that is looked after and names no device that Jamf Pro ever showed.

    Attributes:
        nearest: the serial number that is clearly nearest, or "".
        tagged: the serial number of the one device with the report's asset tag, or "".
    """

    incident: Incident
    nearest: str = ""
    tagged: str = ""


class IncidentRegister(Protocol):
    """What was reported from outside Jamf Pro, and which devices it is about."""

    def incidents(self) -> tuple[Incident, ...]:
        """All of them, by number."""

    def incident(self, number: int) -> Incident | None:
        """One by its number."""

    def known(self) -> KnownReports:
        """What an import is compared with."""

    def take(self, intake: Intake) -> None:
        """Keep what an import brought, all of it or nothing."""

    def add(self, incident: Incident) -> Incident:
        """Keep a report that was entered by hand; returned with its number."""

    def change(self, incident: Incident) -> None:
        """Keep other values of an incident, by its number."""

    def questions(self) -> tuple[OpenQuestion, ...]:
        """Reports that are looked after and name no known device; none while Jamf Pro has never been read."""

    def ipads(self) -> int:
        """How many iPads Jamf Pro knows."""

    def serials_to_watch(self) -> tuple[str, ...]:
        """Serial numbers of what is reported as stolen or lost and is looked after."""

    def management_ids_to_watch(self) -> tuple[str, ...]:
        """The same devices, as MDM commands name them."""

    def keep_commands(self, management_ids: Collection[str], commands: Iterable[LockCommand], at: datetime) -> None:
        """Keep what Jamf Pro said at a moment of the commands of these devices."""

    def loss_cases(
        self, schools: Iterable[School], rules: Collection[str], commands_since: datetime
    ) -> tuple[LossCase, ...]:
        """All that the rules about losses look at.

        Args:
            schools: the register; a device belongs to the school of its site.
            rules: a device of which a finding of these is open is looked at as well.
            commands_since: commands that were read earlier are not known any more.
        """


class LockCommands(Protocol):
    """Lost Mode of single devices, switched by a client of its own.

    All raise TemporaryError or PermanentError where nothing can be told.
    """

    def commands(self, management_id: str) -> tuple[LockCommand, ...]:
        """The commands about Lost Mode of this device, in the order of sending."""

    def send(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        """Send one command, once; returns its uuid. None: no answer came, and it was not taken.

        Args:
            management_id: of the device.
            kind: on or off.
            known: uuids of the commands of this kind that are there already.

        Raises:
            PermanentError: refused; nothing was taken.
            TemporaryError: whether it was taken is not known.
        """

    def became(self, management_id: str, kind: LockKind, known: Collection[str], since: float) -> str | None:
        """The uuid of a command sent so many seconds ago, waited for until it must be shown; None: it was not taken."""


class LockOrders(Protocol):
    """What we asked of Lost Mode ourselves; never forgotten while the store lasts."""

    def add(self, order: LockOrder) -> LockOrder:
        """Keep an order, safe on the disk; returned with its number."""

    def close(self, order: LockOrder) -> None:
        """Keep what became of an order: its command, outcome and reason."""

    def orders(self) -> tuple[LockOrder, ...]:
        """All of them, the earliest first."""

    def of_device(self, subject: str) -> tuple[LockOrder, ...]:
        """Those for one device, the earliest first."""

    def unsettled(self) -> tuple[LockOrder, ...]:
        """Those of which nobody knows yet what became of them, the earliest first."""

    def holder(self, subject: str) -> str:
        """The reference of the person whom a device named in the last cycle; "" for none."""


class IncidentBook(Protocol):
    """What was reported from outside Jamf Pro, to be looked up."""

    def incidents(self) -> tuple[Incident, ...]:
        """All of them, by number."""

    def incident(self, number: int) -> Incident | None:
        """One by its number."""


class State(Protocol):
    """The local state store."""

    @property
    def staging(self) -> Staging:
        """Where reads come in."""

    @property
    def snapshot(self) -> Snapshot:
        """What the last complete reads said."""

    @property
    def outbox(self) -> Outbox:
        """What waits to leave the house."""

    @property
    def inquiry(self) -> Inquiry:
        """What people ask."""

    @property
    def decisions(self) -> Decisions:
        """What people decide."""

    @property
    def history(self) -> History:
        """What was when."""

    @property
    def incidents(self) -> IncidentRegister:
        """What was reported."""

    @property
    def lock_orders(self) -> LockOrders:
        """What we asked of Lost Mode."""

    def commit(self, commit: Commit) -> None:
        """Write what a cycle concluded, all of it or nothing."""

    def close(self) -> None:
        """Release the store."""


class RuleText(Protocol):
    """What a rule is called, what harm it prevents, what to do."""

    @property
    def title(self) -> str:
        """A few words."""

    @property
    def why(self) -> str:
        """One sentence: the harm."""

    @property
    def remedy(self) -> str:
        """One sentence: what to do."""


class Texts(Protocol):
    """Texts in the reader's language; messages are written in English and looked up."""

    @property
    def language(self) -> str:
        """Code of the language: ``de`` or ``en``."""

    def text(self, message: str) -> str:
        """The message in this language."""

    def plural(self, one: str, many: str, number: int) -> str:
        """The form of the message that fits the number."""

    def rule(self, rule_id: str) -> RuleText:
        """Texts of a rule."""

    def moment(self, moment: datetime) -> str:
        """Date and time of day as people here write them, in local time."""

    def exact(self, moment: datetime) -> str:
        """The same to the second, with the year in full and the zone."""

    def written_day(self, day: date) -> str:
        """A day with the month in words."""

    def day(self, day: date) -> str:
        """A date as people here write it; that of a moment in local time."""

    def span(self, span: timedelta) -> str:
        """A span of time in its largest unit: "3 hours"."""

    def ago(self, span: timedelta) -> str:
        """How long ago something was: "3 hours ago"; "in 3 hours" where the span is below zero."""

    def number(self, number: float | Decimal) -> str:
        """A number as people here write it: ``81.961`` or ``81,961``; a Decimal with all its places."""


class DigestComposer(Protocol):
    """Puts news into mails."""

    def digest(self, digest: Digest) -> Sequence[NewEntry]:
        """The mails to the admins, one for each recipient, so that one bad address concerns itself alone."""

    def holds(self, holds: Sequence[HeldBack]) -> Sequence[NewEntry]:
        """The mails about conclusions that were kept back and wait for a person."""


class SummaryComposer(Protocol):
    """Puts the totals into the form that upstream takes."""

    def summary(self, summary: Mapping[str, object]) -> NewEntry:
        """The summary for upstream; equal totals give equal content."""


class Channel(Protocol):
    """A way out of the house."""

    def send(self, entry: OutboxEntry) -> None:
        """Send one entry. It may be sent again under the same key after a crash.

        Raises:
            TemporaryError: try again later.
            PermanentError: nothing goes this way until somebody has mended it; the entry waits.
            RecordError: the other side does not want this one entry.
        """
