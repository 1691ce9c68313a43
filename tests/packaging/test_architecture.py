"""The contracts of the architecture hold, and each of them notices when it is broken."""

import re
import shutil
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.packaging.commands import ROOT, run

PACKAGES = ("config", "connectors", "mdm_sync", "state")
PREFIX = "importlinter:contract:"


def contracts() -> dict[str, str]:
    """The names of the contracts by their ids."""
    parser = ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return {
        section.removeprefix(PREFIX): parser[section]["name"]
        for section in parser.sections()
        if section.startswith(PREFIX)
    }


NAMES = contracts()

OFFENCES = {
    "layers": ("mdm_sync/errors.py", "import mdm_sync.core.model"),
    "core-is-pure": ("mdm_sync/core/model.py", "import sqlite3"),
    "only-the-wiring-touches-adapters": ("mdm_sync/cycle.py", "import config.settings"),
    "adapters-never-see-the-shell": ("config/loader.py", "import mdm_sync.cycle"),
    "adapters-do-not-know-each-other": ("state/store.py", "import config.settings"),
    "one-place-for-ldap": ("connectors/jamf/access.py", "import ldap3"),
    "demo-stands-apart": ("mdm_sync/delivery.py", "import mdm_sync.demo.errors"),
}
"""One import for each contract that it alone forbids: the module that does it, and what it says."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four packages and the contracts, apart from this checkout."""
    folder = tmp_path_factory.mktemp("original")
    shutil.copy(ROOT / ".importlinter", folder)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def judged(folder: Path) -> tuple[int, dict[str, str]]:
    """The exit code of import-linter, and its verdict on each contract."""
    told = run(Path(sys.executable).with_name("lint-imports"), "--no-cache", cwd=folder)
    lines = [line.strip() for line in told.stdout.splitlines()]
    verdicts = {
        name: verdict for name in NAMES.values() for line in lines for verdict in _verdict(line, name) if verdict
    }
    return told.returncode, verdicts


def _verdict(line: str, name: str) -> list[str]:
    return line.removeprefix(name).split()[:1] if line.startswith(f"{name} ") else []


def test_every_contract_holds(original: Path) -> None:
    assert judged(original) == (0, dict.fromkeys(NAMES.values(), "KEPT"))


def test_there_is_an_offence_against_each_contract() -> None:
    assert OFFENCES.keys() == NAMES.keys()


@pytest.mark.parametrize("contract", OFFENCES)
def test_a_contract_that_is_broken_is_named(original: Path, tmp_path: Path, contract: str) -> None:
    module, offence = OFFENCES[contract]
    copy = tmp_path / "copy"
    shutil.copytree(original, copy)
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{offence}\n")
    assert judged(copy) == (1, {**dict.fromkeys(NAMES.values(), "KEPT"), NAMES[contract]: "BROKEN"})


def test_the_tests_of_the_core_need_the_core_alone() -> None:
    """The mutation run takes them and ``mdm_sync`` to a folder of their own."""
    adapter = re.compile(r"^\s*(from|import) (config|connectors|state)\b", re.MULTILINE)
    tests = sorted((ROOT / "tests" / "unit" / "core").rglob("*.py"))
    assert [file.name for file in tests if adapter.search(file.read_text(encoding="utf-8"))] == []
    assert tests
