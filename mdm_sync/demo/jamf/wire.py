"""How an answer goes over the wire, and what may go wrong there."""

import asyncio
import gzip
from http import HTTPStatus
from typing import Final

from aiohttp import web

from mdm_sync.demo.jamf.answers import Answer, ApiError
from mdm_sync.demo.jamf.faults import Faults
from mdm_sync.demo.jamf.settings import JamfSettings

_WORTH_PACKING: Final = 1400
_LOOK: Final = 0.5
"""Seconds between looks whether a client that is kept waiting is still there."""


def target(request: web.Request) -> str:
    """Return method, path and query, by which faults are aimed."""
    return f"{request.method} {request.raw_path}"


async def trouble(request: web.Request, settings: JamfSettings) -> Answer | None:
    """Return the answer that a fault gives instead of the endpoint's, or None if the call may go on."""
    faults = settings.faults
    here = target(request)
    if faults.strike("hang", here):
        await hang(request, faults, "hang")
    if faults.strike("bad-gateway", here):
        return _html(HTTPStatus.BAD_GATEWAY)
    if faults.strike("html-503", here):
        return _html(HTTPStatus.SERVICE_UNAVAILABLE)
    if faults.on("rate-limit") and "/auth" not in here and "/oauth/" not in here:
        return _too_many(faults, settings.clock())
    return None


async def hang(request: web.Request, faults: Faults, name: str) -> None:
    """Wait until the fault is switched off or the client has gone."""
    while not await faults.off(name, _LOOK):
        if request.transport is None or request.transport.is_closing():
            return


async def send(request: web.Request, answer: Answer, settings: JamfSettings) -> web.StreamResponse:
    """Send an answer, packed if the client takes gzip."""
    faults = settings.faults
    body, packed = await _body(answer, wants_gzip="gzip" in request.headers.get("Accept-Encoding", ""))
    headers = {**answer.headers, "Content-Type": answer.content_type}
    if packed:
        headers["Content-Encoding"] = "gzip"
    here = target(request)
    if faults.strike("truncated-gzip", here):
        return _end_silently(request, answer.status, headers, body)
    if faults.strike("cut-body", here):
        return await _cut(request, web.StreamResponse(status=answer.status, headers=headers), body)
    if faults.on("slow-drip") and "oauth" not in here:
        return await _drip(request, web.StreamResponse(status=answer.status, headers=headers), body, faults)
    return web.Response(status=answer.status, body=body, headers=headers)


async def _body(answer: Answer, *, wants_gzip: bool) -> tuple[bytes, bool]:
    if answer.body is None:
        packed = answer.packed or b""
        return (packed, True) if wants_gzip else (await asyncio.to_thread(gzip.decompress, packed), False)
    if wants_gzip and len(answer.body) > _WORTH_PACKING:
        return await asyncio.to_thread(gzip.compress, answer.body, 1, mtime=0), True
    return answer.body, False


def _html(status: HTTPStatus) -> Answer:
    page = f"<html><head><title>{status} {status.phrase}</title></head><body><h1>{status.phrase}</h1></body></html>"
    return Answer(status=status, body=page.encode(), content_type="text/html")


def _too_many(faults: Faults, now: float) -> Answer | None:
    seconds = faults.number("rate-limit", 1)
    if faults.quiet_until is None:
        faults.quiet_until = now + seconds
    if now >= faults.quiet_until:
        return None
    refused = ApiError(HTTPStatus.TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", "Too Many Requests").answer()
    refused.headers["Retry-After"] = str(seconds)
    return refused


def _end_silently(request: web.Request, status: int, headers: dict[str, str], body: bytes) -> web.StreamResponse:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
    if request.transport is not None:
        request.transport.write(head + body[: len(body) // 2])
        request.transport.close()
    return web.Response()


async def _cut(request: web.Request, response: web.StreamResponse, body: bytes) -> web.StreamResponse:
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _drip(request: web.Request, response: web.StreamResponse, body: bytes, faults: Faults) -> web.StreamResponse:
    response.content_length = len(body)
    await response.prepare(request)
    size = max(len(body) // 20, 1)
    for place in range(0, len(body), size):
        await response.write(body[place : place + size])
        await faults.off("slow-drip", faults.number("slow-drip", 100) / 1000)
    return response
