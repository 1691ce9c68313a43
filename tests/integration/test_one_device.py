"""One iPad of the demo's district changes, and exactly the cells of the totals change that tell of it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mdm_sync.core.coverage import Standing, Use
from mdm_sync.core.incidents import IncidentKind
from mdm_sync.core.model import Device, DeviceKind, School
from mdm_sync.core.summary import Facts, summary_of, written_out
from state import Store
from tests.integration.state.given import sweep
from tests.integration.state.test_counts import fill, keep, report, standing_of, use_of
from tests.replacing import replace
from tests.unit.core.from_demo import Look
from tests.unit.demo.plans import built, plan

LEVELS = {"forms": ("form", "form"), "campuses": ("campus", "name"), "supports": ("support", "name")}
Changes = dict[str, Any]
"""By how much each number changed, by where it stands within a school, a group of schools or the district."""


@pytest.fixture(scope="module")
def look() -> Look:
    return Look(district=built(plan(8, 0.2)))


@pytest.fixture
def store(tmp_path: Path, look: Look) -> Iterator[Store]:
    with closing(Store.open(tmp_path)) as store:
        fill(store, look)
        yield store


def totals(store: Store, look: Look) -> Any:
    counts = store.snapshot.counts(look.schools, look.conditions)
    return written_out(summary_of(Facts(counts=counts, sources=(), holds=(), conditions=look.conditions)))


def ordinary(look: Look) -> tuple[School, Device]:
    """A school of the demo, and a working iPad of one of its students."""
    wanted = (Use.STUDENT, Standing.WORKING)
    return next(
        (school, device)
        for school in look.connected
        for device in look.devices_by_school[school.number]
        if device.kind is DeviceKind.IPAD
        and (use_of(look, school, device), standing_of(look, school, device)) == wanted
    )


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number, and where it stands; rows of a list are named by what they are about."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from numbers(inner, f"{path}.{name}" if path else name)
        case list() | tuple():
            for row in value:
                about = [
                    str(row[name]) for name in ("years", "year", "rule", "severity", "kind", "handling") if name in row
                ]
                yield from numbers(
                    {name: row[name] for name in ("ipads", "machines", "number") if name in row},
                    f"{path} {'/'.join(about)}",
                )
        case int() | float():
            yield path, value


def changes(before: Any, after: Any) -> Changes:
    old, new = dict(numbers(before)), dict(numbers(after))
    return {
        path: new.get(path, 0) - old.get(path, 0)
        for path in old | new
        if new.get(path, 0) != old.get(path, 0) and not path.endswith("percent")
    }


def of_all(before: Any, after: Any) -> dict[str, Changes]:
    """Changes of the district, and of each school and group of schools that has any."""
    found = {"district": changes(before["district"], after["district"])}
    for level, key in (("schools", "number"), *((level, name) for level, (_, name) in LEVELS.items())):
        for one, other in zip(before[level], after[level], strict=True):
            found[f"{level} {one[key]}"] = changes(
                {name: value for name, value in one.items() if name != key},
                {name: value for name, value in other.items() if name != key},
            )
    return {name: changed for name, changed in found.items() if changed}


def places(school: School) -> set[str]:
    """All that a school counts for."""
    return {
        "district",
        f"schools {school.number}",
        *(f"{level} {getattr(school, by)}" for level, (by, _) in LEVELS.items()),
    }


def test_an_ipad_that_is_stolen_works_no_more(store: Store, look: Look) -> None:
    school, device = ordinary(look)
    before = totals(store, look)
    keep(store, replace(report(IncidentKind.THEFT, serial=device.serial), school=school.number))
    changed = of_all(before, totals(store, look))

    assert set(changed) == places(school)
    for one in changed.values():
        gap = {name: one.pop(name) for name in list(one) if name.endswith(("shortage", "surplus"))}
        assert one == {
            "ipads.all.working": -1,
            "ipads.all.stolen": 1,
            "ipads.student.working": -1,
            "ipads.student.stolen": 1,
            "supply_of_students.usable": -1,
            "incidents theft/open.number": 1,
        }
        assert gap in ({"supply_of_students.shortage": 1}, {"supply_of_students.surplus": -1})


def test_an_ipad_that_moves_to_another_school_is_counted_there(store: Store, look: Look) -> None:
    school, device = ordinary(look)
    other = next(one for one in look.connected if one.number != school.number and one.sites)
    site = next(number for number, name in look.sites.items() if name == other.sites[0])
    before = totals(store, look)
    moved = [replace(one, site_id=site) if one.subject == device.subject else one for one in look.devices]
    sweep(store, *moved, sites=look.sites)
    changed = of_all(before, totals(store, look))

    cells = {name: changed[f"schools {school.number}"][name] for name in ("ipads.all.all", "ipads.student.working")}
    there = {name: changed[f"schools {other.number}"][name] for name in ("ipads.all.all", "ipads.student.working")}
    assert (set(cells.values()), set(there.values())) == ({-1}, {1})
    assert set(changed) <= places(school) | places(other)
    assert not [name for name in changed.get("district", {}) if name.startswith("ipads")]
