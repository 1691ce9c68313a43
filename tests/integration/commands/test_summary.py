"""``mdm-sync summary``: the totals now and on a day of the history."""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mdm_sync.bootstrap import utc_now
from mdm_sync.core.summary import schema_of_summary
from tests.integration.commands.district import DEVICES, PARK, PERSONS, SCHOOLS, Installation, cycle, install, ipad
from tests.summary_schema import valid

LATEST = timedelta(hours=2)
"""How long ago the last cycle of the district was."""


@pytest.fixture
def summary(installation: Installation) -> dict[str, Any]:
    ran = installation.run("summary", "--format", "json")
    assert ran.code == 0, ran.err
    document: dict[str, Any] = ran.document
    return document


def test_json_keeps_to_the_schema(summary: dict[str, Any]) -> None:
    valid(summary)


def test_it_counts_what_the_store_holds(summary: dict[str, Any]) -> None:
    ipads = len({one.serial for one in DEVICES if one.kind == "ipad"})
    district = summary["district"]

    assert district["students"] + district["teachers"] == sum(map(len, PERSONS.values()))
    assert district["ipads"]["all"]["all"] + district["ipads_without_school"] == ipads
    assert [one["students"] for one in summary["schools"]] == [6, 2, 1]


def test_schools_add_up_to_forms_and_these_to_the_district(summary: dict[str, Any]) -> None:
    for name in ("schools", "students", "teachers", "other_devices"):
        sums = [sum(one[name] for one in summary[level]) for level in ("schools", "forms", "campuses", "supports")]
        assert sums == [summary["district"][name]] * 4


def test_the_schema_is_printed_without_any_settings(tmp_path: Path) -> None:
    ran = Installation(tmp_path).run("summary", "--schema")

    assert (ran.code, json.loads(ran.out)) == (0, schema_of_summary())


def test_csv_has_a_row_for_each_school_and_each_sum(installation: Installation, summary: dict[str, Any]) -> None:
    rows = list(csv.DictReader(StringIO(installation.run("summary", "--format", "csv").out)))

    assert [row["level"] for row in rows] == ["district", *["form"] * 3, "campus", "support", *["school"] * 3]
    whole = rows[0]
    assert (int(whole["students"]), int(whole["ipads_all_all"])) == (9, summary["district"]["ipads"]["all"]["all"])
    assert [row["machines_desktops"] for row in rows] == [""] * len(rows)
    assert {row["key"] for row in rows if row["level"] == "school"} == {school.number for school in SCHOOLS}


def test_the_table_shows_forms_or_schools_and_the_sum(installation: Installation) -> None:
    by_form = installation.run("summary").out
    by_school = installation.run("summary", "--by", "school").out

    assert "Grundschule         1         6" in by_form
    assert "Gymnasium Ost" in by_school
    assert "All                 3         9         1" in by_form
    assert "iPads in no school's site: 2" in by_form


def test_in_german(installation: Installation) -> None:
    installation.speak("de")
    out = installation.run("summary").out
    installation.speak("en")

    assert "Grundschule" in out
    assert "Zu ersetzen" in out
    assert "iPads in der Site keiner Schule: 2" in out


def test_a_sum_of_which_a_part_is_not_known_is_told_as_at_least(tmp_path: Path) -> None:
    installation = install(tmp_path)
    cycle(installation.state, utc_now() - LATEST, devices=DEVICES, unread=[PARK])
    out = " ".join(installation.run("summary").out.split())

    assert "Grundschule 1 – – 2 2 0 0 0 – – – –" in out
    assert "All 3 ≥ 3 ≥ 1" in out
    assert "The directory of 1 school was never read." in out


class TestOfADay:
    @pytest.fixture
    def district(self, tmp_path: Path) -> Installation:
        """A cycle ten days ago, none between, and two yesterday, each with one iPad more."""
        installation = install(tmp_path)
        one, two = ipad(77, 2), ipad(78, 2)
        for days, hour, devices in ((10, 8, DEVICES), (1, 8, [*DEVICES, one]), (1, 16, [*DEVICES, one, two])):
            cycle(installation.state, _moment(days, hour), devices=devices)
        return installation

    @pytest.mark.parametrize(("days", "more"), [(10, 0), (9, 0), (2, 0), (1, 1)])
    def test_the_totals_are_those_of_its_first_cycle_or_of_the_last_day_before(
        self, district: Installation, days: int, more: int
    ) -> None:
        then = district.run("summary", "--as-of", f"{_moment(days):%Y-%m-%d}", "--format", "json").document
        counted = _moment(1 if more else 10, 8)

        assert then["district"]["ipads"]["all"]["all"] == 8 + more
        assert datetime.fromisoformat(then["run"]["counted_at"]) == counted
        valid(then)

    @pytest.mark.parametrize("days", [11, -1])
    def test_there_are_none_before_the_first_and_none_of_tomorrow(self, district: Installation, days: int) -> None:
        ran = district.run("summary", "--as-of", f"{_moment(days):%Y-%m-%d}")

        assert ran.code == 1
        assert "The history holds no totals of" in ran.err


def _moment(days_ago: int, hour: int = 12) -> datetime:
    """A moment of a day in UTC, at which it is the same day in Germany."""
    return (utc_now() - timedelta(days=days_ago)).replace(hour=hour, minute=0, second=0, microsecond=0)
