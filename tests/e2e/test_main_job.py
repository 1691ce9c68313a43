"""The main job on a district: what was planted is found, once, and told once."""

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from mdm_sync.core.rules import LOSS_RULES, RULES
from mdm_sync.demo.district import generate
from mdm_sync.demo.district.truth import expected
from mdm_sync.demo.model import DemoDevice, District, Plan
from tests.command_line import Ran
from tests.e2e.conftest import NOW, Installation, open_findings, steps, stored
from tests.summary_schema import valid

pytestmark = pytest.mark.demo
TEAM = "mdm-team@systemhaus.example"


def device_subject(device: DemoDevice) -> str:
    return f"{'computer' if device.family == 'computer' else 'device'}:{device.jamf_id}"


@pytest.fixture(scope="module")
def district() -> District:
    return generate(Plan(now=NOW))


@pytest.fixture(scope="module")
def first(installation: Installation) -> Ran:
    exported = str(installation.places.folder / "incidents.csv")
    assert installation.run("incidents", "import", exported).code == 0
    return installation.run("reconcile", "--format", "json")


@pytest.fixture(scope="module")
def second(installation: Installation, first: Ran) -> Ran:
    assert first.code == 0
    return installation.run("reconcile", "--format", "json")


def test_every_source_is_read(first: Ran, district: District) -> None:
    sources = {source["name"]: source for source in first.document["sources"]}
    assert set(sources) == {"jamf", "inventory", *(f"iserv-{school.number}" for school in district.schools)}
    assert [source["error"] for source in sources.values()] == [None] * len(sources)
    assert sources["jamf"]["added"] == len(district.devices)


def test_what_was_planted_is_found_and_nothing_else(first: Ran, district: District) -> None:
    found = {(one["rule"], one["subject"]) for one in first.document["findings"]}
    assert found == expected(district, {rule.id for rule in RULES})


def test_a_second_cycle_changes_nothing(second: Ran) -> None:
    assert second.code == 0
    assert steps(second) == {}
    changes = [(one["added"], one["changed"], one["missing"], one["removed"]) for one in second.document["sources"]]
    assert changes == [(0, 0, 0, 0)] * len(changes)
    assert second.document["outbox"] == {"new": [], "sent": 0, "errors": []}


def test_thefts_are_told_at_once_each_school_is_told_of_itself_and_nothing_is_told_twice(
    installation: Installation, second: Ran, district: District
) -> None:
    assert second.code == 0
    contacts = [school.contact for school in district.schools]
    assert [str(_message(path)["To"]) for path in installation.mails] == [TEAM, TEAM, *contacts]
    assert len({_message(path)["Message-ID"] for path in installation.mails}) == 2 + len(contacts)
    assert len(installation.summaries) == 1


