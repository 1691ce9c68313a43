"""The far sides that are read: Jamf Pro, the schools' directories, the inventory; and who is told how far it is."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mdm_sync.core.completeness import DirectoryProof, FleetProof
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Device, Machine, Person, School, SchoolClass
from mdm_sync.core.views import Privileges

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
        privileges: what the client may do beside what it needs.
        server_time: Jamf Pro's own clock when the sweep began; a later ``changes`` starts from there.
    """

    proof: FleetProof
    sites: Mapping[int, str]
    privileges: Privileges = field(default_factory=Privileges)
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


class Arrivals(Iterator[DirectoryRead | DirectoryFailure], Protocol):
    """Answers of directories as they come: who iterates waits for each."""

    def here(self) -> DirectoryRead | DirectoryFailure | None:
        """One that has come already; None where there is none, now or any more. Never waits."""


class Directories(Protocol):
    """The persons in the schools' IServ directories."""

    def reading(self, schools: Sequence[School]) -> AbstractContextManager[Arrivals]:
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
