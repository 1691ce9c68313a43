"""What systemd is told: that the service is ready, how it stands, and that it is alive (sd_notify(3))."""

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Supervisor:
    """systemd, or nobody.

    Attributes:
        address: of the socket on which it listens: a path, or ``@`` and an abstract name; None: nobody listens.
        watchdog_seconds: after which it takes a service that has not said it is alive for dead; None: it does not look.
    """

    address: str | None = None
    watchdog_seconds: float | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Supervisor":
        """The one that started this process, as it told in the environment."""
        asked = environment.get("WATCHDOG_USEC")
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        return cls(
            address=environment.get("NOTIFY_SOCKET"), watchdog_seconds=int(asked) / 1e6 if asked and ours else None
        )

    def ready(self) -> None:
        """Say that the service works, or works again after it has loaded its settings anew."""
        self._say("READY=1")

    def reloading(self) -> None:
        """Say that the settings are loaded anew; ``ready`` ends it."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Say that the service is about to end."""
        self._say("STOPPING=1")

    def alive(self) -> None:
        """Say that something went forward."""
        self._say("WATCHDOG=1")

    def status(self, words: str) -> None:
        """Say how things stand, in one line."""
        self._say("STATUS=" + " ".join(words.split()))

    def _say(self, *lines: str) -> None:
        """A supervisor that does not listen any more is no reason to end."""
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            try:
                to.sendto("\n".join(lines).encode(), address)
            except OSError:
                return
