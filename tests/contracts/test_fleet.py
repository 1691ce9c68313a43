from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.jamf import JamfFleet
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import NO_SITE, Device, DeviceKind, Family, UserFields
from mdm_sync.demo.jamf.server import ApiClient
from mdm_sync.errors import PermanentError, TemporaryError
from tests.contracts.fleet import (
    ChangesContract,
    FindContract,
    FleetUnderTest,
    GreetingContract,
    LockCommandsContract,
    LossesContract,
    PresentContract,
    PrivilegesContract,
    SweepContract,
)
from tests.fakes.fleet import FakeFleet
from tests.far_side import JAMF_CLIENT, JAMF_SECRET, JamfSide, device_of
from tests.replacing import replace


@dataclass(frozen=True, slots=True, kw_only=True)
class JamfUnderTest:
    side: JamfSide
    fleet: JamfFleet

    @property
    def devices(self) -> Sequence[Device]:
        shown = self.side.shown
        return [device_of(record.device) for family in ("mobile", "computer") for record in shown(family).values()]

    @property
    def sites(self) -> Mapping[int, str]:
        schools = {school.site_id: school.site_name for school in self.side.district.schools}
        return schools | dict(self.side.district.extra_sites)

    @property
    def locking(self) -> str:
        return next(one.management_id for one in self.side.district.devices if one.pending_lock)

    def change(self, jamf_id: int, **fields: object) -> None:
        self.side.change("mobile", jamf_id, **fields)

    def take_away(self, device: Device) -> None:
        self.side.remove("mobile" if device.family is Family.MOBILE else "computer", device.jamf_id)

    def spoil(self, jamf_id: int) -> None:
        self.side.switch("unreadable-record", str(jamf_id))

    def take_away_while_read(self) -> None:
        self.side.switch("fleet-shrinks", "2")

    def grant(self, *privileges: str) -> None:
        self.side.settings.clients[JAMF_CLIENT] = ApiClient(secret=JAMF_SECRET, privileges=frozenset(privileges))

    def go_down(self) -> None:
        self.side.switch("html-503", "999@page=2")

    def turn_away(self) -> None:
        del self.side.settings.clients[JAMF_CLIENT]


class OfJamf:
    @pytest.fixture
    def far(self, jamf: JamfSide) -> FleetUnderTest:
        return JamfUnderTest(side=jamf, fleet=jamf.fleet(60))


@pytest.mark.demo
class TestJamfSweep(OfJamf, SweepContract): ...


@pytest.mark.demo
class TestJamfChanges(OfJamf, ChangesContract): ...


@pytest.mark.demo
class TestJamfLosses(OfJamf, LossesContract): ...


@pytest.mark.demo
class TestJamfLockCommands(OfJamf, LockCommandsContract): ...


@pytest.mark.demo
class TestJamfPresent(OfJamf, PresentContract): ...


@pytest.mark.demo
class TestJamfFind(OfJamf, FindContract): ...


@pytest.mark.demo
class TestJamfGreeting(OfJamf, GreetingContract): ...


class TestJamfPrivileges(OfJamf, PrivilegesContract): ...


WAITING = LockCommand(
    uuid="u-1", management_id="m-1", kind="enable", state="pending", sent_at=datetime(2026, 8, 31, 18, 0, tzinfo=UTC)
)
REPORTED = datetime(2026, 8, 31, 18, 0, tzinfo=UTC)


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
        lost_mode=False,
        last_inventory=REPORTED - timedelta(hours=number) if number % 7 else None,
    )


def mac(number: int) -> Device:
    return replace(ipad(number), family=Family.COMPUTER, kind=DeviceKind.MAC, serial=f"C02{number:09d}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeUnderTest:
    fleet: FakeFleet

    @property
    def devices(self) -> Sequence[Device]:
        return self.fleet.devices

    @property
    def sites(self) -> Mapping[int, str]:
        return self.fleet.sites

    @property
    def locking(self) -> str:
        return WAITING.management_id

    def change(self, jamf_id: int, **fields: Any) -> None:
        def changed(device: Device) -> Device:
            hit = device.family is Family.MOBILE and device.jamf_id == jamf_id
            return replace(device, **fields) if hit else device

        self.fleet.devices = [changed(device) for device in self.fleet.devices]

    def take_away(self, device: Device) -> None:
        self.fleet.devices.remove(device)

    def spoil(self, jamf_id: int) -> None:
        self.fleet.unreadable[f"device:{jamf_id}"] = "its siteId is no number"

    def take_away_while_read(self) -> None:
        self.fleet.gone_while_read = 2

    def grant(self, *privileges: str) -> None:
        self.fleet.granted = tuple(sorted(privileges))

    def go_down(self) -> None:
        self.fleet.error = TemporaryError("Jamf Pro answered 503.")

    def turn_away(self) -> None:
        self.fleet.error = PermanentError("Jamf Pro does not know the API client.")


class OfFake:
    @pytest.fixture
    def far(self) -> FleetUnderTest:
        devices = [ipad(number) for number in range(250, 0, -1)] + [mac(number) for number in range(1, 5)]
        fleet = FakeFleet(devices, {1: "GS Nord", 2: "GS Süd"})
        fleet.commands.append(WAITING)
        return FakeUnderTest(fleet=fleet)


class TestFakeSweep(OfFake, SweepContract): ...


class TestFakeChanges(OfFake, ChangesContract): ...


class TestFakeLosses(OfFake, LossesContract): ...


class TestFakeLockCommands(OfFake, LockCommandsContract): ...


class TestFakePresent(OfFake, PresentContract): ...


class TestFakeFind(OfFake, FindContract): ...


class TestFakeGreeting(OfFake, GreetingContract): ...


class TestFakePrivileges(OfFake, PrivilegesContract): ...
