"""A district while it is being built: the only place where things change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Unpack
from uuid import UUID, uuid5

from mdm_sync.demo.district.fields import AccountFields, DeviceFields, IncidentFields, PersonFields
from mdm_sync.demo.district.names import draw_name, login_of, name_key
from mdm_sync.demo.district.schools import Layout
from mdm_sync.demo.model import (
    DemoDevice,
    DemoGroup,
    DemoPerson,
    DemoSchool,
    Incident,
    Plan,
    Planted,
)

DeviceKey = tuple[str, int]
PersonKey = tuple[str, str]

_NAMESPACE = UUID("6f7d3c1e-52f4-4f0e-9a39-3a1f5a0b7c11")
GRACE_DAYS = 14
"""How long a person may be gone before the truth expects ``user-left``."""

_DAY_SLICE = timedelta(hours=4)
_DAYS_WITH_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Holding:
    """A person and the personal device that they hold."""

    person: PersonKey
    device: DeviceKey


@dataclass(slots=True, kw_only=True)
class SchoolDraft:
    """One school while it is being built.

    Attributes:
        grades: grade of each student by ``uuid``, where the form has grades.
        held: students' 1:1 devices that nothing has been planted on yet, in random order.
        taught: the same for teachers.
        sharing: students who need no device of their own, not yet used for anything planted.
        class_sets: how many shared devices each class of grades 1 and 2 gets.
        repairs: devices that are away in repair, with the report behind each.
        classmate: a student of a 1:1 class, into which a newcomer may be put; None where the school has no such class.
    """

    layout: Layout
    random: Random
    groups: dict[str, DemoGroup] = field(default_factory=dict)
    logins: set[str] = field(default_factory=set)
    names: Counter[str] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    grades: dict[str, int] = field(default_factory=dict)
    held: list[Holding] = field(default_factory=list)
    taught: list[Holding] = field(default_factory=list)
    sharing: list[PersonKey] = field(default_factory=list)
    class_sets: dict[str, int] = field(default_factory=dict)
    repairs: list[tuple[Holding, Incident]] = field(default_factory=list)
    classmate: DemoPerson | None = None

    @property
    def school(self) -> DemoSchool:
        """The finished part of it."""
        return self.layout.school

    def next_name(self, kind: str, digits: int = 4) -> str:
        """Next free device name of a kind: "GSAH-iPad-0001"."""
        self.numbers[kind] += 1
        return f"{self.layout.code}-{kind}-{self.numbers[kind]:0{digits}d}"


@dataclass(slots=True, kw_only=True)
class Draft:
    """A whole district while it is being built."""

    plan: Plan
    random: Random
    schools: dict[str, SchoolDraft]
    persons: dict[PersonKey, DemoPerson] = field(default_factory=dict)
    devices: dict[DeviceKey, DemoDevice] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    truth: dict[tuple[str, str], Planted] = field(default_factory=dict)
    ids: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    extra_sites: list[tuple[int, str]] = field(default_factory=list)

    def moment(self, day: int) -> datetime:
        """When the changes of a day are dated: a slice of the last hours before ``plan.now``, later days later."""
        return self.plan.now - _DAY_SLICE * max(0, _DAYS_WITH_CHANGES - day) - timedelta(hours=1)

    def derive(self, *parts: str) -> str:
        """A UUID that the seed and the parts alone decide."""
        return str(uuid5(_NAMESPACE, "/".join((str(self.plan.seed), *parts))))

    def plantable(self) -> list[SchoolDraft]:
        """Schools where something wrong may be put."""
        return [school for school in self.schools.values() if school.layout.plantable]

    def school_of(self, key: DeviceKey) -> str | None:
        """Number of the school whose site the device has."""
        site = self.devices[key].site_id
        return next((s.school.number for s in self.schools.values() if s.school.site_id == site), None)

    def draw_name(self) -> tuple[str, str]:
        """Draw a name for somebody who is planted."""
        return draw_name(self.random)

    def is_free(self, school: SchoolDraft, name: tuple[str, str]) -> bool:
        """Whether nobody at the school has that name, or the account that it makes."""
        return not school.names[name_key(*name)] and login_of(*name) not in school.logins

    def keep_free(self, school: SchoolDraft, name: tuple[str, str]) -> None:
        """See to it that nobody of that name comes to the school later, because a device there says it."""
        school.names[name_key(*name)] += 1
        school.logins.add(login_of(*name))

    def release(self, school: SchoolDraft, name: tuple[str, str]) -> None:
        """Take ``keep_free`` back: now somebody of that name comes."""
        school.names[name_key(*name)] -= 1
        school.logins.discard(login_of(*name))

    def add_group(self, school: SchoolDraft, account: str, name: str) -> None:
        """Add a group, unless it is there."""
        number = school.school.number
        if account not in school.groups:
            uuid = self.derive("group", number, account)
            school.groups[account] = DemoGroup(school=number, uuid=uuid, account=account, name=name)

    def add_person(
        self,
        school: SchoolDraft,
        groups: Iterable[str],
        name: tuple[str, str] | None = None,
        **fields: Unpack[AccountFields],
    ) -> DemoPerson:
        """Add an account with a login that is free at the school; ``fields`` may give uuid, login and mail."""
        given, family = name or draw_name(school.random)
        wanted = fields.get("login") or login_of(given, family)
        login, copy = wanted, 1
        while login in school.logins:
            copy += 1
            login = f"{wanted}{copy}"
        school.logins.add(login)
        school.names[name_key(given, family)] += 1
        number = school.school.number
        person = DemoPerson(
            school=number,
            uuid=fields.get("uuid", self.derive("person", number, login)),
            login=login,
            given_name=given,
            family_name=family,
            mail=fields.get("mail", f"{login}@{school.school.mail_domain}"),
            groups=tuple(groups),
        )
        self.persons[number, person.uuid] = person
        return person

    def change_person(self, key: PersonKey, **changes: Unpack[PersonFields]) -> DemoPerson:
        """Replace fields of a person."""
        self.persons[key] = replace(self.persons[key], **changes)
        return self.persons[key]

    def add_device(self, **fields: Unpack[DeviceFields]) -> DeviceKey:
        """Add a record at Jamf under the next id of its family, with made-up identifiers where none are given."""
        family = fields.setdefault("family", "mobile")
        self.ids[family] += 1
        number = self.ids[family]
        fields.setdefault("serial", self._serial(family, number))
        fields.setdefault("udid", self._udid(family, number))
        fields.setdefault("management_id", self.derive("management", family, str(number)))
        self.devices[family, number] = DemoDevice(jamf_id=number, **fields)
        return family, number

    def change_device(self, key: DeviceKey, **changes: Unpack[DeviceFields]) -> DemoDevice:
        """Replace fields of a device."""
        self.devices[key] = replace(self.devices[key], **changes)
        return self.devices[key]

    def add_incident(self, key: DeviceKey, kind: str, status: str, reported_at: datetime) -> Incident:
        """Record what the school of a device's site reports about it."""
        device, school = self.devices[key], self.school_of(key) or ""
        return self.record(kind, status, reported_at, serial=device.serial, asset_tag=device.asset_tag, school=school)

    def record(self, kind: str, status: str, reported_at: datetime, **about: str) -> Incident:
        """Record a report; ``about`` gives serial, asset tag and school. It happened on the day before."""
        self.cases += 1
        incident = Incident(
            case_number=f"V-{reported_at:%Y}-{self.cases:05d}",
            kind=kind,
            happened=(reported_at - timedelta(days=1)).date(),
            reported_at=reported_at,
            status=status,
            **about,
        )
        self.incidents[incident.case_number] = incident
        return incident

    def change_incident(self, incident: Incident, **changes: Unpack[IncidentFields]) -> None:
        """Replace fields of an incident."""
        self.incidents[incident.case_number] = replace(incident, **changes)

    def plant(self, rule: str, subject: str, school: str | None, *, finding: bool, reason: str) -> None:
        """Write down what is to be found, or is not to be, in place of what stood there for the same subject."""
        self.truth[rule, subject] = Planted(rule=rule, subject=subject, school=school, finding=finding, reason=reason)

    def plant_device(self, rule: str, key: DeviceKey, *, finding: bool, reason: str) -> None:
        """The same for a device, at the school of its site."""
        self.plant(rule, device_subject(key), self.school_of(key), finding=finding, reason=reason)

    def plant_person(self, rule: str, key: PersonKey, *, finding: bool, reason: str) -> None:
        """The same for a person."""
        self.plant(rule, person_subject(key), key[0], finding=finding, reason=reason)

    def plant_left(self, key: DeviceKey, since: int, reason: str) -> None:
        """Write down ``user-left``: due once the person has been gone for longer than the grace period."""
        due = since + GRACE_DAYS + 2
        reason = f"{reason} Since day {since}; due from day {due} on, after a grace period of {GRACE_DAYS} days."
        self.plant_device("user-left", key, finding=self.plan.day >= due, reason=reason)

    def plant_moved(self, key: DeviceKey, since: int, reason: str) -> None:
        """Write down ``user-moved``, the hint that comes with ``user-left``."""
        finding = self.plan.day >= since + GRACE_DAYS + 2
        self.plant_device("user-moved", key, finding=finding, reason=f"{reason} A hint beside user-left, due with it.")

    def _serial(self, family: str, number: int) -> str:
        """Twelve characters or a few more in the manner of Apple's, the number in front so that no two are alike."""
        letters = self.derive("serial", family, str(number)).replace("-", "").upper()
        return f"{'DM' if family == 'mobile' else 'C0'}{number:05d}{letters[:5]}"

    def _udid(self, family: str, number: int) -> str:
        digits = self.derive("udid", family, str(number)).replace("-", "").upper()
        return f"00008103-{digits[:16]}"


def device_subject(key: DeviceKey) -> str:
    """Key of a device in findings."""
    family, number = key
    return f"{'computer' if family == 'computer' else 'device'}:{number}"


def person_subject(key: PersonKey) -> str:
    """Key of a person in findings."""
    school, uuid = key
    return f"person:{school}/{uuid}"
