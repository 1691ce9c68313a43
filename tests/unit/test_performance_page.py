"""The page about speed: what was measured comes into it as tables and as a picture, and nothing else of it changes."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench.report import BEGIN, END, page, table
from tests.bench.results import Row, Run, Series, keep, read

FLOOR = Series(name="floor", runs=[Run(seconds=2.0), Run(seconds=4.0), Run(seconds=3.0)])
CYCLE = Series(
    name="first & full cycle",
    runs=[Run(seconds=8.0, cpu=9.0), Run(seconds=8.0, cpu=7.0), Run(seconds=9.0, cpu=8.0)],
    beside=FLOOR.runs,
    mark=3.0,
    mebibytes=179.6,
    counted={"Jamf Pro requests": 1090, "LDAP entries": 0},
)
ROW = Row(
    name="cycle",
    measured_at="2026-11-25 10:00 UTC",
    machine="a machine",
    district="2 schools",
    series=[FLOOR, CYCLE],
    truth="7 of 7 planted findings, 0 not planted",
)


def test_a_table_tells_medians_spread_and_how_each_run_stands_to_the_floor_beside_it() -> None:
    assert table(ROW) == (
        "2 schools. a machine. 2026-11-25 10:00 UTC.\n"
        "Truth after each timed cycle: 7 of 7 planted findings, 0 not planted.\n"
        "\n"
        "|  | seconds, median | spread | × floor, median (spread) | at most | CPU s | peak MiB (PSS) "
        "| servers counted |\n"
        "|---|---|---|---|---|---|---|---|\n"
        "| floor | 3.00 | 2.00 to 4.00 |  |  |  |  |  |\n"
        "| first & full cycle | 8.00 | 8.00 to 9.00 | 3.00 (2.00 to 4.00) | 3 | 8.0 | 180 | Jamf Pro requests 1,090 |"
    )


def test_what_nobody_measured_has_no_column() -> None:
    alone = Row(
        name="answers", measured_at="", machine="", district="", series=[Series(name="a", runs=[Run(seconds=1)])]
    )

    assert table(alone).splitlines()[2:] == ["|  | seconds, median |", "|---|---|", "| a | 1.00 |"]


def test_a_row_that_is_measured_again_replaces_itself_alone(tmp_path: Path) -> None:
    kept = tmp_path / "performance.json"
    other = Row(name="answers", measured_at="", machine="", district="", series=[])
    for one in (Row(name="cycle", measured_at="", machine="", district="", series=[]), other, ROW):
        keep(kept, one)

    assert read(kept) == {"cycle": ROW, "answers": other}


def test_the_page_keeps_its_words_and_gets_the_tables_and_the_picture_anew(tmp_path: Path) -> None:
    target = tmp_path / "performance.md"
    target.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")

    for _ in range(2):
        page(target, {"cycle": ROW})

    words = target.read_text(encoding="utf-8")
    assert words.startswith(f"before\n{BEGIN}\n\n### A full cycle beside the floor\n\n2 schools.")
    assert words.endswith(f"Jamf Pro requests 1,090 |\n\n{END}\nafter\n")
    drawn = ET.parse(target.with_suffix(".svg")).getroot()  # noqa: S314 - our own picture
    told = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "first & full cycle" in told
    assert "8.0 s, 180 MiB" in told


def test_a_page_without_a_place_for_the_tables_is_left_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "performance.md"
    target.write_text("words alone\n", encoding="utf-8")

    with pytest.raises(ValueError, match="has no place for the tables"):
        page(target, {"cycle": ROW})
    assert target.read_text(encoding="utf-8") == "words alone\n"
