"""What every call passes: counting, version, token, privileges, errors, waiting, sending."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from mdm_sync.demo.jamf.answers import Answer, ApiError
from mdm_sync.demo.jamf.faults import Faults
from mdm_sync.demo.jamf.fleet import Fleet
from mdm_sync.demo.jamf.moments import at
from mdm_sync.demo.jamf.pages import Pages
from mdm_sync.demo.jamf.privileges import READ_MOBILE_DEVICES
from mdm_sync.demo.jamf.settings import ApiClient, JamfSettings
from mdm_sync.demo.jamf.tokens import Grant, Tokens
from mdm_sync.demo.jamf.views import Views
from mdm_sync.demo.jamf.wire import send, trouble

UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Jamf:
    """The parts that the endpoints work on."""

    fleet: Fleet
    settings: JamfSettings
    tokens: Tokens
    pages: Pages
    views: Views


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, and what it may do at this moment."""

    token: str
    grant: Grant
    privileges: frozenset[str]
    sites: frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that has passed the gate; ``caller`` is None where no token is asked for."""

    jamf: Jamf
    request: web.Request
    caller: Caller | None

    @property
    def who(self) -> Caller:
        """The caller of an endpoint that needs a token."""
        if self.caller is None:
            raise unauthorized()
        return self.caller


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One entry of the API.

    Attributes:
        path: as aiohttp writes it, with ``/api`` or ``/JSSResource``.
        privileges: all of them are needed.
        token: whether a Bearer token is needed.
        since: first version that has it.
    """

    method: str
    path: str
    handler: Handler
    privileges: frozenset[str] = frozenset()
    token: bool = True
    since: tuple[int, int] = (0, 0)


def unauthorized() -> ApiError:
    """Return the error for a missing or worn-out token."""
    return ApiError(UNAUTHORIZED, "INVALID_TOKEN", "Unauthorized")


def forbidden() -> ApiError:
    """Return the error for a missing privilege."""
    return ApiError(403, "INVALID_PRIVILEGE", "Forbidden")


def route(jamf: Jamf, endpoint: Endpoint) -> web.RouteDef:
    """Return the route that leads an endpoint's calls through the gate."""

    async def serve(request: web.Request) -> web.StreamResponse:
        with jamf.settings.counters.call(f"{endpoint.method} {endpoint.path}", request.transport):
            return await _serve(jamf, endpoint, request)

    return web.route(endpoint.method, endpoint.path, serve)


async def _serve(jamf: Jamf, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
    settings = jamf.settings
    _let_time_pass(jamf)
    answer = await trouble(request, settings)
    if answer is None:
        try:
            answer = await endpoint.handler(_admit(jamf, endpoint, request))
        except ApiError as error:
            answer = error.page() if endpoint.path.startswith("/JSSResource") else error.answer()
    settings.counters.rows += answer.rows
    settings.counters.unauthorized += answer.status == UNAUTHORIZED
    wait = settings.latency_base_ms + settings.latency_row_ms * answer.rows
    if wait:
        await asyncio.sleep(wait / 1000)
    return await send(request, answer, settings)


def _let_time_pass(jamf: Jamf) -> None:
    settings = jamf.settings
    now = settings.clock()
    jamf.fleet.settle(now)
    if settings.acknowledge_seconds is None:
        return
    for command in jamf.fleet.queue.pending():
        if not command.planted and command.sent.timestamp() + settings.acknowledge_seconds <= now:
            jamf.fleet.acknowledge(command, at(now), visible_at=settings.visible_at())


def _admit(jamf: Jamf, endpoint: Endpoint, request: web.Request) -> Call:
    if jamf.settings.release < endpoint.since:
        raise ApiError(404, "NOT_FOUND", "Not Found")
    if not endpoint.token:
        return Call(jamf=jamf, request=request, caller=None)
    faults = jamf.settings.faults
    if faults.on("unauthorized") and faults.count("unauthorized") == faults.number("unauthorized", 3) + 1:
        jamf.tokens.withdraw_all()
    caller = _caller(jamf, request)
    if not endpoint.privileges <= caller.privileges:
        raise forbidden()
    return Call(jamf=jamf, request=request, caller=caller)


def _caller(jamf: Jamf, request: web.Request) -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    grant = jamf.tokens.find(token, jamf.settings.clock())
    account = account_of(jamf.settings, grant) if grant else None
    if scheme.lower() != "bearer" or grant is None or account is None:
        raise unauthorized()
    lost = _lost_privileges(jamf.settings.faults)
    return Caller(token=token, grant=grant, privileges=account.privileges - lost, sites=account.sites)


def _lost_privileges(faults: Faults) -> frozenset[str]:
    if not faults.on("lost-privileges"):
        return frozenset()
    return frozenset(name.strip() for name in faults.value("lost-privileges", READ_MOBILE_DEVICES).split(","))


def account_of(settings: JamfSettings, grant: Grant) -> ApiClient | None:
    """Return the client or user that a token belongs to, as it is now."""
    accounts = settings.users if grant.kind == "JSS" else settings.clients
    return accounts.get(grant.name)
