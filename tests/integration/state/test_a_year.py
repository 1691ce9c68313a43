"""A year of a small district, week by week: each kind of data goes after its time, and the file does not grow."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mdm_sync.core.incidents import Handling
from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.model import Assignment, AssignmentState, Person
from mdm_sync.core.retention import Kept, limits, outlived
from mdm_sync.ports import AuditEntry
from state import AuditTrail, Backups, Store
from tests.integration.state.given import (
    FILE,
    MORNING,
    NORD,
    ask,
    commit,
    device,
    finding,
    keep_totals,
    opened,
    person,
    put_in,
    read,
    steps,
    sweep,
)
from tests.integration.state.test_incidents import keep, report

WEEK = timedelta(weeks=1)
WEEKS = 52
KEPT_FOR = dict.fromkeys(Kept, 4 * WEEK)
COUNTED_FROM = {
    "persons": "gone_since",
    "holder_spans": "until",
    "device_spans": "until",
    "findings": "resolved_at",
    "incidents": "settled_at",
    "lock_orders": "closed_at",
    "totals": "day",
    "outbox": "closed_at",
    "cycles": "finished_at",
}
"""From when on the time of each table's rows is counted."""
STOLEN = "DMPX1"


def pupils(week: int) -> list[Person]:
    """Those who are there in a week: of 120 pupils a tenth leaves and comes each week."""
    return [person(f"pupil.{number // 10}.{number % 10}") for number in range(12 * week, 12 * week + 120)]


def live(store: Store, week: int, at: datetime) -> None:
    """All that comes in within a week."""
    there = pupils(week)
    for day in (0, 1):
        read(store, NORD, *there, at=at + timedelta(days=day))
    devices = [device(number, site=10 + (number + week) % 2) for number in range(1, 100)]
    sweep(store, *devices, at=at)
    store.staging.clear_assignments()
    holders = zip(devices, there, strict=False)
    store.staging.stage_assignments(
        {one.subject: Assignment(state=AssignmentState.MATCHED, step="login", person=held) for one, held in holders}
    )
    now = [finding(about=number, serial=f"DMPX{number}") for number in range(200 * week + 1, 200 * week + 40)]
    about_the_stolen = [finding("lock-pending", 1)] if week == 0 else []
    commit(store, opened(*now, *about_the_stolen), at=at)
    commit(store, steps(TransitionKind.RESOLVED, *now, *about_the_stolen), at=at + timedelta(days=1))
    put_in(store, *("a mail of some length " * 50 for _ in range(20)), at=at)
    while entry := store.outbox.claim(at, 60):
        store.outbox.done(entry, at)
    keep(store, report(f"V-{week}", serial=f"DMPX{50 + week % 40}", reported_at=at, handling=Handling.CLOSED))
    store.lock_orders.add(order(at))
    keep_totals(store, '{"number": "some figures"}' * 50, at=at)


def order(at: datetime) -> LockOrder:
    return LockOrder(
        subject="device:90",
        serial="DMPX90",
        management_id="m-90",
        incident=None,
        kind="enable",
        asked_by="meier",
        why="",
        asked_at=at,
        outcome=Outcome.TAKEN,
        closed_at=at,
    )


pytestmark = pytest.mark.verify


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """The folder at its end, and the size of the file at the end of each week. It ended before lines are protected."""
    folder = tmp_path_factory.mktemp("year") / "state"
    trail, backups = AuditTrail(folder), Backups(folder, folder / "backups")
    sizes = []
    with closing(Store.open(folder)) as store:
        keep(store, report("V-stolen", serial=STOLEN, reported_at=begin(0)))
        for week in range(WEEKS):
            at = begin(week)
            live(store, week, at)
            trail.note(AuditEntry(at=at, who="meier", act="person", about="P-1"))
            if week % 13 == 0:
                backups.make_next(at)
            gone = limits(KEPT_FOR, at + 6 * timedelta(days=1))
            assert not store.care.purge(gone, at + 6 * timedelta(days=1)).lingering
            trail.forget(gone[Kept.AUDIT])
            backups.remove(outlived(backups.kept(), keep=14, before=gone[Kept.BACKUPS]))
            sizes.append((folder / FILE).stat().st_size)
    return folder, sizes


def begin(week: int) -> datetime:
    """The morning of a week of the year before ``MORNING``, which lies more than a quarter of a year back itself."""
    return MORNING + (week - WEEKS) * WEEK


def test_of_each_kind_nothing_is_older_than_its_time(year: tuple[Path, list[int]]) -> None:
    folder, _ = year
    oldest = (begin(WEEKS - 1) - KEPT_FOR[Kept.PERSONS] + timedelta(days=6)).isoformat()
    others = "subject <> 'device:1'"
    exempt = {
        "persons": "uuid NOT IN (SELECT person_uuid FROM holder_spans WHERE subject = 'device:1')",
        **dict.fromkeys(("holder_spans", "device_spans", "findings"), others),
    }
    for table, column in COUNTED_FROM.items():
        past, left = (
            ask(folder, f"SELECT count(*) FROM {table} WHERE {column} {compared} AND {exempt.get(table, 'true')}")  # noqa: S608 - our own names
            for compared in (f"< '{oldest}'", "IS NOT NULL")
        )
        assert (table, past) == (table, [(0,)])
        assert left != [(0,)], f"{table}: the year brought nothing that could have gone"
    assert len(AuditTrail(folder).entries()) == 4
    assert [one.made_at for one in Backups(folder, folder / "backups").kept()] == []


def test_the_incident_that_is_open_all_year_keeps_its_evidence(year: tuple[Path, list[int]]) -> None:
    folder, _ = year
    with closing(Store.look(folder)) as store:
        spans = store.history.holders(STOLEN)
        first = spans[-1]
        assert first.since == begin(0)
        holder = store.inquiry.person(first.person)
        assert holder is not None
        assert (holder.login, holder.gone) == ("pupil.0.0", True)
        assert store.history.spans(STOLEN)[-1].since == begin(0)
        kept = store.inquiry.open_findings((), resolved=True)
        assert "lock-pending" in {one.place.finding.rule for one in kept}
        assert [one.case_number for one in store.incidents.incidents() if one.is_missing] == ["V-stolen"]


def test_the_file_does_not_grow_once_the_first_data_have_had_their_time(year: tuple[Path, list[int]]) -> None:
    _, sizes = year
    assert max(sizes[-26:]) <= 1.25 * max(sizes[6:26])
    assert ask(year[0], "PRAGMA integrity_check") == [("ok",)]
