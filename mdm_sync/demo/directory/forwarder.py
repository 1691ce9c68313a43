"""Stands on ports of directories: passes bytes on, late or not all of them, or accepts and says nothing.

A process of its own, run as a script. Its argument is a JSON list of routes, each with the fields of ``Route``.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass

_HOST = "127.0.0.1"
_CHUNK = 1 << 16
_CHUNKS_UNDERWAY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What happens to the connections of one port.

    Attributes:
        port: where clients connect.
        target: the port that they are connected with; None for silence.
        milliseconds: how much later each answer arrives.
        limit: bytes of answers after which the connection is cut; None for no limit.
        stalls: the connection stays open after the limit, without another byte.
    """

    port: int
    target: int | None = None
    milliseconds: int = 0
    limit: int | None = None
    stalls: bool = False


async def main(routes: list[Route]) -> None:
    """Serve until the process is ended."""
    servers = [await asyncio.start_server(_Port(route).serve, _HOST, route.port) for route in routes]
    await asyncio.gather(*(server.serve_forever() for server in servers))


class _Port:
    def __init__(self, route: Route) -> None:
        self._route = route

    async def serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if self._route.target is None:
                await client.read()
            else:
                server, request = await asyncio.open_connection(_HOST, self._route.target)
                await _first_of(_pass_on(client, request), self._answer(server, answer))
                request.close()
        answer.close()

    async def _answer(self, server: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_CHUNKS_UNDERWAY)
        await asyncio.gather(self._take(server, underway), _give(underway, answer))

    async def _take(self, server: asyncio.StreamReader, underway: asyncio.Queue[tuple[float, bytes]]) -> None:
        """Note when each piece is due.

        Pieces travel side by side as on a long line: a large answer is late once, not once for each piece.
        """
        loop = asyncio.get_running_loop()
        async for chunk in self._allowed(server):
            await underway.put((loop.time() + self._route.milliseconds / 1000, chunk))

    async def _allowed(self, server: asyncio.StreamReader) -> AsyncIterator[bytes]:
        """Yield what the server says; an empty piece ends the connection."""
        left = sys.maxsize if self._route.limit is None else self._route.limit
        while left and (chunk := await server.read(min(left, _CHUNK))):
            left -= len(chunk)
            yield chunk
        if left or not self._route.stalls:
            yield b""


async def _give(underway: asyncio.Queue[tuple[float, bytes]], answer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    due, chunk = await underway.get()
    while chunk:
        await asyncio.sleep(max(0, due - loop.time()))
        answer.write(chunk)
        await answer.drain()
        due, chunk = await underway.get()


async def _pass_on(client: asyncio.StreamReader, request: asyncio.StreamWriter) -> None:
    while chunk := await client.read(_CHUNK):
        request.write(chunk)
        await request.drain()


async def _first_of(*ways: Coroutine[None, None, None]) -> None:
    """Run them until the first one ends, and cancel the others."""
    tasks = [asyncio.create_task(way) for way in ways]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main([Route(**route) for route in json.loads(sys.argv[1])]))
