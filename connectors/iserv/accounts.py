"""From entries of a school's directory to persons, with the proof that all of them came.

Shapes as public integrations describe IServ's tree: persons below ``ou=users``, groups below ``ou=groups``. What no
rule needs is not asked for: passwords, birthdays, ``gecos``, home directories.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.iserv.classes import grade_of
from connectors.iserv.groups import Group, Members, by_login
from connectors.iserv.messages import Entry
from connectors.iserv.values import strict_text, text
from mdm_sync.core.completeness import DirectoryProof
from mdm_sync.core.model import Person, Role, School
from mdm_sync.errors import RecordError

PERSON_ATTRIBUTES = ("uid", "uuid", "givenName", "sn", "mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an entry below ``ou=users`` says."""

    uuid: str
    login: str
    given_name: str
    family_name: str
    mail: str


def accounts_of(entries: Sequence[Entry]) -> tuple[list[Account], tuple[tuple[str, str], ...]]:
    """The accounts, and the entries that are none: their key and the reason, free of names.

    Of several entries under one uuid none is an account: whom it stands for would depend on the order of the answer.
    """
    accounts: list[Account] = []
    unreadable: list[tuple[str, str]] = []
    for position, entry in enumerate(entries, start=1):
        try:
            accounts.append(_account(entry, position))
        except RecordError as error:
            unreadable.append((error.key, error.reason))
    times = Counter(account.uuid for account in accounts)
    unreadable += [(account.uuid, "another entry has its uuid") for account in accounts if times[account.uuid] > 1]
    return [account for account in accounts if times[account.uuid] == 1], tuple(unreadable)


def persons_of(
    school: School, accounts: Iterable[Account], groups: Mapping[str, Group], roles: Members
) -> tuple[Person, ...]:
    """The persons of a school, with the role, the classes and the grade that their groups tell."""
    parts = _Parts(school, {**roles, **{key: group.members for key, group in groups.items()}})
    of_login = by_login(groups)
    return tuple(_person(school, account, parts, of_login.get(account.login.casefold(), ())) for account in accounts)


def proof_of(  # noqa: PLR0913 - the facts of one read
    school: School,
    entries: Sequence[Entry],
    groups: Mapping[str, Group],
    *,
    roles: Collection[str] = (),
    missing: tuple[str, ...] = (),
    unreadable: tuple[tuple[str, str], ...] = (),
    pages: int = 0,
) -> DirectoryProof:
    """How complete the read was: a directory tells no total, and lost rights look like an empty answer."""
    named = frozenset[str]().union(*(group.members for group in groups.values()))
    came = {text(entry, "uid").casefold() for entry in entries}
    seen = {*groups, *roles}
    return DirectoryProof(
        users=len(entries),
        groups=len(groups),
        missing=missing,
        missing_groups=tuple(name for name in school.role_groups if name.casefold() not in seen),
        members=len(named),
        members_found=len(named & came),
        unreadable=unreadable,
        pages=pages,
    )


class _Parts:
    """Who is what at a school.

    Teachers are in class groups and sometimes among the students too, so the teachers' groups count first. Who has
    left has no role, whatever else they are in.
    """

    def __init__(self, school: School, members: Members) -> None:
        self._leavers = _in_any(school.leaver_groups, members)
        self._roles = {
            Role.TEACHER: _in_any(school.teacher_groups, members),
            Role.STAFF: _in_any(school.staff_groups, members),
            Role.STUDENT: _in_any(school.student_groups, members),
        }

    def leaver(self, login: str) -> bool:
        return login in self._leavers

    def role(self, login: str) -> Role:
        if self.leaver(login):
            return Role.UNKNOWN
        return next((role for role, logins in self._roles.items() if login in logins), Role.UNKNOWN)


def _in_any(names: Iterable[str], members: Members) -> frozenset[str]:
    return frozenset[str]().union(*(members.get(name.casefold(), ()) for name in names))


def _person(school: School, account: Account, parts: _Parts, groups: Sequence[Group]) -> Person:
    login = account.login.casefold()
    role = parts.role(login)
    return Person(
        school=school.number,
        uuid=account.uuid,
        login=account.login,
        mail=account.mail,
        role=role,
        given_name=account.given_name,
        family_name=account.family_name,
        leaver=parts.leaver(login),
        classes=tuple(group.account for group in groups if group.class_grades is not None),
        grade=_grade(role, groups),
    )


def _grade(role: Role, groups: Sequence[Group]) -> int | None:
    """Teachers are in the groups of their classes without being of their grade."""
    if role in {Role.TEACHER, Role.STAFF}:
        return None
    return grade_of(
        (group.year_grades for group in groups if group.year_grades is not None),
        (group.class_grades for group in groups if group.class_grades is not None),
    )


def _account(entry: Entry, position: int) -> Account:
    key = f"entry {position} below ou=users"
    uuid = strict_text(entry, "uuid", key)
    if not uuid:
        raise RecordError(key, "it has no uuid")
    login = strict_text(entry, "uid", uuid)
    if not login:
        raise RecordError(uuid, "it has no uid")
    return Account(
        uuid=uuid,
        login=login,
        given_name=text(entry, "givenName"),
        family_name=text(entry, "sn"),
        mail=strict_text(entry, "mail", uuid),
    )
