"""Commands of mdm-sync as their user calls them."""

import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mdm_sync.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on its standard output."""
        return json.loads(self.out)


def mdm_sync(*arguments: str, environment: Mapping[str, str], stdin: int = subprocess.DEVNULL) -> Ran:
    """Run a command to its end; its standard input is nothing, unless a descriptor is named."""
    done = subprocess.run(
        [sys.executable, "-m", "mdm_sync", *arguments],
        env=dict(environment),
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def terminal_that_says(answer: str) -> Iterator[int]:
    """A terminal for a command's standard input, on which somebody types this."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    yield theirs
    os.close(theirs)
    os.close(ours)


def mdm_sync_here(*arguments: str, environment: Mapping[str, str]) -> Ran:
    """Run a command in this process, where its libraries are loaded already; its standard input is nothing.

    It begins where the installed command does and sees this environment beside that of the tests. What the command does
    not expect is raised here.
    """
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, Path(os.devnull).open(encoding="utf-8") as nothing, logging_anew():
        patch.setattr(sys, "argv", ["mdm-sync", *arguments])
        patch.setattr(sys, "stdin", nothing)
        for name, value in environment.items():
            patch.setenv(name, value)
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
            main()
    assert isinstance(end.value.code, int)
    return Ran(end.value.code, out.getvalue(), err.getvalue())


@contextmanager
def logging_anew() -> Iterator[None]:
    """The loggers as a process finds them that has just started; afterwards they are as they were."""
    root, ours = logging.getLogger(), logging.getLogger("mdm_sync")
    handlers, levels = root.handlers, (root.level, ours.level)
    root.handlers = []
    try:
        yield
    finally:
        root.handlers = handlers
        for logger, level in zip((root, ours), levels, strict=True):
            logger.setLevel(level)
