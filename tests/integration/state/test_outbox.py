"""What waits to leave the house: claimed for a while, given to one sender at a time, marked after."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from mdm_sync.ports import Attempt, EntryState, NewEntry, OutboxEntry, OutboxTotals
from state import Store
from tests.integration.state.given import EVENING, MORNING, NOON, commit, put_in

LEASE = 300
BEFORE_IT_ENDS = MORNING + timedelta(seconds=LEASE - 1)
WHEN_IT_ENDS = MORNING + timedelta(seconds=LEASE)


@pytest.fixture
def other(store: Store, folder: Path) -> Iterator[Store]:
    """A second connection to the same store."""
    del store
    other = Store.look(folder)
    yield other
    other.close()


def claimed(store: Store, at: datetime = MORNING) -> OutboxEntry:
    entry = store.outbox.claim(at, LEASE)
    assert entry is not None
    return entry


def test_a_new_outbox_is_empty(store: Store) -> None:
    assert store.outbox.claim(MORNING, LEASE) is None
    assert store.outbox.last_content("mail") is None
    assert store.outbox.totals() == OutboxTotals()


def test_a_claim_takes_the_oldest_entry(store: Store) -> None:
    put_in(store, "first", "second")
    put_in(store, "third", kind="summary")
    taken = [claimed(store) for _ in range(3)]
    assert [(one.kind, one.content, one.attempts) for one in taken] == [
        ("mail", "first", 0),
        ("mail", "second", 0),
        ("summary", "third", 0),
    ]


def test_a_claimed_entry_is_not_given_again_before_its_lease_ends(store: Store) -> None:
    put_in(store, "first")
    claimed(store)
    assert store.outbox.claim(BEFORE_IT_ENDS, LEASE) is None


def test_a_claimed_entry_is_given_again_when_its_lease_has_ended(store: Store) -> None:
    put_in(store, "first")
    first = claimed(store)
    assert store.outbox.claim(WHEN_IT_ENDS, LEASE) == first


def test_an_entry_is_not_due_before_it_was_put_in(store: Store) -> None:
    put_in(store, "first", at=NOON)
    assert store.outbox.claim(NOON - timedelta(microseconds=1), LEASE) is None
    assert store.outbox.claim(NOON, LEASE) is not None


def test_each_entry_has_a_key_of_its_own(store: Store) -> None:
    put_in(store, *("the same" for _ in range(50)))
    assert len({claimed(store).key for _ in range(50)}) == 50


def test_an_entry_that_left_is_not_given_again(store: Store) -> None:
    put_in(store, "first")
    store.outbox.done(claimed(store), NOON)
    assert store.outbox.claim(EVENING, LEASE) is None
    assert store.outbox.totals() == OutboxTotals(sent=1)


def test_an_entry_that_was_refused_is_not_given_again(store: Store) -> None:
    put_in(store, "first")
    store.outbox.failed(claimed(store), "550 no such user", NOON)
    assert store.outbox.claim(EVENING, LEASE) is None
    assert store.outbox.totals() == OutboxTotals(failed=1, last_error="550 no such user")


def test_an_entry_that_could_not_leave_waits_for_its_next_attempt(store: Store) -> None:
    put_in(store, "first")
    entry = claimed(store)
    store.outbox.later(entry, "no answer", MORNING, NOON)
    assert store.outbox.claim(NOON - timedelta(seconds=1), LEASE) is None
    again = store.outbox.claim(NOON, LEASE)
    assert again == OutboxEntry(entry_id=entry.entry_id, key=entry.key, kind="mail", content="first", attempts=1)


def test_a_try_that_does_not_count_wears_the_entry_out_no_more(store: Store) -> None:
    put_in(store, "first")
    entry = claimed(store)
    store.outbox.later(entry, "no password", MORNING, NOON, counted=False)
    assert store.outbox.claim(NOON, LEASE) == entry
    assert store.outbox.totals() == OutboxTotals(waiting=1, last_error="no password")


def test_an_entry_that_waits_does_not_hold_up_a_newer_one(store: Store) -> None:
    put_in(store, "first", "second")
    store.outbox.later(claimed(store), "no answer", MORNING, NOON)
    assert claimed(store).content == "second"


def test_totals_tell_what_waits_what_left_and_what_failed(store: Store) -> None:
    put_in(store, "waits", "sent", "failed", "untouched")
    store.outbox.later(claimed(store), "no answer", NOON, EVENING)
    store.outbox.done(claimed(store), EVENING)
    store.outbox.failed(claimed(store), "550 no such user", MORNING)
    assert store.outbox.totals() == OutboxTotals(waiting=2, sent=1, failed=1, last_error="no answer")


def test_an_error_is_told_no_more_when_the_entry_has_left(store: Store) -> None:
    put_in(store, "first")
    store.outbox.later(claimed(store), "no answer", MORNING, MORNING)
    store.outbox.done(claimed(store), NOON)
    assert store.outbox.totals() == OutboxTotals(sent=1)


def test_every_attempt_is_kept(store: Store) -> None:
    put_in(store, "first")
    store.outbox.later(claimed(store), "no answer", MORNING, MORNING)
    store.outbox.done(claimed(store), NOON)
    assert store.outbox.tries(1) == (
        Attempt(began_at=MORNING, ended_at=MORNING, error="no answer"),
        Attempt(began_at=MORNING, ended_at=NOON, error=None),
    )


def test_an_attempt_whose_sender_died_is_kept_without_an_end(store: Store) -> None:
    put_in(store, "first")
    claimed(store)
    store.outbox.done(claimed(store, NOON), NOON)
    assert store.outbox.tries(1) == (
        Attempt(began_at=MORNING, ended_at=None, error=None),
        Attempt(began_at=NOON, ended_at=NOON, error=None),
    )


def test_rows_are_shown_by_their_state_the_latest_first(store: Store) -> None:
    put_in(store, "sent", "failed", "parked", "waits")
    store.outbox.done(claimed(store), NOON)
    store.outbox.failed(claimed(store), "550 no such user", NOON)
    store.outbox.parked(claimed(store), "no answer", NOON)
    shown = store.outbox.rows([EntryState.FAILED, EntryState.PARKED, EntryState.WAITING])
    assert [(row.entry.content, row.state, row.last_error, row.closed_at) for row in shown] == [
        ("waits", EntryState.WAITING, None, None),
        ("parked", EntryState.PARKED, "no answer", NOON),
        ("failed", EntryState.FAILED, "550 no such user", NOON),
    ]


def test_a_row_is_shown_by_its_number_with_recipient_and_title(store: Store) -> None:
    mail = NewEntry(kind="mail", content="Hello", recipient="team@it.example", title="1 new")
    commit(store, entries=lambda: [mail], at=NOON)
    row = store.outbox.row(1)
    assert row is not None
    assert (row.recipient, row.title, row.entry.content, row.created_at) == ("team@it.example", "1 new", "Hello", NOON)
    assert store.outbox.row(2) is None


@pytest.mark.parametrize("state", [EntryState.FAILED, EntryState.PARKED, EntryState.DROPPED, EntryState.WAITING])
def test_whatever_did_not_leave_can_be_tried_anew(store: Store, state: EntryState) -> None:
    put_in(store, "first")
    entry = claimed(store)
    match state:
        case EntryState.FAILED:
            store.outbox.failed(entry, "550", NOON)
        case EntryState.PARKED:
            store.outbox.parked(entry, "no answer", NOON)
        case EntryState.DROPPED:
            store.outbox.drop(1, NOON)
        case _:
            store.outbox.later(entry, "no answer", MORNING, EVENING)
    store.outbox.retry(1, NOON)
    again = claimed(store, NOON)
    assert (again.key, again.attempts) == (entry.key, 0)


def test_what_is_dropped_does_not_leave_and_its_error_is_told_no_more(store: Store) -> None:
    put_in(store, "first")
    store.outbox.failed(claimed(store), "550 no such user", NOON)
    store.outbox.drop(1, NOON)
    assert store.outbox.claim(EVENING, LEASE) is None
    assert store.outbox.totals() == OutboxTotals(dropped=1)


def test_the_last_content_of_a_channel_is_what_was_put_in_last(store: Store) -> None:
    put_in(store, "old", "new", kind="summary")
    put_in(store, "a mail")
    store.outbox.done(claimed(store), NOON)
    assert store.outbox.last_content("summary") == "new"


def test_what_one_connection_claimed_another_does_not_get(store: Store, other: Store) -> None:
    put_in(store, "first", "second")
    assert claimed(store).content == "first"
    assert claimed(other).content == "second"
    assert other.outbox.claim(MORNING, LEASE) is None


def test_two_connections_that_claim_at_once_never_get_the_same_entry(store: Store, other: Store) -> None:
    put_in(store, *map(str, range(200)))
    together = Barrier(2)

    def claim_all(mine: Store) -> list[str]:
        together.wait(timeout=30)
        contents = []
        while (entry := mine.outbox.claim(MORNING, LEASE)) is not None:
            contents.append(entry.content)
        return contents

    with ThreadPoolExecutor(max_workers=2) as pool:
        first, second = pool.map(claim_all, (store, other))
    assert sorted([*first, *second], key=int) == list(map(str, range(200)))
