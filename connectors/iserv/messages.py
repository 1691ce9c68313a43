"""The messages of a directory, taken apart no further than they are needed.

ldap3 makes of each entry a dictionary that ignores case, with every value twice, as bytes and as text. Here an entry is
its attributes as they came, which takes a fifth of the time. What a message must look like is said by RFC 4511
(appendix B for the shapes, 5.1 for the encoding: definite lengths only) and RFC 2696 for the pages. Every length is
checked against what encloses it, so a message is read whole or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from mdm_sync.errors import TemporaryError

BIND_RESPONSE, ENTRY, SEARCH_DONE, REFERENCE = 0x61, 0x64, 0x65, 0x73
_INTEGER, _OCTETS, _ENUMERATED, _SEQUENCE, _SET, _CONTROLS = 0x02, 0x04, 0x0A, 0x30, 0x31, 0xA0
_SHORT, _LONGEST_LENGTH = 0x7F, 4
_PAGES: Final = b"1.2.840.113556.1.4.319"

LONGEST = 1 << 24
"""Bytes of a message; a group with all accounts of the largest school needs a twentieth."""

Entry: TypeAlias = Mapping[str, Sequence[bytes]]
"""Attributes of one entry as they came; names in lower case."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A part of the answer is at another server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a request ended.

    Attributes:
        code: as RFC 4511 numbers them; 0 is success.
        cookie: where the next page begins; empty at the end.
    """

    operation: int
    code: int
    cookie: bytes = b""


def size(data: bytes, at: int) -> int | None:
    """How many bytes the message that begins here has; None where too few have come to tell.

    Raises:
        TemporaryError: no message of a directory begins here.
    """
    try:
        _, stop = _open(data, at, _SEQUENCE, at + LONGEST)
    except IndexError:
        return None
    return stop - at


def decode(data: bytes, at: int, stop: int) -> tuple[int, Entry | Reference | Result]:
    """The message between these two places: its number, and what it says.

    Raises:
        TemporaryError: it is cut or malformed, or none that a search or a bind is answered by.
    """
    try:
        return _message(data, at, stop)
    except IndexError as error:
        raise _malformed() from error


def _message(data: bytes, at: int, stop: int) -> tuple[int, Entry | Reference | Result]:
    at, end = _open(data, at, _SEQUENCE, stop)
    start, at = _open(data, at, _INTEGER, end)
    number = _number(data, start, at)
    operation = data[at]
    start, at = _open(data, at, operation, end)
    if end != stop:
        raise _malformed()
    if operation == ENTRY:
        _controls(data, at, stop)
        return number, _entry(data, start, at)
    if operation == REFERENCE:
        return number, Reference()
    if operation not in {BIND_RESPONSE, SEARCH_DONE}:
        raise TemporaryError("The directory answered with something that was not asked for, or ended the session.")
    return number, Result(
        operation=operation, code=_code(data, start, at), cookie=_cookie(_controls(data, at, stop).get(_PAGES, b""))
    )


def _entry(data: bytes, at: int, stop: int) -> Entry:
    _, at = _open(data, at, _OCTETS, stop)
    at, end = _open(data, at, _SEQUENCE, stop)
    if end != stop:
        raise _malformed()
    entry: dict[str, list[bytes]] = {}
    while at < stop:
        at, end = _open(data, at, _SEQUENCE, stop)
        start, at = _open(data, at, _OCTETS, end)
        name = str(data[start:at], "utf-8", "replace").lower()
        at, last = _open(data, at, _SET, end)
        if last != end:
            raise _malformed()
        entry[name] = _values(data, at, end)
        at = end
    return entry


def _values(data: bytes, at: int, stop: int) -> list[bytes]:
    """The values of a set; the heart of the work, so lengths are read here and not by ``_open``."""
    values: list[bytes] = []
    while at < stop:
        length = data[at + 1]
        start = at + 2
        if data[at] != _OCTETS:
            raise _malformed()
        if length > _SHORT:
            start, length = _long_length(data, start, length & _SHORT)
        at = start + length
        values.append(data[start:at])
    if at != stop:
        raise _malformed()
    return values


def _code(data: bytes, at: int, stop: int) -> int:
    start, at = _open(data, at, _ENUMERATED, stop)
    code = _number(data, start, at)
    _, at = _open(data, at, _OCTETS, stop)
    _, at = _open(data, at, _OCTETS, stop)
    while at < stop:  # where else to ask, or what a bind returns
        _, at = _open(data, at, data[at], stop)
    return code


def _controls(data: bytes, at: int, stop: int) -> Mapping[bytes, bytes]:
    """Values of the controls behind an operation, by their object identifiers."""
    if at == stop:
        return {}
    at, end = _open(data, at, _CONTROLS, stop)
    if end != stop:
        raise _malformed()
    controls: dict[bytes, bytes] = {}
    while at < stop:
        at, end = _open(data, at, _SEQUENCE, stop)
        start, at = _open(data, at, _OCTETS, end)
        name, value = data[start:at], b""
        while at < end:  # whether it is critical, its value
            tag = data[at]
            start, at = _open(data, at, tag, end)
            value = data[start:at] if tag == _OCTETS else value
        controls[name] = value
    return controls


def _cookie(value: bytes) -> bytes:
    if not value:
        return b""
    at, stop = _open(value, 0, _SEQUENCE, len(value))
    _, at = _open(value, at, _INTEGER, stop)
    start, at = _open(value, at, _OCTETS, stop)
    if at != stop:
        raise _malformed()
    return value[start:at]


def _open(data: bytes, at: int, tag: int, stop: int) -> tuple[int, int]:
    """Where the content of the element that begins here starts and stops; it must be within what encloses it."""
    if data[at] != tag:
        raise _malformed()
    length = data[at + 1]
    start = at + 2
    if length > _SHORT:
        start, length = _long_length(data, start, length & _SHORT)
    if start + length > stop:
        raise _malformed()
    return start, start + length


def _long_length(data: bytes, at: int, octets: int) -> tuple[int, int]:
    """Where the content starts, and its length, which is written in so many octets."""
    if not 0 < octets <= _LONGEST_LENGTH:
        raise _malformed()
    start = at + octets
    if start > len(data):
        raise IndexError(start)
    return start, int.from_bytes(data[at:start], "big")


def _number(data: bytes, start: int, stop: int) -> int:
    return int.from_bytes(data[start:stop], "big", signed=True)


def _malformed() -> TemporaryError:
    return TemporaryError("The directory sent a message that is cut or malformed.")
