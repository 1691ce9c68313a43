"""Entries that a real directory should not hold and that a reader must survive."""

from collections.abc import Iterator, Mapping

from mdm_sync.demo.directory.entry import Attributes, Entry
from mdm_sync.demo.model import DemoSchool

_LONG = "Langername" * 10_000
_HOSTILE = "<script>alert(1)</script>'; DROP TABLE persons; --\r\nBcc: all@elsewhere.test\x00\x1b[31m\u202e{{7*7}}"


BROKEN_PERSONS: Mapping[str, Attributes] = {
    "broken.no-key": {"uuid": ()},
    "broken.no-login": {"uid": ()},
    "broken.no-names": {"givenName": (), "sn": (), "mail": ()},
    "broken.latin1": {"sn": "Müller".encode("latin-1"), "givenName": "Jürgen".encode("latin-1")},
    "broken.binary-name": {"sn": bytes(range(256))},
    "broken.binary-key": {"uuid": b"\x00\xff\xfe\x80"},
    "broken.long": {"sn": _LONG, "givenName": _LONG},
    "broken.hostile": {"sn": _HOSTILE, "givenName": _HOSTILE, "mail": _HOSTILE},
    "broken.blank": {"sn": " ", "givenName": "\t", "uuid": " "},
    "broken.two-logins": {"uid": ("broken.two-logins", "broken.second-login")},
    "broken.same-key-1": {"uuid": "broken-same-key"},
    "broken.same-key-2": {"uuid": "broken-same-key"},
    "broken.far-group": {"memberOf": "cn=lehrer,ou=groups,dc=elsewhere,dc=test"},
}
"""Accounts by login, each with what differs from a sound one; empty values are missing attributes."""

BROKEN_GROUPS: Mapping[str, Attributes] = {
    "broken.no-key": {"uuid": ()},
    "broken.strangers": {
        "description": _HOSTILE,
        "memberUid": ("nobody.knows", "broken.no-login"),
        "member": "cn=nobody.knows,ou=users,dc=elsewhere,dc=test",
    },
}
"""Groups by account name, likewise."""


def broken_entries(school: DemoSchool) -> Iterator[Entry]:
    """Yield the broken entries, which come on top of the sound ones; the groups do not list them as members.

    Each is named by its ``cn``, which tells what is wrong with it. They need slapd's schema checks switched off and
    the lenient schema.
    """
    for name, changes in BROKEN_PERSONS.items():
        yield Entry(f"cn={name},ou=users,{school.base_dn}", {**_person(school, name), **changes})
    for name, changes in BROKEN_GROUPS.items():
        yield Entry(f"cn={name},ou=groups,{school.base_dn}", {**_group(name), **changes})


def _person(school: DemoSchool, name: str) -> Attributes:
    group = next(iter(school.student_groups), "schueler")
    return {
        "objectClass": ["inetOrgPerson", "posixAccount", "uuidObject", "memberOfGroup"],
        "cn": name,
        "uid": name,
        "givenName": "Kaputt",
        "sn": "Eintrag",
        "mail": f"{name}@{school.mail_domain}",
        "uuid": f"{school.number}-{name}",
        "uidNumber": "19999",
        "gidNumber": "10000",
        "homeDirectory": "/home/19999",
        "memberOf": f"cn={group},ou=groups,{school.base_dn}",
    }


def _group(name: str) -> Attributes:
    return {
        "objectClass": ["groupOfMembers", "posixGroup", "uuidObject"],
        "cn": name,
        "uuid": name,
        "gidNumber": "29999",
    }
