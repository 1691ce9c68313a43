"""A few pages over HTTP, on a port of this machine alone or on a Unix socket; there is no login."""

import logging
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, ThreadingTCPServer, UnixStreamServer

from mdm_sync.errors import SettingsError, told_by_place

log = logging.getLogger(__name__)

UNIX = "unix:"
PATIENCE_SECONDS = 10
"""For whoever connects and asks nothing."""
POLL_SECONDS = 0.1
"""Within which it notices that it is closed."""


Page = tuple[int, str, str]
"""What is answered: status, kind of content, text."""


NO_SUCH_PAGE: Page = (HTTPStatus.NOT_FOUND, "text/plain", "There is no such page.\n")


class PageServer:
    """Answers ``GET`` for pages, each made anew for each answer, in threads of its own.

    Args:
        listen: ``host:port``, or ``unix:`` and a path; a socket that an earlier process left there is taken over.
        pages: by their path.

    Raises:
        SettingsError: it cannot listen there.
    """

    def __init__(self, listen: str, pages: Mapping[str, Callable[[], Page]]) -> None:
        self._socket_file = Path(listen.removeprefix(UNIX)) if listen.startswith(UNIX) else None
        try:
            self._server = _server(listen, self._socket_file, _handler(pages))
        except OSError as error:
            raise SettingsError(f"monitoring.listen: {listen} cannot be listened on: {error.strerror}.") from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": POLL_SECONDS}, name="pages", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int | None:
        """The port on which it listens; None: a Unix socket."""
        return self._server.server_address[1] if isinstance(self._server, _Tcp) else None

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self._socket_file:
            self._socket_file.unlink(missing_ok=True)


class Display:
    """Shows pages at one place at a time, nowhere at first.

    Args:
        pages: by their path.
    """

    def __init__(self, pages: Mapping[str, Callable[[], Page]]) -> None:
        self._pages = pages
        self._listen: str | None = None
        self._server: PageServer | None = None

    def show_at(self, listen: str | None) -> None:
        """Show them there from now on, and no more where it was before; None: nowhere.

        Raises:
            SettingsError: it cannot listen there; where it was before it stays.
        """
        if listen == self._listen:
            return
        server = PageServer(listen, self._pages) if listen else None
        if self._server:
            self._server.close()
        self._listen, self._server = listen, server


class _Quiet:
    """Whoever hangs up in the middle of an answer is no trouble, and no traceback reaches the log."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the library's signature
        log.debug("a look at the pages broke off")


class _Tcp(_Quiet, ThreadingTCPServer):
    allow_reuse_address = True


class _Unix(_Quiet, ThreadingMixIn, UnixStreamServer):
    pass


def _server(listen: str, socket_file: Path | None, handler: type[BaseHTTPRequestHandler]) -> _Tcp | _Unix:
    if socket_file:
        if socket_file.is_socket():
            socket_file.unlink()
        server = _Unix(str(socket_file), handler)
        socket_file.chmod(0o660)  # the group of the service may look
        return server
    host, _, port = listen.rpartition(":")
    return _Tcp((host, int(port)), handler)


def _made(make: Callable[[], Page]) -> Page:
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told without its message
        log.error("a page could not be made: %s", told_by_place(error))  # noqa: TRY400 - likewise no traceback
        return HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", "The page could not be made.\n"


def _handler(pages: Mapping[str, Callable[[], Page]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_SECONDS
        server_version = "mdm-sync"
        sys_version = ""

        def do_GET(self) -> None:
            make = pages.get(self.path.partition("?")[0])
            status, kind, text = _made(make) if make else NO_SUCH_PAGE
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nobody needs a line for each look."""

        def address_string(self) -> str:
            """Whoever comes over a Unix socket has no address."""
            return "local"

    return Handler
