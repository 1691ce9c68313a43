"""How the server behaves: who may call it, which version it plays, how slow it is, and what it counted."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from weakref import WeakSet

from mdm_sync.demo.jamf.faults import Faults
from mdm_sync.demo.jamf.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """One API client, or one user account.

    Attributes:
        secret: client secret or password.
        privileges: names as in ``GET /v1/api-role-privileges``.
        sites: ids of the sites that it may see; None is all of them.
    """

    secret: str
    privileges: frozenset[str]
    sites: frozenset[int] | None = None


@dataclass(slots=True, kw_only=True)
class Counters:
    """What the server saw since the last reset.

    Attributes:
        requests: calls by endpoint ("GET /api/v2/mobile-devices/detail").
        rows: records sent, all endpoints together.
        in_flight: calls being answered now; ``in_flight_highest`` the most at one moment.
        connections_highest: the most TCP connections open at one moment.
        commands: MDM commands taken.
        unauthorized: answers with status 401.
        tokens: tokens given.
        transports: the TCP connections that carried a call.
    """

    requests: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    in_flight: int = 0
    in_flight_highest: int = 0
    connections_highest: int = 0
    commands: int = 0
    unauthorized: int = 0
    tokens: int = 0
    transports: WeakSet[asyncio.Transport] = field(default_factory=WeakSet)

    @property
    def connections(self) -> int:
        """TCP connections that carried a call and are open now."""
        return sum(not transport.is_closing() for transport in self.transports)

    @contextmanager
    def call(self, endpoint: str, transport: asyncio.Transport | None) -> Iterator[None]:
        """Count one call while it is being answered."""
        self.requests[endpoint] += 1
        self.in_flight += 1
        self.in_flight_highest = max(self.in_flight_highest, self.in_flight)
        if transport is not None:
            self.transports.add(transport)
        self.connections_highest = max(self.connections_highest, self.connections)
        try:
            yield
        finally:
            self.in_flight -= 1

    def snapshot(self) -> dict[str, object]:
        """Return all counts by name."""
        names = [field.name for field in fields(self) if field.name != "transports"]
        return {name: getattr(self, name) for name in names} | {"connections": self.connections}

    def reset(self) -> None:
        """Start anew; what is going on at this moment stays counted."""
        self.requests.clear()
        self.rows = self.commands = self.unauthorized = self.tokens = 0
        self.in_flight_highest = self.in_flight
        self.connections_highest = self.connections


@dataclass(slots=True, kw_only=True)
class JamfSettings:
    """Settings of one server; all may be changed while it runs.

    Attributes:
        clients: API clients by client id (client credentials).
        users: user accounts by name (Basic, ``POST /v1/auth/token``).
        version: what ``GET /v1/jamf-pro-version`` says; endpoints and fields that it does not have yet are missing.
        token_life: life of a client's token in seconds; ``user_token_life`` that of a user's.
        latency_base_ms: added to every answer; ``latency_row_ms`` for each record in it.
        page_cap: rows of a page at most; a larger page-size is cut silently.
        stale_seconds: how long reads show a changed device as it was.
        acknowledge_seconds: after how long a device answers its commands by itself; None: only when told to.
        clock: seconds since 1970.
        webhooks: who is told of what happens.
    """

    clients: dict[str, ApiClient]
    users: dict[str, ApiClient] = field(default_factory=dict)
    version: str = "11.30.1-t1784555528405"
    token_life: int = 1199
    user_token_life: int = 1800
    latency_base_ms: float = 0
    latency_row_ms: float = 0
    page_cap: int = 2000
    stale_seconds: float = 0
    acknowledge_seconds: float | None = None
    clock: Callable[[], float] = time.time
    faults: Faults = field(default_factory=Faults)
    counters: Counters = field(default_factory=Counters)
    webhooks: Webhooks = field(default_factory=Webhooks)

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor number of the version."""
        major, minor, *_ = self.version.split("-")[0].split(".")
        return int(major), int(minor)

    def visible_at(self) -> float | None:
        """Return from when on reads show a change made now; None is at once."""
        faults = self.faults
        delay = faults.number("stale-read", 60) if faults.on("stale-read") else self.stale_seconds
        return self.clock() + delay if delay else None
