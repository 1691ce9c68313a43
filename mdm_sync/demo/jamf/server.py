"""The Jamf Pro server as an aiohttp application."""

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import NoReturn

from aiohttp import web

from mdm_sync.demo.jamf import (
    account_calls,
    catalogue_calls,
    classic_calls,
    command_calls,
    computer_calls,
    mobile_calls,
)
from mdm_sync.demo.jamf.answers import ApiError
from mdm_sync.demo.jamf.faults import WAITING
from mdm_sync.demo.jamf.fleet import Fleet
from mdm_sync.demo.jamf.gate import Call, Endpoint, Jamf, route
from mdm_sync.demo.jamf.pages import Pages
from mdm_sync.demo.jamf.settings import ApiClient, Counters, JamfSettings
from mdm_sync.demo.jamf.tokens import Tokens
from mdm_sync.demo.jamf.views import Views
from mdm_sync.demo.model import DemoDevice

__all__ = ["ApiClient", "Counters", "JamfSettings", "jamf_app"]


def jamf_app(fleet: Fleet, settings: JamfSettings) -> web.Application:
    """Return the server for a fleet; fleet and settings may be changed while it runs."""
    jamf = Jamf(
        fleet=fleet,
        settings=settings,
        tokens=Tokens(),
        pages=Pages(),
        views=Views(fleet, settings),
    )
    app = web.Application()
    parts = (account_calls, catalogue_calls, classic_calls, command_calls, computer_calls, mobile_calls)
    app.add_routes([route(jamf, endpoint) for part in parts for endpoint in part.ENDPOINTS])
    app.add_routes([route(jamf, Endpoint(method="*", path="/{anything:.*}", handler=_nothing_here, token=False))])
    app.cleanup_ctx.append(partial(_webhooks, jamf))
    app.on_shutdown.append(partial(_let_go, jamf))
    return app


async def _let_go(jamf: Jamf, _: web.Application) -> None:
    """End the faults that keep calls waiting: the server could not stop before them."""
    for name in WAITING:
        jamf.settings.faults.switch(name, on=False)


async def _webhooks(jamf: Jamf, _: web.Application) -> AsyncIterator[None]:
    settings = jamf.settings

    def hear(event: str, device: DemoDevice, more: Mapping[str, str]) -> None:
        settings.webhooks.hear(event, device, more, settings.clock())

    jamf.fleet.listeners.append(hear)
    async with settings.webhooks.delivering():
        yield
    jamf.fleet.listeners.remove(hear)


async def _nothing_here(call: Call) -> NoReturn:
    raise ApiError(404, "NOT_FOUND", f"no {call.request.method} {call.request.path}")
