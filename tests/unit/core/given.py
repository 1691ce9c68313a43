"""A small invented district: two schools whose domains are known, one whose domains are not, and people in them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from mdm_sync.core.conditions import Conditions
from mdm_sync.core.matching import Candidates, Index, PersonIndex, match, person_mail_keys
from mdm_sync.core.model import (
    Device,
    DeviceKind,
    Finding,
    Person,
    PoolRules,
    Role,
    School,
    SchoolClass,
    Severity,
    UserFields,
)
from mdm_sync.core.rules import DEVICE_RULES, DISTRICT_RULES, PEOPLE_RULES, Judgement, judge
from mdm_sync.core.views import DistrictView, PeopleView, Privileges, RefusedMail, SchoolView, Source, Stock, Twins
from tests.replacing import replace

NORD = School(
    number="100001",
    name="Schule Nord",
    form="02",
    sites=("Nord",),
    mail_domains=("nord.example",),
    pool=PoolRules(names=("Wagen-*", "Koffer [AB]?")),
)
SUED = School(number="100002", name="Schule Süd", form="10", sites=("Süd",), mail_domains=("sued.example",))
WEST = School(number="100003", name="Schule West", form="20", sites=("West",))
"""Its mail domains are not known."""


NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
"""A Monday."""
CONDITIONS = Conditions(now=NOW)


def person(
    login: str,
    *,
    school: School = NORD,
    mail: str | None = None,
    uuid: str | None = None,
    role: Role = Role.STUDENT,
    name: tuple[str, str] = ("", ""),
) -> Person:
    """An account; without more its address is the login at the school's first domain, and its name is not known."""
    return Person(
        school=school.number,
        uuid=uuid or f"uuid-{login}",
        login=login,
        mail=f"{login}@{school.mail_domains[0]}" if mail is None else mail,
        role=role,
        given_name=name[0],
        family_name=name[1],
        ref=f"P-{login}-{school.number}",
    )


MAX = person("max.mueller", name=("Max", "Müller"))
ANNA = person("anna.gruen", name=("Anna", "Grün"))
MAX_SUED = person("max.mueller", school=SUED)
EMIL_SUED = person("emil.koenig", school=SUED, name=("Emil", "König"))
TEACHER = person("t.weiss", role=Role.TEACHER)
TEACHER_SUED = person("tanja.weiss", school=SUED, role=Role.TEACHER)


def user(username: str = "", email: str = "", *, real_name: str = "") -> UserFields:
    """What the record of a device says of its user."""
    return UserFields(username=username, real_name=real_name, email=email)


NOBODY = user()


def ipad(
    names: UserFields | None = NOBODY,
    *,
    name: str = "iPad von Nord",
    kind: DeviceKind = DeviceKind.IPAD,
    shared: bool | None = False,
    jamf_id: int = 1,
) -> Device:
    """A device in the first site, without more a personal iPad that names nobody."""
    return Device(
        jamf_id=jamf_id,
        serial=f"DMPX{jamf_id}",
        name=name,
        asset_tag=f"INV-{jamf_id}",
        kind=kind,
        model="iPad (9. Generation)",
        site_id=10,
        shared=shared,
        user=names,
    )


def by_mail(*persons: Person) -> Index:
    """These persons by their addresses, as those of other schools are found."""
    domains = {school.number: school.mail_domains for school in (NORD, SUED, WEST)}
    found: defaultdict[str, tuple[Person, ...]] = defaultdict(tuple)
    for who in persons:
        for key in person_mail_keys(who, domains[who.school]):
            found[key] += (who,)
    return dict(found)


def among(
    *own: Person,
    elsewhere: tuple[Person, ...] = (),
    former: tuple[Person, ...] = (),
    former_elsewhere: tuple[Person, ...] = (),
    unread: tuple[School, ...] = (),
    school: School = NORD,
) -> Candidates:
    """Where a device's person is looked for, once the own school has been read."""
    return Candidates(
        own=PersonIndex.of(own, school),
        elsewhere=by_mail(*elsewhere),
        former=PersonIndex.of(former, school),
        former_elsewhere=by_mail(*former_elsewhere),
        unread=unread,
    )


