"""``mdm-sync findings show``: one finding and what it rests on."""

import pytest

from tests.command_line import Ran
from tests.integration.commands.district import Installation


def shown(installation: Installation, rule: str, *options: str) -> Ran:
    number = installation.listed("--rule", rule)[0]["id"]
    ran = installation.run("findings", "show", str(number), *options)
    assert ran.code == 0, ran.err
    return ran


def test_title_reason_remedy(installation: Installation) -> None:
    out = shown(installation, "unknown-user").out
    assert "Unknown user" in out
    assert "no IServ account" in out
    assert "What to do: " in out


def test_whom_a_misspelt_login_perhaps_meant(installation: Installation) -> None:
    number = next(one["id"] for one in installation.listed("--rule", "unknown-user") if one["about"] == "DMPX0023")
    ran = installation.run("findings", "show", str(number))
    near = next(line for line in ran.out.splitlines() if line.startswith("Meant is perhaps: mdm-sync person P-"))
    assert installation.run("person", near.rpartition(" ")[2]).out.startswith("ole.beispiel ")


def test_the_assignment_behind_it_by_reference(installation: Installation) -> None:
    ran = shown(installation, "wrong-school")
    assert "mail address, at other schools" in ran.out
    assert "tom.woanders" not in ran.out


def test_the_devices_that_name_the_person(installation: Installation) -> None:
    document = shown(installation, "several-devices", "--format", "json").document["finding"]
    assert {one["serial"] for one in document["assignments"]} == {"DMPX0025", "DMPXTWIN"}


def test_the_sources_that_it_rests_on_and_their_age(installation: Installation) -> None:
    document = shown(installation, "wrong-school", "--format", "json").document["finding"]
    assert [one["name"] for one in document["sources"]] == ["jamf", "iserv-190002", "iserv-190003"]
    out = shown(installation, "device-unmanaged").out
    assert "Jamf Pro, read" in out
    assert "2 hours ago" in out
    assert "IServ" not in out


def test_a_class_by_its_name(installation: Installation) -> None:
    out = shown(installation, "class-short-of-devices").out
    assert "Klasse 1a" in out
    assert "Grundschule am Park (190001)" in out


@pytest.mark.parametrize("number", ["9999", "0"])
def test_an_unknown_number_is_wrong_usage(installation: Installation, number: str) -> None:
    ran = installation.run("findings", "show", number)
    assert ran.code == 2
    assert "findings list" in ran.err
