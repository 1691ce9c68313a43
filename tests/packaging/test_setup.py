"""Setting up: pinned libraries, and Debian packages that are asked for only where they are missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.packaging.commands import ROOT, run

SCRIPT = (ROOT / "tests" / "setup-debian.sh").read_text(encoding="utf-8")
SCRIPTS = ("tests/setup-debian.sh", "tests/every-python.sh", ".ci/run")
THERE, NOT_THERE = "dpkg", "mdm-sync-no-such-package"
NOBODY = 65534
PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*(\[[a-z,-]+\])?)==(?P<version>\S+)( ; [^\\]+?)?")

needs_debian = pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="this is no Debian: no dpkg-query")


def pins(name: str) -> dict[str, list[str]]:
    """Every requirement of a file with its hashes; a line that is neither fails."""
    found: dict[str, list[str]] = {}
    for requirement in (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        if requirement and not requirement.startswith("#"):
            pin, *hashes = re.split(r"\s+--hash=", requirement.strip())
            assert PIN.fullmatch(pin), requirement
            found[pin] = hashes
    return found


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
class TestRequirements:
    def test_every_one_is_pinned_with_hashes(self, name: str) -> None:
        assert len(pins(name)) > 10
        wrong = [
            pin
            for pin, hashes in pins(name).items()
            if not hashes or not all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in hashes)
        ]
        assert wrong == []

    def test_they_name_no_index_and_no_address(self, name: str) -> None:
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        assert re.findall(r"index-url|find-links|trusted-host|://|^-", text, re.MULTILINE) == []


def test_tests_run_with_the_libraries_that_are_installed() -> None:
    dev, runtime = (
        {pin.partition(" ; ")[0]: hashes for pin, hashes in pins(name).items()} for name in ("dev.txt", "runtime.txt")
    )
    assert {pin: hashes for pin, hashes in runtime.items() if dev.get(pin) != hashes} == {}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_well_formed(name: str) -> None:
    shell = "bash" if name == ".ci/run" else "sh"
    told = run(shell, "-n", ROOT / name)
    assert (told.returncode, told.stderr) == (0, "")


@needs_debian
class TestDebianPackages:
    @pytest.fixture
    def commands(self) -> Iterator[Path]:
        """Commands that write down that they were called, where every user of the machine may call them.

        This ``sudo`` never lets anybody in, and this Python can make virtual environments.
        """
        with TemporaryDirectory() as name:
            folder = Path(name)
            folder.chmod(0o755)
            for command in ("apt-get", "debconf-set-selections"):
                self.stand_in(folder / command, f'echo "{command} $*" >> "{folder}/called"')
            self.stand_in(folder / "sudo", "exit 1")
            self.stand_in(folder / "python3", "exit 0")
            yield folder

    @staticmethod
    def stand_in(path: Path, line: str) -> None:
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    @staticmethod
    def set_up(commands: Path, *packages: str, user: int | None = None) -> subprocess.CompletedProcess[str]:
        path = {"PATH": f"{commands}:{os.environ['PATH']}"}
        return run("sh", "-s", "--", *packages, stdin=SCRIPT, env=path, cwd=commands, user=user)

    def test_nothing_is_done_where_all_are_there(self, commands: Path) -> None:
        told = self.set_up(commands, THERE)
        assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
        assert not (commands / "called").exists()

    def test_who_may_not_install_is_told_what_is_missing(self, commands: Path) -> None:
        told = self.set_up(commands, THERE, NOT_THERE, user=NOBODY if os.geteuid() == 0 else None)
        assert (told.returncode, told.stdout) == (1, "")
        assert not (commands / "called").exists()
        assert told.stderr == (
            f"Debian packages are missing, and you are not root: {NOT_THERE}\n"
            f"Install them, then call make again:  sudo apt-get install {NOT_THERE}\n"
        )

    def test_without_the_module_that_makes_environments_its_package_is_missing_too(self, commands: Path) -> None:
        self.stand_in(commands / "python3", "exit 1")
        self.stand_in(commands / "dpkg-query", "exit 1")
        self.stand_in(commands / "sudo", '[ "$1" = -n ] && shift; exec "$@"')
        assert self.set_up(commands, THERE).stdout == f"Installing Debian packages: {THERE} python3-venv\n"

    def test_who_may_install_gets_what_is_missing_and_nothing_else(self, commands: Path) -> None:
        self.stand_in(commands / "sudo", '[ "$1" = -n ] && shift; exec "$@"')
        told = self.set_up(commands, THERE, NOT_THERE)
        assert (told.returncode, told.stdout) == (0, f"Installing Debian packages: {NOT_THERE}\n")
        assert (commands / "called").read_text().splitlines() == [
            "debconf-set-selections ",
            "apt-get update -qq",
            f"apt-get install -y -qq --no-install-recommends {NOT_THERE}",
        ]
