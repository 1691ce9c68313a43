from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mdm_sync.core.lock_orders import LockOrder, Outcome, command_of, newest
from mdm_sync.core.lock_state import SHOWN_WITHIN, LockPhase, standing
from mdm_sync.core.locks import LockCommand, LockKind, LockState
from mdm_sync.core.model import Device
from tests.unit.core.given import NOW, ipad

MANAGEMENT_ID = "73226fb6-0000-4000-8000-000000000001"


def device(*, lost: bool | None = False, inventory_minutes: int | None = None) -> Device:
    """A device whose last inventory came so many minutes after NOW."""
    seen = None if inventory_minutes is None else NOW + timedelta(minutes=inventory_minutes)
    return replace(ipad(), management_id=MANAGEMENT_ID, lost_mode=lost, last_inventory=seen)


def command(
    kind: LockKind = "enable", state: LockState = "pending", *, minutes: int = 0, uuid: str = "a"
) -> LockCommand:
    """Sent so many minutes after NOW, and answered one minute later where it was."""
    sent = NOW + timedelta(minutes=minutes)
    done = None if state in {"pending", "not now"} else sent + timedelta(minutes=1)
    return LockCommand(uuid=uuid, management_id=MANAGEMENT_ID, kind=kind, state=state, sent_at=sent, completed_at=done)


def order(kind: LockKind = "enable", outcome: Outcome | None = Outcome.TAKEN, *, uuid: str = "a") -> LockOrder:
    return LockOrder(
        number=1,
        subject="device:1",
        serial="DMPX1",
        management_id=MANAGEMENT_ID,
        incident=4,
        kind=kind,
        asked_by="meier",
        asked_at=NOW,
        command_uuid=uuid if outcome is Outcome.TAKEN else "",
        outcome=outcome,
        closed_at=None if outcome is None else NOW,
    )


def phase(
    record: Device | None, *commands: LockCommand, orders: tuple[LockOrder, ...] = (), now: datetime = NOW
) -> LockPhase:
    return standing(record, commands, orders, now).phase


class TestByRecordAndCommands:
    def test_without_any_it_was_not_asked_for(self) -> None:
        assert phase(device()) is LockPhase.UNASKED

    def test_lost_mode_without_any_command_is_confirmed(self) -> None:
        assert phase(device(lost=True)) is LockPhase.CONFIRMED

    @pytest.mark.parametrize("state", ["pending", "not now"])
    def test_a_command_that_waits_is_asked_for(self, state: LockState) -> None:
        assert phase(device(), command(state=state)) is LockPhase.ASKED

    def test_a_device_that_is_gone_may_still_have_a_command_that_waits(self) -> None:
        assert phase(None, command()) is LockPhase.ASKED

    def test_a_command_that_waits_for_a_locked_device_leaves_it_confirmed(self) -> None:
        assert phase(device(lost=True), command()) is LockPhase.CONFIRMED

    def test_an_error_is_a_refusal(self) -> None:
        assert phase(device(), command(state="error")) is LockPhase.REFUSED

    def test_an_acknowledged_command_is_confirmed_while_the_record_is_older(self) -> None:
        assert phase(device(inventory_minutes=-5), command(state="acknowledged")) is LockPhase.CONFIRMED

    def test_an_acknowledged_command_is_confirmed_where_the_record_is_silent(self) -> None:
        assert phase(device(lost=None, inventory_minutes=5), command(state="acknowledged")) is LockPhase.CONFIRMED

    def test_it_has_ended_where_a_newer_record_says_off(self) -> None:
        assert phase(device(inventory_minutes=5), command(state="acknowledged")) is LockPhase.ENDED

    def test_the_end_is_asked_for(self) -> None:
        told = phase(device(lost=True), command(state="acknowledged"), command("disable", minutes=5, uuid="b"))
        assert told is LockPhase.ENDING

    def test_an_end_that_was_confirmed_has_ended_it_while_the_record_is_older(self) -> None:
        end = command("disable", "acknowledged", minutes=5, uuid="b")
        assert phase(device(lost=True, inventory_minutes=5), command(state="acknowledged"), end) is LockPhase.ENDED

    def test_a_newer_record_that_says_on_outdoes_an_end(self) -> None:
        end = command("disable", "acknowledged", minutes=5, uuid="b")
        assert phase(device(lost=True, inventory_minutes=9), end) is LockPhase.CONFIRMED

    def test_the_latest_command_counts_in_whatever_order_they_come(self) -> None:
        commands = [command(minutes=9, uuid="b"), command("disable", "acknowledged", minutes=5)]
        assert phase(device(), *commands) is LockPhase.ASKED


