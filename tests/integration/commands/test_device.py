"""``mdm-sync device``: one device's story."""

import pytest

from tests.integration.commands.district import Installation


@pytest.mark.parametrize("name", ["DMPX0025", "dmpx0025", "INV-25", "ipad 25", "25", "device:25"])
def test_a_device_is_found_by_any_of_its_names(installation: Installation, name: str) -> None:
    ran = installation.run("device", name, "--format", "json")
    assert ran.code == 0, ran.err
    assert [one["serial"] for one in ran.document["devices"]] == ["DMPX0025"]


def test_where_it_is_whom_it_names_and_what_is_wrong(installation: Installation) -> None:
    (told,) = installation.run("device", "DMPX0025", "--format", "json").document["devices"]
    assert (told["site"], told["school"]) == ("GYM Ost", "190002")
    assert (told["assignment"]["state"], told["assignment"]["person_school"]) == ("matched", "190003")
    assert [one["rule"] for one in told["findings"]] == ["wrong-school"]
    assert [one["name"] for one in told["sources"]] == ["jamf", "iserv-190002", "iserv-190003"]


def test_a_person_is_named_only_where_names_are_wanted(installation: Installation) -> None:
    for options in ((), ("--format", "json")):
        assert "woanders" not in installation.run("device", "DMPX0025", *options).out
    assert "Tom Woanders, tom.woanders" in installation.run("device", "DMPX0025", "--names").out
    (told,) = installation.run("device", "DMPX0025", "--names", "--format", "json").document["devices"]
    assert told["person"]["login"] == "tom.woanders"


def test_all_devices_of_one_serial_number_are_shown(installation: Installation) -> None:
    ran = installation.run("device", "dmpxtwin")
    assert ran.out.count("iPad DMPXTWIN") == 2
    assert "Niemandsland" in ran.out


def test_solved_findings_are_part_of_the_story(installation: Installation) -> None:
    (told,) = installation.run("device", "DMPX0021", "--format", "json").document["devices"]
    assert [(one["rule"], one["open"]) for one in told["findings"]] == [("device-unassigned", False)]


def test_what_the_record_did_not_say_is_not_told_as_no(installation: Installation) -> None:
    out = installation.run("device", "C02MAC7").out
    supervised = next(line for line in out.splitlines() if line.startswith("Supervised"))
    assert supervised.split(maxsplit=1)[1].strip() == "not told"


def test_an_unknown_device_is_wrong_usage_with_the_nearest_as_a_hint(installation: Installation) -> None:
    ran = installation.run("device", "DMPX0O25")
    assert ran.code == 2
    assert "Did you mean DMPX0025" in ran.err
