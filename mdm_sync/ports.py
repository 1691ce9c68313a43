"""What the program needs of the world, in its own words.

Connectors and state satisfy these protocols without knowing them by name; ``tests/contracts`` holds what each
promises beyond its types, for the real adapter and for the fake alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mdm_sync.core.completeness import DirectoryProof, FleetProof
from mdm_sync.core.lifecycle import StoredFinding, Transition
from mdm_sync.core.matching import Index
from mdm_sync.core.model import Assignment, Device, Key, Person, School
from mdm_sync.core.news import Digest, Place, SchoolTotals, SourceState

Clock = Callable[[], datetime]
"""The present moment, aware, in UTC."""


class Progress(Protocol):
    """Where long work tells how far it is."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` units of ``what`` ("devices", "schools") are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRead:
    """A sweep that came to its end; whether it may be believed, the core decides.

    Attributes:
        sites: names of the Jamf sites by id.
    """

    proof: FleetProof
    sites: Mapping[int, str]


class Fleet(Protocol):
    """The device records at Jamf Pro."""

    def sweep(self, stage: Callable[[Sequence[Device]], None], progress: Progress) -> FleetRead:
        """Read every mobile device; hand each page to ``stage`` in the calling thread.

        Raises:
            TemporaryError: a page could not be had; what was staged is worth nothing.
            PermanentError: the client is refused, or the server's certificate is.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRead:
    """A read of one school's directory that came to its end; whether it may be believed, the core decides."""

    school: School
    persons: tuple[Person, ...]
    proof: DirectoryProof


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryFailure:
    """One school's directory could not be read; ``error`` says why and what to do, in words for an admin."""

    school: School
    error: str


class Directories(Protocol):
    """The persons in the schools' IServ directories."""

    def read(self, schools: Sequence[School]) -> Iterator[DirectoryRead | DirectoryFailure]:
        """Read these schools, in any order, one answer each. One school's trouble is that school's answer only."""


class Register(Protocol):
    """The schools of the district."""

    def schools(self) -> tuple[School, ...]:
        """All schools, ordered by number.

        Raises:
            SettingsError: the register cannot be read; all its problems at once, with line numbers.
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
    """

    started: datetime
    finished: datetime
    transitions: Sequence[Transition]
    entries: Callable[[], Sequence[NewEntry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """An open or resolved finding as people look at it."""

    finding_id: int
    place: Place
    open: bool
    opened_at: datetime
    resolved_at: datetime | None = None
    times_reopened: int = 0


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
    sources: tuple[SourceState, ...]
    devices: int
    persons: int
    open_by_rule: Mapping[str, int] = field(default_factory=dict)
    outbox: OutboxTotals = field(default_factory=OutboxTotals)


class Staging(Protocol):
    """Reads are staged apart from the state, then accepted in one short transaction or dropped."""

    def clear_fleet(self) -> None:
        """Drop what is staged of an earlier sweep."""

    def stage_devices(self, devices: Sequence[Device]) -> None:
        """Keep these for ``accept_fleet``; the same id again replaces the earlier record."""

    def staged_devices(self) -> int:
        """How many different devices are staged."""

    def accept_fleet(self, read: FleetRead, at: datetime) -> Changes:
        """Let the staged sweep be the state. A device goes after two complete sweeps without it."""

    def accept_directory(self, read: DirectoryRead, at: datetime) -> Changes:
        """Let this read be the state of its school. A person goes after two complete reads without them."""

    def clear_assignments(self) -> None:
        """Drop assignments that were staged and never committed."""

    def stage_assignments(self, assignments: Mapping[int, Assignment]) -> None:
        """Keep these, by Jamf id, for ``commit``."""

    def refuse(self, source: str, error: str, at: datetime) -> None:
        """Remember why the last attempt at a source gave nothing; its snapshot stays."""

    def fleet_proof(self) -> FleetProof | None:
        """The proof of the last accepted sweep."""

    def directory_proof(self, school: School) -> DirectoryProof | None:
        """The proof of the last accepted read of a school's directory."""


class Snapshot(Protocol):
    """What the state says, school by school."""

    def devices_of(self, school: School) -> tuple[Device, ...]:
        """The devices in the school's sites."""

    def persons_of(self, school: School) -> tuple[Person, ...] | None:
        """The school's persons; None while its directory has never been read completely."""

    def persons_elsewhere(self, school: School) -> Index:
        """Persons of other schools whose full address a device of this school names, by that address."""

    def findings_of(self, school: School) -> Mapping[Key, StoredFinding]:
        """Earlier findings about the devices that now stand in the school's sites."""

    def findings_without_subject(self) -> tuple[StoredFinding, ...]:
        """Earlier findings about devices that are no longer there."""

    def read_schools(self) -> frozenset[str]:
        """Numbers of the schools whose directory has been read completely at least once."""

    def totals(self, schools: Iterable[School], open_counts: Mapping[str, Mapping[str, int]]) -> list[SchoolTotals]:
        """Counts for the summary; ``open_counts`` are open findings by school and rule."""

    def open_counts(self) -> dict[str, dict[str, int]]:
        """Open findings by school and rule."""

    def unplaced_devices(self, schools: Iterable[School]) -> int:
        """Devices that stand in no site of any of these schools."""

    def sources(self) -> tuple[SourceState, ...]:
        """How each source stands."""


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

    def finding(self, finding_id: int, schools: Iterable[School]) -> OpenFinding | None:
        """One finding by the number that lists show."""

    def person(self, ref: str) -> Person | None:
        """Whom a reference stands for."""

    def health(self) -> Health:
        """The store at a glance."""


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


class DigestComposer(Protocol):
    """Puts news into mails."""

    def digest(self, digest: Digest) -> Sequence[NewEntry]:
        """The mails to the admins, one for each recipient, so that one bad address concerns itself alone."""


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
