"""Locking with a real store and the demo's Jamf Pro: whatever happens, nothing is sent twice."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mdm_sync.core.incidents import Incident, IncidentKind
from mdm_sync.core.lock_decisions import Doubt, LockLimits, Refusal
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.lock_state import LockPhase
from mdm_sync.core.model import Device, School
from mdm_sync.errors import PermanentError, TemporaryError
from mdm_sync.locking import AutomaticLocks, District, Locking, Wish, lock_thefts, settle, stands, switch
from state import Store
from tests.far_side import NOW, JamfSide
from tests.integration.locking_side import COMMANDS_PATH, jamf_commands, lockable
from tests.integration.locking_that_dies import MOMENTS
from tests.replacing import replace

pytestmark = pytest.mark.demo

POSTED = f"POST {COMMANDS_PATH}"
LIMITS = LockLimits(per_day=2, days=3)


@pytest.fixture
def locking(jamf: JamfSide, store: Store) -> Locking:
    return locking_on(jamf, store)


def locking_on(jamf: JamfSide, store: Store) -> Locking:
    return Locking(
        commands=jamf_commands(jamf),
        orders=store.lock_orders,
        clock=lambda: datetime.fromtimestamp(jamf.clock.now, UTC),
    )


@pytest.fixture
def device(jamf: JamfSide) -> Device:
    return lockable(jamf)[0]


def wish(device: Device) -> Wish:
    return Wish(device=device, incident=4, kind="enable", asked_by="meier", why="Einbruch")


def left_open(device: Device) -> LockOrder:
    """An order that a process wrote down, and ended."""
    return LockOrder(
        subject=device.subject,
        serial=device.serial,
        management_id=device.management_id,
        incident=4,
        kind="enable",
        asked_by="meier",
        asked_at=NOW,
    )


def acknowledge(jamf: JamfSide) -> None:
    """The devices answer all that waits for them."""

    async def acknowledge() -> None:
        for command in jamf.records.queue.pending():
            jamf.records.acknowledge(command, command.sent)

    jamf.loop.call(acknowledge())


def now(jamf: JamfSide, device: Device) -> Device:
    return next(iter(jamf.fleet().find(device.serial)))


class TestOneLock:
    def test_is_kept_with_who_when_and_why_and_the_command(self, locking: Locking, device: Device) -> None:
        order = switch(locking, wish(device)).order

        assert order is not None
        assert (order.asked_by, order.why, order.incident, order.asked_at) == ("meier", "Einbruch", 4, NOW)
        assert (order.outcome, bool(order.command_uuid), order.closed_at) == (Outcome.TAKEN, True, NOW)
        assert locking.orders.orders() == (order,)

    def test_waits_then_is_confirmed_then_ends(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        assert stands(locking, device).phase is LockPhase.UNASKED
        switch(locking, wish(device))
        assert stands(locking, now(jamf, device)).phase is LockPhase.ASKED
        acknowledge(jamf)
        locked = now(jamf, device)
        assert stands(locking, locked).phase is LockPhase.CONFIRMED
        jamf.clock.now += 60
        switch(locking, replace(wish(locked), kind="disable"))
        assert stands(locking, locked).phase is LockPhase.ENDING
        acknowledge(jamf)
        assert stands(locking, now(jamf, device)).phase is LockPhase.ENDED

    def test_is_not_asked_for_twice(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        switch(locking, wish(device))
        again = switch(locking, wish(device))

        assert (again.order, again.before.phase) == (None, LockPhase.ASKED)
        assert jamf.calls(POSTED) == 1

    def test_is_not_asked_for_twice_while_no_list_shows_it(
        self, jamf: JamfSide, locking: Locking, device: Device
    ) -> None:
        jamf.switch("stale-read")
        switch(locking, wish(device))

        assert switch(locking, wish(device)).order is None
        assert jamf.calls(POSTED) == 1

    def test_is_not_asked_for_where_somebody_did_at_jamf_pro(
        self, jamf: JamfSide, store: Store, device: Device
    ) -> None:
        jamf_commands(jamf).send(device.management_id, "enable", ())

        assert switch(locking_on(jamf, store), wish(device)).order is None

    def test_that_was_refused_is_kept_with_the_reason(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        jamf.change("mobile", device.jamf_id, supervised=False)
        order = switch(locking, wish(device)).order

        assert order is not None
        assert order.outcome is Outcome.REFUSED
        assert order.why.startswith("Einbruch (Jamf Pro answered 400")

    def test_is_not_sent_where_nobody_can_tell_what_waits(
        self, jamf: JamfSide, locking: Locking, device: Device
    ) -> None:
        jamf.switch("commands-unfiltered")

        with pytest.raises(PermanentError):
            switch(locking, wish(device))
        assert (jamf.calls(POSTED), locking.orders.orders()) == (0, ())


class TestWithoutAnAnswer:
    def test_what_was_taken_is_found_after_the_stale_minute(
        self, jamf: JamfSide, locking: Locking, device: Device
    ) -> None:
        for fault in ("command-timeout", "stale-read"):
            jamf.switch(fault)
        order = switch(locking, wish(device)).order

        assert order is not None
        assert (order.outcome, jamf.clock.pauses) == (Outcome.TAKEN, [60])
        assert (jamf.calls(POSTED), jamf.settings.counters.commands) == (1, 1)

    def test_what_was_not_taken_is_told_and_sent_again_by_a_persons_order_only(
        self, jamf: JamfSide, locking: Locking, device: Device
    ) -> None:
        jamf.switch("hang", f"@{POSTED}")
        order = switch(locking, wish(device)).order
        assert order is not None
        assert order.outcome is Outcome.NOT_TAKEN

        jamf.switch("hang", on=False)
        assert settle(locking) == ()
        assert jamf.settings.counters.commands == 0
        assert switch(locking, wish(device)).order is not None
        assert jamf.settings.counters.commands == 1

    def test_what_cannot_be_found_out_now_is_found_out_later_before_anything_is_sent(
        self, jamf: JamfSide, locking: Locking, device: Device
    ) -> None:
        jamf_commands(jamf).send(device.management_id, "enable", ())
        order = locking.orders.add(left_open(device))
        jamf.switch("html-503", f"@GET {COMMANDS_PATH}")
        with pytest.raises(TemporaryError):
            switch(locking, wish(device))
        assert locking.orders.unsettled() == (order,)

        jamf.switch("html-503", on=False)
        assert switch(locking, wish(device)).order is None
        assert [one.outcome for one in locking.orders.orders()] == [Outcome.TAKEN]
        assert jamf.calls(POSTED) == 1

    def test_one_device_whose_end_is_not_known_holds_up_no_other(self, jamf: JamfSide, locking: Locking) -> None:
        first, other, *_ = lockable(jamf)
        locking.orders.add(left_open(first))
        jamf.switch("html-503", f"@{first.management_id}")

        assert switch(locking, wish(other)).order is not None
        assert [one.subject for one in locking.orders.unsettled()] == [first.subject]


class TestKilled:
    """At any point between: the next run sends nothing twice, and nothing by itself."""

    def die(self, jamf: JamfSide, folder: Path, device: Device, moment: str) -> None:
        jamf_commands(jamf)
        arguments = (str(folder), jamf.urls["good"], str(jamf.ca_file), device.subject, moment)
        module = "tests.integration.locking_that_dies"
        ended = subprocess.run([sys.executable, "-m", module, *arguments], timeout=60, check=False)
        assert ended.returncode == -signal.SIGKILL

    @pytest.mark.parametrize("moment", MOMENTS)
    def test_a_persons_order_is_carried_out_once(
        self, jamf: JamfSide, folder: Path, device: Device, moment: str
    ) -> None:
        self.die(jamf, folder, device, moment)
        store = Store.open(folder)
        switch(locking_on(jamf, store), wish(device))
        outcomes = [one.outcome for one in store.lock_orders.orders()]
        store.close()

        assert (jamf.calls(POSTED), jamf.settings.counters.commands) == (1, 1)
        assert outcomes.count(Outcome.TAKEN) == 1
        assert outcomes.count(Outcome.NOT_TAKEN) == (moment == "after-order")
        assert None not in outcomes

    @pytest.mark.parametrize("moment", MOMENTS[1:])
    def test_automatic_locking_sends_nothing_on_top(
        self, jamf: JamfSide, folder: Path, device: Device, moment: str
    ) -> None:
        self.die(jamf, folder, device, moment)
        sent = jamf.calls(POSTED)
        store = Store.open(folder)
        done = lock_thefts(locking_on(jamf, store), district(jamf, theft(device, number=4)), LIMITS)
        left_open = store.lock_orders.unsettled()
        store.close()

        assert (done, left_open) == (AutomaticLocks(), ())
        assert jamf.calls(POSTED) == sent == (moment != "after-order")

    def test_while_the_answer_was_still_out(self, jamf: JamfSide, folder: Path, device: Device) -> None:
        jamf_commands(jamf)
        jamf.switch("command-timeout")
        arguments = (str(folder), jamf.urls["good"], str(jamf.ca_file), device.subject, "never")
        command = [sys.executable, "-m", "tests.integration.locking_that_dies", *arguments]
        with subprocess.Popen(command) as process:
            while not jamf.settings.counters.commands and process.poll() is None:
                pass
            process.kill()
        jamf.switch("command-timeout", on=False)
        store = Store.open(folder)
        again = switch(locking_on(jamf, store), wish(device))
        (order,) = store.lock_orders.orders()
        store.close()

        assert (again.order, order.outcome) == (None, Outcome.TAKEN)
        assert (jamf.calls(POSTED), jamf.settings.counters.commands) == (1, 1)


@dataclass(frozen=True, slots=True)
class Book:
    """Incidents that somebody reported."""

    reported: tuple[Incident, ...]

    def incidents(self) -> tuple[Incident, ...]:
        return self.reported

    def incident(self, number: int) -> Incident | None:
        return next((one for one in self.reported if one.number == number), None)


def theft(device: Device, *, number: int = 1, school: str = "") -> Incident:
    return Incident(
        number=number,
        case_number=f"V-{number}",
        kind=IncidentKind.THEFT,
        serial=device.serial,
        school=school or f"10{device.site_id:04}",
        reported_at=NOW - timedelta(hours=number),
    )


def district(jamf: JamfSide, *incidents: Incident) -> District:
    """Each site is a school's, whose number tells the site."""
    sites = jamf.records.names.sites
    schools = tuple(School(number=f"10{site:04}", name=name, sites=(name,)) for site, name in sites.items())
    return District(incidents=Book(incidents), find=jamf.fleet().find, schools=schools, sites=sites)


