"""Locking without a person: what is told of it, and what a person decided before counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.lock_decisions import Doubt, LockLimits, Refusal
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.locks import LockCommand, LockKind, LockState
from mdm_sync.core.model import Device, School, Stage
from mdm_sync.core.news import WaitingLock
from mdm_sync.locking import AutomaticLocks, District, Locking, Wish, lock_thefts, settle, switch, tell_waiting
from mdm_sync.ports import NewEntry
from tests.fakes.lock_commands import FakeLockCommands
from tests.fakes.lock_orders import FakeLockOrders
from tests.replacing import replace
from tests.unit.core.given import NORD, NOW, SUED, ipad

MANAGEMENT_ID = "73226fb6-0000-4000-8000-000000000001"
DEVICE = replace(ipad(), managed=True, supervised=True, management_id=MANAGEMENT_ID, lost_mode=False)
THEFT = Incident(
    number=4,
    case_number="V-4",
    kind=IncidentKind.THEFT,
    serial=DEVICE.serial,
    school=NORD.number,
    reported_at=NOW - timedelta(hours=2),
)
LIMITS = LockLimits(per_day=2, days=3)


@dataclass(slots=True)
class World:
    """A district with one device, and whatever was reported about it."""

    incidents_told: tuple[Incident, ...] = (THEFT,)
    device: Device = DEVICE
    schools: tuple[School, ...] = (NORD, SUED)
    commands: FakeLockCommands = field(default_factory=FakeLockCommands)
    orders: FakeLockOrders = field(default_factory=FakeLockOrders)
    mails: list[Sequence[WaitingLock]] = field(default_factory=list)

    def incidents(self) -> tuple[Incident, ...]:
        return self.incidents_told

    def incident(self, number: int) -> Incident | None:
        return next((one for one in self.incidents_told if one.number == number), None)

    def locks(self, locks: Sequence[WaitingLock]) -> Sequence[NewEntry]:
        self.mails.append(locks)
        return [NewEntry(kind="mail", content=f"{len(locks)} not locked")]

    @property
    def locking(self) -> Locking:
        return Locking(commands=self.commands, orders=self.orders, clock=lambda: NOW)

    @property
    def district(self) -> District:
        return District(
            incidents=self, find=lambda _: (self.device,), schools=self.schools, sites={10: "Nord", 20: "Süd"}
        )

    def lock(self) -> AutomaticLocks:
        return lock_thefts(self.locking, self.district, LIMITS)

    def tell(self) -> list[str]:
        """What is put into the outbox now."""
        before = len(self.orders.outbox)
        tell_waiting(self.locking, self.district, self)
        return [entry.content for entry in self.orders.outbox[before:]]


def command(kind: LockKind, state: LockState, *, minutes: int, number: int = 0) -> LockCommand:
    """Sent and answered so many minutes after the report."""
    at = THEFT.reported_at + timedelta(minutes=minutes)
    return LockCommand(
        uuid=f"somebody-{number}",
        management_id=MANAGEMENT_ID,
        kind=kind,
        state=state,
        sent_at=at,
        completed_at=None if state == "pending" else at,
    )


class TestWhatWasDecidedBefore:
    @pytest.mark.parametrize(
        "latest",
        [
            command("disable", "acknowledged", minutes=5, number=1),
            command("disable", "pending", minutes=5, number=1),
            command("enable", "error", minutes=5, number=1),
        ],
    )
    def test_what_was_unlocked_or_refused_since_the_report_is_not_locked_again(self, latest: LockCommand) -> None:
        world = World()
        world.commands.taken = [command("enable", "acknowledged", minutes=1), latest]

        assert [one.why for one in world.lock().held] == [Doubt.DECIDED_SINCE.value]
        assert world.commands.taken[1:] == [latest]

    def test_a_lock_of_an_earlier_theft_is_over(self) -> None:
        world = World()
        world.commands.taken = [command("disable", "acknowledged", minutes=-1)]

        assert [one.outcome for one in world.lock().sent] == [Outcome.TAKEN]

    def test_a_second_report_of_a_device_that_a_person_unlocked_is_a_persons(self) -> None:
        world = World()
        world.lock()
        world.incidents_told = (
            replace(THEFT, handling=Handling.CLOSED),
            replace(THEFT, number=5, reported_at=THEFT.reported_at + timedelta(minutes=1)),
        )
        switch(
            world.locking,
            Wish(device=DEVICE, incident=4, kind="disable", asked_by="meier", why="Falscher Alarm"),
        )

        assert [(one.incident, one.why) for one in world.lock().held] == [(5, Doubt.DECIDED_SINCE.value)]
        assert [one.kind for one in world.commands.taken] == ["enable", "disable"]

    def test_two_reports_of_one_device_lock_it_once(self) -> None:
        world = World(incidents_told=(THEFT, replace(THEFT, number=5)))
        world.lock()

        assert [one.outcome for one in world.orders.orders()] == [Outcome.TAKEN, Outcome.NEEDLESS]
        assert len(world.commands.taken) == 1

    def test_where_it_is_locked_already_nobody_has_to_decide_anything(self) -> None:
        world = World(device=replace(DEVICE, lost_mode=True, site_id=20))

        assert (world.lock(), world.tell()) == (AutomaticLocks(), [])

    def test_an_old_order_whose_command_jamf_pro_does_not_keep_any_more_hinders_nobody(self) -> None:
        world = World()
        wish = Wish(device=DEVICE, incident=4, kind="enable", asked_by="meier", why="")
        order = switch(world.locking, wish).order
        assert order is not None
        world.commands.taken.clear()
        world.orders.close(replace(order, closed_at=NOW - timedelta(days=90)))

        assert switch(world.locking, wish).order is not None


class TestWhatWaitsForAPerson:
    def test_is_told_once(self) -> None:
        world = World(device=replace(DEVICE, site_id=20))
        world.lock()

        assert (world.tell(), world.tell()) == (["1 not locked"], [])
        ((told,),) = world.mails
        assert (told.order.why, told.incident, told.school_name) == (Doubt.ANOTHER_SITE.value, THEFT, NORD.name)

    def test_beyond_the_days_number_is_told_in_one_mail(self) -> None:
        world = World(incidents_told=tuple(replace(THEFT, number=number) for number in (4, 5)))
        for number in (1, 2):
            world.orders.add(sent(number))
        world.lock()

        assert world.tell() == ["2 not locked"]
        assert [one.order.why for one in world.mails[0]] == [Doubt.TOO_MANY.value] * 2

    def test_what_jamf_pro_did_not_take_is_told(self) -> None:
        world = World(commands=FakeLockCommands(deaf=True))
        world.lock()

        assert world.tell() == ["1 not locked"]
        assert world.mails[0][0].order.outcome is Outcome.NOT_TAKEN

    def test_what_jamf_pro_refused_is_told(self) -> None:
        world = World(commands=FakeLockCommands(refuses=True))
        world.lock()

        assert world.tell() == ["1 not locked"]

    def test_what_another_process_left_behind_is_told(self) -> None:
        """It was killed; somebody else found out what became of its order."""
        world = World()
        world.orders.add(replace(sent(1), outcome=None, closed_at=None, incident=4))
        settle(world.locking)

        assert world.tell() == ["1 not locked"]

    def test_what_a_person_ordered_tells_the_person_alone(self) -> None:
        world = World(commands=FakeLockCommands(deaf=True))
        switch(world.locking, Wish(device=DEVICE, incident=4, kind="enable", asked_by="meier", why=""))

        assert world.tell() == []

    def test_what_was_sent_is_not_told_for_the_rules_tell_of_it(self) -> None:
        world = World()

        assert len(world.lock().sent) == 1
        assert world.tell() == []

    def test_of_a_school_that_is_not_live_nothing_leaves_the_house(self) -> None:
        world = World(schools=(replace(NORD, stage=Stage.OBSERVED), SUED))

        assert [one.why for one in world.lock().held] == [Doubt.NOT_LIVE.value]
        assert world.tell() == []

    def test_a_report_by_a_school_that_nobody_knows_is_told(self) -> None:
        world = World(incidents_told=(replace(THEFT, school="999999"),))
        world.lock()

        assert world.tell() == ["1 not locked"]
        assert world.mails[0][0].school_name == ""

    def test_of_a_report_that_is_settled_by_now_nobody_needs_to_be_told(self) -> None:
        world = World(device=replace(DEVICE, supervised=False))
        assert [one.why for one in world.lock().held] == [Refusal.UNSUPERVISED.value]
        world.incidents_told = (replace(THEFT, handling=Handling.RECOVERED),)

        assert world.tell() == []


def sent(number: int) -> LockOrder:
    """An automatic lock of another device that was sent an hour ago."""
    return LockOrder(
        subject=f"device:{number + 100}",
        serial=f"DMPX{number + 100}",
        management_id=f"another-{number}",
        incident=number + 100,
        kind="enable",
        asked_by="mdm-sync",
        automatic=True,
        asked_at=NOW - timedelta(hours=1),
        outcome=Outcome.TAKEN,
        closed_at=NOW - timedelta(hours=1),
    )
