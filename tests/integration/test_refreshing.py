"""One device read anew: what is taken over, and what is judged with it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mdm_sync.bootstrap import utc_now
from mdm_sync.core.model import NO_SITE, UserFields
from mdm_sync.errors import RecordError, TemporaryError
from mdm_sync.ports import FindingQuery
from mdm_sync.refreshing import refresh_devices
from state import Store
from tests.fakes.directories import FakeDirectories
from tests.fakes.fleet import FakeFleet
from tests.integration.commands.district import DEVICES, SCHOOLS, SITES, equipment, fill, ipad
from tests.replacing import replace

NOW = utc_now()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    fill(tmp_path, NOW)
    store = Store.open(tmp_path)
    yield store
    store.close()


def refresh(store: Store, fleet: FakeFleet, name: str) -> tuple[bool, FakeDirectories]:
    directories = FakeDirectories()
    shown = refresh_devices(equipment(store, fleet, directories, NOW), SCHOOLS, name)
    return shown, directories


def open_rules(store: Store, serial: str) -> set[str]:
    found = store.inquiry.findings(FindingQuery(device=serial), SCHOOLS).findings
    return {one.place.finding.rule for one in found}


def mended(jamf_id: int, **fields: Any) -> FakeFleet:
    """A Jamf Pro at which this device has changed."""
    return FakeFleet([replace(one, **fields) if one.jamf_id == jamf_id else one for one in DEVICES], SITES)


def test_what_was_mended_at_jamf_is_solved_at_once(store: Store) -> None:
    shown, _ = refresh(store, mended(22, user=UserFields(username="ole.beispiel")), "dmpx0022")
    assert shown
    assert open_rules(store, "DMPX0022") == set()
    assert store.inquiry.devices("DMPX0022", SCHOOLS)[0].assignment is not None


def test_no_directory_is_read_for_it(store: Store) -> None:
    _, directories = refresh(store, mended(22), "INV-22")
    assert directories.asked == []


def test_a_device_that_the_store_does_not_know_is_asked_for_by_its_serial_number(store: Store) -> None:
    shown, _ = refresh(store, FakeFleet([ipad(77, 2)], SITES), " dmpx0077 ")
    assert shown
    assert open_rules(store, "DMPX0077") == {"device-unassigned"}


def test_a_device_that_jamf_no_longer_shows_stays(store: Store) -> None:
    shown, _ = refresh(store, FakeFleet([], SITES), "DMPX0022")
    assert not shown
    assert len(store.inquiry.devices("DMPX0022", SCHOOLS)) == 1


def test_a_device_that_moved_to_another_school_is_judged_there(store: Store) -> None:
    refresh(store, mended(22, site_id=3), "DMPX0022")
    (found,) = store.inquiry.findings(FindingQuery(device="DMPX0022"), SCHOOLS).findings
    assert (found.place.finding.rule, found.place.finding.school) == ("device-unassigned", "190003")


def test_a_device_that_lost_its_site_is_judged_with_the_district(store: Store) -> None:
    refresh(store, mended(22, site_id=NO_SITE), "DMPX0022")
    assert "device-without-site" in open_rules(store, "DMPX0022")


def test_it_says_nothing_of_the_source(store: Store) -> None:
    store.staging.refuse("jamf", "Too little to be true.", NOW - timedelta(hours=1), shrunk=True)
    before = store.snapshot.sources()
    refresh(store, mended(22), "DMPX0022")
    assert store.snapshot.sources() == before


@pytest.mark.parametrize("trouble", ["down", "unreadable"])
def test_where_jamf_cannot_be_read_the_store_is_as_it_was(store: Store, trouble: str) -> None:
    fleet = mended(22, user=UserFields(username="ole.beispiel"))
    if trouble == "down":
        fleet.error = TemporaryError("Jamf Pro does not answer.")
    else:
        fleet.unreadable = {"device:22": "no type"}
    before = store.inquiry.devices("DMPX0022", SCHOOLS)
    with pytest.raises((TemporaryError, RecordError)):
        refresh(store, fleet, "DMPX0022")
    assert store.inquiry.devices("DMPX0022", SCHOOLS) == before
