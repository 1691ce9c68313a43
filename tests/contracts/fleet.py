"""What every ``Fleet`` promises."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from mdm_sync.core.completeness import ComputersProof, refuse_fleet
from mdm_sync.core.model import Device, Family
from mdm_sync.core.views import Privileges
from mdm_sync.errors import PermanentError, RecordError, TemporaryError
from mdm_sync.ports import Fleet, FleetChanges, FleetRead
from tests.far_side import Sweep

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)
SEE_COMMANDS = "View MDM command information in Jamf Pro API"


class FleetUnderTest(Protocol):
    """A fleet, what stands at its far side, and the troubles that it can be given."""

    @property
    def fleet(self) -> Fleet: ...

    @property
    def devices(self) -> Sequence[Device]:
        """Of both families; every serial number stands there once."""

    @property
    def sites(self) -> Mapping[int, str]: ...

    @property
    def locking(self) -> str:
        """Management id of a device for which a lock waits, the only command about its Lost Mode."""

    def change(self, jamf_id: int, **fields: object) -> None:
        """Give a mobile device other values, by their names in Device."""

    def take_away(self, device: Device) -> None:
        """A device goes."""

    def spoil(self, jamf_id: int) -> None:
        """One record of a mobile device can no longer be read."""

    def take_away_while_read(self) -> None:
        """Devices go while a sweep is under way."""

    def grant(self, *privileges: str) -> None:
        """The client may do this and nothing else."""

    def go_down(self) -> None:
        """Nothing can be had beyond a first page."""

    def turn_away(self) -> None:
        """The client is refused."""


def swept(far: FleetUnderTest) -> tuple[FleetRead, Sweep]:
    seen = Sweep()
    return far.fleet.sweep(seen.stage, seen.progress), seen


def changed(far: FleetUnderTest, since: datetime) -> tuple[FleetChanges, Sweep]:
    seen = Sweep()
    return far.fleet.changes(since, seen.stage, seen.progress), seen


def of(family: Family, far: FleetUnderTest) -> list[Device]:
    return sorted((device for device in far.devices if device.family is family), key=by_id)


class FleetContract:
    @pytest.fixture
    def far(self) -> FleetUnderTest:
        raise NotImplementedError


class SweepContract(FleetContract):
    def test_stages_every_mobile_device_once(self, far: FleetUnderTest) -> None:
        assert sorted(swept(far)[1].mobile, key=by_id) == of(Family.MOBILE, far)

    def test_stages_every_computer_once(self, far: FleetUnderTest) -> None:
        assert sorted(swept(far)[1].computers, key=by_id) == of(Family.COMPUTER, far)

    def test_stages_the_same_again(self, far: FleetUnderTest) -> None:
        (first_read, first), (second_read, second) = swept(far), swept(far)

        assert first.devices == second.devices
        assert first_read == second_read

    def test_stages_in_the_calling_thread(self, far: FleetUnderTest) -> None:
        threads: set[threading.Thread] = set()
        far.fleet.sweep(lambda _: threads.add(threading.current_thread()), Sweep().progress)

        assert threads == {threading.current_thread()}

    def test_proves_what_it_staged(self, far: FleetUnderTest) -> None:
        proof = swept(far)[0].proof

        every = len(of(Family.MOBILE, far))
        assert (proof.total_first, proof.total_last, proof.received, proof.unreadable) == (every, every, every, ())
        assert proof.proves_absence
        assert refuse_fleet(proof, distinct=every) is None

    def test_proves_the_computers_apart(self, far: FleetUnderTest) -> None:
        every = len(of(Family.COMPUTER, far))

        assert swept(far)[0].proof.computers == ComputersProof(
            total_first=every, total_last=every, received=every, pages=1
        )

    def test_names_the_sites(self, far: FleetUnderTest) -> None:
        read, _ = swept(far)

        assert (read.sites, read.proof.sites) == (far.sites, len(far.sites))

    def test_tells_the_time_of_the_server(self, far: FleetUnderTest) -> None:
        server_time = swept(far)[0].server_time

        assert server_time is not None
        assert server_time.tzinfo is not None

    @pytest.mark.parametrize(("what", "family"), [("devices", Family.MOBILE), ("computers", Family.COMPUTER)])
    def test_tells_its_progress_up_to_the_end(self, far: FleetUnderTest, what: str, family: Family) -> None:
        told = [(done, total) for word, done, total in swept(far)[1].told if word == what]

        every = len(of(family, far))
        assert told == sorted(told)
        assert {total for _, total in told} == {every}
        assert told[-1] == (every, every)

    def test_loses_one_record_where_one_cannot_be_read(self, far: FleetUnderTest) -> None:
        mobile = of(Family.MOBILE, far)
        bad = mobile[len(mobile) // 3]
        far.spoil(bad.jamf_id)
        read, seen = swept(far)

        assert bad not in seen.mobile
        assert len(seen.mobile) == len(mobile) - 1
        assert [key for key, _ in read.proof.unreadable] == [bad.subject]
        assert refuse_fleet(read.proof, distinct=len(seen.mobile)) is None

    def test_proves_no_absence_where_the_total_moved(self, far: FleetUnderTest) -> None:
        far.take_away_while_read()
        read, seen = swept(far)

        distinct = len({device.subject for device in seen.mobile})
        assert read.proof.total_last < read.proof.total_first
        assert not read.proof.proves_absence or refuse_fleet(read.proof, distinct=distinct)

    def test_without_the_privilege_for_computers_still_reads_the_mobile_devices(self, far: FleetUnderTest) -> None:
        far.grant("Read Mobile Devices", "Read Sites")
        read, seen = swept(far)

        assert read.proof.computers is None
        assert (seen.mobile, seen.computers) == (of(Family.MOBILE, far), [])

    def test_gives_no_read_where_a_page_cannot_be_had(self, far: FleetUnderTest) -> None:
        far.go_down()

        with pytest.raises(TemporaryError):
            swept(far)

    def test_gives_no_read_to_a_client_that_is_refused(self, far: FleetUnderTest) -> None:
        far.turn_away()

        with pytest.raises(PermanentError):
            swept(far)


class ChangesContract(FleetContract):
    def test_shows_every_mobile_device_that_has_reported_where_it_begins_long_ago(self, far: FleetUnderTest) -> None:
        _, seen = changed(far, LONG_AGO)

        reported = {device.subject for device in of(Family.MOBILE, far) if device.last_inventory or device.lost_mode}
        assert reported <= {device.subject for device in seen.devices}

    def test_shows_what_reported_since_and_no_older_report(self, far: FleetUnderTest) -> None:
        latest = max(device.last_inventory or LONG_AGO for device in of(Family.MOBILE, far))
        _, seen = changed(far, latest)

        fresh = [device for device in seen.devices if not device.lost_mode]
        assert any(device.last_inventory == latest for device in fresh)
        assert all((device.last_inventory or LONG_AGO) >= latest - OVERLAP for device in fresh)

    def test_shows_every_device_in_lost_mode_however_long_ago_it_reported(self, far: FleetUnderTest) -> None:
        lost = of(Family.MOBILE, far)[3]
        far.change(lost.jamf_id, lost_mode=True)
        _, seen = changed(far, datetime(2100, 1, 1, tzinfo=UTC))

        assert lost.subject in {device.subject for device in seen.devices}
        assert all(device.lost_mode for device in seen.devices)

    def test_shows_a_device_as_it_is_now(self, far: FleetUnderTest) -> None:
        one = of(Family.MOBILE, far)[5]
        far.change(one.jamf_id, asset_tag="IT-neu", last_inventory=datetime(2099, 1, 1, tzinfo=UTC))
        _, seen = changed(far, datetime(2098, 1, 1, tzinfo=UTC))

        assert "IT-neu" in {device.asset_tag for device in seen.devices}

    def test_tells_from_when_the_next_may_start(self, far: FleetUnderTest) -> None:
        read, seen = changed(far, LONG_AGO)

        assert (read.received >= len({one.subject for one in seen.devices}), read.unfiltered) == (True, False)
        assert read.server_time is not None

    def test_tells_which_record_cannot_be_read(self, far: FleetUnderTest) -> None:
        one = next(device for device in of(Family.MOBILE, far) if device.last_inventory)
        far.spoil(one.jamf_id)

        assert one.subject in {key for key, _ in changed(far, LONG_AGO)[0].unreadable}

    def test_gives_none_where_the_server_is_down(self, far: FleetUnderTest) -> None:
        far.go_down()

        with pytest.raises(TemporaryError):
            changed(far, LONG_AGO)


class LossesContract(FleetContract):
    def test_shows_the_devices_of_the_serial_numbers_and_all_in_lost_mode_and_no_other(
        self, far: FleetUnderTest
    ) -> None:
        reported, lost, mac = of(Family.MOBILE, far)[2], of(Family.MOBILE, far)[6], of(Family.COMPUTER, far)[0]
        far.change(lost.jamf_id, lost_mode=True)
        before = {device.subject for device in far.devices if device.lost_mode}
        seen = Sweep()
        read = far.fleet.losses([reported.serial, mac.serial, "NOBODY"], seen.stage)

        assert {one.subject for one in seen.devices} == {reported.subject, mac.subject, lost.subject} | before
        assert (read.unfiltered, read.unreadable, read.server_time) == (False, (), None)

    def test_of_no_serial_number_shows_what_is_in_lost_mode(self, far: FleetUnderTest) -> None:
        seen = Sweep()
        far.fleet.losses([], seen.stage)

        assert {one.subject for one in seen.devices} == {one.subject for one in far.devices if one.lost_mode}

    def test_tells_which_record_cannot_be_read(self, far: FleetUnderTest) -> None:
        bad = of(Family.MOBILE, far)[2]
        far.spoil(bad.jamf_id)

        assert bad.subject in {key for key, _ in far.fleet.losses([bad.serial], Sweep().stage).unreadable}

    def test_gives_nothing_where_the_client_is_refused(self, far: FleetUnderTest) -> None:
        far.turn_away()

        with pytest.raises(PermanentError):
            far.fleet.losses([], Sweep().stage)


class LockCommandsContract(FleetContract):
    def test_names_the_lock_that_waits_for_a_device(self, far: FleetUnderTest) -> None:
        (asked,) = far.fleet.lock_commands([far.locking])

        assert (asked.management_id, asked.kind, asked.state) == (far.locking, "enable", "pending")
        assert asked.sent_at is not None
        assert asked.completed_at is None

    def test_names_none_of_a_device_without_any(self, far: FleetUnderTest) -> None:
        assert far.fleet.lock_commands(["00000000-0000-4000-8000-000000000000"]) == ()

    def test_of_nothing_is_nothing(self, far: FleetUnderTest) -> None:
        assert far.fleet.lock_commands([]) == ()

    def test_needs_the_privilege_to_see_commands(self, far: FleetUnderTest) -> None:
        far.grant("Read Computers", "Read Mobile Devices", "Read Sites")

        with pytest.raises(PermanentError):
            far.fleet.lock_commands([far.locking])


class PresentContract(FleetContract):
    def test_names_those_that_are_there(self, far: FleetUnderTest) -> None:
        every = frozenset(device.subject for device in far.devices)

        assert far.fleet.present(every) == every

    def test_leaves_out_those_that_are_not(self, far: FleetUnderTest) -> None:
        gone = of(Family.MOBILE, far)[2]
        far.take_away(gone)

        asked = [gone.subject, of(Family.MOBILE, far)[1].subject, "device:999999", "computer:999999"]
        assert far.fleet.present(asked) == {asked[1]}

    def test_counts_the_families_apart(self, far: FleetUnderTest) -> None:
        computers = {device.jamf_id for device in of(Family.COMPUTER, far)}
        alone = max(of(Family.MOBILE, far), key=by_id)

        assert alone.jamf_id not in computers
        assert far.fleet.present([f"computer:{alone.jamf_id}", alone.subject]) == {alone.subject}

    def test_takes_a_record_that_cannot_be_read_for_present(self, far: FleetUnderTest) -> None:
        bad = of(Family.MOBILE, far)[4]
        far.spoil(bad.jamf_id)

        assert far.fleet.present([bad.subject]) == {bad.subject}

    def test_of_nothing_is_nothing(self, far: FleetUnderTest) -> None:
        assert far.fleet.present([]) == frozenset()

    def test_says_nothing_of_computers_that_the_client_may_not_read(self, far: FleetUnderTest) -> None:
        far.grant("Read Mobile Devices", "Read Sites")

        with pytest.raises(PermanentError, match="Read Computers"):
            far.fleet.present(["computer:1"])

    def test_says_nothing_where_the_client_is_refused(self, far: FleetUnderTest) -> None:
        far.turn_away()

        with pytest.raises(PermanentError):
            far.fleet.present(["device:1"])


class FindContract(FleetContract):
    @pytest.mark.parametrize("family", Family)
    def test_gives_the_record_of_a_serial_number(self, far: FleetUnderTest, family: Family) -> None:
        wanted = of(family, far)[2]

        assert far.fleet.find(wanted.serial) == (wanted,)

    def test_gives_all_records_of_a_device_that_was_enrolled_anew(self, far: FleetUnderTest) -> None:
        first, second = of(Family.MOBILE, far)[:2]
        far.change(second.jamf_id, serial=first.serial)

        assert [device.subject for device in far.fleet.find(first.serial)] == [first.subject, second.subject]

    @pytest.mark.parametrize("serial", ["NOBODY", "", " ", "*", "DMP*", 'x"y', "x\\", 'x",mobileDeviceId>0,"', "a\nb"])
    def test_gives_nothing_for_what_no_device_is_called(self, far: FleetUnderTest, serial: str) -> None:
        assert far.fleet.find(serial) == ()

    def test_says_so_where_the_record_cannot_be_read(self, far: FleetUnderTest) -> None:
        bad = of(Family.MOBILE, far)[4]
        far.spoil(bad.jamf_id)

        with pytest.raises(RecordError, match=bad.subject):
            far.fleet.find(bad.serial)


class GreetingContract(FleetContract):
    def test_tells_version_and_counts(self, far: FleetUnderTest) -> None:
        greeting = far.fleet.greeting()

        assert greeting.version.startswith("11.")
        assert (greeting.devices, greeting.sites) == (len(of(Family.MOBILE, far)), len(far.sites))

    def test_tells_nothing_where_the_client_is_refused(self, far: FleetUnderTest) -> None:
        far.turn_away()

        with pytest.raises(PermanentError):
            far.fleet.greeting()


class PrivilegesContract(FleetContract):
    def test_of_a_client_for_reading_are_enough_and_not_too_many(self, far: FleetUnderTest) -> None:
        assert far.fleet.privileges() == Privileges()

    def test_names_what_is_missing(self, far: FleetUnderTest) -> None:
        far.grant("Read Mobile Devices")

        assert far.fleet.privileges() == Privileges(missing=("Read Computers", "Read Sites", SEE_COMMANDS))

    def test_names_what_can_change_or_reveal_and_no_other_reading(self, far: FleetUnderTest) -> None:
        needed = ("Read Computers", "Read Mobile Devices", "Read Sites", SEE_COMMANDS)
        harmful = (
            "Send Mobile Device Remote Wipe Command",
            "Update Mobile Devices",
            "View Activation Lock Bypass Code",
        )
        far.grant(*needed, *harmful, "Read Buildings")

        assert far.fleet.privileges() == Privileges(excessive=harmful)


def by_id(device: Device) -> int:
    return device.jamf_id
