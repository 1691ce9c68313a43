"""What was kept back, where, and how much of how much it is, in words."""

from datetime import UTC, datetime

import pytest

from mdm_sync.core.brakes import Direction, Hold, Ring
from mdm_sync.core.hold_text import hold_text
from tests.replacing import replace

HOLD = Hold(
    ring=Ring.SCHOOL,
    rule="unknown-user",
    school="100001",
    direction=Direction.OPENED,
    number=60,
    of=80,
    since=datetime(2026, 11, 23, 10, 30, tzinfo=UTC),
)
GERMAN = {
    "%(where)s – %(what)s: %(number)d would be solved (%(percent)d %% of %(of)d open).": (
        "%(number)d gelöst, %(percent)d %% von %(of)d (%(what)s, %(where)s)"
    ),
    "all rules together": "alle Regeln zusammen",
    "all schools": "alle Schulen",
}


def as_written(text: str) -> str:
    return text


def told(hold: Hold, *, school_name: str = "", title: str = "Unknown user") -> str:
    return hold_text(hold, school_name, title, as_written)


@pytest.mark.parametrize(
    ("direction", "text"),
    [
        (Direction.OPENED, "Schule Nord (100001) – Unknown user: 60 would open (75 % of 80 looked at)."),
        (Direction.RESOLVED, "Schule Nord (100001) – Unknown user: 60 would be solved (75 % of 80 open)."),
        (Direction.LOST, "Schule Nord (100001) – read refused: 60 records fewer than before (75 % of 80)."),
    ],
)
def test_each_direction_has_a_sentence_of_its_own(direction: Direction, text: str) -> None:
    assert told(replace(HOLD, direction=direction), school_name="Schule Nord") == text


def test_a_school_whose_name_is_not_known_is_named_by_its_number() -> None:
    assert told(HOLD) == "(100001) – Unknown user: 60 would open (75 % of 80 looked at)."


@pytest.mark.parametrize(
    ("ring", "where"),
    [
        pytest.param(Ring.SCHOOL, "district", id="one rule, where a finding belongs to no school"),
        pytest.param(Ring.RULE, "all schools", id="one rule everywhere"),
        pytest.param(Ring.ALL, "all schools", id="all rules everywhere"),
        pytest.param(Ring.SOURCE, "Jamf Pro", id="a read that was refused"),
    ],
)
def test_what_is_of_no_single_school_says_where_it_is(ring: Ring, where: str) -> None:
    hold = replace(HOLD, ring=ring, school="")

    assert told(hold) == f"{where} – Unknown user: 60 would open (75 % of 80 looked at)."


def test_all_rules_together_have_no_title() -> None:
    hold = replace(HOLD, ring=Ring.ALL, rule="", school="")

    assert told(hold, title="") == "all schools – all rules together: 60 would open (75 % of 80 looked at)."


@pytest.mark.parametrize(
    ("number", "of", "percent"),
    [(2, 3, "67 % of 3"), (1, 3, "33 % of 3"), (5, 5, "100 % of 5"), (7, 0, "100 % of 0")],
)
def test_the_share_is_told_in_whole_per_cent(number: int, of: int, percent: str) -> None:
    assert percent in told(replace(HOLD, number=number, of=of))


def test_every_part_is_in_the_readers_language() -> None:
    hold = replace(HOLD, ring=Ring.ALL, rule="", school="", direction=Direction.RESOLVED)

    assert hold_text(hold, "", "", GERMAN.__getitem__) == "60 gelöst, 75 % von 80 (alle Regeln zusammen, alle Schulen)"
