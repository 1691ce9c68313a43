"""Processes that do not outlive the demo."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mdm_sync.demo.errors import DemoError

Process = subprocess.Popen[bytes]

_PATIENCE = 5.0
"""Seconds that a process has to end by itself."""


class Children:
    """Starts processes that the kernel ends when this process ends, however it ends.

    ``setpriv --pdeathsig`` asks for that (prctl(2), PR_SET_PDEATHSIG). The kernel acts on the end of the *thread* that
    started the child, so one thread starts them all and lives until ``close``.
    """

    def __init__(self) -> None:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise DemoError("setpriv is not installed; it belongs to the package util-linux")
        self._wrapper = [setpriv, "--pdeathsig", "KILL", "--"]
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="children")

    def start(self, arguments: Sequence[str], log: Path) -> Process:
        """Start a process whose output is added to the log."""
        return self._thread.submit(self._start, arguments, log).result()

    def run(self, arguments: Sequence[str], log: Path) -> None:
        """Run a process to its end; a failure is a DemoError that names the log."""
        process = self.start(arguments, log)
        if process.wait() != 0:
            raise DemoError(f"{Path(arguments[0]).name} failed with {process.returncode}; see {log}")

    def close(self) -> None:
        """Give up the thread; call it after all processes have been stopped."""
        self._thread.shutdown()

    def _start(self, arguments: Sequence[str], log: Path) -> Process:
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - the arguments are the demo's own
                [*self._wrapper, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C is for the demo alone, which then stops its children in order.
                start_new_session=True,
                # Nobody's ldap.conf shall change what the demo does.
                env={**os.environ, "LDAPNOINIT": "1"},
            )


def stop(process: Process) -> None:
    """End a process, by force if it does not want to."""
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
