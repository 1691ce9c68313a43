"""A set of named faults that are switched on and off while a server runs."""

import asyncio
from collections.abc import Mapping

from mdm_sync.demo.errors import DemoError


class Switches:
    """Which of some known faults are on, each with its value.

    Args:
        known: name and meaning of each fault.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._values: dict[str, str | None] = {}
        self._off = {name: asyncio.Event() for name in known}
        self.release()

    def switch(self, name: str, *, on: bool, value: str | None = None) -> None:
        """Switch a fault; DemoError if there is none of that name."""
        if name not in self._known:
            raise DemoError(f"no fault is called {name!r}; there are: {', '.join(self._known)}")
        if on:
            self._values[name] = value
            self._off[name].clear()
        else:
            self._values.pop(name, None)
            self._off[name].set()

    def active(self) -> Mapping[str, str | None]:
        """Return the faults that are on, with their values."""
        return dict(self._values)

    def first(self, *names: str) -> str | None:
        """Return the first of these faults that is on."""
        return next((name for name in names if name in self._values), None)

    def value(self, name: str, default: str = "") -> str:
        """Return the value of a fault, or the default if it is off or has none."""
        return self._values.get(name) or default

    async def until_off(self, name: str) -> None:
        """Wait until the fault is switched off, or until all who wait are released."""
        await self._off[name].wait()

    def release(self) -> None:
        """Let all go on who wait for the end of a fault."""
        for event in self._off.values():
            event.set()
