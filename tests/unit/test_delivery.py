import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mdm_sync.delivery import Delivery, deliver, pause
from mdm_sync.errors import MdmSyncError, PermanentError, RecordError, TemporaryError
from mdm_sync.ports import Channel, EntryState, NewEntry, Outbox, OutboxEntry
from tests.fakes.channel import FakeChannel
from tests.fakes.outbox import FakeOutbox, Row

NOW = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUSY = TemporaryError("mail.example:587 cannot be reached")
NO_TRUST = PermanentError("the certificate of mail.example:587 is not trusted")
REFUSED = RecordError("key-1", "mail.example:587 refused the mail (550)")


def clock() -> datetime:
    return NOW


def outbox_of(*contents: str, kind: str = "mail", attempts: int = 0) -> FakeOutbox:
    outbox = FakeOutbox()
    outbox.put([NewEntry(kind=kind, content=content) for content in contents], NOW, attempts=attempts)
    return outbox


def entry(number: int, content: str, *, attempts: int) -> OutboxEntry:
    return OutboxEntry(entry_id=number, key=f"key-{number}", kind="mail", content=content, attempts=attempts)


def sent(number: int, content: str) -> Row:
    return Row(
        entry=entry(number, content, attempts=1),
        state=EntryState.SENT,
        due_at=NOW + timedelta(minutes=5),
        tried_at=NOW,
    )


def waiting(content: str, error: str, until: datetime, *, attempts: int = 1) -> Row:
    return Row(
        entry=entry(1, content, attempts=attempts), state=EntryState.WAITING, due_at=until, error=error, tried_at=NOW
    )


def failed(content: str, error: str, *, attempts: int = 1) -> Row:
    return Row(
        entry=entry(1, content, attempts=attempts),
        state=EntryState.FAILED,
        due_at=NOW + timedelta(minutes=5),
        error=error,
        tried_at=NOW,
    )


def test_the_fakes_are_what_the_ports_ask_for() -> None:
    outbox: Outbox = FakeOutbox()
    channel: Channel = FakeChannel()

    assert deliver(outbox, {"mail": channel}, clock) == Delivery()


def test_what_is_due_is_sent_in_the_order_it_was_put_in_and_marked_after() -> None:
    outbox, mail = outbox_of("first", "second"), FakeChannel()

    delivery = deliver(outbox, {"mail": mail}, clock)

    assert (delivery, mail.sent, outbox.rows) == (
        Delivery(sent=2),
        ["first", "second"],
        {1: sent(1, "first"), 2: sent(2, "second")},
    )


def test_each_kind_goes_its_own_way() -> None:
    outbox, mail, upstream = outbox_of("a mail"), FakeChannel(), FakeChannel()
    outbox.put([NewEntry(kind="upstream", content="a summary")], NOW)

    deliver(outbox, {"mail": mail, "upstream": upstream}, clock)

    assert (mail.sent, upstream.sent) == (["a mail"], ["a summary"])


def test_the_channel_gets_the_key_by_which_the_other_side_knows_a_double() -> None:
    outbox, mail = outbox_of("news"), FakeChannel()

    deliver(outbox, {"mail": mail}, clock)

    assert mail.asked == [entry(1, "news", attempts=0)]


def test_an_entry_is_nobody_else_s_for_five_minutes() -> None:
    outbox = outbox_of("news")

    deliver(outbox, {"mail": FakeChannel()}, clock)

    assert set(outbox.leases) == {300}


def test_what_is_not_due_yet_stays() -> None:
    outbox, mail = FakeOutbox(), FakeChannel()
    outbox.put([NewEntry(kind="mail", content="news")], NOW + timedelta(seconds=1))

    assert (deliver(outbox, {"mail": mail}, clock), mail.asked) == (Delivery(), [])


