"""Webhooks: a POST to whoever registered, for each thing that happens to a device.

As with Jamf Pro there is no signature, and a POST that fails is not repeated (shapes: Jamf's JAWA, chook by Pixar).
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import msgspec

from mdm_sync.demo.jamf.moments import at
from mdm_sync.demo.model import DemoDevice

EVENTS: Final = frozenset(
    {
        "MobileDeviceCommandCompleted",
        "MobileDeviceEnrolled",
        "MobileDeviceInventoryCompleted",
        "MobileDeviceUnEnrolled",
    }
)
_PATIENCE: Final = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One registration."""

    id: int
    name: str
    url: str
    event: str


class Webhooks:
    """The registrations, and what is to be sent to them."""

    def __init__(self) -> None:
        self._hooks: dict[int, Webhook] = {}
        self._waiting: asyncio.Queue[tuple[Webhook, DemoDevice, Mapping[str, str], float]] = asyncio.Queue()
        self.failed = 0

    def register(self, name: str, url: str, event: str) -> Webhook:
        """Register a receiver. Raises ValueError for an unknown event, or a URL that leaves this machine."""
        if event not in EVENTS:
            raise ValueError(f"unknown event {event}")
        if not _is_loopback(url):
            raise ValueError("a webhook of the demo goes to loopback only")
        hook = Webhook(id=max(self._hooks, default=0) + 1, name=name, url=url, event=event)
        self._hooks[hook.id] = hook
        return hook

    def remove(self, number: int) -> None:
        """Forget a registration. Raises KeyError where there is none."""
        del self._hooks[number]

    def registered(self) -> list[Webhook]:
        """Return the registrations."""
        return list(self._hooks.values())

    def hear(self, event: str, device: DemoDevice, more: Mapping[str, str], now: float) -> None:
        """Note what happened; it is sent as soon as ``delivering`` runs."""
        for hook in self._hooks.values():
            if hook.event == event:
                self._waiting.put_nowait((hook, device, more, now))

    @contextlib.asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """Send what is noted, as long as the context lasts."""
        async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
            task = asyncio.create_task(self._deliver(session))
            try:
                yield
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _deliver(self, session: aiohttp.ClientSession) -> None:
        while True:
            hook, device, more, now = await self._waiting.get()
            body = msgspec.json.encode(_message(hook, device, more, now))
            try:
                async with session.post(hook.url, data=body, headers={"Content-Type": "application/json"}):
                    pass
            except (aiohttp.ClientError, TimeoutError):
                self.failed += 1


def _message(hook: Webhook, device: DemoDevice, more: Mapping[str, str], now: float) -> dict[str, object]:
    return {
        "webhook": {
            "id": hook.id,
            "name": hook.name,
            "webhookEvent": hook.event,
            "eventTimestamp": int(at(now).timestamp() * 1000),
        },
        "event": {
            "bluetoothMacAddress": "",
            "deviceName": device.name,
            "icciID": "",
            "imei": "",
            "ipAddress": "10.0.0.9",
            "jssID": device.jamf_id,
            "model": device.model_identifier,
            "modelDisplay": device.model,
            "osBuild": "22G86",
            "osVersion": "18.6",
            "product": None,
            "room": device.room,
            "serialNumber": device.serial,
            "udid": device.udid,
            "userDirectoryID": "-1",
            "username": device.username,
            "version": "18.6",
            "wifiMacAddress": "",
            "managementId": device.management_id,
            **more,
        },
    }


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
