"""The directories' part of the control API."""

import asyncio

from aiohttp import web

from mdm_sync.demo.directory.directories import Directories
from mdm_sync.demo.directory.faults import FAULTS
from mdm_sync.demo.sinks.controls import json_object, on_of, refusing, text_of


def control_routes(directories: Directories) -> list[web.RouteDef]:
    """Return the routes below ``/directories`` that switch faults and read counters.

    ``PUT /directories/faults/{name}`` takes ``{"on": true, "school": "100132", "value": null}``; without a school all
    are meant. It answers when the fault is in force; what does not fit is answered by 400 and ``{"error": "..."}``.
    """

    async def faults(_: web.Request) -> web.Response:
        return web.json_response({"known": dict(FAULTS), "active": await asyncio.to_thread(_active, directories)})

    async def switch(request: web.Request) -> web.Response:
        body = await json_object(request)
        name, on = request.match_info["name"], on_of(body)
        await asyncio.to_thread(directories.fault, name, on, text_of(body, "school"), text_of(body, "value"))
        return web.json_response({"active": _active(directories)})

    async def counters(_: web.Request) -> web.Response:
        return web.json_response(await asyncio.to_thread(directories.counters))

    return [
        web.get("/directories/faults", faults),
        web.put("/directories/faults/{name}", refusing(switch)),
        web.get("/directories/counters", counters),
    ]


def _active(directories: Directories) -> dict[str, dict[str, str | None]]:
    return {name: dict(schools) for name, schools in directories.active().items()}
