"""What systemd hears, on a socket like its own."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdm_sync.supervisor import Supervisor


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens, and its address as systemd names it."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@mdm-sync-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(address.replace("@", "\0", 1) if request.param == "abstract" else address)
        heard.settimeout(5)
        yield heard, address


def test_it_hears_all_that_there_is_to_say(listening: tuple[socket.socket, str]) -> None:
    heard, address = listening
    systemd = Supervisor.of({"NOTIFY_SOCKET": address})
    for say in (systemd.ready, systemd.alive, systemd.stopping):
        say()
    systemd.status("waiting;\nlast: sweep")
    told = [heard.recv(1000).decode() for _ in range(4)]
    assert told == ["READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=waiting; last: sweep"]


def test_a_reload_is_told_with_its_moment(listening: tuple[socket.socket, str]) -> None:
    heard, address = listening
    Supervisor.of({"NOTIFY_SOCKET": address}).reloading()
    first, second = heard.recv(1000).decode().splitlines()
    assert (first, second.partition("=")[0]) == ("RELOADING=1", "MONOTONIC_USEC")
    assert int(second.partition("=")[2]) > 0


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_where_nobody_listens_nothing_happens(environment: dict[str, str]) -> None:
    Supervisor.of(environment).ready()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "90000000"}, 90),
        ({"WATCHDOG_USEC": "90000000", "WATCHDOG_PID": str(os.getpid())}, 90),
        ({"WATCHDOG_USEC": "90000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_the_watchdog_is_ours_where_it_names_this_process_or_none(
    environment: dict[str, str], seconds: float | None
) -> None:
    assert Supervisor.of(environment).watchdog_seconds == seconds
