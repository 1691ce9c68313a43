"""The unit's sandbox, held against what the service asks of the kernel: its filter would let all of it through."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Installation
from tests.e2e.test_daemon import DEADLINE, start
from tests.packaging.test_units import settings

ANALYZE, STRACE = shutil.which("systemd-analyze"), shutil.which("strace")
pytestmark = [
    pytest.mark.demo,
    pytest.mark.verify,
    pytest.mark.skipif(not (ANALYZE and STRACE), reason="apt-get install systemd strace"),
]

CALL = re.compile(r"^\d+ +(\w+)\((.*)", re.MULTILINE)
AS_ROOT_ALONE = {"fchown"}
"""SQLite gives a new file to the owner of its neighbour, where it runs as root."""
NOT_NEEDED = {"AF_NETLINK"}
"""By it the C library asks which addresses this machine has; it does without an answer."""


def calls_of(group: str) -> set[str]:
    """The system calls of one of systemd's groups, of those that it names too."""
    told = subprocess.run(
        [ANALYZE or "", "syscall-filter", group], capture_output=True, text=True, check=True
    ).stdout.splitlines()[1:]
    names = [line.strip() for line in told if not line.strip().startswith("#")]
    return {name for name in names if not name.startswith("@")}.union(
        *(calls_of(name) for name in names if name.startswith("@"))
    )


def let_through() -> set[str]:
    """The system calls that the unit's filter allows."""
    allowed: set[str] = set()
    for line in settings("SystemCallFilter"):
        groups = line.removeprefix("~").split()
        calls = set[str]().union(*map(calls_of, groups))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed


@pytest.fixture(scope="module")
def calls(installation: Installation) -> list[tuple[str, str]]:
    """What the service and its readers of directories asked the kernel for, from start to end: name and arguments."""
    trace = installation.places.folder / "trace"
    ends, tracer = os.pipe()
    daemon = start(installation, STRACE or "", "-D", "-f", "-qq", "-o", str(trace), keeps=[tracer])
    os.close(tracer)
    daemon.hears(lambda told: told.startswith("STATUS=") and "delivering, until" in told)
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(timeout=DEADLINE) == 0
    os.read(ends, 1)  # closed when the tracer has ended as well
    os.close(ends)
    daemon.systemd.close()
    return CALL.findall(trace.read_text(errors="replace"))


def test_every_call_passes_the_filter(calls: list[tuple[str, str]]) -> None:
    allowed = let_through()
    assert "read" in allowed
    assert "mount" not in allowed
    asked = {name for name, _ in calls}
    assert {"execve", "connect", "fdatasync"} <= asked
    assert asked - allowed - (AS_ROOT_ALONE if os.geteuid() == 0 else set()) == set()


def test_no_memory_is_writable_and_run(calls: list[tuple[str, str]]) -> None:
    assert settings("MemoryDenyWriteExecute") == ["yes"]
    mapped = [told for name, told in calls if name in {"mmap", "mprotect", "pkey_mprotect"}]
    assert mapped
    assert [told for told in mapped if "PROT_WRITE|PROT_EXEC" in told] == []
    assert [told for name, told in calls if name == "mprotect" and "PROT_EXEC" in told] == []


def test_every_kind_of_socket_is_one_that_it_may_have(calls: list[tuple[str, str]]) -> None:
    (families,) = settings("RestrictAddressFamilies")
    asked = {told.partition(",")[0] for name, told in calls if name == "socket"}
    assert {"AF_UNIX", "AF_INET"} <= asked
    assert asked - NOT_NEEDED <= set(families.split())


def test_nothing_is_written_but_its_state(calls: list[tuple[str, str]], installation: Installation) -> None:
    """``ProtectSystem=strict`` leaves it that; compiled modules, which Python would keep, it does without."""
    opened = [told for name, told in calls if name == "openat" and re.search("O_(WRONLY|RDWR|CREAT)", told)]
    paths = {Path(found[1]) for told in opened if (found := re.search('"([^"]*)"', told))}
    own = [installation.places.folder, Path("/dev"), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - PrivateTmp= gives it these
    assert paths
    others = {path for path in paths if not any(path.is_relative_to(one) for one in own)}
    assert {path for path in others if "__pycache__" not in path.parts} == set()
