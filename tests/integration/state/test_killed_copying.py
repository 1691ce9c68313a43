"""Backup, restore and migration end anywhere: the store or its predecessor opens and is whole, and so is each copy.

An erasure that ended anywhere can be done again, and then is done.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from state import Backups, Store
from state.connection import open_for_work
from state.schema import migrations
from tests.integration.state.copying_that_dies import work
from tests.integration.state.given import FILE, MORNING, SUED, ask, dump, person, read
from tests.integration.state.planted import plant, traces
from tests.integration.state.processes import ROOT

QUICK: Mapping[str, tuple[int, ...]] = {"backup": (5,), "restore": (8, 16), "migration": (9,), "update": (9,)}
"""Steps that make test looks at: in the middle of the copy, of the change, just before its end."""
OLD = "old"
"""Where the store of the first version lies."""
ROW = "INSERT INTO cycles (started_at, finished_at, transitions) VALUES ('2025', '2026', 7)"


@pytest.fixture
def before(filled: Path) -> Path:
    """A folder with a store and an earlier copy of it."""
    given = Backups(filled, filled.parent / "none").make(filled.parent / "given", MORNING)
    with closing(Store.open(filled)) as store:
        read(store, SUED, person("new.here", school=SUED))
    assert given.file.exists()
    first, *_ = migrations.pending(Database(memory=True))
    plan = Migrations(migrations.name)
    plan(name=first.name)(first.fn)
    with closing(open_for_work(filled.parent / OLD, plan=plan)) as old:
        old.conn.execute(ROW)
        old.conn.commit()
    return filled.parent


def anew(before: Path, number: int, job: str) -> Path:
    """The same folder once more; what is to be updated is a store of the first version."""
    folder = before / f"try-{number}"
    (folder / "state").mkdir(mode=0o700, parents=True)
    shutil.copy2(before / (OLD if job == "update" else "state") / FILE, folder / "state" / FILE)
    shutil.copy2(before / "given", folder / "given")
    return folder


def run_and_die(folder: Path, job: str, step: int) -> bool:
    """Whether the job was killed at this step; else it came to its end."""
    command = [sys.executable, "-m", "tests.integration.state.copying_that_dies", str(folder), job, str(step)]
    ended = subprocess.run(command, cwd=ROOT, check=False)
    assert ended.returncode in {0, -signal.SIGKILL}
    return ended.returncode != 0


def content(folder: Path) -> list[str]:
    """What a store holds, without when it was migrated."""
    return [line for line in dump(folder) if not line.startswith('INSERT INTO "_sqlite_migrations"')]


def look(folder: Path, allowed: list[list[str]]) -> None:
    """The store is one of these and whole, each copy is whole, and what was broken off goes with the next care."""
    assert ask(folder / "state", "PRAGMA integrity_check") == [("ok",)]
    assert content(folder / "state") in allowed
    backups = Backups(folder / "state", folder / "copies")
    for copy in backups.kept():
        (folder / "look").mkdir(exist_ok=True)
        shutil.copy(copy.file, folder / "look" / FILE)
        assert ask(folder / "look", "PRAGMA integrity_check") == [("ok",)]
        assert content(folder / "look") in allowed
    backups.remove(())
    assert not list(folder.rglob("*unfinished*"))


@pytest.fixture
def allowed(before: Path, request: pytest.FixtureRequest) -> list[list[str]]:
    """How the store may be: as before, or as a job leaves it that nobody disturbed."""
    job = request.node.callspec.params["job"]
    folder = anew(before, 0, job)
    earlier = content(folder / "state")
    work(folder, job)
    return [earlier, content(folder / "state")]


@pytest.mark.parametrize(("job", "step"), [(job, step) for job, steps in QUICK.items() for step in steps])
def test_at_some_steps(before: Path, allowed: list[list[str]], job: str, step: int) -> None:
    folder = anew(before, step, job)
    assert run_and_die(folder, job, step)
    look(folder, allowed)
    work(folder, job)
    look(folder, allowed)


@pytest.mark.verify
@pytest.mark.parametrize("job", QUICK)
def test_at_every_single_step(before: Path, allowed: list[list[str]], job: str) -> None:
    for step in count(1):
        folder = anew(before, step, job)
        if not run_and_die(folder, job, step):
            break
        look(folder, allowed)
        work(folder, job)
        look(folder, allowed)
    assert step > 8


@pytest.mark.verify
def test_an_erasure_that_was_killed_at_any_step_can_be_done_again(tmp_path: Path) -> None:
    for step in count(1):
        folder = tmp_path / str(step)
        with closing(Store.open(folder / "state")) as store:
            plant(store)
        Backups(folder / "state", folder / "copies").make_next(MORNING)
        was_killed = run_and_die(folder, "erasure", step)
        work(folder, "erasure")
        assert traces(folder) == []
        assert ask(folder / "state", "PRAGMA integrity_check") == [("ok",)]
        if not was_killed:
            break
    assert step > 8
