"""``mdm-sync check`` and ``device --refresh`` on a district that is up."""

from datetime import datetime, timedelta

import pytest

from mdm_sync.bootstrap import utc_now
from tests.e2e.conftest import Installation

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def school(installation: Installation) -> str:
    """Number of one of the schools."""
    assert installation.run("reconcile").code == 0
    number: str = installation.run("schools", "list", "--format", "json").document["schools"][0]["school"]
    return number


def test_every_source_is_looked_at_and_nothing_is_stored(installation: Installation, school: str) -> None:
    before = installation.run("status", "--format", "json").out
    mails = installation.mails
    ran = installation.run("check", "--format", "json")
    sources = {one["name"]: one for one in ran.document["sources"]}
    assert ran.code == 0, ran.err
    assert {"jamf", f"iserv-{school}", "mail", "summary"} <= set(sources)
    assert sources["jamf"]["counts"]["devices"] > 0
    assert sources[f"iserv-{school}"]["counts"]["users"] > 0
    soon = utc_now() + timedelta(hours=1)
    ends = [one["certificate_until"] for name, one in sources.items() if name not in {"mail", "summary"}]
    assert all(datetime.fromisoformat(end) > soon for end in ends)
    assert installation.mails == mails
    assert installation.run("status", "--format", "json").out == before


def test_one_line_for_each_source(installation: Installation, school: str) -> None:
    ran = installation.run("check", "--school", school)
    assert ran.code == 0, ran.err
    assert "Jamf Pro: version" in ran.out
    assert f"IServ {school}" in ran.out


def test_a_school_that_refuses_the_account_ends_with_code_3(installation: Installation, school: str) -> None:
    installation.fault("directories", "wrong-password", on=True, school=school)
    ran = installation.run("check", "--format", "json")
    installation.fault("directories", "wrong-password", on=False, school=school)
    trouble = {one["name"]: one["error"] for one in ran.document["sources"]}
    assert ran.code == 3
    assert trouble.pop(f"iserv-{school}")
    assert set(trouble.values()) == {None}


def test_a_register_with_problems_ends_with_code_2(installation: Installation, school: str) -> None:
    register = installation.places.register.read_bytes()
    installation.places.register.write_bytes(register.replace(school.encode(), b"12", 1))
    ran = installation.run("check")
    installation.places.register.write_bytes(register)
    assert ran.code == 2
    assert "line 2" in ran.out


def test_a_school_that_the_register_does_not_know_is_wrong_usage(installation: Installation) -> None:
    ran = installation.run("check", "--school", "000000")
    assert ran.code == 2
    assert "schools list" in ran.err


def test_a_device_that_was_mended_is_solved_by_a_refresh(installation: Installation, school: str) -> None:
    listed = installation.run("findings", "list", "--rule", "device-unassigned", "--format", "json").document
    found = next(one for one in listed["findings"] if one["school"] == school)
    device = found["subject"].partition(":")[2]
    installation.ask("POST", f"/jamf/devices/{device}", {"username": "nobody.known"})
    ran = installation.run("device", found["about"], "--refresh", "--format", "json")
    installation.ask("POST", f"/jamf/devices/{device}", {"username": ""})
    assert ran.code == 0, ran.err
    (told,) = ran.document["devices"]
    states = {one["rule"]: one["open"] for one in told["findings"]}
    assert states["device-unassigned"] is False
    assert states["unknown-user"] is True


def test_where_jamf_cannot_be_read_a_refresh_shows_what_is_stored(installation: Installation, school: str) -> None:
    listed = installation.run("findings", "list", "--school", school, "--format", "json").document
    serial = next(one["about"] for one in listed["findings"] if one["kind"] == "device")
    ran = installation.run("device", serial, "--refresh", "--format", "json", CREDENTIALS_DIRECTORY="/nonexistent")
    assert ran.code == 3
    assert ran.document["refresh_error"]
    assert ran.document["devices"][0]["serial"] == serial
