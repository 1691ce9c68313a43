"""Cases for ``wrong-school``: the device's site is not the person's school."""

from mdm_sync.demo.district.devices import add_personal, by_full_mail, by_login_alone, by_mail_alone, by_plain_login
from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.district.persons import add_staff
from mdm_sync.demo.district.planting.cases import Case, bystander, known_here_alone, name_of, other_school

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
    if person is None or not draft.is_free(school, name_of(person)):
        return False
    draft.keep_free(school, name_of(person))
    fields = by_mail_alone(person) if by_mail_only else by_full_mail(person)
    key = add_personal(draft, school, **fields)
    reason = f"The full mail address is of a person at {person.school}, and the device stands at another school."
    draft.plant_device(_RULE, key, finding=True, reason=reason)
    draft.plant_device("unknown-user", key, finding=False, reason="The person is known, at another school.")
    return True


def _same_login(draft: Draft, school: SchoolDraft) -> bool:
    """Somebody at another school gets the same login."""
    found = known_here_alone(draft, school, school.held)
    if found is None:
        return False
    holding, person, other = found
    add_staff(draft, other, name_of(person))
    draft.change_device(holding.device, **by_login_alone(person))
    reason = "The login exists at another school too; the one at the device's own school counts."
    draft.plant_device(_RULE, holding.device, finding=False, reason=reason)
    return True


def _teacher_of_two(draft: Draft, school: SchoolDraft) -> bool:
    """The address at both schools is the first one's, where the device stands."""
    found = known_here_alone(draft, school, school.taught)
    if found is None:
        return False
    holding, person, other = found
    draft.add_person(other, (_ACCOUNT_ELSEWHERE,), name_of(person), mail=person.mail)
    draft.change_device(holding.device, **by_plain_login(person))
    reason = "A teacher with accounts at two schools; the device stands at the first of them."
    draft.plant_device(_RULE, holding.device, finding=False, reason=reason)
    return True


def _teacher_with_two_homes(draft: Draft, school: SchoolDraft) -> bool:
    """The address at both schools is the other one's, and the device names the teacher by it."""
    found = known_here_alone(draft, school, school.taught)
    if found is None:
        return False
    holding, person, other = found
    second = draft.add_person(other, (_ACCOUNT_ELSEWHERE,), name_of(person))
    draft.change_person(holding.person, mail=second.mail)
    draft.change_device(holding.device, **by_full_mail(second))
    reason = "A teacher with accounts at two schools and one address; the device stands at the second of them."
    draft.plant_device(_RULE, holding.device, finding=False, reason=reason)
    return True


CASES = (
    Case(_by_user_name, rate=6),
    Case(_by_mail_field, rate=4),
    Case(_same_login, rate=2),
    Case(_teacher_of_two, rate=4),
    Case(_teacher_with_two_homes, rate=4),
)
