"""The things that the program talks about, in the words of the design."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from fnmatch import translate
from functools import cache
from typing import Self

from msgspec import Struct

from mdm_sync.core.spelling import lookup_key

NO_SITE = -1
"""Site id of a device that stands in no site; Jamf Pro writes ``"-1"``."""


class Stage(StrEnum):
    """How far a school has been taken into the reconciliation."""

    NOT_CONNECTED = "not connected"
    OBSERVED = "observed"
    LIVE = "live"


class Role(StrEnum):
    """What a person is at a school, by the groups that the school's register entry names."""

    STUDENT = "student"
    TEACHER = "teacher"
    STAFF = "staff"
    UNKNOWN = "unknown"


class DeviceKind(StrEnum):
    """What a record at Jamf Pro stands for. UNKNOWN is a record whose type Jamf does not know yet."""

    IPAD = "ipad"
    IPHONE = "iphone"
    APPLE_TV = "apple-tv"
    MAC = "mac"
    OTHER = "other"
    UNKNOWN = "unknown"


class MachineKind(StrEnum):
    """What a machine that Jamf Pro does not know is."""

    DESKTOP = "desktop"
    LAPTOP = "laptop"


class Family(StrEnum):
    """Which of Jamf Pro's two counts an id is from: mobile devices and computers are numbered apart."""

    MOBILE = "device"
    COMPUTER = "computer"


class Severity(IntEnum):
    """How much a finding matters; a higher number matters more."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @classmethod
    def of(cls, word: str) -> Self:
        """The severity that a word of the settings or the command line names."""
        return cls[word.upper()]

    @property
    def word(self) -> str:
        """Its name as it stands in settings, JSON and the database."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryAddress:
    """Where a school's IServ directory answers and whom the program binds as; the password is a secret of its own."""

    url: str
    base_dn: str
    account_dn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRules:
    """By what a school's devices that are shared on purpose are recognised; any of them is enough.

    Attributes:
        names: shell patterns of device names.
        buildings, rooms, groups, prestages: as Jamf Pro names them.
        attributes: extension attributes, each "name=value".
    """

    names: tuple[str, ...] = ()
    buildings: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    prestages: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One school as the register knows it.

    Attributes:
        number: Schulnummer, six digits.
        form: key of its Schulform, two characters as in the open data of NRW.
        sites: names of its sites at Jamf Pro.
        mail_domains: domains of its mail addresses, aliases such as a Managed Apple ID's among them; empty where they
            are not known.
        student_groups: account names of the groups whose members are students; likewise for the other roles.
        leaver_groups: groups of persons who have left; they have no role, whatever else they are in.
        login_suffixes: what the school appends to a login to make a user name at Jamf Pro ("-rsk").
        name_suffixes: what it appends to a display name (" RSK").
        pool: how its devices that are shared on purpose are recognised.
        administration_names, spare_names: shell patterns of the names of shared devices that no class can count on:
            those of the office, and those in store.
        contacts: mail addresses of those who look after its devices.
    """

    number: str
    name: str
    form: str = ""
    campus: str = ""
    support: str = ""
    stage: Stage = Stage.LIVE
    sites: tuple[str, ...] = ()
    directory: DirectoryAddress | None = None
    mail_domains: tuple[str, ...] = ()
    student_groups: tuple[str, ...] = ()
    teacher_groups: tuple[str, ...] = ()
    staff_groups: tuple[str, ...] = ()
    leaver_groups: tuple[str, ...] = ()
    login_suffixes: tuple[str, ...] = ()
    name_suffixes: tuple[str, ...] = ()
    pool: PoolRules = PoolRules()
    administration_names: tuple[str, ...] = ()
    spare_names: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Name of its directory among the sources."""
        return f"iserv-{self.number}"

    @property
    def role_groups(self) -> tuple[str, ...]:
        """Every group that must be there for a read of the directory to be believed."""
        return self.student_groups + self.teacher_groups + self.staff_groups

    def could_hold(self, mail: str) -> bool:
        """Whether an account with this full mail address could be one of the school's."""
        domain = lookup_key(mail.rpartition("@")[2])
        return not self.mail_domains or any(lookup_key(ours) == domain for ours in self.mail_domains)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolClass:
    """A class group of one school's IServ.

    Attributes:
        account: account name of the group ("klasse.5a"), its key within the school.
        name: as people write it ("Klasse 5a").
    """

    account: str
    name: str


class Person(Struct, frozen=True, kw_only=True, gc=False):
    """One account of one school's IServ; the key is (school, uuid).

    Attributes:
        uuid: IServ's own identifier; ``uidNumber`` may be given out again and is no key.
        leaver: a member of one of the school's groups of leavers.
        classes: accounts of the class groups that the person is in.
        grade: year of school, where the person's groups tell one.
        left_since: when the person was first seen to be missing, among the leavers, or without the role that they had;
            None while they are there.
        missing: the last read of the directory did not show them. Absence counts from the second such read on: until
            then nothing new is concluded about them, neither that they left nor what they lack.
        gone: the directory does not show them any more; what is known of them is from before.
        ref: the reference that stands for the person in logs, exports and mails; "" before it is stored.
    """

    school: str
    uuid: str
    login: str
    mail: str
    role: Role
    given_name: str = ""
    family_name: str = ""
    leaver: bool = False
    classes: tuple[str, ...] = ()
    grade: int | None = None
    left_since: datetime | None = None
    missing: bool = False
    gone: bool = False
    ref: str = ""

    @property
    def subject(self) -> str:
        """Its key among the subjects of findings."""
        return person_subject(self.school, self.uuid)


