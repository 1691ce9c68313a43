"""An event loop in a thread of its own, so that tests can look at its servers from outside."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from aiohttp import web

_Result = TypeVar("_Result")
PATIENCE = 20


class BackgroundLoop:
    """Runs coroutines in its thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def call(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def background_loop() -> Iterator[BackgroundLoop]:
    loop = BackgroundLoop()
    try:
        yield loop
    finally:
        loop.close()


@contextmanager
def served(loop: BackgroundLoop, app: web.Application, routes: Sequence[web.RouteDef]) -> Iterator[str]:
    """Serve the application with more routes; yield its URL."""
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=1)
    port = loop.call(_start(runner))
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call(runner.cleanup())


async def _start(runner: web.AppRunner) -> int:
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    return port
