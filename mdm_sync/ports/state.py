"""What is stored: how reads come in, what a cycle judges by, what it writes."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mdm_sync.core.brakes import Hold, HoldKey
from mdm_sync.core.completeness import DirectoryProof, FleetProof, InventoryProof
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.coverage import DistrictCounts
from mdm_sync.core.lifecycle import StoredFinding, Transition
from mdm_sync.core.looks import Altered, Look
from mdm_sync.core.matching import Index
from mdm_sync.core.model import Assignment, Device, Family, Key, Person, School, SchoolClass
from mdm_sync.core.views import Moved, Privileges, RefusedMail, Source, Twins
from mdm_sync.ports.care import Care
from mdm_sync.ports.incidents import IncidentRegister
from mdm_sync.ports.leaving import Attempt, EntryState, NewEntry, OutboxEntry, OutboxRow
from mdm_sync.ports.locking import LockOrders
from mdm_sync.ports.mailings import Mailings
from mdm_sync.ports.questions import Decisions, History, Inquiry, OutboxTotals
from mdm_sync.ports.sources import DirectoryRead, FleetChanges, FleetRead, InventoryRead


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
class Commit:
    """What a cycle concluded, to be written in one transaction.

    Attributes:
        entries: called inside the transaction, when the state already says what was concluded.
        holds: those that are new or stand otherwise than before.
        judged: school and rule of each look that could decide.
        switched_off: school and rule of what is not applied there any more.
        idle_exceptions: titles of the standing exceptions that covered nothing; None: not all schools were judged.
        looks: at all schools; None: not all were looked at, and what changed is still to be.
    """

    started: datetime
    finished: datetime
    transitions: Sequence[Transition]
    entries: Callable[[], Sequence[NewEntry]]
    holds: Sequence[Hold] = ()
    judged: Collection[tuple[str, str]] = ()
    switched_off: Collection[tuple[str, str]] = ()
    idle_exceptions: Collection[str] | None = None
    looks: Sequence[Look] | None = None


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
class Elsewhere:
    """Persons of other schools by a full address: those who are there, and those who are gone and still known."""

    there: Index
    gone: Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How many iPads name each person of a school, by uuid.

    Attributes:
        here: those that stand in the school's own sites and are in no Lost Mode.
        unsure: persons of whose iPads one was missing from the last sweep.
    """

    anywhere: Mapping[str, int]
    here: Mapping[str, int]
    unsure: frozenset[str] = frozenset()


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

    def moved(self, *, by_name: bool) -> Mapping[str, Moved]:
        """Where those who left a school seem to be now, by subject of the person.

        The same uuid counts more than the same full address, and this more than the same name, which is asked only
        with ``by_name``.
        """

    def classes_of(self, school: School) -> tuple[SchoolClass, ...]:
        """The school's class groups."""

    def persons_elsewhere(self, school: School, schools: Iterable[School]) -> Elsewhere:
        """Persons of the other schools whose full address a device of this school names, by that address.

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

    def looks(self) -> Mapping[str, Look]:
        """The last look at each school that was not overtaken by a change which nobody can trace."""

    def altered(self, schools: Iterable[School], conditions: Conditions, since: datetime) -> Altered:
        """Where something changed since the schools were last looked at, which was at ``since`` or later."""

    def naming_persons_of(self, numbers: Collection[str], schools: Iterable[School]) -> frozenset[str]:
        """Where a device names the address of a person of one of these schools, or one at their domains."""

    def restaged_holders(self) -> frozenset[str]:
        """Schools of persons whom staged assignments name otherwise than those of earlier cycles."""

    def holds(self) -> Mapping[HoldKey, Hold]:
        """The holds that are not closed."""

    def read_schools(self) -> frozenset[str]:
        """Numbers of the schools whose directory has been read completely at least once."""

    def sites(self) -> Mapping[int, str] | None:
        """Names of the Jamf sites by id; None while Jamf Pro has never been read completely."""

    def twins(self, schools: Iterable[School]) -> tuple[Twins, ...]:
        """Device records that share a serial number."""

    def counts(self, schools: Iterable[School], conditions: Conditions) -> DistrictCounts:
        """What stands at each of these schools, by the assignments of the last cycle, and iPads that stand at none."""

    def open_counts(self) -> dict[str, dict[str, int]]:
        """Open findings by school and rule."""

    def sources(self) -> tuple[Source, ...]:
        """How each source stands."""

    def privileges(self) -> Privileges:
        """What the API client may do beside what it needs, as last told."""

    def refused_summary(self) -> str | None:
        """Why the last summary that was tried was refused for good, or cannot go until somebody mends it."""

    def refused_mails(self) -> tuple[RefusedMail, ...]:
        """Of each address that refuses mail, the first refused one since one was last taken."""


class Outbox(Protocol):
    """What waits to leave the house."""

    def last_content(self, kind: str) -> str | None:
        """What was last put in for this channel."""

    def claim(self, now: datetime, lease_seconds: int) -> OutboxEntry | None:
        """Take the next due entry for ``lease_seconds``; nobody else gets it meanwhile. An attempt begins."""

    def done(self, entry: OutboxEntry, at: datetime) -> None:
        """It left."""

    def later(
        self, entry: OutboxEntry, error: str, at: datetime, next_attempt: datetime, *, counted: bool = True
    ) -> None:
        """It could not leave now; ``counted`` tries wear the entry out, the others wait for somebody's hand."""

    def failed(self, entry: OutboxEntry, error: str, at: datetime) -> None:
        """The other side does not want it; it stays until somebody looks after it."""

    def parked(self, entry: OutboxEntry, error: str, at: datetime) -> None:
        """It was tried too often; it stays until somebody looks after it."""

    def postpone(self, kind: str, until: datetime) -> None:
        """Let nothing of this channel be due before then."""

    def totals(self) -> OutboxTotals:
        """What waits, what left, what failed."""


class OutboxCare(Outbox, Protocol):
    """The same for people, who look at what is in it and decide what becomes of it."""

    def rows(self, states: Collection[EntryState]) -> tuple[OutboxRow, ...]:
        """The entries that stand so, the latest first."""

    def row(self, entry_id: int) -> OutboxRow | None:
        """One entry by the number that lists show."""

    def tries(self, entry_id: int) -> tuple[Attempt, ...]:
        """The attempts to send an entry, the first one first."""

    def retry(self, entry_id: int, at: datetime) -> None:
        """Let it be due now, with all its attempts before it."""

    def drop(self, entry_id: int, at: datetime) -> None:
        """It will not leave any more."""


class State(Protocol):
    """The local state store."""

    @property
    def staging(self) -> Staging:
        """Where reads come in."""

    @property
    def snapshot(self) -> Snapshot:
        """What the last complete reads said."""

    @property
    def outbox(self) -> OutboxCare:
        """What waits to leave the house."""

    @property
    def mailings(self) -> Mailings:
        """What recipients were told."""

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

    @property
    def care(self) -> Care:
        """Care of what is stored."""

    def commit(self, commit: Commit) -> None:
        """Write what a cycle concluded, all of it or nothing."""

    def close(self) -> None:
        """Release the store."""
