"""A small invented district: two schools whose domains are known, one whose domains are not, and people in them."""

from collections.abc import Mapping

from mdm_sync.core.matching import Candidates, Index, PersonIndex, match
from mdm_sync.core.model import (
    Device,
    DeviceKind,
    Finding,
    Person,
    Role,
    School,
    SchoolView,
    Severity,
    UserFields,
)
from mdm_sync.core.rules import RULES, Judgement, judge

NORD = School(
    number="100001",
    name="Schule Nord",
    form="02",
    sites=("Nord",),
    mail_domains=("nord.example",),
    pool_names=("Wagen-*", "Koffer [AB]?"),
)
SUED = School(number="100002", name="Schule Süd", form="10", sites=("Süd",), mail_domains=("sued.example",))
WEST = School(number="100003", name="Schule West", form="20", sites=("West",))
"""Its mail domains are not known."""


def person(
    login: str, *, school: School = NORD, mail: str | None = None, uuid: str | None = None, role: Role = Role.STUDENT
) -> Person:
    """An account; without more its address is the login at the school's first domain."""
    return Person(
        school=school.number,
        uuid=uuid or f"uuid-{login}",
        login=login,
        mail=f"{login}@{school.mail_domains[0]}" if mail is None else mail,
        role=role,
        ref=f"P-{login}-{school.number}",
    )


MAX = person("max.mueller")
ANNA = person("anna.gruen")
MAX_SUED = person("max.mueller", school=SUED)
EMIL_SUED = person("emil.koenig", school=SUED)
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
    """These persons by their address, as those of other schools are found."""
    return PersonIndex.of(persons).by_mail


def among(*own: Person, elsewhere: tuple[Person, ...] = (), unread: tuple[School, ...] = ()) -> Candidates:
    """Where a device's person is looked for, once the own school has been read."""
    return Candidates(own=PersonIndex.of(own), elsewhere=by_mail(*elsewhere), unread=unread)


def own_school_unread(*elsewhere: Person) -> Candidates:
    """Where a device's person is looked for while the own school has not been read."""
    return Candidates(own=None, elsewhere=by_mail(*elsewhere))


READ = among(MAX, ANNA, TEACHER, elsewhere=(MAX_SUED, EMIL_SUED, TEACHER_SUED))
"""Both schools have been read, and no other one is there."""


def judged(rule_id: str, device: Device, candidates: Candidates = READ) -> Judgement:
    """What one rule says of a device in the first school's site."""
    view = SchoolView(school=NORD, devices=(device,), assignments={device.jamf_id: match(device, candidates)})
    return judge(view, [rule for rule in RULES if rule.id == rule_id])


FINE = Judgement()


def wrong(rule_id: str, **more: str) -> Judgement:
    """The judgement that finds the device of ``ipad()`` wrong, and nothing else."""
    return Judgement(findings=(finding(rule_id, details={"serial": "DMPX1", "asset_tag": "INV-1", **more}),))


def unclear(rule_id: str) -> Judgement:
    """The judgement that leaves the device of ``ipad()`` open."""
    return Judgement(unclear=frozenset({(rule_id, "device:1")}))


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
