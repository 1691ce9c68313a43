"""``mdm-sync findings list``: filters, order, formats."""

import csv
import io

import pytest

from tests.integration.commands.district import OST, PARK, PERSONS, WEST, Installation


def rules(found: list[dict[str, object]]) -> set[object]:
    return {one["rule"] for one in found}


def test_of_one_school_or_several(installation: Installation) -> None:
    assert {one["school"] for one in installation.listed("--school", OST.number)} == {OST.number}
    both = installation.listed("--school", OST.number, "--school", PARK.number)
    assert {one["school"] for one in both} == {OST.number, PARK.number}


def test_of_the_district_alone(installation: Installation) -> None:
    found = installation.listed("--school", "district")
    assert {one["school"] for one in found} == {""}
    assert "site-without-school" in rules(found)


def test_of_one_rule_or_several(installation: Installation) -> None:
    assert rules(installation.listed("--rule", "unknown-user", "--rule", "wrong-school")) == {
        "unknown-user",
        "wrong-school",
    }


def test_at_or_above_a_severity(installation: Installation) -> None:
    assert {one["severity"] for one in installation.listed("--severity", "critical")} == {"critical"}
    assert {one["severity"] for one in installation.listed("--severity", "warning")} == {"critical", "warning"}


def test_open_since_a_moment_or_later(installation: Installation) -> None:
    assert [one["about"] for one in installation.listed("--since", "24h")] == ["DMPX0026"]
    assert len(installation.listed("--since", "4d")) == len(installation.listed())
    assert installation.listed("--since", "2199-01-01") == []


@pytest.mark.parametrize("name", ["DMPX0024", "dmpx0024", "inv-24", "GRÖSSE ÄRZTE-IPAD", " größe ärzte-ipad "])
def test_about_one_device_by_any_of_its_names(installation: Installation, name: str) -> None:
    found = installation.listed("--device", name)
    assert rules(found) == {"device-unassigned", "device-unmanaged"}
    assert {one["about"] for one in found} == {"DMPX0024"}


def test_about_a_serial_number_that_stands_twice(installation: Installation) -> None:
    assert "duplicate-serial" in rules(installation.listed("--device", "dmpxtwin"))


def test_solved_ones_are_left_out_unless_all_are_wanted(installation: Installation) -> None:
    assert installation.listed("--device", "DMPX0021") == []
    (solved,) = installation.listed("--device", "DMPX0021", "--all")
    assert (solved["open"], solved["resolved_at"] is not None) == (False, True)


def test_the_most_severe_first_unless_told_otherwise(installation: Installation) -> None:
    ranks = {"critical": 0, "warning": 1, "info": 2}
    found = [ranks[one["severity"]] for one in installation.listed()]
    assert found == sorted(found)


@pytest.mark.parametrize(("order", "key"), [("rule", "rule"), ("school", "school")])
def test_sorted_by_letter(installation: Installation, order: str, key: str) -> None:
    found = [one[key] for one in installation.listed("--sort", order)]
    assert found == sorted(found)
    assert [one[key] for one in installation.listed("--sort", order, "--reverse")] == sorted(found, reverse=True)


def test_the_newest_first_where_they_are_sorted_by_age(installation: Installation) -> None:
    assert installation.listed("--sort", "since")[0]["about"] == "DMPX0026"
    assert installation.listed("--sort", "since", "--reverse")[-1]["about"] == "DMPX0026"


def test_devices_in_the_order_of_their_serial_numbers(installation: Installation) -> None:
    serials = [one["about"] for one in installation.listed("--sort", "device") if one["kind"] == "device"]
    assert serials == sorted(serials)


def test_a_limit_shows_the_first_and_tells_how_many_there_are(installation: Installation) -> None:
    every = installation.listed()
    ran = installation.run("findings", "list", "--limit", "2", "--format", "json")
    assert ran.document["findings"] == every[:2]
    assert ran.document["total"] == len(every)
    assert f"2 of {len(every)} findings" in installation.run("findings", "list", "--limit", "2").out


def test_every_kind_of_subject_is_told_readably(installation: Installation) -> None:
    found = {one["kind"]: one["about"] for one in installation.listed()}
    assert found["class"] == "Klasse 1a"
    assert found["site"] == "Niemandsland"
    assert found["serial"] == "DMPXTWIN"
    assert found["record"] == "device:99"
    assert str(found["person"]).startswith("P-")
    assert "Read Sites" in {one["about"] for one in installation.listed("--rule", "privilege-missing")}


def test_a_table_names_schools_and_the_district(installation: Installation) -> None:
    out = installation.run("findings", "list").out
    assert "Gymnasium Ost (190002)" in out
    assert "district" in out
    assert "\x1b" not in out


def test_csv_has_the_same_columns_and_rows_as_json(installation: Installation) -> None:
    rows = list(csv.DictReader(io.StringIO(installation.run("findings", "list", "--format", "csv").out)))
    assert [int(row["id"]) for row in rows] == [one["id"] for one in installation.listed()]
    assert {"id", "severity", "rule", "subject", "school", "about", "opened_at"} <= set(rows[0])


def test_no_person_is_named(installation: Installation) -> None:
    logins = [person.login for some in PERSONS.values() for person in some]
    outputs = [installation.run("findings", "list", "--all", "--format", one).out for one in ("table", "json", "csv")]
    assert not [login for login in logins for out in outputs if f" {login} " in out or f'"{login}"' in out]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--rule", "unknwon-user"), "did you mean unknown-user"),
        (("--rule", "xyz"), "device-unassigned"),
        (("--school", "999999"), "no school 999999"),
        (("--since", "yesterday"), "2026-11-20"),
        (("--since", "2026-13-01"), "7d"),
        (("--severity", "grave"), "critical"),
        (("--sort", "colour"), "severity"),
        (("--limit", "0"), "--limit"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_does_not_exist_is_wrong_usage(installation: Installation, arguments: tuple[str, ...], told: str) -> None:
    ran = installation.run("findings", "list", *arguments)
    assert ran.code == 2
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_nothing_that_fits_is_no_error(installation: Installation) -> None:
    ran = installation.run("findings", "list", "--school", WEST.number, "--severity", "critical")
    assert (ran.code, ran.out) == (0, "No finding fits.\n")
