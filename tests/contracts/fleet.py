"""What every ``Fleet`` promises."""

import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

import pytest

from mdm_sync.core.completeness import refuse_fleet
from mdm_sync.core.model import Device
from mdm_sync.errors import PermanentError, TemporaryError
from mdm_sync.ports import Fleet
from tests.far_side import Sweep


class FleetUnderTest(Protocol):
    """A fleet, what stands at its far side, and the troubles that it can be given."""

    @property
    def fleet(self) -> Fleet: ...

    @property
    def devices(self) -> Sequence[Device]: ...

    @property
    def sites(self) -> Mapping[int, str]: ...

    def spoil(self, jamf_id: int) -> None:
        """One record can no longer be read."""

    def take_away_while_read(self) -> None:
        """Devices go while a sweep is under way."""

    def go_down(self) -> None:
        """No page can be had."""

    def turn_away(self) -> None:
        """The client is refused."""


class FleetContract:
    @pytest.fixture
    def far(self) -> FleetUnderTest:
        raise NotImplementedError

    def test_stages_every_device_once(self, far: FleetUnderTest) -> None:
        seen = Sweep()
        far.fleet.sweep(seen.stage, seen.progress)

        assert sorted(seen.devices, key=by_id) == sorted(far.devices, key=by_id)

    def test_stages_the_same_again(self, far: FleetUnderTest) -> None:
        first, second = Sweep(), Sweep()
        reads = [far.fleet.sweep(seen.stage, seen.progress) for seen in (first, second)]

        assert first.devices == second.devices
        assert reads[0] == reads[1]

    def test_stages_in_the_calling_thread(self, far: FleetUnderTest) -> None:
        threads: set[threading.Thread] = set()
        far.fleet.sweep(lambda _: threads.add(threading.current_thread()), Sweep().progress)

        assert threads == {threading.current_thread()}

    def test_proves_what_it_staged(self, far: FleetUnderTest) -> None:
        seen = Sweep()
        proof = far.fleet.sweep(seen.stage, seen.progress).proof

        every = len(far.devices)
        assert (proof.total_first, proof.total_last, proof.received, proof.unreadable) == (every, every, every, ())
        assert proof.pages == len(seen.pages)
        assert refuse_fleet(proof, distinct=every, previous=proof) is None

    def test_names_the_sites(self, far: FleetUnderTest) -> None:
        read = far.fleet.sweep(Sweep().stage, Sweep().progress)

        assert (read.sites, read.proof.sites) == (far.sites, len(far.sites))

    def test_tells_its_progress_up_to_the_end(self, far: FleetUnderTest) -> None:
        seen = Sweep()
        far.fleet.sweep(seen.stage, seen.progress)

        every = len(far.devices)
        assert seen.told == sorted(seen.told)
        assert {(what, total) for what, _, total in seen.told} == {("devices", every)}
        assert seen.told[-1] == ("devices", every, every)

    def test_loses_one_record_where_one_cannot_be_read(self, far: FleetUnderTest) -> None:
        bad = far.devices[len(far.devices) // 3]
        far.spoil(bad.jamf_id)
        seen = Sweep()
        proof = far.fleet.sweep(seen.stage, seen.progress).proof

        assert bad not in seen.devices
        assert len(seen.devices) == len(far.devices) - 1
        assert [key for key, _ in proof.unreadable] == [str(bad.jamf_id)]
        assert refuse_fleet(proof, distinct=len(seen.devices), previous=None) is None

    def test_proves_that_the_total_moved(self, far: FleetUnderTest) -> None:
        far.take_away_while_read()
        seen = Sweep()
        proof = far.fleet.sweep(seen.stage, seen.progress).proof

        assert proof.total_last < proof.total_first
        assert refuse_fleet(proof, distinct=len(seen.devices), previous=None) is not None

    def test_gives_no_read_where_a_page_cannot_be_had(self, far: FleetUnderTest) -> None:
        far.go_down()

        with pytest.raises(TemporaryError):
            far.fleet.sweep(Sweep().stage, Sweep().progress)

    def test_gives_no_read_to_a_client_that_is_refused(self, far: FleetUnderTest) -> None:
        far.turn_away()

        with pytest.raises(PermanentError):
            far.fleet.sweep(Sweep().stage, Sweep().progress)


def by_id(device: Device) -> int:
    return device.jamf_id