def test_what_cannot_leave_now_waits_a_minute() -> None:
    outbox = outbox_of("news")

    delivery = deliver(outbox, {"mail": FakeChannel(BUSY)}, clock)

    assert (delivery, outbox.rows[1]) == (
        Delivery(waiting=1, errors=("mail.example:587 cannot be reached",)),
        waiting("news", "mail.example:587 cannot be reached", NOW + timedelta(minutes=1)),
    )


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (70, 60)]
)
def test_the_pauses_grow_up_to_an_hour(attempts: int, minutes: int) -> None:
    outbox = outbox_of("news", attempts=attempts)

    deliver(outbox, {"mail": FakeChannel(BUSY)}, clock)

    assert outbox.rows[1] == waiting("news", str(BUSY), NOW + timedelta(minutes=minutes), attempts=attempts + 1)


def test_a_pause_after_any_number_of_attempts_is_an_hour_at_most() -> None:
    assert pause(1_000_000, None) == HOUR


@pytest.mark.parametrize("seconds", [90.0, 7200.0])
def test_it_waits_as_long_as_the_other_side_asked(seconds: float) -> None:
    outbox = outbox_of("news", attempts=3)

    deliver(outbox, {"mail": FakeChannel(TemporaryError("busy", retry_after=seconds))}, clock)

    assert outbox.rows[1] == waiting("news", "busy", NOW + timedelta(seconds=seconds), attempts=4)


def test_an_entry_is_tried_once_even_where_the_other_side_asked_for_no_pause() -> None:
    outbox, mail = outbox_of("news"), FakeChannel(TemporaryError("busy", retry_after=0.0))

    delivery = deliver(outbox, {"mail": mail}, clock)

    assert (delivery, len(mail.asked)) == (Delivery(waiting=1, errors=("busy",)), 1)


def test_a_pause_beyond_all_calendars_stops_no_delivery() -> None:
    outbox, mail = outbox_of("first", "second"), FakeChannel(TemporaryError("busy", retry_after=1e20))

    assert deliver(outbox, {"mail": mail}, clock) == Delivery(sent=1, waiting=1, errors=("busy",))


def test_an_entry_goes_out_once_its_pause_is_over() -> None:
    outbox, mail = outbox_of("news"), FakeChannel(BUSY)
    deliver(outbox, {"mail": mail}, clock)

    early = deliver(outbox, {"mail": mail}, lambda: NOW + timedelta(seconds=59))
    in_time = deliver(outbox, {"mail": mail}, lambda: NOW + timedelta(seconds=60))

    assert (early, in_time, mail.sent) == (Delivery(), Delivery(sent=1), ["news"])


@pytest.mark.parametrize("attempts", [0, 500])
def test_what_somebody_must_mend_first_waits_an_hour_and_is_not_worn_out(attempts: int) -> None:
    outbox = outbox_of("news", attempts=attempts)

    delivery = deliver(outbox, {"mail": FakeChannel(NO_TRUST)}, clock)

    assert (delivery, outbox.rows[1]) == (
        Delivery(waiting=1, errors=(str(NO_TRUST),)),
        waiting("news", str(NO_TRUST), NOW + HOUR, attempts=attempts),
    )


def test_once_it_is_mended_the_entry_leaves() -> None:
    outbox, mail = outbox_of("news"), FakeChannel(NO_TRUST)
    deliver(outbox, {"mail": mail}, clock)

    assert deliver(outbox, {"mail": mail}, lambda: NOW + HOUR) == Delivery(sent=1)


def test_an_entry_without_a_way_out_waits_an_hour() -> None:
    outbox, mail = outbox_of("a summary", kind="upstream"), FakeChannel()
    error = "The settings name no way out for upstream; what waits for it stays in the outbox."

    delivery = deliver(outbox, {"mail": mail}, clock)

    assert (delivery, outbox.rows[1].state, outbox.rows[1].due_at, mail.asked) == (
        Delivery(waiting=1, errors=(error,)),
        EntryState.WAITING,
        NOW + HOUR,
        [],
    )


def test_what_the_other_side_does_not_want_is_set_aside() -> None:
    outbox = outbox_of("news")

    delivery = deliver(outbox, {"mail": FakeChannel(REFUSED)}, clock)

    assert (delivery.failed, delivery.sent, delivery.waiting, outbox.rows[1]) == (
        1,
        0,
        0,
        failed("news", "key-1: mail.example:587 refused the mail (550)"),
    )


