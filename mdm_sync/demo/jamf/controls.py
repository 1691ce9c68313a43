"""The demo's own entries to steer the server; not part of Jamf Pro, served elsewhere."""

from collections.abc import Awaitable, Callable
from typing import Final, get_type_hints

import msgspec
from aiohttp import web

from mdm_sync.demo.jamf.faults import FAULTS
from mdm_sync.demo.jamf.fleet import MOBILE, Fleet
from mdm_sync.demo.jamf.moments import at
from mdm_sync.demo.jamf.settings import JamfSettings
from mdm_sync.demo.model import DemoDevice

_HINTS: Final = get_type_hints(DemoDevice)
_FIXED: Final = frozenset({"jamf_id", "family"})


class _Switch(msgspec.Struct, forbid_unknown_fields=True):
    on: bool
    value: str | None = None


class _Acknowledge(msgspec.Struct, forbid_unknown_fields=True):
    management_id: str | None = None


class _Latency(msgspec.Struct, forbid_unknown_fields=True):
    base_ms: float = 0
    row_ms: float = 0


class _Settings(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    version: str | msgspec.UnsetType = msgspec.UNSET
    token_life: int | msgspec.UnsetType = msgspec.UNSET
    page_cap: int | msgspec.UnsetType = msgspec.UNSET
    stale_seconds: float | msgspec.UnsetType = msgspec.UNSET
    acknowledge_seconds: float | msgspec.UnsetType | None = msgspec.UNSET


class _Webhook(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    url: str
    event: str


def control_routes(fleet: Fleet, settings: JamfSettings) -> list[web.RouteDef]:
    """Return the routes that switch faults, show counters and play the devices' part.

    Bodies are JSON; 400 for a body that does not fit, 404 for what does not exist, both with ``{"error": …}``.
    """
    controls = Controls(fleet, settings)
    return [
        web.get("/jamf/faults", _guarded(controls.faults)),
        web.put("/jamf/faults/{name}", _guarded(controls.switch)),
        web.get("/jamf/counters", _guarded(controls.counters)),
        web.post("/jamf/counters/reset", _guarded(controls.reset)),
        web.post("/jamf/acknowledge", _guarded(controls.acknowledge)),
        web.post("/jamf/devices/{id}", _guarded(controls.change)),
        web.delete("/jamf/devices/{id}", _guarded(controls.remove)),
        web.put("/jamf/latency", _guarded(controls.latency)),
        web.put("/jamf/settings", _guarded(controls.set)),
        web.get("/jamf/webhooks", _guarded(controls.webhooks)),
        web.post("/jamf/webhooks", _guarded(controls.register)),
        web.delete("/jamf/webhooks/{id}", _guarded(controls.unregister)),
    ]


class Controls:
    """Handlers of the control entries; what they return is sent as JSON."""

    def __init__(self, fleet: Fleet, settings: JamfSettings) -> None:
        self._fleet = fleet
        self._settings = settings

    async def faults(self, _: web.Request) -> object:
        """All faults with description and state."""
        active = self._settings.faults.active()
        return {
            name: {"description": text, "on": name in active, "value": active.get(name)}
            for name, text in FAULTS.items()
        }

    async def switch(self, request: web.Request) -> object:
        """Switch one fault: ``{"on": bool, "value": str | null}``."""
        wanted = msgspec.json.decode(await request.read(), type=_Switch)
        self._settings.faults.switch(request.match_info["name"], wanted.on, wanted.value)
        return self._settings.faults.active()

    async def counters(self, _: web.Request) -> object:
        """The counters."""
        return self._settings.counters.snapshot()

    async def reset(self, _: web.Request) -> object:
        """Set the counters back."""
        self._settings.counters.reset()
        return {}

    async def acknowledge(self, request: web.Request) -> object:
        """Let the devices answer their waiting commands, all or those of one: ``{"management_id": str | null}``."""
        only = msgspec.json.decode(await request.read() or b"{}", type=_Acknowledge).management_id
        waiting = [c for c in self._fleet.queue.pending() if only is None or c.management_id == only]
        now = at(self._settings.clock())
        for command in waiting:
            self._fleet.acknowledge(command, now, visible_at=self._settings.visible_at())
        return {"acknowledged": len(waiting)}

    async def change(self, request: web.Request) -> object:
        """Change fields of a device, by their names in ``DemoDevice``; ``?family=computer`` for a computer."""
        family, jamf_id = _named(request)
        fields = {name: _value(name, value) for name, value in (await request.json()).items()}
        record = self._fleet.change(family, jamf_id, fields)
        if "last_inventory" in fields and family == MOBILE:
            self._fleet.tell("MobileDeviceInventoryCompleted", record.device)
        return {name: getattr(record.device, name) for name in fields}

    async def remove(self, request: web.Request) -> object:
        """Delete a device."""
        self._fleet.remove(*_named(request))
        return {}

    async def latency(self, request: web.Request) -> object:
        """Set how long answers take: ``{"base_ms": float, "row_ms": float}``."""
        wanted = msgspec.json.decode(await request.read(), type=_Latency)
        self._settings.latency_base_ms, self._settings.latency_row_ms = wanted.base_ms, wanted.row_ms
        return wanted

    async def set(self, request: web.Request) -> object:
        """Change other settings: version, token_life, page_cap, stale_seconds, acknowledge_seconds."""
        wanted = msgspec.json.decode(await request.read(), type=_Settings)
        for name in wanted.__struct_fields__:
            if getattr(wanted, name) is not msgspec.UNSET:
                setattr(self._settings, name, getattr(wanted, name))
        return wanted

    async def webhooks(self, _: web.Request) -> object:
        """The registered webhooks."""
        return self._settings.webhooks.registered()

    async def register(self, request: web.Request) -> object:
        """Register a webhook: ``{"name": str, "url": str, "event": str}``; the URL is on loopback."""
        wanted = msgspec.json.decode(await request.read(), type=_Webhook)
        return self._settings.webhooks.register(wanted.name, wanted.url, wanted.event)

    async def unregister(self, request: web.Request) -> object:
        """Forget a webhook."""
        self._settings.webhooks.remove(int(request.match_info["id"]))
        return {}


def _named(request: web.Request) -> tuple[str, int]:
    return request.query.get("family", MOBILE), int(request.match_info["id"])


def _value(name: str, value: object) -> object:
    if name in _FIXED or name not in _HINTS:
        raise ValueError(f"no field {name} to change")
    return msgspec.convert(value, type=_HINTS[name])


def _guarded(
    handler: Callable[[web.Request], Awaitable[object]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        try:
            return _json(await handler(request))
        except KeyError as error:
            return _json({"error": f"there is no {error.args[0]}"}, status=404)
        except (ValueError, msgspec.MsgspecError) as error:
            return _json({"error": str(error)}, status=400)

    return serve


def _json(content: object, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(content), content_type="application/json")
