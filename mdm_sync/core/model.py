"""The things that the program talks about, in the words of the design."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from fnmatch import fnmatchcase
from typing import Self

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
    OTHER = "other"
    UNKNOWN = "unknown"


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
class School:
    """One school as the register knows it.

    Attributes:
        number: Schulnummer, six digits.
        sites: names of its sites at Jamf Pro.
        mail_domains: domains of its mail addresses; empty where they are not known.
        pool_names: shell patterns of the names of devices that are shared on purpose.
    """

    number: str
    name: str
    form: str = ""
    stage: Stage = Stage.LIVE
    sites: tuple[str, ...] = ()
    directory: DirectoryAddress | None = None
    mail_domains: tuple[str, ...] = ()
    student_groups: tuple[str, ...] = ()
    teacher_groups: tuple[str, ...] = ()
    staff_groups: tuple[str, ...] = ()
    pool_names: tuple[str, ...] = ()

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
class Person:
    """One account of one school's IServ; the key is (school, uuid).

    Attributes:
        uuid: IServ's own identifier; ``uidNumber`` may be given out again and is no key.
        ref: the reference that stands for the person in logs, exports and mails; "" before it is stored.
    """

    school: str
    uuid: str
    login: str
    mail: str
    role: Role
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFields:
    """Whom a device's record at Jamf Pro names."""

    username: str = ""
    real_name: str = ""
    email: str = ""

    @property
    def empty(self) -> bool:
        """Whether they name nobody; white space counts as nothing."""
        return not (self.username.strip() or self.real_name.strip() or self.email.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One mobile device record at Jamf Pro.

    Attributes:
        site_id: NO_SITE for none; None where the answer did not say.
        shared: a Shared iPad by Apple's meaning; None where the answer did not say.
        user: None where the answer did not say.
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

    @property
    def subject(self) -> str:
        """Its key among the subjects of findings."""
        return f"device:{self.jamf_id}"

    def is_pool(self, school: School) -> bool:
        """Whether it is shared on purpose, by the school's register entry or as a Shared iPad."""
        return self.shared is True or any(fnmatchcase(self.name, pattern) for pattern in school.pool_names)


class AssignmentState(StrEnum):
    """What the user fields of a device come to."""

    NONE = "none"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    AMBIGUOUS = "ambiguous"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Device and person as Jamf's user fields say it.

    Attributes:
        step: the matching step that found the person, where one was found.
        reason: why nothing can be said, where it is undecided.
    """

    state: AssignmentState
    step: str | None = None
    person: Person | None = None
    reason: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolView:
    """All that the rules see of one school: its devices and what their user fields come to, by Jamf id."""

    school: School
    devices: tuple[Device, ...]
    assignments: Mapping[int, Assignment]
