"""Every fault of the demo's Jamf Pro: a sweep is complete or refused, never a part believed, and no storm of calls."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from connectors.jamf.session import Limits
from mdm_sync.core.completeness import refuse_fleet
from mdm_sync.core.model import Device
from mdm_sync.demo.jamf.faults import FAULTS
from mdm_sync.errors import MdmSyncError, PermanentError, TemporaryError
from mdm_sync.ports import FleetRead
from tests.far_side import NOW, JamfSide, Sweep, device_of
from tests.integration.scripted_jamf import DETAIL_PATH, LIGHT_PATH, Scripted, page, rows

pytestmark = pytest.mark.demo

DETAIL = "GET /api/v2/mobile-devices/detail"
LIGHT = "GET /api/v2/mobile-devices"
PAGE = 40
PAGES = 7

COMPLETE, EXPLAINED, REFUSED, FAILED = "complete", "explained", "refused", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a sweep comes to under a fault, and how many calls for devices it may cost at most."""

    name: str
    comes_to: str
    value: str | None = None
    calls: int = 2 * PAGES


CASES = [
    Case(name="duplicate-row", comes_to=EXPLAINED),
    Case(name="row-moves", comes_to=EXPLAINED),
    Case(name="fleet-shrinks", comes_to=EXPLAINED),
    Case(name="fleet-grows", comes_to=EXPLAINED),
    Case(name="total-lies", comes_to=REFUSED),
    Case(name="page-cap", comes_to=COMPLETE, value="7", calls=80),
    Case(name="page-500", comes_to=COMPLETE, calls=PAGES + 20),
    Case(name="problem-record", comes_to=COMPLETE),
    Case(name="bad-gateway", comes_to=COMPLETE),
    Case(name="rate-limit", comes_to=COMPLETE, value="7"),
    Case(name="unauthorized", comes_to=COMPLETE, value="5"),
    Case(name="short-token", comes_to=COMPLETE),
    Case(name="html-503", comes_to=FAILED, value="@/detail"),
    Case(name="cut-body", comes_to=FAILED, value="@/detail"),
    Case(name="truncated-gzip", comes_to=FAILED, value="@/detail"),
    Case(name="hang", comes_to=FAILED, value="@/detail"),
    Case(name="slow-drip", comes_to=COMPLETE, value="1"),
    Case(name="commands-unfiltered", comes_to=COMPLETE),
    Case(name="lost-filter-ignored", comes_to=COMPLETE),
    Case(name="command-500", comes_to=COMPLETE),
    Case(name="command-timeout", comes_to=COMPLETE),
    Case(name="stale-read", comes_to=COMPLETE),
    Case(name="fewer-sites", comes_to=REFUSED),
    Case(name="half-fleet", comes_to=COMPLETE),
    Case(name="empty-fleet", comes_to=COMPLETE),
    Case(name="lost-privileges", comes_to=FAILED),
    Case(name="unreadable-record", comes_to=COMPLETE),
    Case(name="hostile-strings", comes_to=COMPLETE),
]


