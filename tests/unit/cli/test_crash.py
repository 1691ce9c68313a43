"""A mistake in the program ends as a place in it, without what it was about."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from typing import NoReturn

import pytest

from mdm_sync import cli
from mdm_sync.cli.options import LogFormat, log_to_stderr
from tests.command_line import logging_anew

NAME = "marked.name"


def broken() -> NoReturn:
    raise KeyError(NAME)


def in_a_thread() -> None:
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()


class CannotBeCleared:
    """Where an error comes up while the memory is given back, nobody can catch it."""

    def __del__(self) -> None:
        broken()


def beyond_reach() -> None:
    CannotBeCleared()


def by_a_library(log_format: LogFormat) -> None:
    """A library tells of the error with all of its words."""
    with logging_anew():
        log_to_stderr(logging.ERROR, log_format)
        try:
            broken()
        except KeyError:
            logging.getLogger("of.a.library").exception("it did not work")


def run(monkeypatch: pytest.MonkeyPatch, app: Callable[[], None]) -> None:
    monkeypatch.setattr(cli, "app", app)
    monkeypatch.setattr(sys, "argv", ["mdm-sync"])
    cli.main()


def test_it_is_told_by_its_place_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, broken)
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (1, "")
    assert told.err.startswith("mdm-sync: unexpected KeyError in broken (")
    assert NAME not in told.err


@pytest.mark.parametrize("crash", [in_a_thread, beyond_reach])
def test_so_it_is_where_it_does_not_end_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], crash: Callable[[], None]
) -> None:
    run(monkeypatch, crash)
    told = capsys.readouterr()
    assert told.err.startswith("mdm-sync: unexpected KeyError in broken (")
    assert NAME not in told.err


@pytest.mark.parametrize(
    ("log_format", "told"), [(LogFormat.TEXT, "unexpected KeyError in broken ("), (LogFormat.JSON, '"level": "error"')]
)
def test_so_it_is_in_a_line_of_the_log(capsys: pytest.CaptureFixture[str], log_format: LogFormat, told: str) -> None:
    by_a_library(log_format)
    line = capsys.readouterr().err
    assert "it did not work" in line
    assert told in line
    assert NAME not in line


def test_so_it_is_in_a_process_that_reads_directories() -> None:
    """On one whose work is broken; what it says goes where the program's lines go."""
    ours, theirs = Pipe()
    code = f"""
from connectors.iserv import worker
def broken(connection):
    raise KeyError("{NAME}")
worker._work = broken
worker.main({theirs.fileno()})
"""
    done = subprocess.run(
        [sys.executable, "-c", code], pass_fds=[theirs.fileno()], capture_output=True, text=True, check=False
    )
    ours.close()
    theirs.close()
    assert (done.returncode, done.stdout) == (1, "")
    assert "unexpected KeyError in broken (" in done.stderr
    assert NAME not in done.stderr


def test_whoever_wants_to_see_all_of_it_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MDM_SYNC_TRACEBACK", "1")
    with pytest.raises(KeyError, match=r"marked\.name"):
        run(monkeypatch, broken)
