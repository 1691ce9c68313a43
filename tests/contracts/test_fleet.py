from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from connectors.jamf import JamfFleet
from mdm_sync.core.model import NO_SITE, Device, DeviceKind, UserFields
from mdm_sync.errors import PermanentError, TemporaryError
from tests.contracts.fleet import FleetContract, FleetUnderTest
from tests.fakes.fleet import FakeFleet
from tests.far_side import JAMF_CLIENT, JamfSide, device_of


@dataclass(frozen=True, slots=True, kw_only=True)
class JamfUnderTest:
    side: JamfSide
    fleet: JamfFleet

    @property
    def devices(self) -> Sequence[Device]:
        return [device_of(device) for device in self.side.devices]

    @property
    def sites(self) -> Mapping[int, str]:
        schools = {school.site_id: school.site_name for school in self.side.district.schools}
        return schools | dict(self.side.district.extra_sites)

    def spoil(self, jamf_id: int) -> None:
        self.side.switch("unreadable-record", str(jamf_id))

    def take_away_while_read(self) -> None:
        self.side.switch("fleet-shrinks", "2")

    def go_down(self) -> None:
        self.side.switch("html-503", "999@page=2")

    def turn_away(self) -> None:
        del self.side.settings.clients[JAMF_CLIENT]


@pytest.mark.demo
class TestJamfFleet(FleetContract):
    @pytest.fixture
    def far(self, jamf: JamfSide) -> Iterator[FleetUnderTest]:
        with jamf.access() as access:
            yield JamfUnderTest(side=jamf, fleet=JamfFleet(access, 60))


def ipad(number: int) -> Device:
    return Device(
        jamf_id=number,
        serial=f"DMP{number:09d}",
        name=f"GSN-iPad-{number:04d}",
        asset_tag="",
        kind=DeviceKind.IPAD,
        model="iPad (9th Generation)",
        site_id=number % 3 or NO_SITE,
        shared=False,
        user=UserFields(username=f"p{number}"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeUnderTest:
    fleet: FakeFleet

    @property
    def devices(self) -> Sequence[Device]:
        return self.fleet.devices

    @property
    def sites(self) -> Mapping[int, str]:
        return self.fleet.sites

    def spoil(self, jamf_id: int) -> None:
        self.fleet.unreadable[jamf_id] = "its siteId is no number"

    def take_away_while_read(self) -> None:
        self.fleet.gone_while_read = 2

    def go_down(self) -> None:
        self.fleet.error = TemporaryError("Jamf Pro answered 503.")

    def turn_away(self) -> None:
        self.fleet.error = PermanentError("Jamf Pro does not know the API client.")


class TestFakeFleet(FleetContract):
    @pytest.fixture
    def far(self) -> FleetUnderTest:
        devices = [ipad(number) for number in range(250, 0, -1)]
        return FakeUnderTest(fleet=FakeFleet(devices, {1: "GS Nord", 2: "GS Süd"}))
