"""The audit trail: only added to, gone after its time, and untouched by what is done to the store."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from mdm_sync.bootstrap import utc_now
from mdm_sync.ports import AuditEntry
from state import AuditTrail, Store

NOW = utc_now()
LONG_AGO = datetime(2020, 2, 1, tzinfo=UTC)


def entry(act: str, at: datetime = NOW) -> AuditEntry:
    return AuditEntry(at=at, who="meier", act=act, about="finding 12")


@pytest.fixture
def trail(folder: Path) -> AuditTrail:
    return AuditTrail(folder)


def test_lines_come_back_as_they_were_noted_the_latest_first(trail: AuditTrail) -> None:
    assert trail.entries() == ()
    trail.note(entry("lock", LONG_AGO))
    trail.note(entry("person"))
    assert trail.entries() == (entry("person"), entry("lock", LONG_AGO))
    assert trail.entries(NOW - timedelta(days=1)) == (entry("person"),)


def test_it_is_its_owners_alone(trail: AuditTrail, folder: Path) -> None:
    trail.note(entry("person"))
    assert stat.S_IMODE((folder / "audit.db").stat().st_mode) == 0o600


def test_a_line_is_added_while_another_process_works_with_the_store(trail: AuditTrail, folder: Path) -> None:
    with closing(Store.open(folder)):
        trail.note(entry("person"))
    assert len(trail.entries()) == 1


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_no_line_can_be_changed_or_deleted_past_the_program(trail: AuditTrail, folder: Path, statement: str) -> None:
    trail.note(entry("person"))
    with closing(connect(folder / "audit.db")) as connection, pytest.raises(sqlite3.IntegrityError, match="only added"):
        connection.execute(statement)
    assert trail.entries() == (entry("person"),)


def test_after_their_time_lines_are_deleted_and_no_number_is_given_twice(trail: AuditTrail, folder: Path) -> None:
    trail.note(entry("lock", LONG_AGO))
    assert trail.forget(LONG_AGO) == 0
    assert trail.forget(LONG_AGO + timedelta(seconds=1)) == 1
    trail.note(entry("person"))
    with closing(connect(folder / "audit.db")) as connection:
        assert connection.execute("SELECT id, act FROM audit").fetchall() == [(2, "person")]