def own_school_unread(*elsewhere: Person) -> Candidates:
    """Where a device's person is looked for while the own school has not been read."""
    return Candidates(own=None, elsewhere=by_mail(*elsewhere))


READ = among(MAX, ANNA, TEACHER, elsewhere=(MAX_SUED, EMIL_SUED, TEACHER_SUED))
"""Both schools have been read, and no other one is there."""


def school_view(
    *devices: Device, candidates: Candidates = READ, school: School = NORD, conditions: Conditions = CONDITIONS
) -> SchoolView:
    """These devices in the site of a school, each with what its user fields come to."""
    assignments = {device.subject: match(device, candidates) for device in devices}
    return SchoolView(school=school, devices=devices, assignments=assignments, conditions=conditions)


def judged(
    rule_id: str,
    device: Device,
    candidates: Candidates = READ,
    *,
    school: School = NORD,
    conditions: Conditions = CONDITIONS,
) -> Judgement:
    """What one rule says of a device in the first school's site."""
    view = school_view(device, candidates=candidates, school=school, conditions=conditions)
    return judge(view, [rule for rule in DEVICE_RULES if rule.id == rule_id])


def pupil(login: str, *classes: str, grade: int | None = None, school: School = NORD) -> Person:
    """A student of these classes."""
    return replace(person(login, school=school), classes=classes, grade=grade)


class PeopleFields(TypedDict, total=False):
    """What may be said of a school beside its people."""

    school: School
    classes: tuple[SchoolClass, ...]
    stock: Stock
    conditions: Conditions
    unsure: frozenset[str]


def people_judged(
    rule_id: str,
    *persons: Person,
    held: Mapping[str, int] | None = None,
    held_here: Mapping[str, int] | None = None,
    **fields: Unpack[PeopleFields],
) -> Judgement:
    """What one rule says of a school's people; what they hold is by login."""
    view = PeopleView(
        school=NORD,
        persons=persons,
        classes=(),
        held={f"uuid-{login}": count for login, count in (held or {}).items()},
        held_here={f"uuid-{login}": count for login, count in (held_here or {}).items()},
        stock=Stock(),
        conditions=CONDITIONS,
    )
    return judge(replace(view, **fields), [rule for rule in PEOPLE_RULES if rule.id == rule_id])


class DistrictFields(TypedDict, total=False):
    """What may be said of the district."""

    schools: tuple[School, ...]
    sites: Mapping[int, str] | None
    twins: tuple[Twins, ...]
    sources: tuple[Source, ...]
    privileges: Privileges
    refused_mails: tuple[RefusedMail, ...]
    conditions: Conditions
    refused_summary: str | None


def district_judged(rule_id: str, **fields: Unpack[DistrictFields]) -> Judgement:
    """What one rule says of the district."""
    view = DistrictView(
        schools=(NORD, SUED, WEST), sites=None, twins=(), sources=(), privileges=Privileges(), conditions=CONDITIONS
    )
    return judge(replace(view, **fields), [rule for rule in DISTRICT_RULES if rule.id == rule_id])


FINE = Judgement()


def wrong(rule_id: str, *, severity: Severity = Severity.WARNING, **more: str) -> Judgement:
    """The judgement that finds the device of ``ipad()`` wrong, and nothing else."""
    details = {"serial": "DMPX1", "asset_tag": "INV-1", **more}
    return Judgement(findings=(finding(rule_id, details=details, severity=severity),))


def unclear(rule_id: str) -> Judgement:
    """The judgement that leaves the device of ``ipad()`` open."""
    return Judgement(unclear=frozenset({(rule_id, "device:1")}))


def keys(judgement: Judgement) -> list[str]:
    """Subjects of the findings."""
    return [one.subject for one in judgement.findings]


def finding(
    rule_id: str = "unknown-user",
    subject: str = "device:1",
    *,
    school: School = NORD,
    severity: Severity = Severity.WARNING,
    details: Mapping[str, str] | None = None,
) -> Finding:
    """A finding of the first school."""
    return Finding(rule=rule_id, subject=subject, school=school.number, severity=severity, details=details or {})
