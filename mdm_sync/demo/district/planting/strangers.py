"""Cases for ``unknown-user``: the user fields name nobody who is known."""

from typing import Unpack

from mdm_sync.demo.district.devices import add_personal, by_display_name, by_turned_name
from mdm_sync.demo.district.draft import Draft, Holding, SchoolDraft
from mdm_sync.demo.district.fields import DeviceFields
from mdm_sync.demo.district.names import login_of, name_key
from mdm_sync.demo.district.persons import add_staff
from mdm_sync.demo.district.planting.cases import Case, nobody, other_school
from mdm_sync.demo.district.schools import Part
from mdm_sync.demo.model import DemoPerson

_RULE = "unknown-user"
_LONG_ENOUGH = 6
_UMLAUTS = {"ae": "ä", "oe": "ö", "ue": "ü"}


def _found(draft: Draft, school: SchoolDraft, reason: str, **fields: Unpack[DeviceFields]) -> bool:
    key = add_personal(draft, school, **fields)
    draft.plant_device(_RULE, key, finding=True, reason=reason)
    return True


def _login(draft: Draft, school: SchoolDraft) -> bool:
    login = login_of(*nobody(draft, school))
    return _found(draft, school, "The user name is a login that nobody at the school has.", username=login)


def _typo(draft: Draft, school: SchoolDraft) -> bool:
    """Two letters of a family name stand the wrong way round; the right login is the nearest."""
    for holding in school.held:
        login = draft.persons[holding.person].login
        wrong = f"{login[:-2]}{login[-1]}{login[-2]}"
        if len(login) > _LONG_ENOUGH and login[-2:].isalpha() and wrong not in school.logins and wrong != login:
            school.logins.add(wrong)
            return _found(draft, school, f"A login with two letters swapped; meant is {login}.", username=wrong)
    return False


def _own_mail(draft: Draft, school: SchoolDraft) -> bool:
    given, family = nobody(draft, school)
    mail = f"{login_of(given, family)}@{school.school.mail_domain}"
    reason = "A mail address of the school's own domain that nobody has."
    return _found(draft, school, reason, username=mail, email=mail, real_name=f"{family}, {given}")


def _foreign_mail(draft: Draft, school: SchoolDraft) -> bool:
    mail = f"{login_of(*nobody(draft, school))}@privat.example"
    return _found(draft, school, "A mail address that no school's domain and no person has.", email=mail)


def _login_elsewhere(draft: Draft, school: SchoolDraft) -> bool:
    other = other_school(draft, school)
    if other is None:
        return False
    given, family = nobody(draft, school, other)
    draft.release(other, (given, family))
    person = add_staff(draft, other, (given, family))
    reason = "The login exists at another school only; a login alone names nobody beyond its own school."
    return _found(draft, school, reason, username=person.login)


def _display_name(draft: Draft, school: SchoolDraft) -> bool:
    given, family = nobody(draft, school)
    return _found(draft, school, "A display name that nobody at the school has.", username=f"{given} {family}")


def _near(draft: Draft, holding: Holding, reason: str, **fields: Unpack[DeviceFields]) -> bool:
    empty: DeviceFields = {"username": "", "real_name": "", "email": ""}
    draft.change_device(holding.device, **(empty | fields))
    draft.plant_device(_RULE, holding.device, finding=False, reason=reason)
    return True


def _take(draft: Draft, school: SchoolDraft, *, unique_name: bool = False) -> tuple[Holding, DemoPerson] | None:
    """A student with a device that nothing is planted on yet."""
    for nth in range(len(school.held) - 1, -1, -1):
        person = draft.persons[school.held[nth].person]
        if not unique_name or school.names[name_key(person.given_name, person.family_name)] == 1:
            return school.held.pop(nth), person
    return None


def _letter_case(draft: Draft, school: SchoolDraft) -> bool:
    taken = _take(draft, school)
    if taken is None:
        return False
    reason = "The login in capitals: letter case makes no difference."
    return _near(draft, taken[0], reason, username=taken[1].login.upper())


def _umlaut(draft: Draft, school: SchoolDraft) -> bool:
    for nth, holding in enumerate(school.held):
        login = draft.persons[holding.person].login
        spelt = next((login.replace(two, one) for two, one in _UMLAUTS.items() if two in login), None)
        if spelt is not None:
            school.held.pop(nth)
            return _near(draft, holding, f"The login {login} written with an umlaut.", username=spelt)
    return False


def _name_as_user(draft: Draft, school: SchoolDraft) -> bool:
    taken = _take(draft, school, unique_name=True)
    if taken is None:
        return False
    reason = 'A display name ("First Last") that one person at the school has.'
    return _near(draft, taken[0], reason, **by_display_name(taken[1]))


def _real_name_only(draft: Draft, school: SchoolDraft) -> bool:
    taken = _take(draft, school, unique_name=True)
    if taken is None:
        return False
    reason = 'Only the real name is filled in ("Last, First"); one person at the school has it.'
    return _near(draft, taken[0], reason, **by_turned_name(taken[1]))


def _alias(draft: Draft, school: SchoolDraft) -> bool:
    taken = _take(draft, school) if school.school.mail_aliases else None
    if taken is None:
        return False
    reason = "An address of a further domain of the school (a Managed Apple ID's)."
    return _near(draft, taken[0], reason, username=f"{taken[1].login}@{school.school.mail_aliases[0]}")


def _unread_school(draft: Draft, school: SchoolDraft) -> bool:
    """Only a district with a school that is not connected yet has this."""
    unread = next((s for s in draft.schools.values() if s.layout.part is Part.UNREAD), None)
    if unread is None:
        return False
    mail = f"{login_of(*nobody(draft, unread, school))}@{unread.school.mail_domain}"
    key = add_personal(draft, school, username=mail, email=mail)
    reason = "A mail address of a school that is not connected: undecided."
    for rule in (_RULE, "wrong-school"):
        draft.plant_device(rule, key, finding=False, reason=reason)
    return True


CASES = (
    Case(_login, rate=5),
    Case(_typo, rate=2),
    Case(_own_mail, rate=3),
    Case(_foreign_mail, rate=2),
    Case(_login_elsewhere, rate=2),
    Case(_display_name, rate=1),
    Case(_letter_case, rate=1),
    Case(_umlaut, rate=1),
    Case(_name_as_user, rate=1),
    Case(_real_name_only, rate=1),
    Case(_alias, rate=1),
    Case(_unread_school, rate=1),
)
