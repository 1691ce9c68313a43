"""What the rules see: a school's devices, a school's people, the district with its sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mdm_sync.core.conditions import Conditions
from mdm_sync.core.incidents import Incident
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Assignment, Device, Person, School, SchoolClass

NOWHERE = School(number="", name="")
"""Stands for the school of devices that stand in no school's site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolView:
    """A school's devices and what their user fields come to, by subject.

    For devices in no school's site the school is NOWHERE.

    Attributes:
        moved: where persons who left a school are now, by the subject of the person.
    """

    school: School
    devices: tuple[Device, ...]
    assignments: Mapping[str, Assignment]
    conditions: Conditions
    moved: Mapping[str, "Moved"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where somebody who left a school seems to be now.

    Attributes:
        ref: the reference of the account there.
        by: what both accounts have in common: "uuid", "mail" or "name".
    """

    school: str
    ref: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What a school has of shared iPads that its classes can use.

    Attributes:
        total: how many there are, in sets of one class and in trolleys for all.
        groups: how many of them are in each Jamf group; class sets are in groups named as their classes.
    """

    total: int = 0
    groups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleView:
    """A school's people and what they hold; there is none of a school that was never read, or without any sweep.

    Attributes:
        held: how many iPads name each person, by uuid, wherever they stand; who holds none is not in it.
        held_here: how many of these stand in the school's own sites and can be used: none in Lost Mode.
        unsure: persons of whose iPads one was missing from the last sweep, so that they may be fewer.
    """

    school: School
    persons: tuple[Person, ...]
    classes: tuple[SchoolClass, ...]
    held: Mapping[str, int]
    held_here: Mapping[str, int]
    stock: Stock
    conditions: Conditions
    unsure: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCase:
    """A device that was reported, or is in Lost Mode, or was when a rule about losses last looked at it.

    Attributes:
        subject: key among the subjects of findings; of a device that vanished, its last one.
        school: Schulnummer of its site, "" for none; of a device that vanished, where it stood last.
        device: its record; None: it vanished from Jamf Pro, and no other record has its serial number.
        incidents: the reports that name it, by serial number, else by asset tag; settled ones among them.
        assignment: what its user fields come to; None where that was not judged yet.
        commands: those about its Lost Mode, in the order of sending; None: not known.
        former: subjects under which it was known and is no more.
    """

    subject: str
    serial: str
    asset_tag: str = ""
    school: str = ""
    device: Device | None = None
    incidents: tuple[Incident, ...] = ()
    assignment: Assignment | None = None
    commands: tuple[LockCommand, ...] | None = None
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LossView:
    """The losses at one school, or with NOWHERE those of devices in no school's site.

    Attributes:
        read_at: Jamf Pro's own clock when the devices were read; None: not told.
    """

    school: School
    cases: tuple[LossCase, ...]
    conditions: Conditions
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How a source stands.

    Attributes:
        name: "jamf", or "iserv-" and the Schulnummer.
        school: Schulnummer whose directory it is, or "".
        known_since: first attempt to read it.
        attempted_at: last attempt.
        complete_at: last complete read; None: never.
        server_time: the source's own clock at the last read, where it tells it.
        error: why the last attempt gave nothing; None: it was complete.
        shrunk: a read since the last complete one was refused because far less came than before.
        unreadable: records of the last complete read that could not be read: key and reason.
        proof: why the last complete read was believed, for people to look at.
    """

    name: str
    school: str = ""
    known_since: datetime
    attempted_at: datetime | None = None
    complete_at: datetime | None = None
    server_time: datetime | None = None
    error: str | None = None
    shrunk: bool = False
    unreadable: tuple[tuple[str, str], ...] = ()
    proof: Mapping[str, object] = field(default_factory=dict)

    def is_older_than(self, limit: timedelta, now: datetime) -> bool:
        """Whether its last complete read, or where there is none the first attempt, is longer ago than that."""
        return now - (self.complete_at or self.known_since) > limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Privileges:
    """What the API client for reading may do at Jamf Pro, beside what it needs.

    Attributes:
        missing: needed and not granted.
        excessive: granted, never needed, and able to change something or to reveal what is never asked for.
    """

    missing: tuple[str, ...] = ()
    excessive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """Device records that have one serial number.

    Attributes:
        schools: where they stand, "" for none.
        missing: one of them was missing from the last sweep; it may be gone.
    """

    serial: str
    subjects: tuple[str, ...]
    schools: tuple[str, ...]
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedMail:
    """The first mail to an address, since one was last taken, that the mail server refused for good.

    Attributes:
        entry: number in the outbox; it shows the address, which is a person's and stands nowhere else.
        answer: of the mail server.
    """

    entry: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictView:
    """What can only be seen of the district as a whole.

    Attributes:
        sites: names of the Jamf sites by id; None while Jamf Pro has never been read.
        refused_summary: why the last summary that was pushed upstream was refused for good; None: it was not.
    """

    schools: tuple[School, ...]
    sites: Mapping[int, str] | None
    twins: tuple[Twins, ...]
    sources: tuple[Source, ...]
    privileges: Privileges
    conditions: Conditions
    refused_mails: tuple[RefusedMail, ...] = ()
    refused_summary: str | None = None
