"""Devices as they stand at Jamf when nothing is wrong, and how schools fill in the user fields."""

from datetime import timedelta
from random import Random
from typing import Unpack

from mdm_sync.demo.district.draft import DeviceKey, Draft, SchoolDraft
from mdm_sync.demo.district.fields import DeviceFields
from mdm_sync.demo.district.names import name_key
from mdm_sync.demo.district.schools import UserFields
from mdm_sync.demo.model import DemoPerson

_YOUNGEST_DAYS, _OLDEST_DAYS = 60, 1_700
_MODELS = (
    (400, "iPad (A16)", "iPad15,7"),
    (900, "iPad (10th Generation)", "iPad13,18"),
    (1_500, "iPad (9th Generation)", "iPad12,1"),
    (1_900, "iPad (8th Generation)", "iPad11,6"),
    (2_400, "iPad (7th Generation)", "iPad7,11"),
    (100_000, "iPad (6th Generation)", "iPad7,5"),
)
_SHARE_PHONE = 0.3
_SHARE_NAME_ONLY = 0.1


def fresh(draft: Draft, random: Random, age_days: int | None = None) -> DeviceFields:
    """Dates, model and asset tag of a device that works: at most five years old, seen within three days."""
    age = age_days if age_days is not None else random.randint(_YOUNGEST_DAYS, _OLDEST_DAYS)
    now = draft.plan.now
    inventory = draft.moment(1) - timedelta(minutes=random.randint(200, 3_500))
    model, identifier = next((name, code) for limit, name, code in _MODELS if age <= limit)
    return {
        "model": model,
        "model_identifier": identifier,
        "asset_tag": f"IT-{draft.ids['mobile'] + 1:06d}",
        "purchased": (now - timedelta(days=age)).date(),
        "last_inventory": inventory,
        "last_contact": inventory + timedelta(minutes=random.randint(0, 180)),
        "last_enrolled": now - timedelta(days=max(1, age - random.randint(5, 50))),
        "profile_expires": now + timedelta(days=random.randint(200, 700)),
    }


def add_personal(draft: Draft, school: SchoolDraft, **changes: Unpack[DeviceFields]) -> DeviceKey:
    """Add an iPad meant for one person; without ``changes`` it names none."""
    layout = school.layout
    fields = fresh(draft, school.random) | {
        "name": school.next_name("iPad"),
        "site_id": layout.school.site_id,
        "building": layout.school.site_name,
    }
    return draft.add_device(**(fields | changes))


def add_pool(draft: Draft, school: SchoolDraft, **changes: Unpack[DeviceFields]) -> DeviceKey:
    """Add an iPad that is shared on purpose, as its name says."""
    if "name" not in changes:
        changes["name"] = school.next_name("Koffer-01", 2)
    return add_personal(draft, school, **changes)


def user_fields(school: SchoolDraft, person: DemoPerson, *, teacher: bool) -> DeviceFields:
    """The user fields by which a device names a person, in the manner of the school."""
    fields = school.layout.user_fields
    chance = school.random.random()
    phone = _teacher_code(person) if teacher and chance < _SHARE_PHONE else ""
    unique = school.names[name_key(person.given_name, person.family_name)] == 1
    if fields is UserFields.NAMES and unique:
        return _by_name(school, person, teacher=teacher)
    if fields is UserFields.SUFFIX:
        username = f"{person.login}{school.school.login_suffixes[0]}"
        return {"username": username, "real_name": last_first(person), "phone": phone}
    return _by_login(person, chance) | {"phone": phone}


def by_full_mail(person: DemoPerson) -> DeviceFields:
    """The full mail address as user name."""
    return {"username": person.mail, "real_name": last_first(person), "email": person.mail}


def by_plain_login(person: DemoPerson) -> DeviceFields:
    """The login as user name, and the mail address."""
    return {"username": person.login, "real_name": last_first(person), "email": person.mail}


def by_login_alone(person: DemoPerson) -> DeviceFields:
    """The login as user name, and nothing else."""
    return {"username": person.login, "real_name": "", "email": ""}


def by_mail_alone(person: DemoPerson) -> DeviceFields:
    """The mail address in capitals, and nothing else."""
    return {"username": "", "real_name": "", "email": person.mail.upper()}


def by_display_name(person: DemoPerson) -> DeviceFields:
    """The display name as user name, and nothing else."""
    return {"username": first_last(person), "real_name": "", "email": ""}


def by_turned_name(person: DemoPerson) -> DeviceFields:
    """The family name first, in the field for the real name, and nothing else."""
    return {"username": "", "real_name": last_first(person), "email": ""}


def first_last(person: DemoPerson) -> str:
    """In the manner of "Betty Beispiel"."""
    return f"{person.given_name} {person.family_name}"


def last_first(person: DemoPerson) -> str:
    """In the manner of "Beispiel, Betty"."""
    return f"{person.family_name}, {person.given_name}"


def _by_login(person: DemoPerson, chance: float) -> DeviceFields:
    login, mail = person.login, person.mail
    table: tuple[tuple[float, DeviceFields], ...] = (
        (0.55, {"username": login, "real_name": last_first(person), "email": mail}),
        (0.72, {"username": mail, "real_name": first_last(person), "email": mail}),
        (0.82, {"real_name": first_last(person), "email": mail}),
        (0.88, {"username": login.title(), "real_name": last_first(person), "email": mail}),
        (0.92, {"username": mail.upper()}),
        (1.0, {"username": login}),
    )
    return next(fields for limit, fields in table if chance <= limit)


def _by_name(school: SchoolDraft, person: DemoPerson, *, teacher: bool) -> DeviceFields:
    if school.random.random() < _SHARE_NAME_ONLY:
        return {"real_name": last_first(person)}
    pupil_suffix, teacher_suffix = school.school.name_suffixes
    username = first_last(person) + (teacher_suffix if teacher else pupil_suffix)
    return {"username": username, "phone": _teacher_code(person) if teacher else ""}


def _teacher_code(person: DemoPerson) -> str:
    """Four letters as in the timetable; schools keep it in the telephone field."""
    return (person.family_name[:3] + person.given_name[:1]).upper()
