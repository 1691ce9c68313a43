"""The sweep of the Jamf connector against the demo's Jamf Pro server over HTTPS."""

import threading
import time
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.jamf import JamfFleet
from mdm_sync.core.completeness import ComputersProof, FleetProof, refuse_fleet
from mdm_sync.core.model import Device, DeviceKind
from mdm_sync.demo.jamf.privileges import READING
from tests.far_side import JamfSide, Sweep, device_of
from tests.integration.scripted_jamf import COMPUTERS_PATH, Scripted

pytestmark = pytest.mark.demo

PATIENCE = 20
ATTRIBUTES = frozenset({"Status", "Reparatur seit"})


def in_order_of_ids(jamf: JamfSide) -> list[Device]:
    return sorted((device_of(device) for device in jamf.devices), key=lambda device: device.jamf_id)


def asked_for_devices(jamf: JamfSide) -> list[Mapping[str, list[str]]]:
    """The pages that were asked for, without the one record that tells how many there are."""
    queries = [parse_qs(urlsplit(path).query) for path in jamf.asked if "/detail" in path]
    return [query for query in queries if query["page-size"] != ["1"]]


class TestSweep:
    def test_yields_every_mobile_device_field_by_field(self, jamf: JamfSide) -> None:
        seen = Sweep()
        JamfFleet(jamf.access(), 1000, wanted_attributes=ATTRIBUTES).sweep(seen.stage, seen.progress)

        expected = [device_of(device, ATTRIBUTES) for device in (*jamf.devices, *jamf.computers)]
        assert sorted(seen.devices, key=by_subject) == sorted(expected, key=by_subject)

    def test_proves_that_all_came(self, jamf: JamfSide) -> None:
        read, seen = jamf.sweep()

        every, macs = len(jamf.devices), len(jamf.computers)
        assert read.proof == FleetProof(
            total_first=every,
            total_last=every,
            received=every,
            pages=1,
            sites=3,
            computers=ComputersProof(total_first=macs, total_last=macs, received=macs, pages=1),
            privileges=tuple(sorted(READING)),
            version="11.30.1",
        )
        assert refuse_fleet(read.proof, distinct=len(seen.mobile)) is None

    def test_names_the_sites_by_id(self, jamf: JamfSide) -> None:
        read, _ = jamf.sweep()

        expected = {school.site_id: school.site_name for school in jamf.district.schools}
        assert read.sites == expected | dict(jamf.district.extra_sites)

    @pytest.mark.parametrize(("page_size", "pages"), [(6, 42), (125, 2), (240, 2), (250, 1), (1000, 1)])
    def test_is_the_same_however_large_the_pages_are(self, jamf: JamfSide, page_size: int, pages: int) -> None:
        read, seen = jamf.sweep(page_size)

        assert seen.mobile == in_order_of_ids(jamf)
        assert read.proof.pages == pages
        assert [len(page) for page in seen.pages[: pages - 1]] == [page_size] * (pages - 1)

    def test_of_an_empty_fleet_comes_to_its_end(self, jamf: JamfSide) -> None:
        jamf.switch("empty-fleet")
        read, seen = jamf.sweep()

        assert (seen.devices, read.proof.total_first, read.proof.received, read.proof.pages) == ([], 0, 0, 1)

    def test_asks_for_the_sections_that_are_needed_and_no_other(self, jamf: JamfSide) -> None:
        jamf.sweep()

        [query] = asked_for_devices(jamf)
        sections = "GENERAL HARDWARE USER_AND_LOCATION PURCHASING SECURITY GROUPS EXTENSION_ATTRIBUTES"
        assert query["section"] == sections.split()

    def test_asks_for_one_record_first_so_that_no_page_waits_for_the_first_one(self, jamf: JamfSide) -> None:
        jamf.sweep(100)

        first, *others = (path for path in jamf.asked if "/detail" in path)
        assert "page=0&page-size=1&" in first
        assert len(others) == 3

    def test_asks_for_pages_in_the_order_of_ids(self, jamf: JamfSide) -> None:
        jamf.sweep(100)

        queries = asked_for_devices(jamf)
        assert [query["sort"] for query in queries] == [["mobileDeviceId:asc"]] * 3
        assert sorted(query["page"] for query in queries) == [["0"], ["1"], ["2"]]

    def test_keeps_passwords_of_apple_tvs_out(self, jamf: JamfSide) -> None:
        _, seen = jamf.sweep()

        televisions = [device for device in seen.devices if device.kind is DeviceKind.APPLE_TV]
        assert televisions
        assert "7315" not in repr(televisions)

    def test_takes_one_token(self, jamf: JamfSide) -> None:
        jamf.sweep(20)

        assert jamf.settings.counters.tokens == 1

    def test_uses_five_connections_and_never_more(self, jamf: JamfSide) -> None:
        seen = Sweep()

        def hold_when_first_page_is_here(what: str, done: int, total: int) -> None:
            seen.progress(what, done, total)
            if len(seen.told) == 1:
                jamf.switch("hang")
                threading.Thread(target=let_go_at, args=(jamf, 5)).start()

        jamf.fleet(10).sweep(seen.stage, hold_when_first_page_is_here)

        counters = jamf.settings.counters
        assert (counters.connections_highest, counters.in_flight_highest) == (5, 5)
        assert seen.mobile == in_order_of_ids(jamf)

    def test_can_be_told_to_use_one_connection(self, jamf: JamfSide) -> None:
        jamf.sweep(10, connections=1)

        counters = jamf.settings.counters
        assert (counters.connections_highest, counters.in_flight_highest) == (1, 1)

    def test_survives_hostile_texts_and_changes_none_of_them(self, jamf: JamfSide) -> None:
        jamf.switch("hostile-strings", "all")
        read, seen = jamf.sweep()

        assert len(seen.mobile) == len(jamf.devices)
        assert read.proof.unreadable == ()
        assert any("\r\nBcc: opfer@example.test" in device.name for device in seen.devices)

    def test_costs_one_record_where_one_cannot_be_read(self, jamf: JamfSide) -> None:
        whole = in_order_of_ids(jamf)
        bad = whole[17]
        jamf.switch("unreadable-record", str(bad.jamf_id))
        read, seen = jamf.sweep(50)

        assert seen.mobile == [device for device in whole if device != bad]
        assert [key for key, _ in read.proof.unreadable] == [bad.subject]
        assert read.proof.received == len(whole)
        assert refuse_fleet(read.proof, distinct=len(seen.mobile)) is None

    def test_tells_why_a_record_cannot_be_read_without_its_content(self, jamf: JamfSide) -> None:
        bad = next(device for device in jamf.devices if device.username)
        jamf.switch("unreadable-record", str(bad.jamf_id))
        read, _ = jamf.sweep()

        [(_, reason)] = read.proof.unreadable
        assert "$.general" in reason
        assert not any(text in reason for text in (bad.username, bad.real_name, bad.email, "muster"))


