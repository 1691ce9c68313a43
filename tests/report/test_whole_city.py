"""The tables of a real city, to the last digit: from the demo's history and a file of earlier years.

Where ``MDM_SYNC_FIGURES`` names a file with the figures of a real district, its tables are compared as well.
"""

import csv
import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mdm_sync.demo.district.figures import BERUFSKOLLEG, FORMS, WEITERBILDUNGSKOLLEG

pytestmark = pytest.mark.verify
TOGETHER = "Berufskolleg und Weiterbildungskolleg"
FIGURES_VARIABLE = "MDM_SYNC_FIGURES"


def rows(files: dict[str, str], table: str) -> dict[str, list[str]]:
    """A table's rows by their names, without the last cell, which says whether all is known."""
    lines = list(csv.reader(StringIO(files[f"{table}.csv"].removeprefix("\ufeff")), delimiter=";"))
    return {name: cells[:-1] for name, *cells in lines[1:]}


def small_sample() -> dict[str, Any]:
    """The figures that the demo is built to, and the published ones of three years, as such a file has them."""
    joined = {BERUFSKOLLEG, WEITERBILDUNGSKOLLEG}
    by_form = {form.name: form.ipads for form in FORMS if form.key not in joined}
    by_form[TOGETHER] = sum(form.ipads for form in FORMS if form.key in joined)
    machines = {
        form.name: {"desktop": form.desktops, "laptop": form.laptops, "total": form.desktops + form.laptops}
        for form in FORMS
    }
    return {
        "ipads_end_2023": {"by_form": by_form, "by_form_total": 80_310, "change_on_year": 13_672, "in_repair": 1_047},
        "other_devices": {"by_form": machines},
        "damage": [
            {"year": 2021, "ipads_in_schools": 27_315, "cases": 123, "percent": "0,45"},
            {"year": 2022, "ipads_in_schools": 38_640, "cases": 285, "percent": "0,74"},
            {"year": 2023, "ipads_in_schools": 81_961, "cases": 1_047, "percent": "1,28"},
        ],
        "theft_and_loss": [
            {"year": 2021, "ipads_in_schools": 27_315, "cases": 51, "percent": "0,19"},
            {"year": 2022, "ipads_in_schools": 38_640, "cases": 60, "percent": "0,16"},
            {"year": 2023, "ipads_in_schools": 81_961, "cases": 105, "percent": "0,13", "stolen": 89, "lost": 16},
        ],
    }


@pytest.fixture(params=["demo", "file"])
def figures(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "demo":
        return small_sample()
    named = os.environ.get(FIGURES_VARIABLE)
    if not named:
        pytest.skip(f"{FIGURES_VARIABLE} names no file of figures")
    found: dict[str, Any] = json.loads(Path(named).read_text(encoding="utf-8"))
    return found


def test_ipads_by_form_and_their_change(german: dict[str, str], figures: dict[str, Any]) -> None:
    expected, told = figures["ipads_end_2023"], rows(german, "ipads-by-form")

    assert {name: int(cells[1]) for name, cells in told.items() if name != "Alle"} == expected["by_form"]
    assert int(told["Alle"][1]) == expected["by_form_total"]
    assert int(told["Alle"][3]) == expected["change_on_year"]
    assert int(rows(german, "repair")["Alle"][2]) == expected["in_repair"]


def test_other_devices_by_form(german: dict[str, str], figures: dict[str, Any]) -> None:
    told = rows(german, "other-devices")

    assert {name: [int(cell) for cell in cells[:3]] for name, cells in told.items() if name != "Alle"} == {
        name: [one["desktop"], one["laptop"], one["total"]] for name, one in figures["other_devices"]["by_form"].items()
    }


def test_damage(german: dict[str, str], figures: dict[str, Any]) -> None:
    assert rows(german, "damage") == {
        str(one["year"]): [str(one["ipads_in_schools"]), str(one["cases"]), one["percent"]] for one in figures["damage"]
    }


def test_theft_and_loss(german: dict[str, str], figures: dict[str, Any]) -> None:
    told = rows(german, "theft-and-loss")

    assert {name: cells[:3] for name, cells in told.items()} == {
        str(one["year"]): [str(one["ipads_in_schools"]), str(one["cases"]), one["percent"]]
        for one in figures["theft_and_loss"]
    }
    *_, last = figures["theft_and_loss"]
    assert [told["2023"][3], told["2023"][5]] == [str(last["stolen"]), str(last["lost"])]
    assert told["2022"][3:] == [""] * 4
