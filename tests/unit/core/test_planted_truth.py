"""Matching and rules find in the demo's district exactly what is planted there, at any size."""

from collections import Counter

import pytest

from mdm_sync.core.rules import RULES
from mdm_sync.demo.district.truth import expected
from mdm_sync.demo.model import District
from tests.unit.core.from_demo import Look
from tests.unit.demo.plans import SIZES, built, one_day_after_another, plan

IDS = {rule.id for rule in RULES}
NEEDS_DAYS = {"user-left", "user-moved"}
NOT_PLANTED = {
    *("source-stale", "source-shrunk", "unreadable-record"),
    *("privilege-missing", "privilege-excessive", "stolen-device-gone", "mail-refused"),
    "summary-refused",
}


def found(story: list[District]) -> Counter[tuple[str, str]]:
    look = Look(district=story[-1], former=tuple(story[:-1]))
    return Counter(finding.key for finding in look.findings())


@pytest.mark.parametrize(("schools", "scale"), SIZES)
@pytest.mark.parametrize("days", [1, 3])
def test_the_rules_find_exactly_what_is_planted(schools: int, scale: float, days: int) -> None:
    story = one_day_after_another(schools, scale)[:days]

    assert found(story) == Counter(expected(story[-1], IDS))


@pytest.mark.parametrize("seed", [2, 3, 4, 5, 21])
def test_another_seed_is_as_exact(seed: int) -> None:
    story = one_day_after_another(5, 0.3, seed)[:1]

    assert found(story) == Counter(expected(story[-1], IDS))


def test_a_district_of_some_size_has_something_for_every_rule_that_needs_no_history() -> None:
    rules = {rule for rule, _ in expected(built(plan(12, 0.2)), IDS)}

    assert rules == IDS - NOT_PLANTED - NEEDS_DAYS


@pytest.mark.verify
def test_the_whole_district_is_as_exact() -> None:
    story = [built(plan(155, 1.0))]

    assert found(story) == Counter(expected(story[-1], IDS))
