"""The part of the control API that all sinks share."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from aiohttp import web

from mdm_sync.demo.errors import DemoError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sink(Protocol):
    """What can be told to misbehave, and counts what it gets."""

    def switch(self, name: str, on: bool, value: str | None = None) -> None:  # noqa: FBT001 - one shape for all servers
        """Switch a fault."""

    def active(self) -> Mapping[str, str | None]:
        """Return the faults that are on."""

    def counters(self) -> Mapping[str, int]:
        """Return what was counted."""


def sink_routes(prefix: str, sink: Sink, known: Mapping[str, str]) -> list[web.RouteDef]:
    """Return ``GET <prefix>/faults``, ``PUT <prefix>/faults/{name}`` and ``GET <prefix>/counters``.

    The body of PUT is ``{"on": true, "value": null}``; what does not fit is answered by 400 and ``{"error": "..."}``.
    """

    async def faults(_: web.Request) -> web.Response:
        return web.json_response({"known": dict(known), "active": dict(sink.active())})

    async def switch(request: web.Request) -> web.Response:
        body = await json_object(request)
        sink.switch(request.match_info["name"], on_of(body), text_of(body, "value"))
        return web.json_response({"active": dict(sink.active())})

    async def counters(_: web.Request) -> web.Response:
        return web.json_response(dict(sink.counters()))

    return [
        web.get(f"{prefix}/faults", faults),
        web.put(f"{prefix}/faults/{{name}}", refusing(switch)),
        web.get(f"{prefix}/counters", counters),
    ]


def refusing(handler: Handler) -> Handler:
    """Answer a DemoError of the handler by 400."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except DemoError as error:
            return web.json_response({"error": str(error)}, status=400)

    return answer


async def json_object(request: web.Request) -> Mapping[str, Any]:
    """Return the body; DemoError unless it is a JSON object."""
    try:
        body = await request.json()
    except ValueError as error:
        raise DemoError(f"the body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise DemoError("the body is no JSON object")
    return body


def on_of(body: Mapping[str, Any]) -> bool:
    """Return the member ``on``; DemoError unless it is true or false."""
    match body.get("on"):
        case bool(on):
            return on
        case other:
            raise DemoError(f'"on" is true or false, not {other!r}')


def text_of(body: Mapping[str, Any], name: str) -> str | None:
    """Return a member that may be missing or null; DemoError unless it is text."""
    match body.get(name):
        case None | str() as text:
            return text
        case other:
            raise DemoError(f'"{name}" is text or null, not {other!r}')