def let_go_at(jamf: JamfSide, calls: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while jamf.settings.counters.in_flight < calls and time.monotonic() < deadline:
        time.sleep(0.01)
    jamf.switch("hang", on=False)


class TestVersion:
    @pytest.mark.parametrize(
        ("version", "lenient"), [("11.30.1-t1", True), ("11.29.0-t1", True), ("11.28.2-t1", False)]
    )
    def test_decides_whether_devices_are_read_leniently(self, jamf: JamfSide, version: str, lenient: bool) -> None:  # noqa: FBT001 - a case of the table
        jamf.settings.version = version
        jamf.sweep()

        [query] = asked_for_devices(jamf)
        assert query.get("exception-handling") == (["LENIENT"] if lenient else None)

    @pytest.mark.parametrize(("version", "generation"), [("11.30.1-t1", 4), ("11.23.2-t1", 3), ("11.7.1-t1", 1)])
    def test_decides_by_which_path_computers_are_read(self, jamf: JamfSide, version: str, generation: int) -> None:
        jamf.settings.version = version
        _, seen = jamf.sweep()

        [path] = [path for path in jamf.asked if "computers-inventory" in path]
        assert path.startswith(f"/api/v{generation}/")
        assert seen.computers == [device_of(mac) for mac in jamf.computers]

    def test_that_promises_too_much_is_no_harm(self, scripted: Scripted) -> None:
        scripted.script.say(COMPUTERS_PATH, status=404)
        scripted.script.say("/api/v3/computers-inventory", json={"totalCount": 1, "results": [{"id": "7"}]})
        _, seen = scripted.sweep()

        assert [device.subject for device in seen.devices] == ["computer:7"]

    def test_without_any_path_of_computers_has_none_to_prove(self, scripted: Scripted) -> None:
        scripted.script.say(COMPUTERS_PATH, status=404)

        assert scripted.sweep()[0].proof.computers is None


def by_subject(device: Device) -> str:
    return device.subject