class TestByOurOrders:
    def test_one_that_was_sent_and_shows_nowhere_is_unknown(self) -> None:
        assert phase(device(), orders=(order(outcome=None),)) is LockPhase.UNKNOWN

    def test_it_stays_unknown_beside_commands_that_were_there_before(self) -> None:
        before = command("enable", "acknowledged", minutes=-60, uuid="before")
        sent = replace(order(outcome=None), known=("before",))
        assert phase(device(inventory_minutes=-5), before, orders=(sent,)) is LockPhase.UNKNOWN

    def test_one_that_was_taken_is_asked_for_while_no_list_shows_it(self) -> None:
        assert phase(device(), orders=(order(),)) is LockPhase.ASKED

    def test_an_end_that_was_taken_is_asked_for_while_no_list_shows_it(self) -> None:
        assert phase(device(lost=True), orders=(order("disable"),)) is LockPhase.ENDING

    @pytest.mark.parametrize("outcome", [Outcome.NOT_TAKEN, Outcome.REFUSED, Outcome.HELD, Outcome.NEEDLESS])
    def test_one_that_came_to_nothing_says_nothing(self, outcome: Outcome) -> None:
        assert phase(device(), orders=(order(outcome=outcome),)) is LockPhase.UNASKED

    @pytest.mark.parametrize("kind", ["enable", "disable"])
    def test_a_list_that_has_not_heard_of_it_yet_shows_others(self, kind: LockKind) -> None:
        """Whatever their times say: the clock there is not ours."""
        other = command("disable", "acknowledged", minutes=60, uuid="b")
        told = {"enable": LockPhase.ASKED, "disable": LockPhase.ENDING}
        assert phase(device(lost=kind == "disable"), other, orders=(order(kind),)) is told[kind]

    def test_it_shows_by_the_record_while_no_list_shows_it(self) -> None:
        assert phase(device(lost=True), orders=(order(),)) is LockPhase.CONFIRMED
        assert phase(device(), orders=(order("disable"),)) is LockPhase.ENDED
        assert phase(device(lost=None), orders=(order("disable"),)) is LockPhase.ENDING
        assert phase(None, orders=(order(),)) is LockPhase.ASKED
        assert phase(None, orders=(order("disable"),)) is LockPhase.ENDING

    def test_one_that_the_list_must_show_by_now_is_no_longer_kept_there(self) -> None:
        just, then = NOW + SHOWN_WITHIN - timedelta(seconds=1), NOW + SHOWN_WITHIN
        assert phase(device(), orders=(order(),), now=just) is LockPhase.ASKED
        assert phase(device(), orders=(order(),), now=then) is LockPhase.UNASKED

    def test_only_the_last_one_may_be_missing_from_the_list(self) -> None:
        first, last = order(uuid="flushed"), order("disable", uuid="b")
        end = command("disable", "acknowledged", minutes=5, uuid="b")
        assert phase(device(), end, orders=(first, last)) is LockPhase.ENDED

    def test_an_order_that_waits_for_its_answer_counts_more_than_a_later_one_that_came_to_nothing(self) -> None:
        assert phase(device(), orders=(order(outcome=None), order(outcome=Outcome.HELD))) is LockPhase.UNKNOWN

    def test_it_is_named_beside_the_command_that_it_became(self) -> None:
        ours = order()
        told = standing(device(), [command()], [ours], NOW)
        assert (told.order, told.command, told.since) == (ours, command(), NOW)

    def test_a_lock_from_elsewhere_has_none(self) -> None:
        assert standing(device(), [command(uuid="c")], [], NOW).order is None


class TestWhatBecameOfAnOrder:
    def test_its_uuid_tells_its_command(self) -> None:
        commands = [command(uuid="b"), command(uuid="a")]
        assert command_of(order(), commands) == commands[1]

    def test_without_a_uuid_it_is_the_one_that_was_not_there_before(self) -> None:
        sent = replace(order(outcome=None), known=("b",))
        assert command_of(sent, [command(uuid="b", minutes=9), command(uuid="c")]) == command(uuid="c")

    def test_another_kind_or_another_device_is_not_it(self) -> None:
        others = [command("disable"), replace(command(), management_id="another")]
        assert command_of(order(outcome=None), others) is None

    def test_the_newest_of_none_is_none(self) -> None:
        assert newest([]) is None
