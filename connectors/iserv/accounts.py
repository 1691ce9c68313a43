"""From entries of a school's directory to persons, with the proof that all of them came.

Shapes as public integrations describe IServ's tree: persons below ``ou=users``, groups below ``ou=groups``;
members by ``memberUid`` (logins) or ``member`` (distinguished names), sometimes one of them alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.iserv.search import Entry
from mdm_sync.core.completeness import DirectoryProof
from mdm_sync.core.model import Person, Role, School
from mdm_sync.errors import RecordError

PERSON_ATTRIBUTES = ("uid", "uuid", "mail")
GROUP_ATTRIBUTES = ("cn", "memberUid", "member")

Members = Mapping[str, frozenset[str]]
"""Logins of the members by the group's account name, both case folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an entry below ``ou=users`` says."""

    uuid: str
    login: str
    mail: str


def members_of(groups: Iterable[Entry]) -> Members:
    """Who is in which group."""
    return {_text(group, "cn").casefold(): _logins(group) for group in groups if "cn" in group}


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


def persons_of(school: School, accounts: Iterable[Account], members: Members) -> tuple[Person, ...]:
    """The persons of a school, with the role that their groups give them."""
    return tuple(
        Person(
            school=school.number,
            uuid=account.uuid,
            login=account.login,
            mail=account.mail,
            role=_role(school, account.login.casefold(), members),
        )
        for account in accounts
    )


def proof_of(
    school: School,
    entries: Sequence[Entry],
    members: Members,
    *,
    missing: tuple[str, ...],
    unreadable: tuple[tuple[str, str], ...],
) -> DirectoryProof:
    """How complete the read was: a directory tells no total, and lost rights look like an empty answer."""
    named = frozenset[str]().union(*members.values())
    came = {_text(entry, "uid").casefold() for entry in entries}
    return DirectoryProof(
        users=len(entries),
        groups=len(members),
        missing=missing,
        missing_groups=tuple(name for name in school.role_groups if name.casefold() not in members),
        members=len(named),
        members_found=len(named & came),
        unreadable=unreadable,
    )


def _account(entry: Entry, position: int) -> Account:
    key = f"entry {position} below ou=users"
    uuid = _strict_text(entry, "uuid", key)
    if not uuid:
        raise RecordError(key, "it has no uuid")
    login = _strict_text(entry, "uid", uuid)
    if not login:
        raise RecordError(uuid, "it has no uid")
    return Account(uuid=uuid, login=login, mail=_strict_text(entry, "mail", uuid))


def _role(school: School, login: str, members: Members) -> Role:
    """Teachers are in class groups and sometimes among the students too, so the teachers' groups count first."""
    for role, groups in (
        (Role.TEACHER, school.teacher_groups),
        (Role.STAFF, school.staff_groups),
        (Role.STUDENT, school.student_groups),
    ):
        if any(login in members.get(group.casefold(), ()) for group in groups):
            return role
    return Role.UNKNOWN


def _logins(group: Entry) -> frozenset[str]:
    by_login = (_decode(value) for value in group.get("memberuid", ()))
    by_name = (_first_value(_decode(value)) for value in group.get("member", ()))
    return frozenset(login.casefold() for login in (*by_login, *by_name) if login)


def _first_value(name: str) -> str:
    """The value of a distinguished name's first part: IServ's login; it holds no character that needs escaping."""
    return name.partition(",")[0].partition("=")[2].strip()


def _text(entry: Entry, attribute: str) -> str:
    values = entry.get(attribute.lower(), ())
    return _decode(values[0]) if values else ""


def _strict_text(entry: Entry, attribute: str, key: str) -> str:
    values = entry.get(attribute.lower(), ())
    try:
        return values[0].decode().strip() if values else ""
    except UnicodeDecodeError as error:
        raise RecordError(key, f"its {attribute} is no UTF-8") from error


def _decode(value: bytes) -> str:
    return value.decode(errors="replace")
