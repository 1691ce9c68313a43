"""The stock of a school when nothing is wrong: a device for each who is to have one, shared ones for the others."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import Unpack

from mdm_sync.demo.district.classes import SHARED_GRADES, class_of
from mdm_sync.demo.district.devices import add_personal, add_pool, fresh, user_fields
from mdm_sync.demo.district.draft import DeviceKey, Draft, Holding, SchoolDraft
from mdm_sync.demo.district.fields import DeviceFields
from mdm_sync.demo.district.figures import (
    BERUFSKOLLEG,
    GRUNDSCHULE,
    IN_REPAIR,
    IPADS,
    LOST_IN_YEAR,
    SCHOOLS,
    STOLEN_IN_YEAR,
    apportion,
)
from mdm_sync.demo.district.figures import FORMS as ALL_FORMS
from mdm_sync.demo.district.persons import Roll
from mdm_sync.demo.district.schools import Part
from mdm_sync.demo.model import DemoDevice, DemoPerson, Incident

THEFT, LOSS, DAMAGE, REPAIR = "Diebstahl", "Verlust", "Schaden", "Reparatur"
OPEN, LOCKED, AWAY = "offen", "gesperrt", "in Reparatur"
RECOVERED, WRITTEN_OFF, CLOSED = "wiedergefunden", "ausgebucht", "abgeschlossen"

EARLIER = timedelta(days=400)
"""How long ago the other damages and repairs were reported: those of the last twelve months are the ones in repair."""

_DAYS_AGO = (30, 350)
STATUS_FIELD = "Status"
_SEATS_IN_TEN = 7
_TROLLEY_SIZE = 16


def equip(draft: Draft, school: SchoolDraft, roll: Roll) -> None:
    """Give each teacher and each student of a 1:1 class a device, and send some to repair."""
    seen: Counter[str] = Counter()
    is_one_to_one = school.layout.form.key != BERUFSKOLLEG
    for person in roll.students:
        if _needs_own(school, person, seen):
            school.held.append(_assign(draft, school, person, teacher=False))
            school.classmate = person if is_one_to_one else None
        else:
            school.sharing.append((person.school, person.uuid))
    school.taught = [_assign(draft, school, person, teacher=True) for person in roll.teachers]
    school.random.shuffle(school.held)
    school.random.shuffle(school.taught)
    school.random.shuffle(school.sharing)
    for _ in range(min(school.layout.size.repairs, len(school.held) // 4)):
        holding = school.held.pop()
        school.repairs.append((holding, send_to_repair(draft, holding.device, days=school.random.randint(1, 6))))
    _plan_class_sets(draft, school)
    _add_others(draft, school)


def _needs_own(school: SchoolDraft, person: DemoPerson, seen: Counter[str]) -> bool:
    """Whether the person's form and grade are 1:1; at a Berufskolleg seven students of ten in each class have one."""
    form = school.layout.form.key
    if form == GRUNDSCHULE:
        return school.grades[person.uuid] not in SHARED_GRADES
    if form != BERUFSKOLLEG:
        return True
    class_account = class_of(person)
    seen[class_account] += 1
    return (seen[class_account] - 1) % 10 < _SEATS_IN_TEN


def in_repair_since(since: datetime) -> tuple[tuple[str, str], ...]:
    """The extension attributes of a device that is away in repair."""
    return (STATUS_FIELD, "Reparatur"), ("Reparatur seit", since.date().isoformat())


def send_to_repair(draft: Draft, key: DeviceKey, days: int) -> Incident:
    """Mark a device as away in repair for some days, with the incident behind it."""
    since = draft.moment(1) - timedelta(days=days)
    draft.change_device(key, extension_attributes=in_repair_since(since))
    return draft.add_incident(key, DAMAGE, AWAY, since)


def fill(draft: Draft) -> None:
    """Add shared iPads until each school has as many as its size says, and spare ones until the district has."""
    counts = ipads_in_schools(draft.devices.values(), draft.incidents.values())
    for school in draft.schools.values():
        before = len(draft.devices)
        _add_class_sets(draft, school)
        missing = school.layout.size.ipads - counts[school.school.site_id] - (len(draft.devices) - before)
        _add_trolleys(draft, school, missing)
    _add_spares(draft)


def close_old_cases(draft: Draft) -> None:
    """Add the thefts and losses of the last twelve months that are over: written off, and removed from Jamf.

    Where the year is old enough they are all of it, so that its yearly report has as many as the figures say.
    """
    part = draft.plan.scale * len(draft.schools) / SCHOOLS
    schools = [school for school in draft.schools.values() if school.layout.size.ipads]
    since_new_year = draft.moment(1).timetuple().tm_yday - 2
    first, last = _DAYS_AGO
    longest = last if since_new_year < 2 * first else min(last, since_new_year)
    for kind, in_year in ((THEFT, STOLEN_IN_YEAR), (LOSS, LOST_IN_YEAR)):
        there = sum(incident.kind == kind for incident in draft.incidents.values())
        for nth in range(round(in_year * part) - there):
            school = draft.random.choice(schools)
            reported_at = draft.moment(1) - timedelta(days=draft.random.randint(first, longest))
            serial = f"DMZ{'T' if kind == THEFT else 'L'}{nth:04d}{draft.derive(kind, str(nth))[:4].upper()}"
            draft.record(kind, WRITTEN_OFF, reported_at, serial=serial, asset_tag="", school=school.school.number)


