"""A small invented district in memory, whose troubles are told to it, and a cycle's equipment around a real store."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mdm_sync.core.completeness import DirectoryProof, FleetProof
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import (
    Device,
    DeviceKind,
    DirectoryAddress,
    Family,
    Person,
    Role,
    School,
    UserFields,
    subject_of,
)
from mdm_sync.core.news import Digest, HeldBack, NewsKind, SignOfLife
from mdm_sync.core.recipients import Circle, Recipient, Rhythm
from mdm_sync.core.rules import RULES
from mdm_sync.core.rules.book import RuleBook, rule_ids
from mdm_sync.core.views import Privileges
from mdm_sync.equipment import Equipment
from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import (
    DirectoryFailure,
    DirectoryRead,
    FleetChanges,
    FleetGreeting,
    FleetRead,
    NewEntry,
    Progress,
    State,
)
from mdm_sync.ports import Stage as StageDevices
from tests.fakes.directories import FakeArrivals
from tests.replacing import replace

MONDAY = datetime(2025, 11, 3, 6, tzinfo=UTC)
ADDRESS = DirectoryAddress(url="ldaps://iserv.example", base_dn="dc=iserv", account_dn="uid=reader,dc=iserv")
NORD = School(number="100001", name="Schule Nord", form="15", sites=("Nord",), directory=ADDRESS)
SUED = School(number="100002", name="Schule Süd", form="15", sites=("Süd",), directory=ADDRESS)
DISTRICT = (NORD, SUED)
SITES = {10: "Nord", 20: "Süd"}
PAGE = 2


def device(jamf_id: int, login: str = "", *, site: int = 10, family: Family = Family.MOBILE) -> Device:
    """An iPad without trouble that names this login, or nobody."""
    return Device(
        jamf_id=jamf_id,
        family=family,
        serial=f"DMPX{jamf_id}",
        name=f"iPad {jamf_id}",
        asset_tag="",
        kind=DeviceKind.IPAD,
        model="iPad",
        site_id=site,
        shared=False,
        user=UserFields(username=login),
        managed=True,
        supervised=True,
        last_inventory=MONDAY,
    )


def person(login: str, school: School = NORD) -> Person:
    """Somebody of the school's staff, who need not have a device."""
    return Person(
        school=school.number,
        uuid=f"uuid-{login}",
        login=login,
        mail=f"{login}@{school.number}.example",
        role=Role.STAFF,
    )


class FakeFleet:
    """Satisfies ``mdm_sync.ports.Fleet``.

    Attributes:
        devices: what stands there.
        unlisted: ids of devices that stand there and do not come in a list.
        error: what ends a sweep or a read of changes after its first page.
        present_error: what ends a query for single devices.
        proof: what the proof of a sweep says otherwise than the devices do.
        asked: the calls, in order.
    """

    error: MdmSyncError | None = None
    present_error: MdmSyncError | None = None

    def __init__(self, *devices: Device) -> None:
        self.devices = list(devices)
        self.unlisted: set[str] = set()
        self.sites: Mapping[int, str] = SITES
        self.told_privileges: Privileges | MdmSyncError = Privileges()
        self.proof: dict[str, object] = {}
        self.asked: list[object] = []

    def sweep(self, stage: StageDevices, progress: Progress) -> FleetRead:
        self.asked.append("sweep")
        listed = self._hand_over(stage, progress)
        mobile = sum(one.family is Family.MOBILE for one in listed)
        proof = FleetProof(total_first=mobile, total_last=mobile, received=mobile, pages=1, sites=len(self.sites))
        return FleetRead(
            proof=replace(proof, **self.proof), sites=self.sites, privileges=self.privileges(), server_time=MONDAY
        )

    def changes(self, since: datetime, stage: StageDevices, progress: Progress) -> FleetChanges:
        self.asked.append(("changes", since))
        listed = self._hand_over(stage, progress)
        return FleetChanges(received=len(listed), server_time=since + timedelta(hours=1))

    def present(self, subjects: Collection[str]) -> frozenset[str]:
        self.asked.append(("present", frozenset(subjects)))
        if self.present_error:
            raise self.present_error
        return frozenset(subjects) & {one.subject for one in self.devices}

    def find(self, serial: str) -> tuple[Device, ...]:
        return tuple(one for one in self.devices if one.serial == serial)

    def privileges(self) -> Privileges:
        if isinstance(self.told_privileges, MdmSyncError):
            raise self.told_privileges
        return self.told_privileges

    def greeting(self) -> FleetGreeting:
        return FleetGreeting(version="11.30.1", devices=len(self.devices), sites=len(self.sites))

    def losses(self, serials: Collection[str], stage: StageDevices) -> FleetChanges:
        found = [one for one in self.devices if one.serial in serials or one.lost_mode]
        stage(found)
        return FleetChanges(received=len(found))

    def lock_commands(self, management_ids: Collection[str]) -> tuple[LockCommand, ...]:
        self.asked.append(("lock_commands", frozenset(management_ids)))
        return ()

    def _hand_over(self, stage: StageDevices, progress: Progress) -> list[Device]:
        listed = [one for one in self.devices if one.subject not in self.unlisted]
        for start in range(0, max(len(listed), 1), PAGE):
            stage(listed[start : start + PAGE])
            progress("devices", start, len(listed))
            if self.error:
                raise self.error
        return listed


