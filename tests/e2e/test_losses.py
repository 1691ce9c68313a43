"""Thefts and losses on a district: a dirty export comes in, and exactly what was planted about locks is found."""

import os

import pytest

from mdm_sync.core.rules import LOSS_RULES
from mdm_sync.core.rules.book import rule_ids
from mdm_sync.demo.district import generate
from mdm_sync.demo.district.truth import expected
from mdm_sync.demo.model import DemoDevice, District, Plan
from tests.command_line import Ran
from tests.e2e.conftest import NOW, Installation, open_findings
from tests.replacing import replace
from tests.settings_file import write_settings

pytestmark = pytest.mark.demo

PLAN = Plan(now=NOW)
LOSSES = rule_ids(LOSS_RULES)
HEADINGS = (
    *("Vorgangsnummer", "Art der Meldung", "Seriennummer", "Inventarnummer", "Schulnummer"),
    *("Tag des Ereignisses", "Gemeldet am", "Status"),
)
LONG_AGO = 60.0
"""Seconds before now of the last write to a file that is complete."""


def imported(installation: Installation) -> Ran:
    return installation.run("incidents", "import", str(installation.places.folder / "incidents-dirty.csv"), "--json")


def judged(installation: Installation) -> set[tuple[str, str]]:
    assert installation.run("reconcile").code == 0
    return {finding for finding in open_findings(installation) if finding[0] in LOSSES}


def on_day(day: int) -> District:
    return generate(replace(PLAN, day=day))


@pytest.fixture(scope="module")
def first_import(installation: Installation) -> Ran:
    return imported(installation)


@pytest.fixture(scope="module")
def days(installation: Installation, first_import: Ran) -> dict[int, set[tuple[str, str]]]:
    """What is open about losses on each of three days, each time after the export of that day."""
    assert first_import.code == 0
    found = {1: judged(installation)}
    for day in (2, 3):
        installation.ask("PUT", "/district/day", {"day": day})
        assert imported(installation).code == 0
        found[day] = judged(installation)
    installation.ask("PUT", "/district/day", {"day": 1})
    assert imported(installation).code == 0
    judged(installation)
    return found


def test_a_dirty_export_comes_in_whole_and_its_bad_lines_are_told(first_import: Ran) -> None:
    (told,) = first_import.document["files"]
    incidents = on_day(1).incidents
    assert told["new"] == len(incidents) + 2
    assert [double["case_number"] for double in told["doubles"]] == ["V-doppelt-1"]
    assert [(line["field"], line["reason"]) for line in told["unreadable"]] == [
        ("Tag des Ereignisses", '"31.02.2026" is no day such as 23.11.2026 or 2026-11-23'),
        ("Tag des Ereignisses", '"vorgestern" is no day such as 23.11.2026 or 2026-11-23'),
        ("", "11 cells where there are 9 columns"),
        ("", "3 cells where there are 9 columns"),
    ]


@pytest.mark.parametrize("day", [1, 2, 3])
def test_exactly_the_planted_lock_findings_are_found(days: dict[int, set[tuple[str, str]]], day: int) -> None:
    assert days[day] == expected(on_day(day), LOSSES)


@pytest.fixture(scope="module")
def stolen(installation: Installation, days: dict[int, set[tuple[str, str]]]) -> DemoDevice:
    """An iPad with which nothing is wrong, and that is reported stolen now, by a file in the watched folder."""
    assert days
    wrong = {subject for _, subject in open_findings(installation)}
    reported = {incident.serial for incident in on_day(1).incidents}
    device = next(
        one
        for one in on_day(1).devices
        if one.device_type == "iOS" and f"device:{one.jamf_id}" not in wrong and one.serial not in reported
    )
    put(
        installation,
        "theft.csv",
        ("V-neu-1", "Diebstahl", device.serial, "", school(), "", "01.09.2020 08:00", "offen"),
    )
    return device


def report_of(device: DemoDevice) -> tuple[str, ...]:
    return ("V-neu-1", "Diebstahl", device.serial, "", school(), "", "01.09.2020 08:00", "offen")


def school() -> str:
    return on_day(1).schools[0].number


def put(installation: Installation, name: str, *rows: tuple[str, ...], age: float = LONG_AGO) -> None:
    """Put a file into the watched folder."""
    path = installation.places.folder / "incidents" / name
    path.write_text("\n".join(";".join(row) for row in (HEADINGS, *rows)), encoding="utf-8")
    now = path.stat().st_mtime
    os.utime(path, (now - age, now - age))


def calls(installation: Installation) -> dict[str, int]:
    requests: dict[str, int] = installation.ask("GET", "/jamf/counters")["requests"]
    return requests


def test_a_theft_in_the_watched_folder_is_flagged_by_the_watch_without_a_sweep(
    installation: Installation, stolen: DemoDevice
) -> None:
    assert installation.run("incidents", "watch", "--once").code == 0
    assert not (installation.places.folder / "incidents" / "theft.csv").exists()
    assert (installation.places.folder / "incidents" / "done" / "theft.csv").exists()
    mails = len(installation.mails)
    installation.ask("POST", "/jamf/counters/reset")
    watched = installation.run("watch", "--format", "json")
    assert watched.code == 0
    subject = f"device:{stolen.jamf_id}"
    found = {one["rule"] for one in watched.document["findings"] if one["subject"] == subject}
    assert {"stolen-not-locked", "stolen-device-seen"} <= found
    assert len(installation.mails) == mails + 1
    assert sum(calls(installation).values()) <= 7
    assert watched.document["read"] < len(on_day(1).devices) / 2


@pytest.mark.usefixtures("stolen")
def test_a_second_watch_has_no_news(installation: Installation) -> None:
    mails = len(installation.mails)
    assert installation.run("watch", "--format", "json").document["transitions"]["opened"] == 0
    assert len(installation.mails) == mails


