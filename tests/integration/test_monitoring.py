"""Pages for monitors over real sockets, and the call to a monitor that waits for it."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pytest_httpx import HTTPXMock

from connectors.monitoring import Display, Page, PageServer, ping
from mdm_sync.errors import PermanentError, SettingsError, TemporaryError


def broken() -> Page:
    raise KeyError("marked.name")


PAGES = {"/healthz": lambda: (200, "text/plain", "ok ü\n"), "/metrics": broken}
URL = "https://ping.example/4711-geheim"


class OverUnixSocket(http.client.HTTPConnection):
    """HTTP, as a scraper speaks it, on a path."""

    def __init__(self, path: Path) -> None:
        super().__init__("local", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(str(self._path))


@pytest.fixture(params=["port", "socket"])
def monitor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    """Somebody who looks at a server of pages."""
    path = tmp_path / "metrics.sock"
    server = PageServer("127.0.0.1:0" if request.param == "port" else f"unix:{path}", PAGES)
    connection: http.client.HTTPConnection = OverUnixSocket(path)
    if server.port:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    yield connection
    connection.close()
    server.close()
    assert not path.exists()


def test_a_page_is_answered(monitor: http.client.HTTPConnection) -> None:
    monitor.request("GET", "/healthz?now")
    answer = monitor.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.read().decode() == "ok ü\n"


def test_there_are_no_others(monitor: http.client.HTTPConnection) -> None:
    monitor.request("GET", "/etc/passwd")
    assert monitor.getresponse().status == 404


def test_one_that_cannot_be_made_is_told_without_what_it_was_about(
    monitor: http.client.HTTPConnection, caplog: pytest.LogCaptureFixture
) -> None:
    monitor.request("GET", "/metrics")
    answer = monitor.getresponse()
    assert (answer.status, answer.read()) == (500, b"The page could not be made.\n")
    assert "unexpected KeyError in broken" in caplog.text
    assert "marked.name" not in caplog.text


def test_nothing_can_be_changed(monitor: http.client.HTTPConnection) -> None:
    monitor.request("POST", "/healthz")
    assert monitor.getresponse().status == 501


def test_the_socket_of_a_process_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "metrics.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    server = PageServer(f"unix:{path}", PAGES)
    assert path.stat().st_mode & 0o777 == 0o660
    server.close()


@pytest.mark.parametrize("where", ["port", "folder"])
def test_a_place_that_cannot_be_had_is_told(tmp_path: Path, where: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}" if where == "port" else f"unix:{tmp_path}/nowhere/metrics.sock"
        with pytest.raises(SettingsError, match="cannot be listened on"):
            PageServer(listen, PAGES)


class TestADisplay:
    def test_moves_to_where_it_is_told_to(self, tmp_path: Path) -> None:
        first, second = tmp_path / "first.sock", tmp_path / "second.sock"
        display = Display(PAGES)
        display.show_at(f"unix:{first}")
        display.show_at(f"unix:{second}")
        assert (shows(second), first.exists()) == (True, False)
        display.show_at(None)
        assert list(tmp_path.iterdir()) == []

    def test_stays_where_it_is_while_it_is_told_nothing_new_or_cannot_move(self, tmp_path: Path) -> None:
        path = tmp_path / "metrics.sock"
        display = Display(PAGES)
        display.show_at(f"unix:{path}")
        inode = path.stat().st_ino
        display.show_at(f"unix:{path}")
        with pytest.raises(SettingsError, match="cannot be listened on"):
            display.show_at(f"unix:{tmp_path}/nowhere/metrics.sock")
        assert (shows(path), path.stat().st_ino) == (True, inode)
        display.show_at(None)


def shows(path: Path) -> bool:
    connection = OverUnixSocket(path)
    connection.request("GET", "/healthz")
    shown = connection.getresponse().status == 200
    connection.close()
    return shown


class TestThePing:
    def test_it_says_nothing_but_that_it_came(self, httpx_mock: HTTPXMock) -> None:
        httpx_mock.add_response()
        ping(URL)
        [request] = httpx_mock.get_requests()
        assert (request.method, str(request.url), request.read()) == ("GET", URL, b"")

    @pytest.mark.parametrize(("status", "kind"), [(500, TemporaryError), (404, PermanentError), (302, PermanentError)])
    def test_a_monitor_that_does_not_take_it_is_told_without_its_address(
        self, httpx_mock: HTTPXMock, status: int, kind: type[Exception]
    ) -> None:
        httpx_mock.add_response(status_code=status)
        with pytest.raises(kind) as refusal:
            ping(URL)
        assert "geheim" not in str(refusal.value)

    def test_one_that_is_not_there_is_a_temporary_error(self, httpx_mock: HTTPXMock) -> None:
        httpx_mock.add_exception(httpx.ConnectError(f"no way to {URL}"))
        with pytest.raises(TemporaryError) as refusal:
            ping(URL)
        assert "geheim" not in str(refusal.value)