class FakeDirectories:
    """Satisfies ``mdm_sync.ports.Directories``.

    Attributes:
        persons: by school number.
        failures: why a school cannot be read, by school number.
        proofs: what the proof of a school says otherwise than its persons do.
    """

    def __init__(self, persons: Mapping[School, Sequence[Person]]) -> None:
        self.persons = {school.number: list(some) for school, some in persons.items()}
        self.failures: dict[str, str] = {}
        self.proofs: dict[str, DirectoryProof] = {}

    @contextmanager
    def reading(self, schools: Sequence[School]) -> Iterator[FakeArrivals]:
        yield FakeArrivals(map(self._read, schools))

    def _read(self, school: School) -> DirectoryRead | DirectoryFailure:
        if school.number in self.failures:
            return DirectoryFailure(school=school, error=self.failures[school.number])
        persons = tuple(self.persons[school.number])
        proof = self.proofs.get(school.number, DirectoryProof(users=len(persons), groups=1))
        return DirectoryRead(school=school, persons=persons, proof=proof)


class FakeMails:
    """Satisfies ``mdm_sync.ports.MailComposer``: mails that count."""

    def digest(self, recipient: Recipient, digest: Digest, earlier: Sequence[str], at: datetime) -> NewEntry:
        del recipient, earlier, at
        first = sum(number for one in digest.baselines for number in one.found.values())
        return NewEntry(kind="mail", content=f"{digest.count(NewsKind.OPENED) + first} new")

    def holds(self, recipient: Recipient, holds: Sequence[HeldBack], at: datetime) -> NewEntry:
        del recipient, at
        return NewEntry(kind="mail", content=f"{len(holds)} held back")

    def sign_of_life(self, recipient: Recipient, life: SignOfLife) -> NewEntry:
        del recipient, life
        return NewEntry(kind="mail", content="alive")


def team(schools: Sequence[School]) -> list[Recipient]:
    """A central team that is told of everything at once."""
    everywhere = frozenset(school.number for school in schools) | {""}
    return [
        Recipient(
            address="team@it.example",
            circle=Circle.CENTRAL,
            schools=everywhere,
            rules=rule_ids(RULES),
            rhythm=Rhythm.AT_ONCE,
            holds=True,
        )
    ]


def no_progress(what: str, done: int, total: int) -> None:
    """Nobody looks on."""


@dataclass
class World:
    """The far sides, the clock and the settings of a cycle; all may be changed between two cycles."""

    state: State
    fleet: FakeFleet = field(default_factory=FakeFleet)
    directories: FakeDirectories = field(default_factory=lambda: FakeDirectories({NORD: [], SUED: []}))
    rules: RuleBook = field(default_factory=RuleBook)
    now: datetime = MONDAY
    progress: Progress = no_progress
    mails: Callable[[], FakeMails] = FakeMails

    @property
    def equipment(self) -> Equipment:
        """What a cycle works with now."""
        return Equipment(
            fleet=self.fleet,
            directories=self.directories,
            state=self.state,
            rules=self.rules,
            conditions=lambda now: Conditions(now=now),
            mails=self.mails(),
            recipients=team,
            summaries=None,
            clock=lambda: self.now,
            progress=self.progress,
        )

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def subjects(self) -> set[str]:
        """The devices that the store says stand in the district."""
        return {one.subject for school in DISTRICT for one in self.state.snapshot.devices_of(school)}


def subjects(*ids: int) -> frozenset[str]:
    """Subjects of mobile devices."""
    return frozenset(subject_of(Family.MOBILE, jamf_id) for jamf_id in ids)
