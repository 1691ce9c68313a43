"""Every command as its user would call it: exit codes, formats, messages."""

import csv
import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
from tests.e2e.conftest import NOW, Installation, open_findings, steps, stored
from tests.settings_file import write_settings

pytestmark = pytest.mark.demo

DEADLINE = 60.0
HOLD_THE_STORE = """
import sys
from pathlib import Path
from state import Store
store = Store.open(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module", autouse=True)
def _reconciled(installation: Installation) -> None:
    assert installation.run("reconcile").code == 0


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.05)


def test_the_table_names_rules_counts_and_schools(installation: Installation) -> None:
    ran = installation.run("reconcile")
    assert ran.code == 0
    for word in ("device-unassigned", "unknown-user", "wrong-school", "No change.", "Grundschule"):
        assert word in ran.out
    assert "\x1b" not in ran.out + ran.err


def test_csv_has_one_row_for_each_open_finding(installation: Installation) -> None:
    rows = list(csv.DictReader(io.StringIO(installation.run("findings", "list", "--format", "csv").out)))
    assert {(row["rule"], row["subject"]) for row in rows} == open_findings(installation)


def test_a_finding_is_shown_with_reason_and_remedy(installation: Installation) -> None:
    listed = installation.run("findings", "list", "--format", "json").document["findings"]
    wrong_school = next(one for one in listed if one["rule"] == "wrong-school")
    shown = installation.run("findings", "show", str(wrong_school["id"]))
    assert shown.code == 0
    assert wrong_school["details"]["serial"] in shown.out
    assert "What to do:" in shown.out
    assert wrong_school["details"]["person"] in shown.out


def test_a_reference_is_resolved_for_who_may_read_the_store(installation: Installation) -> None:
    listed = installation.run("findings", "list", "--format", "json").document["findings"]
    details = next(one["details"] for one in listed if one["rule"] == "wrong-school")
    told = installation.run("person", details["person"])
    assert told.code == 0
    assert f"({details['person_school']})" in told.out


def test_a_dry_run_leaves_nothing(installation: Installation) -> None:
    device = next(one for one in open_findings(installation) if one[0] == "device-unassigned")[1].partition(":")[2]
    installation.ask("POST", f"/jamf/devices/{device}", {"username": "nobody.known"})
    before = _contents(installation.places.state), len(installation.mails), len(installation.summaries)
    ran = installation.run("reconcile", "--dry-run", "--format", "json")
    assert ran.code == 0
    assert steps(ran) == {"opened": 1, "resolved": 1}
    assert ran.document["outbox"] == {"new": ["summary"], "sent": 0, "errors": []}
    assert (_contents(installation.places.state), len(installation.mails), len(installation.summaries)) == before
    installation.ask("POST", f"/jamf/devices/{device}", {"username": ""})


def test_offline_judges_what_is_stored_and_reads_nothing(installation: Installation) -> None:
    installation.ask("POST", "/jamf/counters/reset")
    ran = installation.run("reconcile", "--offline", "--format", "json")
    assert (ran.code, ran.document["sources"]) == (0, [])
    assert installation.ask("GET", "/jamf/counters")["requests"] == {}


def test_one_school_alone_takes_the_devices_from_the_store(installation: Installation) -> None:
    names = [source["name"] for source in installation.run("status", "--format", "json").document["sources"]]
    school = next(name for name in names if name.startswith("iserv-")).removeprefix("iserv-")
    installation.ask("POST", "/jamf/counters/reset")
    ran = installation.run("reconcile", "--school", school, "--format", "json")
    assert [source["name"] for source in ran.document["sources"]] == [f"iserv-{school}"]
    assert installation.ask("GET", "/jamf/counters")["requests"] == {}


def test_findings_at_or_above_a_severity_end_with_code_4(installation: Installation) -> None:
    assert installation.run("reconcile", "--offline", "--fail-on", "warning").code == 4
    assert installation.run("reconcile", "--offline", "--fail-on", "critical").code == 0


def test_a_source_that_was_not_read_ends_with_code_3_and_is_named(installation: Installation) -> None:
    installation.fault("jamf", "lost-privileges", on=True)
    ran = installation.run("reconcile", "--fail-on", "info")
    installation.fault("jamf", "lost-privileges", on=False)
    assert ran.code == 3
    assert "NOT READ" in ran.out
    assert "Jamf Pro: " in ran.out


@pytest.mark.parametrize(
    "arguments",
    [("reconcile", "--school", "000000"), ("findings", "show", "999"), ("person", "P-000000000000"), ("nonsense",)],
    ids=" ".join,
)
def test_wrong_usage_ends_with_code_2_and_one_message(installation: Installation, arguments: tuple[str, ...]) -> None:
    ran = installation.run(*arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert ran.err.strip()


def test_wrong_settings_end_with_code_2(installation: Installation, tmp_path: Path) -> None:
    broken = write_settings(tmp_path / "broken.toml", '[jamf]\nurl = "http://plain.example"\nsecret = "x"\n')
    ran = installation.run("status", MDM_SYNC_CONFIG=str(broken))
    assert ran.code == 2
    assert "jamf.url" in ran.err
    assert "jamf.secret" in ran.err


def test_the_status_tells_when_each_source_was_read(installation: Installation) -> None:
    status = installation.run("status", "--format", "json").document
    assert all(source["complete_at"] for source in status["sources"])
    assert status["outbox"]["waiting"] == 0
    assert installation.run("status").code == 0


def test_what_cannot_leave_waits_and_leaves_later_once(installation: Installation) -> None:
    device = next(one for one in open_findings(installation) if one[0] == "device-unassigned")[1].partition(":")[2]
    before = len(installation.mails)
    installation.fault("mail", "temporary-refusal", on=True)
    installation.ask("POST", f"/jamf/devices/{device}", {"username": "nobody.known"})
    assert installation.run("reconcile").code == 0
    ran = installation.run("deliver", "--now")
    installation.fault("mail", "temporary-refusal", on=False)
    assert ran.code == 1
    assert "Still in the outbox" in ran.out
    waiting = installation.run("outbox", "list", "--format", "json").document["entries"]
    assert {one["state"] for one in waiting} == {"waiting"}
    assert len(installation.mails) == before
    assert installation.run("outbox", "retry", "--all").code == 0
    assert installation.run("deliver").code == 0
    assert len(installation.mails) == before + len(waiting)


def test_a_second_writer_is_told_who_is_at_work(installation: Installation) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD_THE_STORE,
            str(installation.places.state),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    settings = installation.places.settings
    as_it_was = settings.read_text()
    settings.write_text(as_it_was.replace("[state]\n", "[state]\nwait_seconds = 0\n"))
    ran = installation.run("reconcile")
    status = installation.run("status")
    settings.write_text(as_it_was)
    holder.communicate("")
    assert ran.code == 1
    assert str(holder.pid) in ran.err
    assert status.code == 0


def test_no_name_reaches_a_log_an_export_or_a_mail_to_others_than_its_own_school(installation: Installation) -> None:
    persons = stored(installation, "SELECT school, login FROM persons")
    logins = [login for _, login in persons]
    assert logins
    outputs = [
        installation.run("--verbose", "reconcile", "--format", "json"),
        installation.run("findings", "list", "--all", "--format", "csv"),
        installation.run("findings", "list", "--all", "--format", "json"),
        installation.run("status", "--format", "json"),
    ]
    texts = [text for ran in outputs for text in (ran.out, ran.err)]
    assert not [login for login in logins for text in texts if login in text]
    values = {value for summary in installation.summaries for value in _values(summary)}
    assert not [login for login in logins for value in values if login in value]
    schools = {school.contact: school.number for school in generate(Plan(now=NOW)).schools}
    for path in installation.mails:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        own = {login for school, login in persons if school == schools.get(str(message["To"]))}
        bodies = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        assert not [login for login in logins for body in bodies if login not in own and login in body]


def _values(part: object) -> Iterator[str]:
    """All texts in a JSON document but the names of its fields, which all summaries share."""
    match part:
        case dict():
            for inner in part.values():
                yield from _values(inner)
        case list():
            for inner in part:
                yield from _values(inner)
        case str():
            yield part
