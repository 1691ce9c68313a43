"""A process that is killed at any moment leaves a whole store: each transaction is in it, or none of it."""

import re
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from state import Store
from tests.integration.state.cycle_that_dies import run_day
from tests.integration.state.given import FILE, ask, dump
from tests.integration.state.other_process import FLEET, NEWS
from tests.integration.state.processes import ROOT, another_process


def test_in_a_commit(filled: Path) -> None:
    before = dump(filled)
    with another_process(filled, "in-commit") as (process, output):
        assert output.readline() == "inside\n"
        process.kill()
        process.wait(timeout=30)
    Store.open(filled).close()
    assert ask(filled, "PRAGMA integrity_check") == [("ok",)]
    assert dump(filled) == before


def test_while_a_sweep_is_accepted_that_is_too_large_for_memory(filled: Path) -> None:
    before = dump(filled)
    with another_process(filled, "in-accept") as (process, output):
        assert output.readline() == "inside\n"
        assert (filled / f"{FILE}-wal").stat().st_size > 100_000
        process.kill()
        process.wait(timeout=30)
    Store.open(filled).close()
    assert ask(filled, "PRAGMA integrity_check") == [("ok",)]
    assert dump(filled) == before


@pytest.mark.parametrize("generations", range(1, 9))
def test_at_any_moment_of_many_cycles(folder: Path, generations: int) -> None:
    with another_process(folder, "loop") as (process, output):
        for _ in range(generations):
            output.readline()
        process.kill()
        process.wait(timeout=30)
    Store.open(folder).close()
    ((cycles,),) = ask(folder, "SELECT count(*) FROM cycles")
    assert isinstance(cycles, int)
    assert cycles >= generations
    assert ask(folder, "PRAGMA integrity_check") == [("ok",)]
    assert ask(folder, "SELECT count(*), count(DISTINCT name) FROM devices") == [(FLEET - 1, 1)]
    assert ask(folder, "SELECT count(*), count(DISTINCT mail) FROM persons") == [(FLEET, 1)]
    assert ask(folder, "SELECT count(*), count(DISTINCT subject) FROM findings") == [(NEWS * cycles,) * 2]
    assert ask(folder, "SELECT content FROM outbox") == [(str(number),) for number in range(1, cycles + 1)]


def run(folder: Path, day: int) -> None:
    store = Store.open(folder)
    run_day(store, day)
    store.close()


def run_and_die(folder: Path, statement: str) -> bool:
    """Whether the cycle of the second day was killed before this statement; else it came to its end."""
    command = [sys.executable, "-m", "tests.integration.state.cycle_that_dies", str(folder), statement]
    ended = subprocess.run(command, cwd=ROOT, check=False)
    assert ended.returncode in {0, -signal.SIGKILL}
    return ended.returncode != 0


def content(folder: Path, *tables: str) -> list[str]:
    """What these tables hold, without what is drawn by lot."""
    of_tables = [line for line in dump(folder) if any(f'INSERT INTO "{table}"' in line for table in tables)]
    return sorted(re.sub(r"P-[0-9A-F]{16}|[0-9a-f]{32}", "*", line) for line in of_tables)


PARTS = {
    "the fleet": ("devices", "device_mails", "sites"),
    "the persons": ("persons", "classes"),
    "the conclusions": ("assignments", "findings", "outbox"),
}


def parts(folder: Path) -> dict[str, list[str]]:
    return {part: content(folder, *tables) for part, tables in PARTS.items()}


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What two days leave that nobody disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "state"
    run(folder, 1)
    run(folder, 2)
    return parts(folder)


MOMENTS = {
    "before anything is staged": ("DELETE FROM scratch.devices", []),
    "while devices are staged": ("INSERT OR REPLACE INTO scratch.devices", []),
    "between two pages of the sweep": ("DELETE FROM scratch.persons", []),
    "while a directory is accepted": ("INSERT INTO main.persons", []),
    "at the end of accepting it": ("INSERT INTO sources", []),
    "while the sweep is accepted": ("INSERT INTO main.devices", ["the persons"]),
    "at the end of accepting the sweep": ("INSERT INTO main.device_prints", ["the persons"]),
    "while it is judged": ("INSERT OR REPLACE INTO scratch.assignments", ["the fleet", "the persons"]),
    "inside the commit": ("INSERT INTO main.assignments", ["the fleet", "the persons"]),
    "inside the commit, after the findings": ("INSERT INTO outbox", ["the fleet", "the persons"]),
    "at the end of the commit": ("INSERT INTO cycles", ["the fleet", "the persons"]),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_cycle_leaves_what_was_accepted_and_the_next_one_is_clean(
    folder: Path, moment: str, after: dict[str, list[str]]
) -> None:
    statement, accepted = MOMENTS[moment]
    run(folder, 1)
    before = parts(folder)
    assert run_and_die(folder, statement)
    assert ask(folder, "PRAGMA integrity_check") == [("ok",)]
    assert parts(folder) == {part: after[part] if part in accepted else before[part] for part in PARTS}
    run(folder, 2)
    assert parts(folder) == after
    assert ask(folder, "SELECT count(*) FROM cycles") == [(2,)]


@pytest.mark.verify
def test_before_every_single_statement_of_a_cycle(tmp_path: Path, after: dict[str, list[str]]) -> None:
    run(tmp_path / "before", 1)
    before = parts(tmp_path / "before")
    for number in count(1):
        folder = tmp_path / str(number)
        Store.copy(tmp_path / "before", folder)
        if not run_and_die(folder, str(number)):
            break
        assert ask(folder, "PRAGMA integrity_check") == [("ok",)]
        for part in ("the fleet", "the conclusions"):
            assert parts(folder)[part] in (before[part], after[part])
        run(folder, 2)
        assert parts(folder) == after
    assert number > 100
