"""The register of incidents: what is kept, and which devices it is about as these come, go and return."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mdm_sync.core.incident_intake import KnownReports, take_in
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Device
from mdm_sync.core.views import LossCase
from mdm_sync.ports import Commit
from state import Store
from tests.integration.state.given import (
    DISTRICT,
    EVENING,
    MORNING,
    NOON,
    NORD,
    commit,
    device,
    finding,
    opened,
    steps,
    sweep,
)
from tests.replacing import replace

RULES = ("locked-without-report",)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def report(case: str = "V-1", *, serial: str = "DMPX1", asset_tag: str = "", **fields: object) -> Incident:
    one = Incident(
        case_number=case,
        kind=IncidentKind.THEFT,
        serial=serial,
        asset_tag=asset_tag,
        school=NORD.number,
        reported_at=MORNING,
        recorded_by="export.csv",
    )
    return replace(one, **fields)


def keep(store: Store, *reports: Incident) -> None:
    store.incidents.take(take_in(store.incidents.known(), reports, within=timedelta(days=7)))


def cycle(store: Store, *devices: Device) -> None:
    """A sweep that shows these devices, and the end of its cycle."""
    sweep(store, *devices)
    store.commit(Commit(started=NOON, finished=NOON, transitions=(), entries=tuple))


def cases(store: Store) -> dict[str, LossCase]:
    found = store.incidents.loss_cases(DISTRICT, RULES, MORNING)
    return {case.subject: case for case in found}


def managed(jamf_id: int, **fields: object) -> Device:
    return replace(device(jamf_id), management_id=f"m-{jamf_id}", **fields)


class TestKeeping:
    def test_what_was_kept_comes_back_under_a_number(self, store: Store) -> None:
        told = report(happened=MORNING.date(), handling=Handling.LOCKED, asset_tag="IT-1")
        keep(store, told)
        assert store.incidents.incidents() == (replace(told, number=1),)
        assert store.incidents.incident(1) == replace(told, number=1)
        assert store.incidents.incident(2) is None

    def test_the_same_import_again_changes_nothing(self, store: Store) -> None:
        reports = (report(), report("V-2", serial="DMPX2"), report("V-3"))
        keep(store, *reports)
        before = store.incidents.incidents()
        intake = take_in(store.incidents.known(), reports, within=timedelta(days=7))
        assert (intake.repeated, intake.new, intake.changed, intake.doubles) == (3, (), (), ())
        assert [one.case_number for one in before] == ["V-1", "V-2"]

    def test_what_was_entered_by_hand_needs_no_case_number(self, store: Store) -> None:
        first, second = store.incidents.add(report("")), store.incidents.add(report("", serial="DMPX2"))
        assert (first.number, second.number) == (1, 2)

    def test_a_correction_outlives_the_same_export(self, store: Store) -> None:
        keep(store, report())
        store.incidents.change(report(number=1, handling=Handling.RECOVERED))
        keep(store, report())
        assert store.incidents.incidents()[0].handling is Handling.RECOVERED
        assert store.incidents.known() == KnownReports(
            incidents=store.incidents.incidents(), last_read=store.incidents.known().last_read
        )


class TestDevices:
    def test_a_serial_number_names_its_device(self, store: Store) -> None:
        keep(store, report())
        cycle(store, device(1), device(2))
        (case,) = cases(store).values()
        assert (case.subject, case.school, case.device) == ("device:1", NORD.number, device(1))
        assert [one.case_number for one in case.incidents] == ["V-1"]

    def test_an_asset_tag_names_it_where_no_serial_number_does(self, store: Store) -> None:
        keep(store, report(serial="", asset_tag="INV-2"), report("V-2", serial="UNKNOWN", asset_tag="INV-1"))
        cycle(store, device(1), device(2))
        assert list(cases(store)) == ["device:2"]

    def test_a_device_in_lost_mode_is_looked_at_without_any_report(self, store: Store) -> None:
        cycle(store, replace(device(1), lost_mode=True), replace(device(2), lost_mode=False), device(3))
        assert list(cases(store)) == ["device:1"]

    def test_a_device_that_vanished_keeps_its_incident(self, store: Store) -> None:
        keep(store, report())
        cycle(store, device(1), device(2))
        cycle(store, device(2))
        assert cases(store)["device:1"].device is not None
        cycle(store, device(2))
        gone = cases(store)["device:1"]
        assert (gone.device, gone.serial, gone.school) == (None, "DMPX1", NORD.number)
        assert [one.case_number for one in gone.incidents] == ["V-1"]

    def test_a_serial_number_that_never_stood_there_is_no_device_that_vanished(self, store: Store) -> None:
        keep(store, report(serial="UNKNOWN"))
        cycle(store, device(1))
        assert cases(store) == {}

    def test_a_device_that_is_enrolled_again_keeps_its_incident(self, store: Store) -> None:
        keep(store, report())
        cycle(store, device(1))
        for _ in range(2):
            cycle(store, device(77, serial="DMPX1"))
        (case,) = cases(store).values()
        assert (case.subject, case.former) == ("device:77", ("device:1",))

    def test_so_does_one_that_was_reported_by_an_asset_tag_which_its_replacement_now_has(self, store: Store) -> None:
        keep(store, report(serial="", asset_tag="INV-1"))
        cycle(store, device(1))
        again, replacement = device(77, serial="DMPX1"), replace(device(5), asset_tag="INV-1")
        for _ in range(2):
            cycle(store, again, replacement)
        assert list(cases(store)) == ["device:77"]

    def test_a_corrected_serial_number_forgets_the_wrong_device(self, store: Store) -> None:
        keep(store, report())
        cycle(store, device(1), device(2))
        store.incidents.change(report(number=1, serial="DMPX2"))
        assert list(cases(store)) == ["device:2"]


class TestQuestions:
    def test_an_unknown_serial_number_is_a_question_with_the_nearest_as_a_hint(self, store: Store) -> None:
        cycle(store, device(1, serial="DMPXK0123456"), device(2, serial="F9FZZ7777777"))
        keep(store, report(serial="DMPXK0123465", asset_tag="INV-2"), report("V-2", serial="NOTHINGLIKE"))
        first, second = store.incidents.questions()
        assert (first.incident.case_number, first.nearest, first.tagged) == ("V-1", "DMPXK0123456", "F9FZZ7777777")
        assert (second.nearest, second.tagged) == ("", "")

    def test_no_question_is_asked_of_known_or_settled_ones_nor_before_the_first_read(self, store: Store) -> None:
        keep(store, report(), report("V-2", serial="UNKNOWN", handling=Handling.WRITTEN_OFF))
        assert store.incidents.questions() == ()
        cycle(store, device(1))
        assert store.incidents.questions() == ()


class TestWatching:
    def test_open_thefts_and_losses_are_watched(self, store: Store) -> None:
        told = [
            report(),
            report("V-2", serial="UNKNOWN", kind=IncidentKind.LOSS),
            report("V-3", serial="", asset_tag="INV-3"),
            report("V-4", serial="DMPX4", kind=IncidentKind.DAMAGE),
            report("V-5", serial="DMPX5", handling=Handling.CLOSED),
        ]
        keep(store, *told)
        cycle(store, *map(managed, (1, 3, 4, 5)))
        assert store.incidents.serials_to_watch(()) == ("DMPX1", "DMPX3", "UNKNOWN")
        assert store.incidents.management_ids_to_watch() == ("m-1", "m-3")

    def test_so_is_a_device_while_something_about_locks_is_open_of_it(self, store: Store) -> None:
        sweep(store, device(1), device(2))
        locked = finding("locked-without-report", 1)
        commit(store, opened(locked, finding("device-silent", 2)))
        assert store.incidents.serials_to_watch(RULES) == ("DMPX1",)
        commit(store, steps(TransitionKind.RESOLVED, locked))
        assert store.incidents.serials_to_watch(RULES) == ()

    def test_commands_are_known_in_the_order_of_sending_until_they_are_too_old(self, store: Store) -> None:
        keep(store, report(), report("V-2", serial="DMPX2"))
        cycle(store, managed(1), managed(2), managed(3))
        later = LockCommand(uuid="a", management_id="m-1", kind="disable", state="pending", sent_at=NOON)
        earlier = LockCommand(uuid="b", management_id="m-1", kind="enable", state="acknowledged", sent_at=MORNING)
        store.incidents.keep_commands(["m-1"], [later, earlier], NOON)
        assert cases(store)["device:1"].commands == (earlier, later)
        assert cases(store)["device:2"].commands is None
        store.incidents.keep_commands(["m-1", "m-2"], [later], EVENING)
        assert (cases(store)["device:1"].commands, cases(store)["device:2"].commands) == ((later,), ())
        stale = store.incidents.loss_cases(DISTRICT, RULES, EVENING + timedelta(seconds=1))
        assert [case.commands for case in stale] == [None, None]

    def test_what_the_watch_brings_moves_no_clock_and_clears_no_error(self, store: Store) -> None:
        cycle(store, device(1))
        store.staging.refuse("jamf", "The read is not complete.", NOON)
        before = store.snapshot.sources()
        store.staging.clear_fleet()
        store.staging.stage_devices([replace(device(1), lost_mode=True)])
        assert store.staging.accept_records(MORNING).changed == 1
        assert store.snapshot.sources() == before


def test_ipads_are_counted_once_for_each_serial_number(store: Store) -> None:
    cycle(store, device(1), device(2), device(3, serial="DMPX1"))
    assert store.incidents.ipads() == 2
