"""``mdm-sync init``: what it writes is what the other commands read."""

import csv
import json
import os
import tomllib
from pathlib import Path

import pytest

from tests.command_line import Ran, mdm_sync, terminal_that_says
from tests.integration.test_schools_open_data import NORD, OLDER, line

ANSWERS = ("--language", "en", "--jamf-url", "https://jamf.example", "--client-id", "reader")
MAIL = ("--mail-host", "mail.example", "--sender", "mdm-sync@it.example", "--team", "team@it.example")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the settings are to be, in a folder that is not there yet."""
    return tmp_path / "mdm-sync" / "mdm-sync.toml"


def init(path: Path, *arguments: str) -> Ran:
    return mdm_sync("--config", str(path), "init", *arguments, environment=os.environ)


def test_the_answers_stand_in_settings_that_are_good_and_closed_to_others(path: Path) -> None:
    ran = init(path, *ANSWERS, *MAIL)
    assert ran.code == 0, ran.err
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    given = {name: value for name, value in written["mail"].items() if not isinstance(value, dict)}
    assert {"language": written["language"], "jamf": written["jamf"], "mail": given} == {
        "language": "en",
        "jamf": {"url": "https://jamf.example", "client_id": "reader"},
        "mail": {"host": "mail.example", "sender": "mdm-sync@it.example", "recipients": ["team@it.example"]},
    }
    assert path.stat().st_mode & 0o777 == 0o640
    checked = mdm_sync("--config", str(path), "schools", "check", environment=os.environ)
    assert checked.code == 0, checked.err


def test_without_mail_nothing_is_mailed(path: Path) -> None:
    assert init(path, *ANSWERS, "--mail-host", "-").code == 0
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    assert not {"mail", "upstream", "inventory"} & set(written)


def test_editors_find_a_schema_beside_it_that_knows_every_option(path: Path) -> None:
    assert init(path, *ANSWERS, "--mail-host", "-").code == 0
    assert path.read_text(encoding="utf-8").startswith("#:schema mdm-sync.schema.json\n")
    schema = json.loads(path.with_name("mdm-sync.schema.json").read_text(encoding="utf-8"))
    assert schema["additionalProperties"] is False
    assert "page_size" in schema["$defs"]["JamfSettings"]["properties"]


@pytest.fixture
def open_data(tmp_path: Path) -> Path:
    """Two schools of one Träger and one of another, as the ministry publishes them."""
    file = tmp_path / "schuldaten.csv"
    ours = ({"Schulnummer": "100001"}, {"Schulnummer": "100002", "Schulbezeichnung_1": "Ada-Lovelace-Schule"})
    another = {"Schulnummer": "100003", "Traegernummer": "10009"}
    file.write_text("\n".join(("sep=;", OLDER, *(line(**one) for one in (*ours, another)), "")), encoding="utf-8")
    return file


def test_the_register_begins_with_the_schools_of_the_open_data(path: Path, open_data: Path) -> None:
    ran = init(path, *ANSWERS, "--mail-host", "-", "--schools", str(open_data), "--traeger", NORD["Traegernummer"])
    assert ran.code == 0, ran.err
    assert "2 schools are in the register, all not connected." in ran.out
    with path.with_name("schools.csv").open(encoding="utf-8-sig", newline="") as register:
        rows = list(csv.DictReader(register, delimiter=";"))
    assert [(one["school"], one["name"], one["stage"]) for one in rows] == [
        ("100001", NORD["Schulbezeichnung_1"], "not connected"),
        ("100002", "Ada-Lovelace-Schule", "not connected"),
    ]


def test_on_a_terminal_it_asks_for_the_schools(path: Path, open_data: Path) -> None:
    with terminal_that_says(f"{open_data}\n{NORD['Traegernummer']}") as terminal:
        ran = mdm_sync(
            "--config", str(path), "init", *ANSWERS, "--mail-host", "-", environment=os.environ, stdin=terminal
        )
    assert "2 schools are in the register" in ran.out


def test_a_traeger_of_no_school_leaves_nothing(path: Path, open_data: Path) -> None:
    ran = init(path, *ANSWERS, "--mail-host", "-", "--schools", str(open_data), "--traeger", "99999")
    assert ran.code == 2
    assert "No school in the file has the Traegernummer 99999" in ran.err
    assert not path.exists()


def test_without_schools_the_way_to_fill_the_register_is_told(path: Path) -> None:
    ran = init(path, *ANSWERS, "--mail-host", "-")
    assert "The register is empty. Next: mdm-sync schools import schuldaten.csv" in " ".join(ran.out.split())


def test_what_is_there_already_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("mine")
    ran = init(path, *ANSWERS, *MAIL)
    assert (ran.code, path.read_text(), list(path.parent.iterdir())) == (2, "mine", [path])


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (("--jamf-url", "http://jamf.example", *ANSWERS[4:], "--mail-host", "-"), "jamf.url: must be an https://"),
        (ANSWERS[:4], "give --client-id"),
    ],
)
def test_answers_that_are_bad_or_missing_leave_nothing(path: Path, answers: tuple[str, ...], told: str) -> None:
    ran = init(path, *answers)
    assert ran.code == 2
    assert told in ran.err
    assert not path.exists()
