"""Commands of mdm-sync as their user calls them."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


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
