"""Retention: each kind of data goes after its time and not before, an open incident keeps its evidence."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from mdm_sync.core.brakes import Direction, Hold, HoldState, Ring
from mdm_sync.core.incidents import Handling
from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Assignment, AssignmentState, Device, Person, Severity
from mdm_sync.core.retention import Kept, limits
from mdm_sync.ports import Acknowledgement, NewEntry, Purged, Telling, Turn
from state import Store
from state.connection import open_for_work
from tests.integration.state.given import (
    FILE,
    MORNING,
    NORD,
    SUED,
    ask,
    commit,
    device,
    dump,
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
from tests.replacing import replace

DAY = timedelta(days=1)
KEPT_FOR = dict.fromkeys(Kept, 10 * DAY)
MIA = person("mia.beispiel")
OLE = person("ole.beispiel")


def after(days: float) -> datetime:
    return MORNING + days * DAY


def purge(store: Store, days: float) -> Purged:
    """The purge of a day; everything is kept for ten."""
    return store.care.purge(limits(KEPT_FOR, after(days)), after(days))


def cycle(store: Store, *devices: Device, holder: Person | None = None, at: datetime = MORNING) -> None:
    """A sweep that shows these devices, all of them held by this person, and the end of its cycle."""
    sweep(store, *devices, at=at)
    state = AssignmentState.MATCHED if holder else AssignmentState.NONE
    store.staging.clear_assignments()
    store.staging.stage_assignments({one.subject: Assignment(state=state, person=holder) for one in devices})
    commit(store, at=at)


def leave(store: Store, *staying: Person) -> None:
    """All but these are gone with the second day."""
    for day in (1, 2):
        read(store, NORD, *staying, at=after(day))


def count(folder: Path, table: str) -> int:
    return len([line for line in dump(folder) if line.startswith(f'INSERT INTO "{table}"')])


class TestPersons:
    def test_who_left_goes_after_their_time_and_not_before(self, store: Store) -> None:
        read(store, NORD, MIA, OLE)
        leave(store, OLE)
        read(store, NORD, OLE, at=after(12))
        assert purge(store, 12).removed == {}
        assert purge(store, 12.01).removed == {Kept.PERSONS: 1}
        assert store.snapshot.persons_gone(NORD) == ()
        assert [one.login for one in store.snapshot.persons_of(NORD) or ()] == ["ole.beispiel"]

    def test_whom_a_device_still_names_stays(self, store: Store) -> None:
        read(store, NORD, MIA)
        cycle(store, device(1), holder=MIA)
        leave(store)
        assert purge(store, 100).removed == {}
        cycle(store, device(1), at=after(101))
        assert purge(store, 102).removed == {Kept.PERSONS: 1}

    def test_what_stays_of_their_devices_no_longer_tells_whom_it_was_about(self, store: Store, folder: Path) -> None:
        read(store, NORD, MIA)
        cycle(store, device(1), holder=MIA)
        cycle(store, device(1), at=after(9))
        leave(store)
        purge(store, 13)
        assert ask(folder, "SELECT person_school, person_uuid FROM holder_spans") == [(NORD.number, "")]
        assert [span.person for span in store.history.holders("DMPX1")] == [""]

    def test_resolved_findings_about_them_go_with_them(self, store: Store, folder: Path) -> None:
        read(store, NORD, MIA)
        about_mia = replace(finding(), subject=MIA.subject)
        commit(store, opened(about_mia))
        commit(store, steps(TransitionKind.RESOLVED, about_mia), at=after(11))
        leave(store)
        assert purge(store, 13).removed == {Kept.PERSONS: 1, Kept.FINDINGS: 1}
        assert count(folder, "finding_steps") == 0

    def test_those_of_a_school_that_is_not_read_any_more_go_too_and_it_counts_as_never_read(self, store: Store) -> None:
        read(store, NORD, MIA)
        read(store, SUED, person("tom.woanders", school=SUED), at=after(5))
        assert purge(store, 11).removed == {Kept.PERSONS: 1}
        assert store.snapshot.persons_of(NORD) is None
        assert [one.login for one in store.snapshot.persons_of(SUED) or ()] == ["tom.woanders"]


class TestHistory:
    def test_earlier_holders_and_places_go_and_present_ones_stay(self, store: Store) -> None:
        read(store, NORD, MIA, OLE)
        cycle(store, device(1), holder=MIA)
        cycle(store, device(1, site=20), holder=OLE, at=after(1))
        read(store, NORD, MIA, OLE, at=after(11))
        assert purge(store, 11).removed == {}
        assert purge(store, 11.01).removed == {Kept.HOLDERS: 1, Kept.PLACES: 1}
        assert [span.since for span in store.history.holders("DMPX1")] == [after(1)]
        assert [span.site for span in store.history.spans("DMPX1")] == ["Süd"]

    def test_cycles_go_with_the_places_and_their_numbers_are_not_given_again(self, store: Store, folder: Path) -> None:
        for day in range(3):
            commit(store, at=after(day))
        purge(store, 100)
        commit(store, at=after(100))
        assert ask(folder, "SELECT id FROM cycles") == [(3,), (4,)]


class TestFindings:
    def test_resolved_ones_go_with_their_steps_and_open_ones_stay(self, store: Store, folder: Path) -> None:
        commit(store, opened(finding(about=1), finding(about=2)))
        commit(store, steps(TransitionKind.RESOLVED, finding(about=1)), at=after(3))
        assert purge(store, 13).removed == {}
        assert purge(store, 13.01).removed == {Kept.FINDINGS: 1}
        assert ask(folder, "SELECT subject FROM findings") == [("device:2",)]
        assert ask(folder, "SELECT DISTINCT finding FROM finding_steps") == [(2,)]

    def test_of_one_that_came_back_only_the_steps_since_then_stay(self, store: Store) -> None:
        for day, kind in enumerate((TransitionKind.OPENED, TransitionKind.RESOLVED, TransitionKind.REOPENED)):
            commit(store, steps(kind, finding()), at=after(day))
        purge(store, 100)
        assert [step.kind for step in store.inquiry.steps(1)] == [TransitionKind.REOPENED]

    def test_acknowledgements_go_when_they_ended_so_long_ago(self, store: Store, folder: Path) -> None:
        commit(store, opened(finding()))
        said = Acknowledgement(until=after(5).date(), who="meier", why="is ordered", at=MORNING)
        store.decisions.acknowledge([1], said)
        purge(store, 100)
        assert count(folder, "acknowledgements") == 1
        store.decisions.unacknowledge([1], after(100))
        purge(store, 111)
        assert count(folder, "acknowledgements") == 0

    def test_holds_go_when_they_were_closed_so_long_ago(self, store: Store) -> None:
        waiting = Hold(
            ring=Ring.RULE, rule="device-silent", school="", direction=Direction.OPENED, number=9, of=9, since=MORNING
        )
        store.decisions.decide(waiting, MORNING)
        assert purge(store, 100).removed == {}
        (kept,) = store.decisions.holds()
        store.decisions.decide(replace(kept, state=HoldState.CLOSED), after(100))
        assert purge(store, 110).removed == {}
        assert purge(store, 110.01).removed == {Kept.FINDINGS: 1}


def order(incident: int | None = None, *, about: int = 1, closed: datetime | None = MORNING) -> LockOrder:
    return LockOrder(
        subject=f"device:{about}",
        serial=f"DMPX{about}",
        management_id=f"m-{about}",
        incident=incident,
        kind="enable",
        asked_by="meier",
        why="",
        asked_at=MORNING,
        outcome=Outcome.TAKEN if closed else None,
        closed_at=closed,
    )


def settle(store: Store) -> None:
    """Every incident is dealt with."""
    for one in store.incidents.incidents():
        store.incidents.change(replace(one, handling=Handling.CLOSED))


class TestIncidents:
    def test_they_go_so_long_after_a_purge_first_saw_them_settled(self, store: Store, folder: Path) -> None:
        keep(store, report())
        cycle(store, device(1))
        assert purge(store, 100).removed == {}
        settle(store)
        assert purge(store, 101).removed == {}
        assert purge(store, 111).removed == {}
        assert purge(store, 111.01).removed == {Kept.INCIDENTS: 1}
        assert (count(folder, "incidents"), count(folder, "incident_devices")) == (0, 0)

    def test_the_time_begins_anew_for_one_that_was_opened_again(self, store: Store) -> None:
        keep(store, report())
        settle(store)
        purge(store, 1)
        store.incidents.change(replace(store.incidents.incidents()[0], handling=Handling.OPEN))
        purge(store, 2)
        settle(store)
        purge(store, 3)
        assert purge(store, 12).removed == {}
        assert purge(store, 14).removed == {Kept.INCIDENTS: 1}

    def test_an_export_that_repeats_a_deleted_one_does_not_bring_it_back(self, store: Store) -> None:
        keep(store, report(), report("V-2", reported_at=MORNING + DAY))
        settle(store)
        purge(store, 1)
        purge(store, 12)
        keep(store, report(), report("V-2", reported_at=MORNING + DAY))
        assert store.incidents.incidents() == ()

    def test_what_is_still_in_lost_mode_keeps_its_incident(self, store: Store) -> None:
        keep(store, report())
        settle(store)
        cycle(store, replace(device(1), lost_mode=True))
        purge(store, 1)
        assert purge(store, 100).removed == {}
        cycle(store, replace(device(1), lost_mode=False), at=after(100))
        assert purge(store, 101).removed == {Kept.INCIDENTS: 1}


class TestEvidence:
    """A theft that somebody looks after keeps all that it rests on; when it is settled, all of that goes."""

    @pytest.fixture
    def stolen(self, store: Store) -> Store:
        read(store, NORD, MIA)
        keep(store, report())
        stolen, other = device(1), device(2)
        cycle(store, stolen, other, holder=MIA)
        about = [finding(about=1), finding(about=2, serial="DMPX2")]
        commit(store, opened(*about))
        commit(store, steps(TransitionKind.RESOLVED, *about), at=after(1))
        store.incidents.keep_commands(["m-1"], [self.command()], MORNING)
        store.lock_orders.add(order(incident=1))
        store.lock_orders.add(order(about=2))
        leave(store)
        for day in (3, 4):
            cycle(store, at=after(day))  # both devices vanish
        return store

    @staticmethod
    def command() -> LockCommand:
        return LockCommand(
            uuid="c-1", management_id="m-1", kind="enable", state="acknowledged", sent_at=MORNING, completed_at=MORNING
        )

    def test_it_stays_while_the_rest_goes(self, stolen: Store) -> None:
        assert purge(stolen, 100).removed == {Kept.HOLDERS: 1, Kept.PLACES: 1, Kept.FINDINGS: 1, Kept.LOCKS: 1}
        (held,) = stolen.history.holders("DMPX1")
        assert held.person.startswith("P-")
        assert stolen.inquiry.person(held.person) is not None
        assert len(stolen.history.spans("DMPX1")) == 1
        assert [one.place.finding.subject for one in stolen.inquiry.open_findings((), resolved=True)] == ["device:1"]
        assert [one.subject for one in stolen.lock_orders.orders()] == ["device:1"]

    def test_when_it_is_settled_all_goes_with_it(self, stolen: Store, folder: Path) -> None:
        settle(stolen)
        purge(stolen, 5)
        purge(stolen, 100)
        tables = ("persons", "holder_spans", "device_spans", "findings", "finding_steps", "incidents", "lock_orders")
        assert {table: count(folder, table) for table in tables} == dict.fromkeys(tables, 0)
        assert count(folder, "lock_commands") == 0


def test_an_order_of_which_nobody_knows_what_became_stays(store: Store) -> None:
    store.lock_orders.add(order(closed=None))
    store.lock_orders.add(order())
    assert purge(store, 100).removed == {Kept.LOCKS: 1}
    assert [one.closed_at for one in store.lock_orders.orders()] == [None]


class TestOutbox:
    def put(self, store: Store, content: str, end: str, at: datetime = MORNING) -> None:
        """A mail that came to this end."""
        put_in(store, content)
        entry = store.outbox.claim(MORNING, 60)
        assert entry is not None
        match end:
            case "sent":
                store.outbox.done(entry, at)
            case "failed":
                store.outbox.failed(entry, "refused", at)
            case "parked":
                store.outbox.parked(entry, "tried too often", at)

    def test_what_left_or_failed_goes_with_its_attempts_and_what_waits_stays(self, store: Store, folder: Path) -> None:
        for end in ("sent", "failed", "parked"):
            self.put(store, end, end)
        put_in(store, "waits")
        assert purge(store, 10).removed == {}
        assert purge(store, 10.01).removed == {Kept.SENT: 1, Kept.FAILED: 2}
        assert ask(folder, "SELECT content FROM outbox") == [("waits",)]
        assert count(folder, "attempts") == 0

    def test_what_was_refused_before_a_mail_that_was_taken_does_not_outlive_it(self, store: Store) -> None:
        self.put(store, "first", "failed", after(1))
        self.put(store, "second", "sent", after(2))
        put_in(store, "waits")
        kept_for = {**KEPT_FOR, Kept.FAILED: 100 * DAY}
        removed = store.care.purge(limits(kept_for, after(13)), after(13)).removed
        assert removed == {Kept.SENT: 1, Kept.FAILED: 1}
        assert store.snapshot.refused_mails() == ()

    def test_no_number_of_the_outbox_is_given_twice(self, store: Store, folder: Path) -> None:
        self.put(store, "first", "sent")
        purge(store, 100)
        put_in(store, "second")
        assert ask(folder, "SELECT id FROM outbox ORDER BY id") == [(1,), (2,)]

    def test_the_last_summary_stays_for_the_next_is_compared_with_it(self, store: Store) -> None:
        put_in(store, "first", "second", kind="summary")
        while entry := store.outbox.claim(MORNING, 60):
            store.outbox.done(entry, MORNING)
        put_in(store, "a mail")
        purge(store, 100)
        assert store.outbox.last_content("summary") == "second"

    def tell(self, store: Store, reader: str, days: float) -> None:
        """A digest that tells this recipient of both findings."""
        tells = tuple(Telling(number=number, severity=Severity.WARNING, open=True) for number in (1, 2))
        store.mailings.put(lambda: [NewEntry(kind="mail", content="", reader=reader, tells=tells)], after(days))
        store.mailings.note_turn(reader, Turn.DIGEST, after(days))

    def test_what_nobody_is_told_any_more_is_forgotten(self, store: Store, folder: Path) -> None:
        commit(store, opened(finding(about=1), finding(about=2)))
        self.tell(store, "former", 0)
        self.tell(store, "present", 50)
        commit(store, steps(TransitionKind.RESOLVED, finding(about=2)), at=after(1))
        purge(store, 55)
        assert ask(folder, "SELECT key FROM recipients") == [("present",)]
        assert ask(folder, "SELECT finding FROM told") == [(1,)]
        assert count(folder, "turns") == 1


def test_totals_of_a_day_go_after_their_time(store: Store, folder: Path) -> None:
    for days in (0, 1):
        keep_totals(store, at=after(days))
    assert purge(store, 10).removed == {}
    assert purge(store, 11).removed == {Kept.TOTALS: 1}
    assert ask(folder, "SELECT day FROM totals") == [(after(1).date().isoformat(),)]


class TestTheFile:
    def many(self, store: Store) -> Sequence[Person]:
        people = [person(f"marked{number:05}.beispiel") for number in range(20_000)]
        read(store, NORD, *people)
        leave(store)
        return people

    def test_what_was_deleted_stands_in_no_byte_of_file_and_log_and_their_room_is_given_back(
        self, store: Store, folder: Path
    ) -> None:
        self.many(store)
        assert not purge(store, 1).lingering
        before = (folder / FILE).stat().st_size
        assert b"marked" in (folder / FILE).read_bytes()
        assert not purge(store, 100).lingering
        assert b"marked" not in (folder / FILE).read_bytes()
        assert (folder / f"{FILE}-wal").stat().st_size == 0
        assert (folder / FILE).stat().st_size < before / 10

    def test_a_reader_that_keeps_the_log_is_told(self, folder: Path) -> None:
        database = open_for_work(folder)
        database.conn.execute("PRAGMA busy_timeout = 1")  # what waits for the reader here waits in vain
        store = Store(database)
        read(store, NORD, MIA)
        with closing(connect(folder / FILE)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM persons").fetchall()
            leave(store)
            assert purge(store, 100).lingering
        assert not purge(store, 101).lingering
        store.close()