def _message(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _text(path: Path) -> str:
    body = _message(path).get_body(("plain",))
    return str(body.get_content()) if isinstance(body, EmailMessage) else ""


def test_the_first_mail_tells_the_first_look_as_a_whole(
    installation: Installation, second: Ran, district: District
) -> None:
    assert second.code == 0
    text = _text(installation.mails[1])
    assert "First look" in text
    missing = {subject for _, subject in expected(district, {rule.id for rule in LOSS_RULES})}
    named = {device_subject(one) for one in district.devices if one.serial and one.serial in text}
    assert named
    assert named <= missing


def test_the_summary_counts_what_the_district_has(installation: Installation, second: Ran, district: District) -> None:
    assert second.code == 0
    summary = installation.summaries[0]
    assert summary["district"]["schools"] == len(district.schools)
    counts = summary["district"]
    ipads = len({device.serial or device.jamf_id for device in district.devices if device.device_type == "iOS"})
    assert counts["ipads"]["all"]["all"] + counts["ipads_without_school"] == ipads
    for level in ("schools", "forms", "campuses", "supports"):
        assert sum(one["ipads"]["all"]["all"] for one in summary[level]) == counts["ipads"]["all"]["all"]
    valid(summary)
    told = re.findall(r'"[^"]*"(?!:)', json.dumps(summary))
    assert not [person.login for person in district.persons if any(person.login in value for value in told)]


def _subjects(ran: Ran, rule: str) -> set[str]:
    return {one["subject"] for one in ran.document["findings"] if one["rule"] == rule}


def test_a_finding_is_solved_when_its_cause_is_mended(
    installation: Installation, second: Ran, district: District
) -> None:
    waiting = min(_subjects(second, "student-without-device"))
    school, _, uuid = waiting.removeprefix("person:").partition("/")
    ((login,),) = stored(installation, "SELECT login FROM persons WHERE school = ? AND uuid = ?", school, uuid)
    at_the_school = "SELECT min(subject) FROM findings WHERE rule = 'device-unassigned' AND school = ?"
    ((device,),) = stored(installation, at_the_school, school)
    record = f"/jamf/devices/{device.partition(':')[2]}"
    installation.ask("POST", record, {"username": login})
    third = installation.run("reconcile", "--format", "json")
    assert steps(third) == {"resolved": 2}
    assert not {("device-unassigned", device), ("student-without-device", waiting)} & open_findings(installation)
    assert len(installation.mails) == 4
    assert installation.run("deliver", "--now").code == 0
    to_team, to_school = installation.mails[4:]
    assert (_message(to_team)["To"], "Solved" in _text(to_school)) == (TEAM, True)
    assert login in _text(to_school)
    mail = _text(to_team)
    assert [one.serial for one in district.devices if one.serial and one.serial in mail]
    assert not [person.login for person in district.persons if person.login in mail]
    installation.ask("POST", record, {"username": ""})
    assert installation.run("reconcile", "--format", "json").document["transitions"]["reopened"] == 2


def test_a_theft_is_one_mail_at_once_and_its_end_a_line_in_the_next_digest(
    installation: Installation, second: Ran, district: District
) -> None:
    wrong = {subject for _, subject in open_findings(installation)}
    stolen = next(one for one in district.devices if one.device_type == "iOS" and device_subject(one) not in wrong)
    assert second.code == 0
    assert installation.run("deliver", "--now").code == 0
    before = len(installation.mails)
    school = district.schools[0].number
    assert installation.run("incidents", "add", "theft", "--serial", stolen.serial, "--school", school).code == 0
    for _ in range(2):
        assert installation.run("watch").code == 0
    (at_once,) = installation.mails[before:]
    assert (_message(at_once)["To"], stolen.serial in _text(at_once)) == (TEAM, True)
    number = installation.run("incidents", "list", "--format", "json").document["incidents"][-1]["number"]
    assert installation.run("incidents", "close", str(number), "--as", "recovered").code == 0
    assert installation.run("watch").code == 0
    assert len(installation.mails) == before + 1
    assert installation.run("deliver", "--now").code == 0
    digest = _message(next(path for path in installation.mails[before + 1 :] if _message(path)["To"] == TEAM))
    assert str(_message(at_once)["Message-ID"]) in str(digest["References"]).split()


def test_a_mail_to_try_it_out_arrives_and_a_preview_sends_nothing(
    installation: Installation, second: Ran, tmp_path: Path
) -> None:
    assert second.code == 0
    before = len(installation.mails)
    assert installation.run("mail", "test", "eva@systemhaus.example").code == 0
    (arrived,) = installation.mails[before:]
    assert _message(arrived)["To"] == "eva@systemhaus.example"
    assert installation.run("mail", "test", "eva").code == 2
    installation.fault("mail", "permanent-refusal", on=True)
    refused = installation.run("mail", "test", "eva@systemhaus.example")
    installation.fault("mail", "permanent-refusal", on=False)
    assert (refused.code, "550" in refused.err) == (1, True)
    assert installation.run("mail", "preview", str(tmp_path / "mails")).code == 0
    files = sorted((tmp_path / "mails").iterdir())
    assert {file.suffix for file in files} == {".eml", ".html", ".txt"}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert {str(_message(file)["To"]) for file in files if file.suffix == ".eml"} > {TEAM}
    assert installation.run("audit", "--format", "json").document["entries"][0]["act"] == "mail preview"
    assert len(installation.mails) == before + 1
    assert installation.run("outbox", "list", "--format", "json").document["entries"] == []
