"""The groups of a school: who is in them, and which of them are classes and years.

Members are named by ``memberUid`` (logins) or ``member`` (distinguished names), sometimes by one of them alone. Roles
(``cn=ROLE_TEACHER,ou=roles``) are no groups below ``ou=groups``; persons name them in ``memberOf``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.iserv.classes import GroupNames
from connectors.iserv.messages import Entry
from connectors.iserv.values import comparable, decoded, first_value, parent, text
from mdm_sync.core.model import School, SchoolClass

GROUP_ATTRIBUTES = ("cn", "description", "memberUid", "member")

Members = Mapping[str, frozenset[str]]
"""Logins of the members by the group's account name, both case folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What an entry below ``ou=groups`` says.

    Attributes:
        members: logins, case folded.
        class_grades, year_grades: as ``GroupNames`` tells them.
    """

    account: str
    name: str
    members: frozenset[str]
    class_grades: frozenset[int] | None
    year_grades: frozenset[int] | None


def groups_of(entries: Iterable[Entry], names: GroupNames) -> Mapping[str, Group]:
    """The groups by account, case folded; an entry without a name is none."""
    groups: dict[str, Group] = {}
    logins: dict[bytes, str] = {}
    for entry in entries:
        if account := text(entry, "cn"):
            name = text(entry, "description") or account
            groups[account.casefold()] = Group(
                account=account,
                name=name,
                members=_members(entry, logins),
                class_grades=names.class_grades(account, name),
                year_grades=names.year_grades(account, name),
            )
    return groups


def classes_of(groups: Mapping[str, Group]) -> tuple[SchoolClass, ...]:
    """The class groups, ordered by account."""
    classes = (group for _, group in sorted(groups.items()) if group.class_grades is not None)
    return tuple(SchoolClass(account=group.account, name=group.name) for group in classes)


def by_login(groups: Mapping[str, Group]) -> Mapping[str, Sequence[Group]]:
    """The classes and years that each login is in, ordered by account."""
    found: defaultdict[str, list[Group]] = defaultdict(list)
    for _, group in sorted(groups.items()):
        if group.class_grades is not None or group.year_grades is not None:
            for login in group.members:
                found[login].append(group)
    return found


def not_among(groups: Mapping[str, Group], school: School) -> frozenset[str]:
    """The groups that the school's register entry names and ``ou=groups`` does not hold, case folded."""
    return frozenset(map(str.casefold, school.role_groups + school.leaver_groups)) - groups.keys()


def roles_of(users: Iterable[Entry], wanted: frozenset[str], base: str) -> Members:
    """Who names one of these in ``memberOf``: a part of this directory that is no group below ``ou=groups``."""
    here, groups = comparable(f",{base}"), comparable(f",ou=groups,{base}")
    members: defaultdict[str, set[str]] = defaultdict(set)
    for user in users:
        for value in user.get("memberof", ()):
            name = decoded(value)
            role, place = first_value(name).casefold(), f",{parent(name)}"
            if role in wanted and place.endswith(here) and not place.endswith(groups):
                members[role].add(text(user, "uid").casefold())
    return {role: frozenset(logins) for role, logins in members.items()}


def _members(group: Entry, logins: dict[bytes, str]) -> frozenset[str]:
    """Logins of the members; those that distinguished names stand for are kept, for each is named many times."""
    named = {decoded(value).strip().casefold() for value in group.get("memberuid", ())}
    for value in group.get("member", ()):
        login = logins.get(value)
        if login is None:
            login = logins[value] = first_value(decoded(value)).casefold()
        named.add(login)
    named.discard("")
    return frozenset(named)