class TestNewThefts:
    def test_are_locked_without_a_person(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        done = lock_thefts(locking, district(jamf, theft(device)), LIMITS)

        assert [(one.subject, one.automatic, one.outcome) for one in done.sent] == [
            (device.subject, True, Outcome.TAKEN)
        ]
        assert (done.held, done.errors) == ((), ())

    def test_are_dealt_with_once(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        known = district(jamf, theft(device))
        lock_thefts(locking, known, LIMITS)

        assert lock_thefts(locking, known, LIMITS) == AutomaticLocks()
        assert jamf.calls(POSTED) == 1

    def test_beyond_the_days_number_wait_for_a_person(self, jamf: JamfSide, locking: Locking) -> None:
        stolen = [theft(one, number=number) for number, one in enumerate(lockable(jamf)[:4], start=1)]
        done = lock_thefts(locking, district(jamf, *stolen), LIMITS)

        assert (len(done.sent), [one.why for one in done.held]) == (2, [Doubt.TOO_MANY.value] * 2)
        assert jamf.calls(POSTED) == 2

    def test_at_another_school_wait_for_a_person(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        done = lock_thefts(locking, district(jamf, theft(device, school="999999")), LIMITS)

        assert [one.why for one in done.held] == [Doubt.ANOTHER_SITE.value]
        assert jamf.calls(POSTED) == 0

    def test_of_what_cannot_be_locked_wait_for_a_person(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        jamf.change("mobile", device.jamf_id, supervised=False)
        done = lock_thefts(locking, district(jamf, theft(device)), LIMITS)

        assert [one.why for one in done.held] == [Refusal.UNSUPERVISED.value]

    def test_that_were_held_are_a_persons_order_away(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        lock_thefts(locking, district(jamf, theft(device, school="999999")), LIMITS)

        assert switch(locking, wish(device)).order is not None
        assert jamf.calls(POSTED) == 1

    def test_that_are_locked_already_are_written_down_and_left_alone(
        self, jamf: JamfSide, locking: Locking, device: Device
    ) -> None:
        jamf_commands(jamf).send(device.management_id, "enable", ())
        done = lock_thefts(locking, district(jamf, theft(device)), LIMITS)

        assert done == AutomaticLocks()
        assert [one.outcome for one in locking.orders.orders()] == [Outcome.NEEDLESS]

    def test_of_unknown_devices_are_left_to_the_rules(self, jamf: JamfSide, locking: Locking, device: Device) -> None:
        strange = replace(theft(device), serial="DMPNIEMAND")
        nameless = replace(theft(device), serial="", asset_tag="INV-1")

        assert lock_thefts(locking, district(jamf, strange, nameless), LIMITS) == AutomaticLocks()

    def test_one_that_fails_holds_up_no_other(self, jamf: JamfSide, locking: Locking) -> None:
        first, other, *_ = lockable(jamf)
        jamf.switch("html-503", f"@{first.management_id}")
        done = lock_thefts(locking, district(jamf, theft(first, number=2), theft(other)), LIMITS)

        assert [one.subject for one in done.sent] == [other.subject]
        assert len(done.errors) == 1