@pytest.mark.usefixtures("stolen")
@pytest.mark.parametrize("fault", ["lost-filter-ignored", "commands-unfiltered"])
def test_a_filter_that_the_server_ignores_is_told_and_concludes_nothing(installation: Installation, fault: str) -> None:
    before = open_findings(installation)
    installation.fault("jamf", fault, on=True)
    watched = installation.run("watch", "--format", "json")
    installation.fault("jamf", fault, on=False)
    assert watched.code == 3
    assert "filter" in watched.document["error"]
    assert open_findings(installation) == before


def test_a_closed_incident_solves_its_findings(installation: Installation, stolen: DemoDevice) -> None:
    listed = installation.run("incidents", "list", "--format", "json").document["incidents"]
    number = next(one["number"] for one in listed if one["serial"] == stolen.serial)
    assert installation.run("incidents", "close", str(number), "--as", "recovered").code == 0
    installation.run("watch")
    assert f"device:{stolen.jamf_id}" not in {
        subject for rule, subject in open_findings(installation) if rule in LOSSES
    }
    put(
        installation,
        "again.csv",
        ("V-neu-1", "Diebstahl", stolen.serial, "", school(), "", "01.09.2020 08:00", "offen"),
    )
    installation.run("incidents", "watch", "--once")
    shown = installation.run("incidents", "show", str(number), "--format", "json").document["incident"]
    assert shown["handling"] == "recovered"


def test_a_mistyped_serial_is_an_open_question_with_a_hint(installation: Installation, stolen: DemoDevice) -> None:
    wrong = f"{stolen.serial[:-1]}Z"
    added = installation.run("incidents", "add", "theft", "--serial", wrong.lower(), "--school", school())
    assert added.code == 0
    assert stolen.serial in added.out
    number = added.out.split("number ")[1].split(".")[0]
    corrected = installation.run("incidents", "change", number, "--serial", stolen.serial)
    assert corrected.code == 0
    assert "No device" not in corrected.out
    assert installation.run("incidents", "close", number, "--as", "recovered").code == 0


def test_a_mail_that_cannot_leave_is_told_by_the_watch(installation: Installation, stolen: DemoDevice) -> None:
    added = installation.run("incidents", "add", "theft", "--serial", stolen.serial, "--school", school())
    installation.fault("mail", "temporary-refusal", on=True)
    watched = installation.run("watch")
    installation.fault("mail", "temporary-refusal", on=False)
    assert watched.code == 0
    assert "Still in the outbox" in watched.out
    number = added.out.split("number ")[1].split(".")[0]
    assert installation.run("incidents", "close", number, "--as", "recovered").code == 0


def test_half_written_files_wait_and_bad_ones_are_rejected_with_the_reasons_beside_them(
    installation: Installation, stolen: DemoDevice
) -> None:
    folder = installation.places.folder / "incidents"
    row = ("V-neu-2", "Diebstahl", stolen.serial, "", school(), "", "morgen", "offen")
    put(installation, "young.csv", row, age=0)
    put(installation, "unfinished.csv.part", row)
    put(installation, "bad-dates.csv", row)
    (folder / "no-export.csv").write_text("a;b\n1;2\n")
    os.utime(folder / "no-export.csv", (0, 0))
    assert installation.run("incidents", "watch", "--once").code == 0
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"young.csv", "unfinished.csv.part", "rejected/bad-dates.csv", "rejected/no-export.csv"} <= there
    assert "morgen" in (folder / "rejected" / "bad-dates.csv.reasons.txt").read_text()
    assert "columns missing" in (folder / "rejected" / "no-export.csv.reasons.txt").read_text()


EARLIER = """Jahr;iPads;Schäden;Diebstahl und Verlust;Diebstahl;Verlust
2021;27315;123;51;;
2022;38640;285;60;;
2023;81961;1047;;89;16
"""


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        ("de", ["27.315 123 0,45 % 51 0,19 %", "38.640 285 0,74 % 60 0,16 %", "81.961 1.047 1,28 % 105 0,13 %"]),
        ("en", ["27,315 123 0.45 % 51 0.19 %", "38,640 285 0.74 % 60 0.16 %", "81,961 1,047 1.28 % 105 0.13 %"]),
    ],
)
@pytest.mark.usefixtures("days")
def test_the_yearly_figures_are_written_as_people_write_them(
    installation: Installation, language: str, rows: list[str]
) -> None:
    earlier = installation.places.folder / "earlier.csv"
    earlier.write_text(EARLIER, encoding="utf-8")
    written = installation.places.settings.read_text(encoding="utf-8")
    text = written.replace('language = "en"', f'language = "{language}"')
    settings = write_settings(installation.places.folder / f"settings-{language}.toml", text)
    ran = installation.run("incidents", "figures", "--earlier", str(earlier), MDM_SYNC_CONFIG=str(settings))
    assert ran.code == 0
    told = " ".join(ran.out.split())
    assert all(row in told for row in rows)


@pytest.mark.usefixtures("days")
def test_one_incident_changes_exactly_its_own_cells(installation: Installation) -> None:
    def years() -> list[dict[str, object]]:
        told: list[dict[str, object]] = installation.run("incidents", "figures", "--format", "json").document["years"]
        return told

    before = years()
    added = installation.run("incidents", "add", "loss", "--asset-tag", "IT-0", "--school", school())
    assert added.code == 0
    *same, now = years()
    changed = {name for name, value in now.items() if value != before[-1][name]}
    assert same == before[:-1]
    assert {"missing", "losses"} <= changed <= {"missing", "losses", "missing_percent", "losses_percent"}
