"""Versions of the store: a newer one is refused, an older one is brought up after a backup, all of it or nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from mdm_sync.errors import PermanentError
from state import Store
from state.connection import open_for_work
from state.schema import migrations
from tests.integration.state.given import FILE, alter, ask, dump
from tests.integration.state.test_opening import mode

NEWEST = migrations.pending(Database(memory=True))[-1].name
BACKUP = f"state-{NEWEST}.backup"
LATER = "later_step_"
NEWER = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('mdm-sync', 'm999_new', '2030');"
Open = Callable[[Path], Store]
Step = Callable[[Database], None]


def plan_with(*steps: Step) -> Migrations:
    """What a later version would bring: all steps of this one, and these."""
    plan = Migrations(migrations.name)
    for known in migrations.pending(Database(memory=True)):
        plan(name=known.name)(known.fn)
    for number, step in enumerate(steps, start=1):
        plan(name=f"{LATER}{number}")(step)
    return plan


def rename(db: Database) -> None:
    db.execute("ALTER TABLE classes RENAME COLUMN name TO title")


def forget(db: Database) -> None:
    db.execute("DELETE FROM findings")


def break_down(db: Database) -> None:
    db.execute("DELETE FROM persons")
    raise ZeroDivisionError("step by zero")


def update(folder: Path, *steps: Step) -> None:
    database = open_for_work(folder, plan=plan_with(*steps))
    database.conn.close()


def backups(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "backup" in path.name or "unfinished" in path.name)


@pytest.mark.parametrize("open_store", [Store.open, Store.look], ids=["to work", "to ask"])
def test_a_newer_store_is_refused_with_the_way_out_and_left(filled: Path, open_store: Open) -> None:
    alter(filled, NEWER)
    before = dump(filled)
    with pytest.raises(PermanentError) as refusal:
        open_store(filled)
    assert str(refusal.value) == (
        f"The state store {filled / FILE} was written by a newer mdm-sync (m999_new). Install that version again, "
        "or put the backup from before the update in its place."
    )
    assert dump(filled) == before
    assert backups(filled) == []


def test_a_new_store_and_one_of_this_version_need_no_backup(folder: Path) -> None:
    Store.open(folder).close()
    Store.open(folder).close()
    assert backups(folder) == []


def test_an_older_store_is_brought_up_after_a_backup_beside_it(filled: Path) -> None:
    before = dump(filled)
    update(filled, rename, forget)
    assert ask(filled, "SELECT count(title) FROM classes") == [(0,)]
    assert ask(filled, "SELECT count(*) FROM findings") == [(0,)]
    assert backups(filled) == [BACKUP]
    assert mode(filled / BACKUP) == "0600"
    (filled / BACKUP).replace(filled / FILE)
    assert dump(filled) == before


def test_a_step_that_fails_leaves_the_store_as_it_was_and_the_backup(filled: Path) -> None:
    before = dump(filled)
    with pytest.raises(PermanentError) as refusal:
        update(filled, forget, break_down)
    assert str(refusal.value) == (
        f"The state store {filled / FILE} could not be brought up to this version (step by zero). It is as it was "
        f"before, for the version that wrote it. A backup lies at {filled / BACKUP}."
    )
    assert dump(filled) == before
    assert backups(filled) == [BACKUP]
    Store.open(filled).close()


def test_it_can_be_tried_again(filled: Path) -> None:
    with pytest.raises(PermanentError):
        update(filled, break_down)
    update(filled, rename)
    assert ask(filled, "SELECT count(title) FROM classes") == [(0,)]


def test_a_store_without_a_version_is_backed_up_too(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    alter(folder, "CREATE TABLE kept (word TEXT); INSERT INTO kept VALUES ('yes');")
    (folder / FILE).chmod(0o600)
    Store.open(folder).close()
    assert ask(folder, "SELECT word FROM kept") == [("yes",)]
    assert backups(folder) == ["state-m000.backup"]


def test_without_room_for_the_backup_nothing_is_begun(filled: Path) -> None:
    before = dump(filled)
    (filled / f"state-{NEWEST}.unfinished").mkdir()  # stands where the backup is to be made
    with pytest.raises(PermanentError, match=rf"state-{NEWEST}\.backup cannot be used"):
        update(filled, rename)
    assert dump(filled) == before


def test_an_older_store_is_not_brought_up_by_asking(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    alter(folder, "CREATE TABLE kept (word TEXT);")
    (folder / FILE).chmod(0o600)
    with pytest.raises(PermanentError, match=r"is of an older version: run mdm-sync reconcile first\."):
        Store.look(folder)
    assert ask(folder, "SELECT name FROM sqlite_master") == [("kept",)]


def test_attempts_of_the_first_version_have_come_to_an_end(folder: Path) -> None:
    first, *_ = migrations.pending(Database(memory=True))
    plan = Migrations(migrations.name)
    plan(name=first.name)(first.fn)
    database = open_for_work(folder, plan=plan)
    day = "2026-11-23T06:30:00+00:00"
    columns = "(key, kind, content, created_at, due_at)"
    database.execute(f"INSERT INTO outbox {columns} VALUES ('k', 'mail', '', :day, :day)", {"day": day})  # noqa: S608 - our own columns
    database.execute("INSERT INTO attempts VALUES (1, ?, 'no answer')", (day,))
    database.conn.commit()
    database.conn.close()
    store = Store.open(folder)
    (attempt,), row = store.outbox.tries(1), store.outbox.row(1)
    assert (attempt.ended_at, attempt.error) == (attempt.began_at, "no answer")
    assert row is not None
    assert (row.recipient, row.title) == ("", "")
    store.close()
