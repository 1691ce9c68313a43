from datetime import datetime, timedelta

import pytest

from mdm_sync.core.lock_orders import LockOrder, Outcome, command_of, last_of_each, newest, uuids
from mdm_sync.core.lock_state import SHOWN_WITHIN, LockPhase, LockStanding, standing
from mdm_sync.core.locks import LockCommand, LockKind, LockState
from mdm_sync.core.model import Device
from tests.replacing import replace
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

    @pytest.mark.parametrize("minutes", [1, None])
    def test_a_record_of_that_moment_or_of_none_is_not_newer(self, minutes: int | None) -> None:
        assert phase(device(inventory_minutes=minutes), command(state="acknowledged")) is LockPhase.CONFIRMED

    def test_where_no_moment_of_the_answer_is_told_no_record_is_newer(self) -> None:
        untold = replace(command(state="acknowledged"), completed_at=None)
        assert phase(device(inventory_minutes=5), untold) is LockPhase.CONFIRMED

    def test_a_device_that_is_gone_stays_as_its_last_command_says(self) -> None:
        assert phase(None, command(state="acknowledged")) is LockPhase.CONFIRMED
        assert phase(None, command("disable", "acknowledged")) is LockPhase.ENDED

    def test_a_refusal_by_a_device_that_is_locked_changes_nothing(self) -> None:
        assert phase(device(lost=True), command(state="error")) is LockPhase.CONFIRMED

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


AFTER = NOW + timedelta(minutes=1)
"""When a command that was sent at NOW was answered."""


class TestSinceWhenAndByWhom:
    @pytest.mark.parametrize(
        ("record", "sent", "told", "since"),
        [
            (device(), command(), LockPhase.ASKED, NOW),
            (device(lost=True), command("disable", "not now"), LockPhase.ENDING, NOW),
            (device(), command("disable", "pending"), LockPhase.ENDED, NOW),
            (device(), command(state="error"), LockPhase.REFUSED, AFTER),
            (device(), command("disable", "error"), LockPhase.UNASKED, AFTER),
            (device(lost=True), command("disable", "error"), LockPhase.CONFIRMED, AFTER),
            (device(), command(state="acknowledged"), LockPhase.CONFIRMED, AFTER),
            (device(lost=True), command("disable", "acknowledged"), LockPhase.ENDED, AFTER),
            (device(), replace(command(state="acknowledged"), completed_at=None), LockPhase.CONFIRMED, NOW),
        ],
    )
    def test_a_command_tells(self, record: Device, sent: LockCommand, told: LockPhase, since: datetime) -> None:
        ours = order(sent.kind)
        assert standing(record, [sent], [ours], NOW) == LockStanding(phase=told, since=since, command=sent, order=ours)

    def test_a_phase_that_waits_began_when_it_was_asked_for_whatever_moment_is_told(self) -> None:
        for kind, record in (("enable", device()), ("disable", device(lost=True))):
            odd = replace(command("enable" if kind == "enable" else "disable"), completed_at=AFTER)
            assert standing(record, [odd], [], NOW).since == NOW

    def test_the_record_tells_since_when_it_is_on(self) -> None:
        record = replace(device(lost=True), lost_mode_since=NOW + timedelta(minutes=9))
        assert standing(record, [command()], [], NOW).since == record.lost_mode_since
        assert standing(record, [], [], NOW) == LockStanding(phase=LockPhase.CONFIRMED, since=record.lost_mode_since)

    def test_the_record_does_not_tell_since_when_it_is_off(self) -> None:
        record = replace(device(), lost_mode_since=NOW + timedelta(minutes=9))
        assert standing(record, [command()], [], NOW).since == NOW

    def test_nobody_tells_since_when_nothing_was_asked_for(self) -> None:
        assert standing(device(), [], [], NOW) == LockStanding(phase=LockPhase.UNASKED)
        assert standing(None, [], [], NOW) == LockStanding(phase=LockPhase.UNASKED)

    def test_an_order_tells_while_no_list_shows_its_command(self) -> None:
        for one in (order(outcome=None), order(), order("disable")):
            told = standing(device(), [], [one], NOW)
            assert (told.since, told.command, told.order) == (one.asked_at, None, one)

    def test_a_lock_from_elsewhere_has_no_order_of_ours(self) -> None:
        told = standing(device(), [command(), command(uuid="c", minutes=9)], [order()], NOW)
        assert (told.command, told.order) == (command(uuid="c", minutes=9), None)


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

    def test_a_command_that_no_list_keeps_is_none(self) -> None:
        assert command_of(order(), [command(uuid="b")]) is None
        assert command_of(order(outcome=None), []) is None

    def test_the_newest_was_sent_last_wherever_it_stands(self) -> None:
        first, last = command(), command(minutes=1, uuid="b")
        assert newest([first, last]) == newest([last, first]) == last

    def test_of_two_of_one_moment_and_of_those_without_any_the_newest_stands_last(self) -> None:
        same = command(uuid="b")
        timeless = replace(command(uuid="c", minutes=-9), sent_at=None)
        assert newest([command(), same]) == same
        assert newest([command(), timeless]) == timeless
        assert newest([timeless, command(minutes=-60)]) == command(minutes=-60)

    def test_the_newest_of_none_is_none(self) -> None:
        assert newest([]) is None

    def test_the_known_ones_are_those_of_its_kind(self) -> None:
        commands = [command(), command("disable", uuid="b"), command(uuid="c")]
        assert uuids(commands, "enable") == ("a", "c")
        assert uuids(commands, "disable") == ("b",)


def test_the_last_order_for_a_device_is_over_those_before_it() -> None:
    first, second, other = order(), order("disable"), replace(order(), subject="device:2")
    assert last_of_each([first, other, second]) == (second, other)
