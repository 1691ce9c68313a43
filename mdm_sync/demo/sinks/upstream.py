"""The authority that summaries are pushed to: an HTTP server that keeps them."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiohttp import web

from mdm_sync.demo.errors import DemoError
from mdm_sync.demo.sinks.controls import sink_routes
from mdm_sync.demo.sinks.numbered import Numbered
from mdm_sync.demo.sinks.switches import Switches

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "status-401": "every token is refused",
        "status-408": "request timeout; nothing is kept",
        "status-429": "too many requests, with Retry-After in seconds (value, default 1); nothing is kept",
        "status-500": "internal server error; nothing is kept",
        "status-503": "unavailable, with Retry-After if a value is given; nothing is kept",
        "hang": "no answer while the fault is on, then a cut; the summary is kept (value: lost)",
        "cut-answer": "the summary is kept, the answer ends in the middle",
        "slow-drip": "the summary is kept, the answer comes byte by byte, that many seconds apart (value, default 0.5)",
    }
)
_STATUSES = ("status-401", "status-408", "status-429", "status-500", "status-503")
_LARGEST_BODY = 1 << 24
_TIMES = {"status-429": "1"}
_NUMBERED = ("status-429", "status-503", "slow-drip")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSettings:
    """What the server accepts."""

    token: str = field(repr=False)


class UpstreamSink:
    """Takes summaries and keeps each as ``<number>.json`` with its headers, the Authorization header removed.

    A repeated ``Idempotency-Key`` is answered and not kept again, also after a restart on the same folder.
    """

    def __init__(self, folder: Path, settings: UpstreamSettings) -> None:
        self._numbered = Numbered(folder)
        self._settings = settings
        self._switches = Switches(FAULTS)
        self._counters = Counter(requests=0, kept=0, repeated=0, refused=0)
        self._keys = {_key(json.loads(file.read_text())["headers"]) for file in folder.glob("*.json")} - {None}

    def switch(self, name: str, on: bool, value: str | None = None) -> None:  # noqa: FBT001 - one shape for all servers
        """Switch a fault; DemoError if there is none of that name or the value is not the number it should be."""
        if value is not None and name in _NUMBERED and not _NUMBER.fullmatch(value):
            raise DemoError(f"the value of {name} is a number of seconds, not {value!r}")
        self._switches.switch(name, on=on, value=value)

    def active(self) -> Mapping[str, str | None]:
        """Return the faults that are on, with their values."""
        return self._switches.active()

    def counters(self) -> Mapping[str, int]:
        """Return how many requests came, and how many of them were kept, repeated or refused."""
        return dict(self._counters)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer one ``POST /summaries``: 201, or 200 where it is a repetition."""
        self._counters["requests"] += 1
        refusal = self._refusal(request)
        if refusal is not None:
            self._counters["refused"] += 1
            return refusal
        try:
            body = json.loads(await request.read())
        except ValueError:
            self._counters["refused"] += 1
            return web.json_response({"error": "the body is no JSON"}, status=400)
        return await self._take(request, body)

    async def release(self, _: web.Application) -> None:
        """Let go of the requests that hang, so that the server can stop."""
        self._switches.release()

    def _refusal(self, request: web.Request) -> web.Response | None:
        fault = self._switches.first(*_STATUSES)
        if fault is not None:
            wait = self._switches.value(fault, _TIMES.get(fault, ""))
            headers = {"Retry-After": wait} if wait else {}
            return web.json_response({"error": fault}, status=int(fault.removeprefix("status-")), headers=headers)
        if request.headers.get("Authorization") != f"Bearer {self._settings.token}":
            # RFC 6750, section 3.
            return web.json_response({"error": "token"}, status=401, headers={"WWW-Authenticate": "Bearer"})
        return None

    async def _take(self, request: web.Request, body: Any) -> web.StreamResponse:  # noqa: ANN401 - any JSON
        if self._switches.first("hang"):
            if self._switches.value("hang") != "lost":
                self._keep(request, body)
            await self._switches.until_off("hang")
            return _cut(request)
        repeated = not self._keep(request, body)
        answer = json.dumps({"repeated": repeated}).encode()
        status = 200 if repeated else 201
        match self._switches.first("cut-answer", "slow-drip"):
            case "cut-answer":
                return await _half(request, status, answer)
            case "slow-drip":
                return await _drip(request, status, answer, float(self._switches.value("slow-drip", "0.5")))
        return web.Response(body=answer, status=status, content_type="application/json")

    def _keep(self, request: web.Request, body: Any) -> bool:  # noqa: ANN401 - any JSON
        headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
        key = _key(headers)
        if key is not None and key in self._keys:
            self._counters["repeated"] += 1
            return False
        self._keys.add(key)
        self._counters["kept"] += 1
        text = json.dumps({"headers": headers, "body": body}, ensure_ascii=False, indent=1)
        self._numbered.next().with_suffix(".json").write_text(text)
        return True


SINK = web.AppKey("SINK", UpstreamSink)
"""Where the application of ``upstream_app`` holds its sink."""


def upstream_app(folder: Path, settings: UpstreamSettings) -> web.Application:
    """Return an application that takes ``POST /summaries`` and keeps what comes in the folder."""
    sink = UpstreamSink(folder, settings)
    app = web.Application(client_max_size=_LARGEST_BODY)
    app[SINK] = sink
    app.router.add_post("/summaries", sink.receive)
    app.on_shutdown.append(sink.release)
    return app


def control_routes(sink: UpstreamSink) -> list[web.RouteDef]:
    """Return the routes below ``/upstream`` that switch faults and read counters."""
    return sink_routes("/upstream", sink, FAULTS)


def _key(headers: Mapping[str, str]) -> str | None:
    return next((value for name, value in headers.items() if name.lower() == "idempotency-key"), None)


async def _half(request: web.Request, status: int, answer: bytes) -> web.StreamResponse:
    response = await _begin(request, status, answer)
    await response.write(answer[: len(answer) // 2])
    _cut(request)
    return response


async def _drip(request: web.Request, status: int, answer: bytes, pause: float) -> web.StreamResponse:
    response = await _begin(request, status, answer)
    for byte in answer:
        await response.write(bytes([byte]))
        await asyncio.sleep(pause)
    return response


async def _begin(request: web.Request, status: int, answer: bytes) -> web.StreamResponse:
    headers = {"Content-Length": str(len(answer)), "Content-Type": "application/json"}
    response = web.StreamResponse(status=status, headers=headers)
    await response.prepare(request)
    return response


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return web.Response()
