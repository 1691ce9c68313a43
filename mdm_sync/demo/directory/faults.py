"""The faults that a school's directory can be given, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from mdm_sync.demo.errors import DemoError

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "stopped": "nothing listens on the port",
        "hanging": "the port accepts and never says a word",
        "cut": "the connection is cut after that many bytes of answers (value, default 8000), so within a search",
        "stalling": "nothing more is said after that many bytes of answers (value, default 8000)",
        "delay": "every answer arrives that many milliseconds later (value, default 200)",
        "certificate-wrong-name": "the certificate is valid for another host",
        "certificate-expired": "the certificate ran out years ago",
        "certificate-unknown": "the certificate is signed by an unknown authority",
        "size-limit": "result 4 after that many entries (value, default 20) unless the search is paged",
        "size-limit-paged": "result 4 after that many entries (value, default 20), paged or not",
        "no-rights": "the account may bind and sees nothing: result 32",
        "referral": "every search is answered by a referral (result 10) to the URL (value, default a closed port)",
        "wrong-password": "the account's password has been changed: result 49",
        "empty-tree": "ou=users has no entries",
        "teachers-only": "only members of the teachers' groups are shown",
        "member-only": "groups name their members by member alone",
        "member-uid-only": "groups name their members by memberUid alone",
        "no-member-of": "persons do not name their groups",
        "broken-entries": "some more entries without key, without login, with bytes that are no text, and hostile ones",
    }
)

FORWARDER_FAULTS = frozenset({"hanging", "cut", "stalling", "delay"})
CERTIFICATE_FAULTS = ("certificate-wrong-name", "certificate-expired", "certificate-unknown")
CONTENT_FAULTS = frozenset(
    {
        "referral",
        "wrong-password",
        "empty-tree",
        "teachers-only",
        "member-only",
        "member-uid-only",
        "no-member-of",
        "broken-entries",
    }
)
_NUMBERS = {"cut": 8000, "stalling": 8000, "delay": 200, "size-limit": 20, "size-limit-paged": 20}
_NOWHERE = "ldap://localhost:9/"

Faults = Mapping[str, str | None]
"""The faults of one school, each with its value."""


def check(name: str, value: str | None) -> None:
    """Raise DemoError unless there is such a fault and the value fits it."""
    if name not in FAULTS:
        raise DemoError(f"no directory fault is called {name!r}; there are: {', '.join(FAULTS)}")
    if name in _NUMBERS and value is not None and not (value.isascii() and value.isdigit()):
        raise DemoError(f"the value of {name} is a whole number, not {value!r}")


def number(faults: Faults, name: str) -> int | None:
    """Return the number that belongs to the fault, or None if it is off."""
    if name not in faults:
        return None
    return int(faults[name] or _NUMBERS[name])


def referral(faults: Faults) -> str | None:
    """Return the URL that searches are referred to, or None if they are answered."""
    if "referral" not in faults:
        return None
    return faults["referral"] or _NOWHERE
