"""What every ``LockOrders`` promises."""

from datetime import UTC, datetime, timedelta

import pytest

from mdm_sync.core.lock_orders import FOR_A_PERSON, LockOrder, Outcome
from mdm_sync.ports import LockOrders
from tests.replacing import replace

NOW = datetime(2026, 11, 23, 10, 30, 15, 250_000, tzinfo=UTC)


def order(about: int = 7, minutes: int = 0) -> LockOrder:
    return LockOrder(
        subject=f"device:{about}",
        serial=f"DMPX{about}",
        management_id=f"73226fb6-0000-4000-8000-{about:012}",
        incident=4,
        kind="enable",
        asked_by="meier",
        why='Einbruch; "Anzeige" folgt',
        asked_at=NOW + timedelta(minutes=minutes),
        known=("11111111-1111-4111-8111-111111111111",),
    )


class LockOrdersContract:
    @pytest.fixture
    def book(self) -> LockOrders:
        raise NotImplementedError

    def test_gives_an_order_back_as_it_was_given_with_a_number(self, book: LockOrders) -> None:
        kept = book.add(order())

        assert kept == replace(order(), number=kept.number)
        assert book.orders() == (kept,)
        assert kept.number > 0

    def test_keeps_orders_without_incident_and_those_that_nobody_decided(self, book: LockOrders) -> None:
        kept = book.add(replace(order(), incident=None, automatic=True, kind="disable"))

        assert book.orders() == (kept,)

    def test_numbers_differ(self, book: LockOrders) -> None:
        assert len({book.add(order()).number for _ in range(3)}) == 3

    def test_gives_them_in_the_order_in_which_they_came(self, book: LockOrders) -> None:
        kept = [book.add(order(about)) for about in (9, 3, 5)]

        assert list(book.orders()) == kept

    def test_keeps_what_became_of_one(self, book: LockOrders) -> None:
        first, other = book.add(order(1)), book.add(order(2))
        closed = replace(
            first, command_uuid="22222222-2222-4222-8222-222222222222", outcome=Outcome.TAKEN, closed_at=NOW
        )
        book.close(closed)

        assert book.orders() == (closed, other)

    def test_keeps_the_reason_of_one_that_was_refused(self, book: LockOrders) -> None:
        closed = replace(book.add(order()), outcome=Outcome.REFUSED, why="a privilege is missing", closed_at=NOW)
        book.close(closed)

        assert book.orders() == (closed,)

    def test_names_those_of_one_device(self, book: LockOrders) -> None:
        first, _, again = book.add(order(1)), book.add(order(2)), book.add(order(1, minutes=5))

        assert book.of_device("device:1") == (first, again)
        assert book.of_device("device:3") == ()

    def test_names_those_of_which_nobody_knows_what_became(self, book: LockOrders) -> None:
        first, other = book.add(order(1)), book.add(order(2))
        book.close(replace(first, outcome=Outcome.NOT_TAKEN, closed_at=NOW))

        assert book.unsettled() == (other,)

    def test_names_those_that_wait_for_a_person_until_somebody_was_told(self, book: LockOrders) -> None:
        waiting = [book.add(replace(order(), automatic=True, outcome=outcome)) for outcome in sorted(FOR_A_PERSON)]
        assert list(book.untold()) == waiting

        book.tell(waiting[:1], (), NOW)
        assert list(book.untold()) == waiting[1:]

    @pytest.mark.parametrize("outcome", [None, Outcome.TAKEN, Outcome.NEEDLESS])
    def test_others_wait_for_nobody(self, book: LockOrders, outcome: Outcome | None) -> None:
        book.add(replace(order(), automatic=True, outcome=outcome))

        assert book.untold() == ()

    def test_those_of_a_person_are_told_to_the_person(self, book: LockOrders) -> None:
        book.add(replace(order(), outcome=Outcome.NOT_TAKEN))

        assert book.untold() == ()

    def test_knows_no_holder_of_an_unknown_device(self, book: LockOrders) -> None:
        assert book.holder("device:999") == ""
