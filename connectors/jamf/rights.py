"""What the API client may do, and what of it is too little or too much.

Four privileges are needed for the calls of this connector. Groups and extension attributes come as sections of the
device records, which ``Read Mobile Devices`` and ``Read Computers`` cover; the lists of groups, buildings and
definitions are never asked for, so their privileges are neither needed nor held against a client.
"""

from collections.abc import Mapping, Sequence

import msgspec

from connectors.jamf.session import Answer
from mdm_sync.core.views import Privileges
from mdm_sync.errors import TemporaryError

AUTH = "/api/v1/auth"
SEE_COMMANDS = "View MDM command information in Jamf Pro API"
NEEDED = ("Read Computers", "Read Mobile Devices", "Read Sites", SEE_COMMANDS)
HARMLESS = "Read "
"""All other privileges of Jamf Pro change, send or delete something, or reveal what "Read" does not: "View Activation
Lock Bypass Code", "View Mobile Device Lost Mode Location"."""


class _Account(msgspec.Struct, rename="camel"):
    privileges: Sequence[str] = ()
    privileges_by_site: Mapping[str, Sequence[str] | None] | None = None


class _Auth(msgspec.Struct):
    account: _Account


def read_privileges(answer: Answer) -> tuple[str, ...]:
    """All that the client may do, at any site."""
    try:
        account = msgspec.json.decode(answer.body, type=_Auth).account
    except msgspec.DecodeError as error:
        raise TemporaryError(f"Jamf Pro answered {AUTH} with something that tells no privileges.") from error
    by_site = (account.privileges_by_site or {}).values()
    return tuple(sorted(set(account.privileges).union(*(some or () for some in by_site))))


def compared(granted: Sequence[str]) -> Privileges:
    """What of these is missing, and what is too much."""
    return Privileges(
        missing=tuple(name for name in NEEDED if name not in granted),
        excessive=tuple(name for name in granted if name not in NEEDED and not name.startswith(HARMLESS)),
    )
