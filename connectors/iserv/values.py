"""Values of entries as text, and what distinguished names say (RFC 4514)."""

import re

from connectors.iserv.messages import Entry
from mdm_sync.errors import RecordError

_FIRST_VALUE = re.compile(r"[^=]*=\s*((?:\\.|[^\\,+])*)", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)
_BLANKS = re.compile(r"\s*([,=])\s*")
_HEX = 2


def text(entry: Entry, attribute: str) -> str:
    """The first value, or "" where there is none; bytes that are no UTF-8 are replaced."""
    values = entry.get(attribute.lower())
    return decoded(values[0]).strip() if values else ""


def strict_text(entry: Entry, attribute: str, key: str) -> str:
    """Likewise, where nothing may be replaced.

    Raises:
        RecordError: the value is no UTF-8; ``key`` stands for the entry.
    """
    values = entry.get(attribute.lower())
    try:
        return values[0].decode().strip() if values else ""
    except UnicodeDecodeError as error:
        raise RecordError(key, f"its {attribute} is no UTF-8") from error


def decoded(value: bytes) -> str:
    """Text for what may be anything."""
    return value.decode(errors="replace")


def first_value(name: str) -> str:
    """The value of a distinguished name's first part: the login or the account, as IServ names its entries."""
    found = _FIRST_VALUE.match(name)
    value = found[1].strip() if found else ""
    return _unescaped(value) if "\\" in value else value


def parent(name: str) -> str:
    """A distinguished name without its first part, in a form that can be compared."""
    found = _FIRST_VALUE.match(name)
    return comparable(name[found.end() :].partition(",")[2]) if found else ""


def comparable(name: str) -> str:
    """The form in which two spellings of one distinguished name are equal, as far as IServ's have several."""
    return _BLANKS.sub(r"\1", name).strip().casefold()


def _unescaped(value: str) -> str:
    return decoded(_ESCAPED.sub(_meant, value.encode(errors="replace")))


def _meant(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode()) if len(found[1]) == _HEX else found[1]
