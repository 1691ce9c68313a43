"""One process at a time works with the store; the others are told which, and wait for a while."""

from pathlib import Path

import pytest

from mdm_sync.errors import TemporaryError
from state import Store
from tests.integration.state.processes import another_process

HELD = r"mdm-sync \(process {pid}, since \d{{4}}-\d\d-\d\d \d\d:\d\d, reconcile\)"
LONG_ENOUGH = 60


def test_working_is_refused_while_another_process_works_and_says_which(filled: Path) -> None:
    with another_process(filled, "hold") as (process, output):
        output.readline()
        with pytest.raises(TemporaryError, match=HELD.format(pid=process.pid) + " is at work on this store. Try again"):
            Store.open(filled)


def test_whoever_waits_says_once_for_whom_and_gives_up_after_the_limit(filled: Path) -> None:
    said: list[str] = []
    with another_process(filled, "hold") as (process, output):
        output.readline()
        with pytest.raises(TemporaryError, match=r"is at work on this store\. I waited for 0\.5 seconds\. Try again"):
            Store.open(filled, wait_seconds=0.5, told=said.append)
    (sentence,) = said
    assert sentence.startswith(f"Waiting for mdm-sync (process {process.pid}, since ")
    assert sentence.endswith(", reconcile)…")


def test_whoever_waits_works_as_soon_as_the_other_ends(filled: Path) -> None:
    with another_process(filled, "hold") as (process, output):
        output.readline()
        Store.open(filled, wait_seconds=LONG_ENOUGH, told=lambda _: process.kill()).close()


def test_nobody_is_waited_for_where_nobody_works(folder: Path) -> None:
    said: list[str] = []
    Store.open(folder, wait_seconds=LONG_ENOUGH, told=said.append).close()
    assert said == []


def test_the_lock_goes_with_a_process_that_is_killed(filled: Path) -> None:
    with another_process(filled, "hold") as (process, output):
        output.readline()
        process.kill()
        process.wait(timeout=30)
        Store.open(filled).close()


def test_the_lock_goes_with_the_store_that_is_closed(folder: Path) -> None:
    Store.open(folder).close()
    Store.open(folder).close()


def test_an_earlier_holder_is_not_told(filled: Path) -> None:
    (filled / "writer.lock").write_text("99999999999999 an earlier command")
    with another_process(filled, "hold") as (process, output):
        output.readline()
        with pytest.raises(TemporaryError, match=HELD.format(pid=process.pid)):
            Store.open(filled)


def test_a_closed_store_names_nobody(folder: Path) -> None:
    Store.open(folder, command="reconcile").close()
    assert (folder / "writer.lock").read_text() == ""


def test_what_is_staged_lies_beside_the_store_and_is_removed_with_its_end(folder: Path) -> None:
    store = Store.open(folder)
    assert (folder / "scratch.db").exists()
    store.close()
    assert {path.name for path in folder.iterdir()} == {"state.db", "writer.lock"}


def test_what_a_killed_process_staged_is_gone_with_the_next_one(filled: Path) -> None:
    with another_process(filled, "in-accept") as (process, output):
        output.readline()
        process.kill()
        process.wait(timeout=30)
    assert (filled / "scratch.db").stat().st_size > 1_000_000
    store = Store.open(filled)
    assert store.staging.staged_devices() == 0
    store.close()
