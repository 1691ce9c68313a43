"""``mdm-sync init``: what it writes is what the other commands read."""

import json
import os
import tomllib
from pathlib import Path

import pytest

from tests.command_line import Ran, mdm_sync

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
