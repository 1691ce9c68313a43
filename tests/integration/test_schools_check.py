"""What is odd in a register that can be read."""

from pathlib import Path

import pytest

from connectors.schools import CsvRegister
from mdm_sync.errors import SettingsError
from mdm_sync.ports import RegisterCheck
from tests.integration.test_schools import HEADER, row

SUED = {"school": "100002", "name": "Süd", "sites": "GS Süd", "iserv_base": "dc=gs-sued,dc=test"}


def check(folder: Path, *lines: str, header: str = HEADER) -> RegisterCheck:
    path = folder / "schools.csv"
    path.write_text("\n".join((header, *lines)), encoding="utf-8")
    return CsvRegister(path).check()


def warnings(folder: Path, *lines: str) -> list[str]:
    return [str(note) for note in check(folder, *lines).warnings]


def test_nothing_is_odd_in_a_plain_register(tmp_path: Path) -> None:
    assert check(tmp_path, row(), row(**SUED)) == RegisterCheck(schools=2)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"sites": ""}, "a live school without sites: no device is counted as its own"),
        ({"contacts": ""}, "a live school without contacts: nobody there is written to"),
        ({"form": "2"}, 'form "2" is no key of a Schulform that is known, such as 02'),
        ({"name": ""}, "name is empty"),
        ({"staff_groups": "buero|lehrer"}, 'group "lehrer" stands in teacher_groups and in staff_groups'),
        ({"leaver_groups": "schueler"}, 'group "schueler" stands in student_groups and in leaver_groups'),
        ({"pool_names": "GSN-*|**"}, "pool_names holds a pattern that fits every device"),
        ({"spare_names": "*"}, "spare_names holds a pattern that fits every device"),
        ({"login_suffixes": "-gsn |-x"}, 'suffix "-gsn " ends with a blank, as no name does'),
    ],
)
def test_what_is_odd_is_told_with_its_line(tmp_path: Path, cells: dict[str, str], told: str) -> None:
    assert warnings(tmp_path, row(**SUED), row(**cells)) == [f"line 3: {told}"]


@pytest.mark.parametrize("stage", ["observed", "not connected"])
def test_a_school_that_is_not_live_yet_needs_neither_sites_nor_contacts(tmp_path: Path, stage: str) -> None:
    assert warnings(tmp_path, row(stage=stage, sites="", contacts="")) == []


def test_two_schools_with_one_directory_are_told_however_it_is_written(tmp_path: Path) -> None:
    same = {**SUED, "iserv_base": "DC=GS-Nord, dc=test"}

    assert warnings(tmp_path, row(), row(**same)) == [
        'line 3: iserv_base "DC=GS-Nord, dc=test" stands already in line 2'
    ]


def test_problems_and_oddities_are_told_together(tmp_path: Path) -> None:
    found = check(tmp_path, row(stage="lvie"), row(**{**SUED, "contacts": ""}))

    assert [str(note) for note in found.problems] == ['line 2: stage "lvie" is none of: not connected, observed, live']
    assert [str(note) for note in found.warnings] == [
        "line 3: a live school without contacts: nobody there is written to"
    ]


def test_without_the_columns_nothing_else_is_judged(tmp_path: Path) -> None:
    found = check(tmp_path, row(), header=HEADER.replace(";stage;", ";stge;"))

    assert [note.text for note in found.problems] == [
        "columns missing: stage",
        'column "stge" is unknown; did you mean stage?',
    ]
    assert found.warnings == ()


def test_there_is_nothing_to_check_without_a_register(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        CsvRegister(tmp_path / "schools.csv").check()
