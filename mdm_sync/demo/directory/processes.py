"""The running processes: brings them in line with the plans."""

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from mdm_sync.demo.directory import forwarder
from mdm_sync.demo.directory.children import Children, Process, stop
from mdm_sync.demo.directory.plan import ForwarderPlan, SlapdPlan
from mdm_sync.demo.directory.ports import answers, is_free
from mdm_sync.demo.errors import DemoError

_PATIENCE = 30.0
_STEP = 0.01
"""Seconds: how long a process may take to answer, and the pause between two looks."""

Plan = SlapdPlan | ForwarderPlan


class Processes:
    """Runs the processes that the plans ask for, and no others.

    Args:
        program: slapd.
        folder: where settings and logs are written.
    """

    def __init__(self, program: Path, folder: Path, children: Children) -> None:
        self._program = program
        self._folder = folder
        self._children = children
        self._running: dict[Plan, Process] = {}

    def become(self, plans: Iterable[Plan]) -> None:
        """Stop what is not planned, start what is new, and return when all of it answers.

        Raises:
            DemoError: a process did not come up; its log is named.
        """
        wanted = list(plans)
        ended = [plan for plan, process in self._running.items() if process.poll() is not None]
        self._stop([plan for plan in self._running if plan not in wanted or plan in ended])
        new = [plan for plan in wanted if plan not in self._running]
        for plan in new:
            self._check_free(plan)
            self._running[plan] = self._children.start(self._command(plan), self._log(plan))
        for plan in new:
            self._await(plan)

    def stop(self) -> None:
        """Stop them all."""
        self._stop(list(self._running))

    def logs(self) -> Sequence[Path]:
        """Return the logs that slapd processes have written so far."""
        return sorted(self._folder.glob("slapd-*.log"))

    def _stop(self, plans: Sequence[Plan]) -> None:
        for plan in plans:
            self._running[plan].terminate()
        for plan in plans:
            stop(self._running.pop(plan))

    def _command(self, plan: Plan) -> Sequence[str]:
        if isinstance(plan, ForwarderPlan):
            return [sys.executable, "-I", forwarder.__file__, plan.argument]
        file = self._folder / f"{plan.name}.conf"
        file.write_text(plan.settings)
        return [str(self._program), "-d", "stats", "-f", str(file), "-h", plan.urls]

    def _log(self, plan: Plan) -> Path:
        return self._folder / f"{plan.name}.log"

    def _check_free(self, plan: Plan) -> None:
        for port in plan.ports:
            if not is_free(port):
                raise DemoError(f"another program listens on port {port}, which belongs to the demo in {self._folder}")

    def _await(self, plan: Plan) -> None:
        deadline = time.monotonic() + _PATIENCE
        for port in plan.ports:
            while not answers(port):
                if self._running[plan].poll() is not None or time.monotonic() > deadline:
                    raise DemoError(f"nothing answers on port {port}; see {self._log(plan)}")
                time.sleep(_STEP)