def test_every_fault_has_its_case() -> None:
    assert sorted(case.name for case in CASES) == sorted(FAULTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_sweep_is_complete_or_refused(jamf: JamfSide, case: Case) -> None:
    before = jamf.sweep(PAGE)[0] if case.name == "fewer-sites" else None
    jamf.switch(case.name, case.value)
    outcome, seen = comes_to(jamf, before)

    assert outcome == case.comes_to
    if outcome in {COMPLETE, EXPLAINED}:
        assert ids(seen.mobile) >= shown_now(jamf) - unreadable(case, jamf)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_fault_makes_a_storm_of_calls_or_connections(jamf: JamfSide, case: Case) -> None:
    jamf.switch(case.name, case.value)
    comes_to(jamf, None)

    counters = jamf.settings.counters
    assert counters.connections_highest <= 5
    assert counters.in_flight_highest <= 5
    assert jamf.calls(DETAIL) <= case.calls
    assert jamf.calls(LIGHT) <= 8
    assert counters.tokens <= 2 or case.name == "short-token"


@pytest.mark.parametrize("fault", ["half-fleet", "empty-fleet"])
def test_the_proof_of_a_fleet_that_shrank_says_so(jamf: JamfSide, fault: str) -> None:
    before, _ = jamf.sweep(PAGE)
    jamf.switch(fault)
    after, _ = jamf.sweep(PAGE)

    assert after.proof.total_first <= before.proof.total_first / 2


def comes_to(jamf: JamfSide, before: FleetRead | None) -> tuple[str, Sweep]:
    seen = Sweep()
    try:
        read = jamf.fleet(PAGE, limits=Limits(read=0.3)).sweep(seen.stage, seen.progress)
    except MdmSyncError:
        return FAILED, seen
    distinct = len(ids(seen.mobile))
    shrunk = before is not None and read.proof.sites < before.proof.sites
    if refuse_fleet(read.proof, distinct=distinct) or shrunk:
        return REFUSED, seen
    return COMPLETE if read.proof.proves_absence else EXPLAINED, seen


def ids(devices: Sequence[Device]) -> set[int]:
    return {device.jamf_id for device in devices}


def shown_now(jamf: JamfSide) -> set[int]:
    """What a client that asks now is shown, after the fault is over where it only lasts while one reads."""
    for name in ("fleet-shrinks", "half-fleet", "empty-fleet"):
        if name in jamf.settings.faults.active():
            return set()
    return set(jamf.shown("mobile"))


def unreadable(case: Case, jamf: JamfSide) -> set[int]:
    every = sorted(jamf.shown("mobile"))
    return {every[len(every) // 2]} if case.name in {"page-500", "unreadable-record"} else set()


class TestFleetThatMoves:
    def test_is_read_to_the_last_device(self, jamf: JamfSide) -> None:
        jamf.switch("duplicate-row", "2")
        read, seen = jamf.sweep(PAGE)

        assert read.proof.explained == 1
        assert not read.proof.proves_absence
        assert by_id(seen.mobile) == expected(jamf)

    def test_that_nobody_has_seen_whole_is_not_explained(self, jamf: JamfSide) -> None:
        jamf.switch("total-lies", "3")
        read, _ = jamf.sweep(PAGE)

        assert read.proof.explained is None

    def test_that_shrinks_a_lot_costs_a_few_calls_more(self, jamf: JamfSide) -> None:
        jamf.switch("fleet-shrinks", "5")
        jamf.sweep(PAGE)

        assert jamf.calls(DETAIL) <= PAGES + 2
        assert jamf.calls(LIGHT) == 1


class TestRecordThatTheServerFailsAt:
    @pytest.mark.parametrize("place", [0, 1, 39, 40, 124, 248, 249])
    @pytest.mark.parametrize("page_size", [6, 40, 1000])
    def test_is_told_while_all_others_are_read(self, jamf: JamfSide, place: int, page_size: int) -> None:
        whole = expected(jamf)
        jamf.switch("page-500", str(whole[place].jamf_id))
        read, seen = jamf.sweep(page_size)

        assert [key for key, _ in read.proof.unreadable] == [whole[place].subject]
        assert seen.mobile == [device for device in whole if device is not whole[place]]
        assert refuse_fleet(read.proof, distinct=len(seen.mobile)) is None

    def test_is_found_by_asking_for_its_page_twice_and_then_for_parts(self, jamf: JamfSide) -> None:
        jamf.switch("page-500", str(expected(jamf)[130].jamf_id))
        jamf.sweep(1000)

        assert jamf.calls(DETAIL) <= 26

    def test_costs_its_page_on_servers_that_cannot_read_leniently(self, jamf: JamfSide) -> None:
        jamf.settings.version = "11.28.0-t1"
        bad = expected(jamf)[100]
        jamf.switch("problem-record", str(bad.jamf_id))
        read, seen = jamf.sweep(PAGE)

        assert [key for key, _ in read.proof.unreadable] == [bad.subject]
        assert len(seen.mobile) == len(jamf.devices) - 1

    def test_leaves_all_open_where_the_server_reads_leniently(self, jamf: JamfSide) -> None:
        bad = expected(jamf)[100]
        jamf.switch("problem-record", str(bad.jamf_id))
        read, seen = jamf.sweep(PAGE)

        [device] = [device for device in seen.mobile if device.jamf_id == bad.jamf_id]
        assert (read.proof.unreadable, device.managed, device.site_id, device.groups) == ((), None, None, None)

    def test_among_computers_is_told_by_its_place(self, jamf: JamfSide) -> None:
        jamf.switch("page-500", str(jamf.computers[2].jamf_id))
        read, seen = jamf.sweep()

        assert read.proof.computers is not None
        assert [key for key, _ in read.proof.computers.unreadable] == ["computer at place 3"]
        assert len(seen.computers) == len(jamf.computers) - 1


class TestSlowServer:
    def test_is_asked_for_smaller_pages_that_fit_together(self, jamf: JamfSide) -> None:
        jamf.switch("hang", "1@page-size=240")
        read, seen = jamf.sweep(240, limits=Limits(read=0.2))

        assert seen.mobile == expected(jamf)
        assert read.proof.pages == 3

    def test_gets_a_few_calls_only_before_it_is_given_up(self, jamf: JamfSide) -> None:
        jamf.switch("hang", "@/detail")

        with pytest.raises(TemporaryError, match="waiting"):
            jamf.sweep(1000, limits=Limits(read=0.1))
        assert jamf.calls(DETAIL) <= 6


class TestChanges:
    def test_of_a_server_that_ignores_a_filter_are_not_taken_for_all(self, jamf: JamfSide) -> None:
        jamf.switch("lost-filter-ignored")
        seen = Sweep()
        read = jamf.fleet(PAGE).changes(NOW, seen.stage, seen.progress)

        assert (read.unfiltered, read.server_time) == (True, None)
        assert set(seen.devices) <= set(expected(jamf))
        assert jamf.calls(DETAIL) <= 8

    def test_are_asked_for_from_before_the_moment(self, jamf: JamfSide) -> None:
        jamf.fleet(PAGE).changes(NOW, lambda _: None, lambda *_: None)

        assert any("lastInventoryUpdateDate%3E%3D%222026-09-01T06%3A20%3A00Z%22" in path for path in jamf.asked)


class TestFilterByIds:
    def test_is_cut_where_it_would_be_too_long(self, jamf: JamfSide) -> None:
        every = [f"device:{number}" for number in range(1, 2001)]

        assert jamf.fleet().present(every) == {device.subject for device in expected(jamf)}
        filters = [path.partition("filter=")[2] for path in jamf.asked if "filter=" in path]
        assert 2 < len(filters) < 8
        assert all(len(text) <= 4096 for text in filters)

    def test_that_is_ignored_is_no_answer(self, scripted: Scripted) -> None:
        scripted.script.say(DETAIL_PATH, json=page(*rows([7, 8, 9])))

        with pytest.raises(PermanentError, match="ignored a filter"):
            scripted.fleet().present(["device:7"])

    def test_by_serial_number_that_is_ignored_is_no_answer(self, scripted: Scripted) -> None:
        scripted.script.say(DETAIL_PATH, json=page({"mobileDeviceId": "7", "hardware": {"serialNumber": "DMP7"}}))

        with pytest.raises(PermanentError, match="ignored a filter"):
            scripted.fleet().find("DMP8")


class TestLightList:
    def test_that_is_none_ends_the_sweep_that_needs_it(self, scripted: Scripted) -> None:
        scripted.script.say(DETAIL_PATH, json=page(*rows([7]), total=2))
        scripted.script.say(LIGHT_PATH, body=b"<html></html>")

        with pytest.raises(TemporaryError, match="no page of devices"):
            scripted.sweep()

    def test_that_fails_as_well_leaves_the_place_as_the_key(self, scripted: Scripted) -> None:
        scripted.script.say(DETAIL_PATH, json=page(*rows([7]), total=2))
        scripted.script.then(DETAIL_PATH, status=500)
        scripted.script.then(DETAIL_PATH, status=500)
        scripted.script.then(DETAIL_PATH, status=500)
        scripted.script.then(DETAIL_PATH, status=500)
        scripted.script.then(DETAIL_PATH, json=page(*rows([8]), total=2))
        scripted.script.say(LIGHT_PATH, status=503)
        read, _ = scripted.sweep(page_size=2)

        assert [key for key, _ in read.proof.unreadable] == ["device at place 1"]


class TestOutage:
    def test_in_which_every_page_fails_is_no_matter_of_records(self, scripted: Scripted) -> None:
        scripted.script.say(DETAIL_PATH, status=500)

        with pytest.raises(TemporaryError, match="500"):
            scripted.sweep(page_size=1000)
        assert scripted.script.paths.count(DETAIL_PATH) <= 24

    def test_in_which_the_total_is_a_lie_ends_at_the_first_empty_page(self, scripted: Scripted) -> None:
        scripted.script.say(DETAIL_PATH, json=page(*rows(range(1, 101)), total=10**9))
        scripted.script.then(DETAIL_PATH, json=page(total=10**9))
        read, seen = scripted.sweep()

        assert scripted.script.paths.count(DETAIL_PATH) <= 12
        assert refuse_fleet(read.proof, distinct=len(seen.mobile))


def expected(jamf: JamfSide) -> list[Device]:
    return by_id([device_of(device) for device in jamf.devices])


def by_id(devices: Sequence[Device]) -> list[Device]:
    return sorted(set(devices), key=lambda device: device.jamf_id)
