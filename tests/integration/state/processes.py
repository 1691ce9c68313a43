"""Another process beside the tests that works with the store."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[3]


@contextmanager
def another_process(folder: Path, job: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """Another process at work; it is killed at the end, if not before."""
    command = [sys.executable, "-m", "tests.integration.state.other_process", str(folder), job]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()