class UserFields(Struct, frozen=True, kw_only=True, gc=False):
    """Whom a device's record at Jamf Pro names."""

    username: str = ""
    real_name: str = ""
    email: str = ""

    @property
    def empty(self) -> bool:
        """Whether they name nobody; white space counts as nothing."""
        return not (self.username.strip() or self.real_name.strip() or self.email.strip())


class Device(Struct, frozen=True, kw_only=True, gc=False):
    """One device record at Jamf Pro; the key is (family, Jamf id). None means everywhere that the answer did not say.

    Attributes:
        site_id: NO_SITE for none.
        shared: a Shared iPad by Apple's meaning.
        management_id: by which MDM commands name it; "" where there is none.
        lost_mode: Lost Mode is on, as the device confirmed it.
        last_inventory, last_contact, last_enrolled, profile_expires, lost_mode_since: aware, in UTC.
        groups: names of the Jamf groups that it is in, as far as they are asked for.
        attributes: values of the extension attributes that are asked for, by name.
    """

    jamf_id: int
    serial: str
    name: str
    asset_tag: str
    kind: DeviceKind
    model: str
    site_id: int | None
    shared: bool | None
    user: UserFields | None
    family: Family = Family.MOBILE
    management_id: str = ""
    managed: bool | None = None
    supervised: bool | None = None
    lost_mode: bool | None = None
    lost_mode_since: datetime | None = None
    last_inventory: datetime | None = None
    last_contact: datetime | None = None
    last_enrolled: datetime | None = None
    profile_expires: datetime | None = None
    purchased: date | None = None
    building: str = ""
    room: str = ""
    prestage: str = ""
    groups: tuple[str, ...] | None = None
    attributes: tuple[tuple[str, str], ...] | None = None

    @property
    def subject(self) -> str:
        """Its key among the subjects of findings."""
        return subject_of(self.family, self.jamf_id)

    @property
    def last_seen(self) -> datetime | None:
        """When it last was in contact; an inventory is one, and some servers do not tell the others."""
        return max((at for at in (self.last_contact, self.last_inventory) if at), default=None)

    def is_pool(self, school: School) -> bool:
        """Whether it is shared on purpose, by the school's register entry or as a Shared iPad."""
        return self.shared is True or _is_of_pool(self, school.pool) or self.is_set_aside(school)

    def is_set_aside(self, school: School) -> bool:
        """Whether it is a shared device that no class can count on: of the office, or in store."""
        return is_named(self.name, school.administration_names + school.spare_names)

    def is_of_office(self, school: School) -> bool:
        """Whether it is a shared device of the school's office."""
        return is_named(self.name, school.administration_names)


def person_subject(school: str, uuid: str) -> str:
    """Key of a person among the subjects of findings."""
    return f"person:{school}/{uuid}"


def subject_of(family: Family, jamf_id: int) -> str:
    """Key of a device among the subjects of findings: ``device:4711``, ``computer:12``."""
    return f"{family}:{jamf_id}"


def is_named(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name fits one of these shell patterns."""
    return bool(patterns) and _any_of(patterns).match(name) is not None


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all of them: it is asked of every device, in every cycle."""
    return re.compile("|".join(map(translate, patterns)))


def _is_of_pool(device: Device, pool: PoolRules) -> bool:
    return (
        is_named(device.name, pool.names)
        or bool(device.building and device.building in pool.buildings)
        or bool(device.room and device.room in pool.rooms)
        or bool(device.prestage and device.prestage in pool.prestages)
        or any(group in pool.groups for group in device.groups or ())
        or any(f"{name}={value}" in pool.attributes for name, value in device.attributes or ())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine that Jamf Pro does not know, as the inventory has it; the key is its inventory number.

    Attributes:
        school: Schulnummer.
        use: what it is for, in the inventory's own word ("Unterricht").
    """

    number: str
    kind: MachineKind
    school: str
    serial: str = ""
    model: str = ""
    use: str = ""
    purchased: date | None = None


class AssignmentState(StrEnum):
    """What the user fields of a device come to."""

    NONE = "none"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    AMBIGUOUS = "ambiguous"
    UNDECIDED = "undecided"


class Assignment(Struct, frozen=True, kw_only=True, gc=False):
    """Device and person as Jamf's user fields say it.

    Attributes:
        step: the matching step that found the person, where one was found.
        reason: why nothing can be said, where it is undecided.
        near: where it is unmatched, whose login is clearly nearest to what the fields say.
    """

    state: AssignmentState
    step: str | None = None
    person: Person | None = None
    reason: str | None = None
    near: Person | None = None


Key = tuple[str, str]
"""Rule and subject: what makes a finding the same one in the next cycle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong with one subject under one rule.

    Attributes:
        details: plain facts for texts and exports; persons only by reference.
    """

    rule: str
    subject: str
    school: str
    severity: Severity
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Rule and subject."""
        return (self.rule, self.subject)