def is_in_repair(device: DemoDevice) -> bool:
    """Whether the device's extension attribute says that it is away in repair."""
    return (STATUS_FIELD, "Reparatur") in device.extension_attributes


def missing_serials(devices: Collection[DemoDevice], incidents: Iterable[Incident]) -> set[str]:
    """Serials of devices that are reported stolen or lost, by serial or asset tag, and not found again."""
    reported = [i for i in incidents if i.kind in (THEFT, LOSS) and i.status in (OPEN, LOCKED)]
    tags = {i.asset_tag for i in reported if not i.serial}
    return {i.serial for i in reported if i.serial} | {d.serial for d in devices if tags and d.asset_tag in tags}


def ipads_in_schools(devices: Collection[DemoDevice], incidents: Iterable[Incident]) -> dict[int | None, int]:
    """IPads by site, as the yearly report counts them: each serial once; none in repair, stolen, lost or spare."""
    gone = missing_serials(devices, incidents)
    serials: defaultdict[int | None, set[str]] = defaultdict(set)
    for device in devices:
        away = is_in_repair(device) or device.serial in gone
        if device.family == "mobile" and device.device_type == "iOS" and not away and "-Reserve-" not in device.name:
            serials[device.site_id].add(device.serial)
    return defaultdict(int, {site: len(found) for site, found in serials.items()})


def _assign(draft: Draft, school: SchoolDraft, person: DemoPerson, *, teacher: bool) -> Holding:
    device = add_personal(draft, school, **user_fields(school, person, teacher=teacher))
    return Holding((person.school, person.uuid), device)


def _plan_class_sets(draft: Draft, school: SchoolDraft) -> None:
    """One device for two pupils, and one more, for each class of grades 1 and 2."""
    if school.layout.form.key != GRUNDSCHULE or school.layout.part in (Part.SHORT, Part.TROLLEYS):
        return
    pupils = Counter(class_of(draft.persons[key]) for key in school.sharing)
    school.class_sets = {account: ceil(count / 2) + 1 for account, count in sorted(pupils.items())}


def _add_others(draft: Draft, school: SchoolDraft) -> None:
    """An Apple TV for every school, a Mac where students are older."""
    if school.layout.part is Part.FOUNDING:
        return
    add_apple_tv(draft, school)
    if school.layout.form.key != GRUNDSCHULE:
        add_mac(draft, school)


def add_apple_tv(draft: Draft, school: SchoolDraft, **changes: Unpack[DeviceFields]) -> DeviceKey:
    """Add an Apple TV of a classroom."""
    name = school.next_name("AppleTV", 2)
    fields: DeviceFields = {
        "device_type": "tvOS",
        "name": name,
        "room": f"R {school.numbers['AppleTV']:03d}",
        "model": "Apple TV 4K (3rd generation)",
        "model_identifier": "AppleTV14,1",
    }
    return add_personal(draft, school, **(fields | changes))


def add_mac(draft: Draft, school: SchoolDraft, **changes: Unpack[DeviceFields]) -> DeviceKey:
    """Add a Mac of a music room or an office."""
    fields = fresh(draft, school.random) | {
        "family": "computer",
        "device_type": "macOS",
        "name": school.next_name("Mac", 2),
        "site_id": school.school.site_id,
        "building": school.school.site_name,
        "model": "MacBook Air (13-inch, M2, 2022)",
        "model_identifier": "Mac14,2",
        "asset_tag": f"IT-9{draft.ids['computer'] + 1:05d}",
    }
    return draft.add_device(**(fields | changes))


def _add_class_sets(draft: Draft, school: SchoolDraft) -> None:
    """The sets of grades 1 and 2; each device is in the Jamf group of its class."""
    for account, count in school.class_sets.items():
        class_name = school.groups[account].name
        short = account.removeprefix("klasse.")
        for _ in range(count):
            name = school.next_name(f"Klassensatz-{short}", 2)
            add_pool(draft, school, name=name, groups=(class_name,), room=class_name)


def _add_trolleys(draft: Draft, school: SchoolDraft, count: int) -> None:
    for nth in range(count):
        trolley = nth // _TROLLEY_SIZE + 1
        name = school.next_name("Verwaltung", 2) if nth == 1 else school.next_name(f"Koffer-{trolley:02d}", 2)
        add_pool(draft, school, name=name)


def _add_spares(draft: Draft) -> None:
    """What the district has beyond schools and repair; stolen, lost and siteless ones are part of it."""
    schools = [school for school in draft.schools.values() if school.layout.size.ipads]
    beyond = IPADS - sum(form.ipads for form in ALL_FORMS) - IN_REPAIR
    wanted = round(beyond * draft.plan.scale * len(draft.schools) / SCHOOLS)
    gone = missing_serials(draft.devices.values(), draft.incidents.values())
    ipads = [d for d in draft.devices.values() if d.device_type == "iOS"]
    there = len({d.serial for d in ipads if d.serial in gone or d.site_id is None})
    for school, count in zip(schools, apportion(max(0, wanted - there), [1.0] * len(schools)), strict=True):
        for _ in range(count):
            add_pool(draft, school, name=school.next_name("Reserve", 2), room="Lager")
