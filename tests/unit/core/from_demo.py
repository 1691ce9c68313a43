"""The demo's district as the values of the core, and one look of all rules at it, as a cycle looks.

No server and no connector has a part in it: what is compared with the planted truth is matching and rules alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from mdm_sync.core.conditions import Conditions, Repair
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.matching import Candidates, Index, PersonIndex, match, person_mail_keys
from mdm_sync.core.model import (
    NO_SITE,
    Assignment,
    Device,
    DeviceKind,
    Family,
    Finding,
    Person,
    PoolRules,
    Role,
    School,
    SchoolClass,
    Stage,
    UserFields,
)
from mdm_sync.core.rules import DEVICE_RULES, DISTRICT_RULES, LOSS_RULES, PEOPLE_RULES, judge
from mdm_sync.core.stock import holders_in, stock_of
from mdm_sync.core.views import (
    NOWHERE,
    DistrictView,
    LossCase,
    LossView,
    PeopleView,
    Privileges,
    SchoolView,
    Source,
    Stock,
    Twins,
)
from mdm_sync.demo.model import DemoDevice, DemoPerson, DemoSchool, District
from mdm_sync.demo.model import Incident as DemoIncident
from tests.replacing import replace

_KINDS = {"iOS": DeviceKind.IPAD, "tvOS": DeviceKind.APPLE_TV, "macOS": DeviceKind.MAC, "Unknown": DeviceKind.UNKNOWN}
_FAMILIES = {"mobile": Family.MOBILE, "computer": Family.COMPUTER}


def school_of(demo: DemoSchool) -> School:
    return School(
        number=demo.number,
        name=demo.name,
        form=demo.form,
        campus=demo.campus or "",
        support=demo.support,
        stage=Stage(demo.stage),
        sites=(demo.site_name,),
        mail_domains=(demo.mail_domain, *demo.mail_aliases),
        login_suffixes=demo.login_suffixes,
        name_suffixes=demo.name_suffixes,
        pool=PoolRules(names=demo.pool_names),
        administration_names=tuple(name for name in demo.pool_names if "-Verwaltung-" in name),
        spare_names=tuple(name for name in demo.pool_names if "-Reserve-" in name),
    )


def person_of(demo: DemoPerson, school: DemoSchool) -> Person:
    groups = set(demo.groups)
    leaver = bool(groups & set(school.leaver_groups))
    years = [group.removeprefix("jahrgang.") for group in demo.groups if group.startswith("jahrgang.")]
    return Person(
        school=demo.school,
        uuid=demo.uuid,
        login=demo.login,
        mail=demo.mail,
        given_name=demo.given_name,
        family_name=demo.family_name,
        role=Role.UNKNOWN if leaver else _role(groups, school),
        leaver=leaver,
        classes=tuple(group for group in demo.groups if group.startswith("klasse.")),
        grade=int(years[0]) if years else None,
        ref=f"P-{demo.uuid}",
    )


def _role(groups: set[str], school: DemoSchool) -> Role:
    in_role = {
        Role.TEACHER: school.teacher_groups,
        Role.STAFF: school.staff_groups,
        Role.STUDENT: school.student_groups,
    }
    return next((role for role, names in in_role.items() if groups & set(names)), Role.UNKNOWN)


def device_of(demo: DemoDevice) -> Device:
    """What a section tells that did not come is None."""
    general = "general" not in demo.null_sections
    named = "userAndLocation" not in demo.null_sections
    site = NO_SITE if demo.site_id is None else demo.site_id
    return Device(
        jamf_id=demo.jamf_id,
        family=_FAMILIES[demo.family],
        serial=demo.serial,
        name=demo.name,
        asset_tag=demo.asset_tag,
        kind=_KINDS[demo.device_type],
        model=demo.model,
        site_id=site if general else None,
        shared=demo.shared_ipad if general else None,
        user=UserFields(username=demo.username, real_name=demo.real_name, email=demo.email) if named else None,
        managed=demo.managed if general else None,
        supervised=demo.supervised if general else None,
        lost_mode=demo.lost_mode if "security" not in demo.null_sections else None,
        lost_mode_since=demo.lost_mode_since if "security" not in demo.null_sections else None,
        last_inventory=demo.last_inventory if general else None,
        last_contact=demo.last_contact if general else None,
        last_enrolled=demo.last_enrolled if general else None,
        profile_expires=demo.profile_expires if general else None,
        purchased=demo.purchased if "purchasing" not in demo.null_sections else None,
        groups=demo.groups,
        attributes=demo.extension_attributes,
    )


_INCIDENT_KINDS = {
    "Diebstahl": IncidentKind.THEFT,
    "Verlust": IncidentKind.LOSS,
    "Schaden": IncidentKind.DAMAGE,
    "Reparatur": IncidentKind.REPAIR,
}
_HANDLINGS = {
    "offen": Handling.OPEN,
    "gesperrt": Handling.LOCKED,
    "in Reparatur": Handling.IN_REPAIR,
    "wiedergefunden": Handling.RECOVERED,
    "ausgebucht": Handling.WRITTEN_OFF,
    "abgeschlossen": Handling.CLOSED,
}


def incident_of(demo: DemoIncident) -> Incident:
    return Incident(
        case_number=demo.case_number,
        kind=_INCIDENT_KINDS[demo.kind],
        serial=demo.serial,
        asset_tag=demo.asset_tag,
        school=demo.school,
        happened=demo.happened,
        reported_at=demo.reported_at,
        handling=_HANDLINGS[demo.status],
    )


def commands_of(demo: DemoDevice) -> tuple[LockCommand, ...]:
    """The lock that waits for the device, where one does."""
    waiting = LockCommand(
        uuid=f"lock-{demo.jamf_id}",
        management_id=demo.management_id,
        kind="enable",
        state="pending",
        sent_at=demo.last_contact,
    )
    return (waiting,) if demo.pending_lock else ()


@dataclass
class Look:
    """One look of all rules at a district; who left on an earlier day is known as a leaver."""

    district: District
    former: tuple[District, ...] = ()

    @cached_property
    def conditions(self) -> Conditions:
        return Conditions(now=self.district.plan.now, repair=Repair(attribute="Status", values=("Reparatur",)))

    @cached_property
    def schools(self) -> tuple[School, ...]:
        return tuple(school_of(demo) for demo in self.district.schools)

    @cached_property
    def connected(self) -> tuple[School, ...]:
        return tuple(school for school in self.schools if school.stage is not Stage.NOT_CONNECTED)

    @cached_property
    def sites(self) -> dict[int, str]:
        of_schools = {demo.site_id: demo.site_name for demo in self.district.schools if demo.has_site}
        return of_schools | dict(self.district.extra_sites)

    @cached_property
    def devices(self) -> tuple[Device, ...]:
        return tuple(map(device_of, self.district.devices))

    @cached_property
    def devices_by_school(self) -> Mapping[str, tuple[Device, ...]]:
        owner = {name: school.number for school in self.schools for name in school.sites}
        found: defaultdict[str, list[Device]] = defaultdict(list)
        for device in self.devices:
            site = NO_SITE if device.site_id is None else device.site_id
            found[owner.get(self.sites.get(site, ""), "")].append(device)
        return {number: tuple(devices) for number, devices in found.items()}

    @cached_property
    def persons(self) -> Mapping[str, tuple[Person, ...]]:
        schools = {demo.number: demo for demo in self.district.schools}
        here = {(demo.school, demo.uuid) for demo in self.district.persons}
        left = {(demo.school, demo.uuid): demo for day in self.former for demo in day.persons}
        found: defaultdict[str, list[Person]] = defaultdict(list)
        for demo in self.district.persons:
            found[demo.school].append(person_of(demo, schools[demo.school]))
        for key, demo in left.items():
            if key not in here:
                gone = person_of(demo, schools[demo.school])
                found[demo.school].append(replace(gone, leaver=True, role=Role.UNKNOWN))
        return {school.number: tuple(found[school.number]) for school in self.connected}

    @cached_property
    def by_mail(self) -> Index:
        found: defaultdict[str, tuple[Person, ...]] = defaultdict(tuple)
        for school in self.connected:
            for person in self.persons[school.number]:
                for key in person_mail_keys(person, school.mail_domains):
                    found[key] += (person,)
        return found

    @cached_property
    def assignments(self) -> Mapping[str, Assignment]:
        unread = tuple(school for school in self.schools if school.stage is Stage.NOT_CONNECTED)
        found: dict[str, Assignment] = {}
        for school in (*self.connected, NOWHERE):
            persons = self.persons.get(school.number)
            candidates = Candidates(
                own=None if persons is None else PersonIndex.of(persons, school),
                elsewhere=self.by_mail,
                unread=unread,
            )
            for device in self.devices_by_school.get(school.number, ()):
                found[device.subject] = match(device, candidates)
        return found

    def school_view(self, school: School) -> SchoolView:
        return SchoolView(
            school=school,
            devices=self.devices_by_school.get(school.number, ()),
            assignments=self.assignments,
            conditions=self.conditions,
        )

    def findings(self) -> Iterator[Finding]:
        stocks: dict[str, Stock] = {}
        for school in (*self.connected, NOWHERE):
            view = self.school_view(school)
            stocks[school.number] = stock_of(view)
            yield from judge(view, DEVICE_RULES).findings
        held, held_here = self._held()
        for school in self.connected:
            people = self._people_view(school, stocks[school.number], held, held_here)
            yield from judge(people, PEOPLE_RULES).findings
            losses = LossView(school=school, cases=self._cases(school.number), conditions=self.conditions)
            yield from judge(losses, LOSS_RULES).findings
        yield from judge(self._district_view(), DISTRICT_RULES).findings

    @cached_property
    def incidents(self) -> Mapping[str, tuple[Incident, ...]]:
        """By serial number, else by asset tag."""
        found: defaultdict[str, tuple[Incident, ...]] = defaultdict(tuple)
        for one in map(incident_of, self.district.incidents):
            found[one.names] += (one,)
        return found

    def _cases(self, school: str) -> tuple[LossCase, ...]:
        waiting = {device_of(demo).subject: commands_of(demo) for demo in self.district.devices}
        return tuple(
            LossCase(
                subject=device.subject,
                serial=device.serial,
                device=device,
                incidents=self.incidents.get(device.serial, ()) + self.incidents.get(device.asset_tag, ()),
                assignment=self.assignments.get(device.subject),
                commands=waiting[device.subject],
            )
            for device in self.devices_by_school.get(school, ())
        ) + tuple(self._gone(school))

    def _gone(self, school: str) -> Iterator[LossCase]:
        """Devices that were there, and are missing for the second day."""
        here = {device.serial for day in (*self.former[-1:], self.district) for device in day.devices}
        sites = {demo.site_id: demo.number for demo in self.district.schools}
        for demo in {demo.jamf_id: demo for day in self.former for demo in day.devices}.values():
            if demo.serial not in here and sites.get(demo.site_id or NO_SITE) == school:
                subject, reported = device_of(demo).subject, self.incidents.get(demo.serial, ())
                yield LossCase(subject=subject, serial=demo.serial, incidents=reported)

    def _held(self) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
        held: dict[str, Counter[str]] = defaultdict(Counter)
        held_here: dict[str, Counter[str]] = defaultdict(Counter)
        for school in self.connected:
            for person, here in holders_in(self.school_view(school)):
                held[person.school][person.uuid] += 1
                held_here[person.school][person.uuid] += here
        return held, held_here

    def _people_view(
        self, school: School, stock: Stock, held: dict[str, Counter[str]], held_here: dict[str, Counter[str]]
    ) -> PeopleView:
        classes = (group for group in self.district.groups if group.school == school.number)
        return PeopleView(
            school=school,
            persons=self.persons[school.number],
            classes=tuple(SchoolClass(account=group.account, name=group.name) for group in classes),
            held=held[school.number],
            held_here=held_here[school.number],
            stock=stock,
            conditions=self.conditions,
        )

    def _district_view(self) -> DistrictView:
        now = self.conditions.now
        sources = (Source(name="jamf", known_since=now - timedelta(days=9), complete_at=now),)
        return DistrictView(
            schools=self.schools,
            sites=self.sites,
            twins=tuple(self._twins()),
            sources=sources,
            privileges=Privileges(),
            conditions=self.conditions,
        )

    def _twins(self) -> Iterable[Twins]:
        places: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for number, devices in self.devices_by_school.items():
            for device in devices:
                places[device.serial].append((device.subject, number))
        for serial, found in places.items():
            if serial and len(found) > 1:
                subjects, schools = zip(*found, strict=True)
                yield Twins(serial=serial, subjects=subjects, schools=schools)