def test_the_last_attempt_but_one_still_waits() -> None:
    outbox = outbox_of("news", attempts=70)

    assert deliver(outbox, {"mail": FakeChannel(BUSY)}, clock) == Delivery(waiting=1, errors=(str(BUSY),))


def test_after_72_attempts_an_entry_is_parked() -> None:
    outbox = outbox_of("news", attempts=71)

    delivery = deliver(outbox, {"mail": FakeChannel(BUSY)}, clock)

    assert (delivery, outbox.rows[1]) == (
        Delivery(failed=1, errors=("mail: mail.example:587 cannot be reached",)),
        replace(failed("news", "mail.example:587 cannot be reached", attempts=72), state=EntryState.PARKED),
    )


def test_an_error_of_the_program_without_a_kind_sets_the_entry_aside() -> None:
    outbox = outbox_of("news")

    deliver(outbox, {"mail": FakeChannel(MdmSyncError("broken"))}, clock)

    assert outbox.rows[1] == failed("news", "broken")


@pytest.mark.parametrize("error", [BUSY, REFUSED])
def test_an_entry_that_does_not_leave_does_not_stop_the_next(error: MdmSyncError) -> None:
    outbox, mail = outbox_of("first", "second"), FakeChannel(error)

    deliver(outbox, {"mail": mail}, clock)

    assert (mail.sent, outbox.rows[2]) == (["second"], sent(2, "second"))


def test_each_reason_is_told_once() -> None:
    outbox, mail = outbox_of("1", "2", "3", "4"), FakeChannel(BUSY, BUSY, NO_TRUST)

    assert deliver(outbox, {"mail": mail}, clock) == Delivery(
        waiting=3, errors=("mail.example:587 cannot be reached", str(NO_TRUST))
    )


def test_where_somebody_must_mend_something_the_rest_is_not_tried() -> None:
    outbox, mail = outbox_of("1", "2", "3"), FakeChannel(NO_TRUST)
    outbox.put([NewEntry(kind="summary", content="another way")], NOW)

    deliver(outbox, {"mail": mail, "summary": (summary := FakeChannel())}, clock)

    assert (len(mail.asked), summary.sent) == (1, ["another way"])
    assert {row.due_at for row in outbox.rows.values() if row.state is EntryState.WAITING} == {NOW + HOUR}


def test_after_five_in_a_row_that_could_not_leave_the_rest_waits_a_minute() -> None:
    outbox = outbox_of(*"12345678")

    deliver(outbox, {"mail": (mail := FakeChannel(*[BUSY] * 8))}, clock)

    assert len(mail.asked) == 5
    assert [outbox.rows[number].due_at for number in (6, 7, 8)] == [NOW + timedelta(minutes=1)] * 3


def test_one_that_leaves_among_them_keeps_the_way_open() -> None:
    outbox, mail = outbox_of(*"1234567"), FakeChannel(BUSY, BUSY, BUSY, BUSY, None, BUSY, BUSY)

    deliver(outbox, {"mail": mail}, clock)

    assert len(mail.asked) == 7


def test_those_that_were_refused_say_nothing_of_the_way() -> None:
    outbox, mail = outbox_of(*"123456"), FakeChannel(*[REFUSED] * 6)

    deliver(outbox, {"mail": mail}, clock)

    assert len(mail.asked) == 6


def test_what_did_not_leave_is_logged_without_what_it_says(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    deliver(outbox_of("Max Müller hat ein neues iPad"), {"mail": FakeChannel(BUSY)}, clock)

    assert caplog.record_tuples == [
        (
            "mdm_sync.delivery",
            logging.WARNING,
            "outbox 1 (mail) did not leave: mail.example:587 cannot be reached",
        )
    ]


def test_what_left_is_not_worth_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    deliver(outbox_of("news"), {"mail": FakeChannel()}, clock)

    assert caplog.record_tuples == []
