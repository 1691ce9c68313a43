"""What one school's directory holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mdm_sync.demo.directory.broken import broken_entries
from mdm_sync.demo.directory.entry import Entry, escaped
from mdm_sync.demo.directory.faults import Faults, referral
from mdm_sync.demo.model import DemoGroup, DemoPerson, DemoSchool, District

_FIRST_USER_NUMBER = 10_000
_FIRST_GROUP_NUMBER = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolContent:
    """One school with its people and groups."""

    school: DemoSchool
    persons: Sequence[DemoPerson]
    groups: Sequence[DemoGroup]


def by_school(district: District) -> dict[str, SchoolContent]:
    """Return the content of each school's directory, by school number."""
    persons: dict[str, list[DemoPerson]] = defaultdict(list)
    groups: dict[str, list[DemoGroup]] = defaultdict(list)
    for person in district.persons:
        persons[person.school].append(person)
    for group in district.groups:
        groups[group.school].append(group)
    return {
        school.number: SchoolContent(school=school, persons=persons[school.number], groups=groups[school.number])
        for school in district.schools
    }


def entries(content: SchoolContent, password: str, faults: Faults) -> Iterator[Entry]:
    """Yield the school's entries, parents first.

    Args:
        content: who and what is in it.
        password: of the account that may read.
        faults: those that change the content are applied, the others do not matter here.
    """
    school = content.school
    yield from _frame(school, password, faults)
    for number, person in enumerate(_shown(content, faults), _FIRST_USER_NUMBER):
        yield _person(school, person, number, faults)
    members = _members(content.persons)
    for number, group in enumerate(content.groups, _FIRST_GROUP_NUMBER):
        yield _group(school, group, number, members.get(group.account, ()), faults)
    if "broken-entries" in faults:
        yield from broken_entries(school)


def _shown(content: SchoolContent, faults: Faults) -> Sequence[DemoPerson]:
    if "empty-tree" in faults:
        return ()
    if "teachers-only" in faults:
        teachers = set(content.school.teacher_groups)
        return [person for person in content.persons if teachers.intersection(person.groups)]
    return content.persons


def _members(persons: Iterable[DemoPerson]) -> Mapping[str, Sequence[str]]:
    members: dict[str, list[str]] = defaultdict(list)
    for person in persons:
        for account in person.groups:
            members[account].append(person.login)
    return members


def _frame(school: DemoSchool, password: str, faults: Faults) -> Iterator[Entry]:
    base = school.base_dn
    elsewhere = referral(faults)
    domain = {"dc": school.slug, "o": f"{school.slug}.test"}
    if elsewhere is None:
        yield Entry(base, {"objectClass": ["organization", "dcObject"], **domain})
        yield _unit(base, "users")
        yield _unit(base, "groups")
    else:
        yield _elsewhere(base, elsewhere, domain)
        yield _elsewhere(f"ou=users,{base}", elsewhere, {"ou": "users"})
        yield _elsewhere(f"ou=groups,{base}", elsewhere, {"ou": "groups"})
    yield _unit(base, "ldap")
    yield Entry(
        school.account_dn,
        {
            "objectClass": ["applicationProcess", "simpleSecurityObject"],
            "cn": "mdm-sync",
            "userPassword": f"{password}-changed" if "wrong-password" in faults else password,
        },
    )


def _unit(base: str, name: str) -> Entry:
    return Entry(f"ou={name},{base}", {"objectClass": "organizationalUnit", "ou": name})


def _elsewhere(dn: str, url: str, naming: Mapping[str, str]) -> Entry:
    """Return an entry that refers every search below it to another server (RFC 3296)."""
    return Entry(dn, {"objectClass": ["referral", "extensibleObject"], **naming, "ref": f"{url.rstrip('/')}/{dn}"})


def _person(school: DemoSchool, person: DemoPerson, number: int, faults: Faults) -> Entry:
    groups = () if "no-member-of" in faults else person.groups
    return Entry(
        _dn(school, "users", person.login),
        {
            "objectClass": ["inetOrgPerson", "posixAccount", "uuidObject", "memberOfGroup"],
            "cn": person.login,
            "uid": person.login,
            "givenName": person.given_name,
            "sn": person.family_name,
            "mail": person.mail,
            "uuid": person.uuid,
            "uidNumber": str(number),
            "gidNumber": str(_FIRST_USER_NUMBER),
            "homeDirectory": f"/home/{number}",
            "memberOf": [_dn(school, "groups", account) for account in groups],
        },
    )


def _group(school: DemoSchool, group: DemoGroup, number: int, logins: Sequence[str], faults: Faults) -> Entry:
    return Entry(
        _dn(school, "groups", group.account),
        {
            "objectClass": ["groupOfMembers", "posixGroup", "uuidObject"],
            "cn": group.account,
            "description": group.name,
            "gidNumber": str(number),
            "uuid": group.uuid,
            "memberUid": () if "member-only" in faults else logins,
            "member": () if "member-uid-only" in faults else [_dn(school, "users", login) for login in logins],
        },
    )


def _dn(school: DemoSchool, unit: str, name: str) -> str:
    return f"cn={escaped(name)},ou={unit},{school.base_dn}"
