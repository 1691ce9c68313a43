"""What the server can be told to do wrong, and which of it is switched on at present.

The value of a fault of the wire (502, 503, bodies, hang) reads ``[COUNT][@TEXT]``: it strikes only the first COUNT
calls (some have a default), and only calls whose method, path and query contain TEXT, such as ``2@page=1`` or
``@POST /api/v1/oauth/token``. Without TEXT it strikes every call but those for tokens.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "duplicate-row": "the last row of a page stands again at the head of page VALUE (1) and pushes another row out",
        "row-moves": "after page 0 the first row moves to the end: one row is never shown, one twice",
        "fleet-shrinks": "each page of devices read takes VALUE (1) devices away from the front; the total falls",
        "fleet-grows": "VALUE (3) devices at the end appear only one by one as pages are read; the total rises",
        "total-lies": "totalCount is wrong by VALUE (3)",
        "page-cap": "no page holds more than VALUE (100) rows, whatever was asked",
        "page-500": "every page that holds device VALUE (the middle one) is a 500, lenient or not",
        "problem-record": "device VALUE (the middle one): STRICT answers 500, LENIENT null sections",
        "bad-gateway": "the first COUNT (2) calls are answered 502",
        "rate-limit": "429 with Retry-After VALUE (1) seconds; calls after that wait are answered",
        "unauthorized": "after VALUE (3) more calls all tokens given so far are refused once",
        "short-token": "new tokens live VALUE (30) seconds",
        "html-503": "503 with a page of HTML",
        "cut-body": "the connection closes in the middle of the body; Content-Length promised more",
        "truncated-gzip": "a gzip body without Content-Length ends silently in the middle",
        "hang": "no answer while the fault is on",
        "slow-drip": "the body comes in small pieces, VALUE (100) milliseconds apart",
        "commands-unfiltered": "the filter of GET /v2/mdm/commands is ignored",
        "lost-filter-ignored": "lostModeEnabled in a filter of devices is ignored",
        "command-500": "POST /v2/mdm/commands answers 500 and takes nothing if management id VALUE (any) is among them",
        "command-timeout": "POST /v2/mdm/commands takes the command and never answers",
        "stale-read": "reads show neither a change of a device nor a new command, for VALUE (60) seconds after it",
        "fewer-sites": "the sites VALUE (ids with commas; the later half) and their devices are not shown",
        "half-fleet": "VALUE (50) per cent of the devices are gone",
        "empty-fleet": "no device at all, totalCount 0",
        "lost-privileges": "the privileges VALUE (names with commas; Read Mobile Devices) are taken from every client",
        "unreadable-record": "device VALUE (the middle one) has fields of wrong types",
        "hostile-strings": "hostile text in every text field of the first VALUE (100) devices",
    }
)

WAITING: Final = ("hang", "slow-drip", "command-timeout")
"""The faults that keep a call waiting."""

_COUNTS: Final = {"bad-gateway": 2}
_AIMED: Final = frozenset({"bad-gateway", "html-503", "cut-body", "truncated-gzip", "hang"})
_TEXTS: Final = frozenset({"lost-privileges", "command-500"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Which calls a fault of the wire strikes: the first ``count`` (None: all) whose target contains ``text``."""

    count: int | None
    text: str


def aim(value: str | None) -> Aim:
    """Read ``[COUNT][@TEXT]``. Raises ValueError where COUNT is no number."""
    count, _, text = (value or "").partition("@")
    return Aim(count=int(count) if count else None, text=text)


def _check(name: str, value: str | None) -> None:
    if name in _AIMED:
        aim(value)
    elif value and name not in _TEXTS and (name, value) != ("hostile-strings", "all"):
        _ = [int(part) for part in value.split(",")]


class Faults:
    """The faults switched on, with their values.

    Attributes:
        version: rises with every change, so that what was computed before can be told from what is true now.
        quiet_until: when the waiting time of ``rate-limit`` ends; None before its first 429.
    """

    def __init__(self) -> None:
        self.version = 0
        self.quiet_until: float | None = None
        self._values: dict[str, str | None] = {}
        self._strikes: Counter[str] = Counter()
        self._changed = asyncio.Event()

    def switch(self, name: str, on: bool, value: str | None = None) -> None:  # noqa: FBT001 - the shape that others call
        """Switch one fault; switching on again starts its counting anew.

        Raises:
            KeyError: there is no such fault.
            ValueError: the value does not fit it.
        """
        if name not in FAULTS:
            raise KeyError(name)
        _check(name, value)
        self._values.pop(name, None)
        self._strikes.pop(name, None)
        self.quiet_until = None
        if on:
            self._values[name] = value
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def active(self) -> dict[str, str | None]:
        """Return name and value of all that is switched on."""
        return dict(self._values)

    def on(self, name: str) -> bool:
        """Whether the fault is switched on."""
        return name in self._values

    def value(self, name: str, default: str) -> str:
        """Return the value of a fault, or the default where it was given none."""
        return self._values.get(name) or default

    def number(self, name: str, default: int) -> int:
        """Return the value of a fault as a number."""
        return int(self.value(name, str(default)))

    def count(self, name: str) -> int:
        """Count one more effect of a fault; returns how many there are now."""
        self._strikes[name] += 1
        return self._strikes[name]

    def move(self, name: str) -> None:
        """Count one more effect of a fault that changes what is seen."""
        self.count(name)
        self.version += 1

    def strikes(self, name: str) -> int:
        """How often the fault had its effect since it was switched on."""
        return self._strikes[name]

    def strike(self, name: str, target: str) -> bool:
        """Whether a fault of the wire strikes this call (method, path and query), and count it if so."""
        if name not in self._values:
            return False
        aimed = aim(self._values[name])
        if not (aimed.text in target if aimed.text else "/auth" not in target and "/oauth/" not in target):
            return False
        limit = aimed.count if aimed.count is not None else _COUNTS.get(name)
        return limit is None or self.count(name) <= limit

    async def off(self, name: str, seconds: float) -> bool:
        """Wait until a fault is switched off, or for so many seconds; returns whether it is off."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self.on(name) and loop.time() < end:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), end - loop.time())
        return not self.on(name)
