"""Small counts of the demo's district are kept back, and no subtracting brings one of them to light."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import Any

import pytest

from mdm_sync.core.keeping_back import kept_back
from mdm_sync.core.summary import Facts, summary_of, written_out
from state import Store
from tests.integration.state.test_counts import fill
from tests.unit.core.from_demo import Look
from tests.unit.demo.plans import built, plan

STEP = 5
USES = ("student", "teacher", "pool", "administration", "unknown")
STANDINGS = ("working", "stolen", "lost", "in_repair", "locked", "spare")
PEOPLE = ("students", "teachers", "staff", "other_devices")
GROUPED_BY = {"forms": ("form", "form"), "campuses": ("campus", "name"), "supports": ("support", "name")}
Told = Any
"""A number, or "few"."""
Sum = tuple[Told, list[Told]]
"""A sum and its parts; those that are not known are left out."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The totals as they are, and as upstream is told of them."""
    look = Look(district=built(plan(8, 0.2)))
    with closing(Store.open(tmp_path_factory.mktemp("kept-back"))) as store:
        fill(store, look)
        counts = store.snapshot.counts(look.schools, look.conditions)
    exact = summary_of(Facts(counts=counts, sources=(), holds=(), conditions=look.conditions))
    return written_out(exact), written_out(kept_back(exact, STEP))


def cells(totals: Any) -> dict[str, Told]:
    """The counts that add up over schools, by name."""
    found = {name: totals[name] for name in PEOPLE}
    for use, row in (totals["ipads"] or {}).items():
        found |= {f"{use} {standing}": number for standing, number in row.items()}
    return {name: number for name, number in found.items() if number is not None}


def rows(totals: Any) -> Iterator[Sum]:
    """Sums within a school, a group of them, or the district."""
    if not (ipads := totals["ipads"]):
        return
    for use in ("all", *USES):
        yield ipads[use]["all"], [ipads[use][standing] for standing in STANDINGS]
    for standing in ("all", *STANDINGS):
        yield ipads["all"][standing], [ipads[use][standing] for use in USES]
    for name in ("ages", "replacement"):
        yield ipads["all"]["all"], [one["ipads"] for one in totals[name]]


def columns(document: Any) -> Iterator[Sum]:
    """Sums of schools, and of groups of them."""
    schools = document["schools"]
    for level, (by, key) in GROUPED_BY.items():
        yield from _columns(document["district"], document[level])
        for group in document[level]:
            yield from _columns(group, [school for school in schools if school[by] == group[key]])
    yield from _columns(document["district"], schools)


def _columns(whole: Any, parts: list[Any]) -> Iterator[Sum]:
    of_parts = list(map(cells, parts))
    for name, number in cells(whole).items():
        yield number, [one[name] for one in of_parts if name in one]


def sums(document: Any) -> list[Sum]:
    each = [document["district"], *document["schools"], *chain(*(document[level] for level in GROUPED_BY))]
    return [*columns(document), *chain(*map(rows, each))]


def between(told: Told) -> tuple[int, int]:
    """What a number may be that is told so."""
    if told == "few":
        return 1, STEP - 1
    return (told, told + STEP - 1) if told else (0, 0)


def left_over(whole: Told, others: list[Told]) -> list[int]:
    """What subtracting leaves of a part that is kept back."""
    low, high = between(whole)
    least = low - sum(between(one)[1] for one in others)
    most = high - sum(between(one)[0] for one in others)
    return list(range(max(1, least), min(STEP - 1, most) + 1))


def test_from_no_sum_a_small_count_can_be_worked_out(documents: tuple[Any, Any]) -> None:
    exact, told = documents
    tried = 0
    for (_, numbers), (whole, parts) in zip(sums(exact), sums(told), strict=True):
        for place, (number, part) in enumerate(zip(numbers, parts, strict=True)):
            if part == "few":
                tried += 1
                assert left_over(whole, [*parts[:place], *parts[place + 1 :]]) != [number]
    assert tried > 500
