"""Cases for ``wrong-school``: the device's site is not the person's school."""

from mdm_sync.demo.district.devices import add_personal, by_full_mail, by_mail_alone, by_plain_login
from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.district.names import login_of
from mdm_sync.demo.district.persons import add_staff
from mdm_sync.demo.district.planting.cases import Case, bystander, other_school
from mdm_sync.demo.model import DemoPerson

_RULE = "wrong-school"
_ACCOUNT_ELSEWHERE = "abordnung"


def _by_user_name(draft: Draft, school: SchoolDraft) -> bool:
    return _misplaced(draft, school, by_mail_only=False)


def _by_mail_field(draft: Draft, school: SchoolDraft) -> bool:
    return _misplaced(draft, school, by_mail_only=True)


def _misplaced(draft: Draft, school: SchoolDraft, *, by_mail_only: bool) -> bool:
    """The person needs no device, so that none is missing at home."""
    home = other_school(draft, school)
    person = bystander(draft, home) if home else None
    if person is None or person.login in school.logins:
        return False
    school.logins.add(person.login)
    fields = by_mail_alone(person) if by_mail_only else by_full_mail(person)
    key = add_personal(draft, school, **fields)
    reason = f"The full mail address is of a person at {person.school}, and the device stands at another school."
    draft.plant_device(_RULE, key, finding=True, reason=reason)
    draft.plant_device("unknown-user", key, finding=False, reason="The person is known, at another school.")
    return True


def _same_login(draft: Draft, school: SchoolDraft) -> bool:
    """Somebody at another school gets the same login."""
    other = other_school(draft, school)
    for nth, holding in enumerate(school.held if other else ()):
        person = draft.persons[holding.person]
        name = (person.given_name, person.family_name)
        if other and draft.is_free(other, name) and person.login == login_of(*name):
            add_staff(draft, other, given=name[0], family=name[1])
            draft.change_device(holding.device, username=person.login, real_name="", email="")
            school.held.pop(nth)
            reason = "The login exists at another school too; the one at the device's own school counts."
            draft.plant_device(_RULE, holding.device, finding=False, reason=reason)
            return True
    return False


def _second_account(draft: Draft, school: SchoolDraft) -> tuple[DemoPerson, SchoolDraft, int] | None:
    """Give a teacher an account at another school too, with the same login and the same mail address."""
    other = other_school(draft, school)
    for nth, holding in enumerate(school.taught if other else ()):
        person = draft.persons[holding.person]
        name = (person.given_name, person.family_name)
        if other and draft.is_free(other, name) and person.login == login_of(*name):
            draft.add_person(other, (_ACCOUNT_ELSEWHERE,), name, mail=person.mail)
            return person, other, nth
    return None


def _teacher_of_two(draft: Draft, school: SchoolDraft) -> bool:
    """The device stands where the teacher belongs."""
    found = _second_account(draft, school)
    if found is None:
        return False
    person, _, nth = found
    device = school.taught.pop(nth).device
    draft.change_device(device, **by_plain_login(person))
    reason = "A teacher with accounts at two schools; the device stands at the first of them."
    draft.plant_device(_RULE, device, finding=False, reason=reason)
    return True


def _teacher_with_two_homes(draft: Draft, school: SchoolDraft) -> bool:
    """The mail address at both schools is the other school's, and the device names the teacher by it."""
    other = other_school(draft, school)
    for nth, holding in enumerate(school.taught if other else ()):
        person = draft.persons[holding.person]
        name = (person.given_name, person.family_name)
        if other and draft.is_free(other, name) and person.login == login_of(*name):
            second = draft.add_person(other, (_ACCOUNT_ELSEWHERE,), name)
            draft.change_device(holding.device, **by_full_mail(second))
            draft.change_person(holding.person, mail=second.mail)
            school.taught.pop(nth)
            reason = "A teacher with accounts at two schools and one address; the device stands at the second of them."
            draft.plant_device(_RULE, holding.device, finding=False, reason=reason)
            return True
    return False


CASES = (
    Case(_by_user_name, rate=6),
    Case(_by_mail_field, rate=4),
    Case(_same_login, rate=2),
    Case(_teacher_of_two, rate=4),
    Case(_teacher_with_two_homes, rate=4),
)
