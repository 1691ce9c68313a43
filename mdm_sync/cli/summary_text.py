"""The totals as tables and as rows of CSV."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from mdm_sync.cli.output import plain, table
from mdm_sync.core.school_forms import form_name
from mdm_sync.core.summary import Count, IpadRow, Share, Summary, Supply, Totals
from mdm_sync.ports import Texts

_PEOPLE = ("students", "students_without_grade", "teachers", "staff")
_USES = ("all", "student", "teacher", "pool", "administration", "unknown")
_STANDINGS = ("all", "working", "in_repair", "stolen", "lost", "locked", "spare")
_SUPPLIES = ("supply_of_students", "supply_of_teachers", "supply_of_administration")
_OF_SUPPLY = ("needed", "usable", "shortage", "surplus", "percent")
_MACHINES = ("desktops", "laptops", "administration")
CSV_HEADER = (
    *("level", "key", "name", "schools", "schools_read", "schools_at_jamf"),
    *_PEOPLE,
    *(f"ipads_{use}_{standing}" for use in _USES for standing in _STANDINGS),
    "other_devices",
    *(f"{supply}_{number}" for supply in _SUPPLIES for number in _OF_SUPPLY),
    *(f"machines_{name}" for name in _MACHINES),
)


def csv_rows(summary: Summary) -> Iterator[Sequence[object]]:
    """The values of CSV_HEADER, one row for each school and each sum; what is not known is empty."""
    yield _row("district", "", "", summary.district)
    for form in summary.forms:
        yield _row("form", form.form, form.name, form)
    for level, groups in (("campus", summary.campuses), ("support", summary.supports)):
        for group in groups:
            yield _row(level, group.name, group.name, group)
    for school in summary.schools:
        yield _row("school", school.number, form_name(school.form), school)


def _row(level: str, key: str, name: str, totals: Totals) -> Sequence[object]:
    cells = (
        *_fields(totals, _PEOPLE),
        *(cell for use in _USES for cell in _fields(getattr(totals.ipads, use, None), _STANDINGS)),
        totals.other_devices,
        *(cell for supply in _SUPPLIES for cell in _fields(getattr(totals, supply), _OF_SUPPLY)),
        *_fields(totals.machines, _MACHINES),
    )
    counts = (totals.schools, totals.schools_read, totals.schools_at_jamf)
    return (level, key, name, *counts, *("" if cell is None else cell for cell in cells))


def _fields(part: msgspec.Struct | None, names: Iterable[str]) -> Iterator[Count | Share]:
    return (getattr(part, name, None) for name in names)


def show_summary(summary: Summary, by: str, names: Mapping[str, str], texts: Texts, out: Console) -> None:
    """Equipment by ``by``, then the iPads by use, then what is to be replaced when; ``names`` are those of schools."""
    out.print(texts.text("Counted %(moment)s") % {"moment": texts.moment(summary.run.counted_at)}, style="dim")
    out.print(_equipment(summary, by, names, texts))
    out.print()
    out.print(_uses(summary.district, texts))
    out.print(
        texts.text("iPads in no school's site: %(number)s")
        % {"number": _shown(summary.district.ipads_without_school, texts)}
    )
    out.print()
    out.print(_replacement(summary.district, texts))
    if summary.district.schools_read < summary.district.schools:
        unread = summary.district.schools - summary.district.schools_read
        told = texts.plural(
            "The directory of %(number)d school was never read.",
            "The directories of %(number)d schools were never read.",
            unread,
        )
        out.print(told % {"number": unread}, style="yellow")


def _equipment(summary: Summary, by: str, names: Mapping[str, str], texts: Texts) -> Table:
    headings = (
        texts.text("Schools"),
        texts.text("Students"),
        texts.text("Teachers"),
        *("iPads", texts.text("Working")),
        *(texts.text("In repair"), texts.text("Stolen"), texts.text("Lost")),
        *(texts.text("Students supplied"), texts.text("Short")),
        *(texts.text("Teachers supplied"), texts.text("Short")),
    )
    rows = table(_heading(by, texts), *headings, numbers=headings)
    for name, totals in _of_level(summary, by, names, texts):
        rows.add_row(plain(name), *_cells(totals, texts))
    rows.add_section()
    rows.add_row(plain(texts.text("All")), *_cells(summary.district, texts), style="bold")
    return rows


def _heading(by: str, texts: Texts) -> str:
    headings = {
        "form": texts.text("Form"),
        "campus": texts.text("Campus"),
        "support": texts.text("Support"),
        "school": texts.text("School"),
    }
    return headings[by]


def _of_level(summary: Summary, by: str, names: Mapping[str, str], texts: Texts) -> Iterator[tuple[str, Totals]]:
    nothing = texts.text("none")
    match by:
        case "school":
            yield from ((names.get(one.number, one.number), one) for one in summary.schools)
        case "form":
            yield from ((one.name or nothing, one) for one in summary.forms)
        case _:
            groups = summary.campuses if by == "campus" else summary.supports
            yield from ((one.name or nothing, one) for one in groups)


def _cells(totals: Totals, texts: Texts) -> Iterator[str]:
    """What the table shows of some schools; a sum of which a part is not known is "at least"."""
    people = "" if totals.schools_read in (0, totals.schools) else "≥ "
    devices = "" if totals.schools_at_jamf in (0, totals.schools) else "≥ "
    yield texts.number(totals.schools)
    yield people + _shown(totals.students, texts)
    yield people + _shown(totals.teachers, texts)
    ipads = totals.ipads.all if totals.ipads else None
    for name in ("all", "working", "in_repair", "stolen", "lost"):
        yield devices + _shown(getattr(ipads, name, None), texts)
    for supply in (totals.supply_of_students, totals.supply_of_teachers):
        yield _percent(supply, texts)
        yield _shown(supply.shortage if supply else None, texts)


def _percent(supply: Supply | None, texts: Texts) -> str:
    """Empty where nobody needs anything."""
    if supply is None:
        return _shown(None, texts)
    if supply.percent is None:
        return ""
    share = _shown(supply.percent, texts)
    return f"{share} %" if isinstance(supply.percent, float) else share


def _shown(number: Count | Share, texts: Texts) -> str:
    if number is None:
        return "–"
    return texts.text("few") if isinstance(number, str) else texts.number(number)


def _uses(totals: Totals, texts: Texts) -> Table:
    standings = (
        *(texts.text("All"), texts.text("Working"), texts.text("In repair"), texts.text("Stolen")),
        *(texts.text("Lost"), texts.text("Locked"), texts.text("Spare")),
    )
    rows = table(texts.text("iPads for"), *standings, numbers=standings)
    uses = {
        "student": texts.text("Students"),
        "teacher": texts.text("Teachers"),
        "pool": texts.text("shared use"),
        "administration": texts.text("the administration"),
        "unknown": texts.text("nobody that is known"),
        "all": texts.text("All"),
    }
    for use, word in uses.items():
        row: IpadRow | None = getattr(totals.ipads, use, None)
        rows.add_row(word, *(_shown(cell, texts) for cell in _counts(row)))
    return rows


def _counts(row: IpadRow | None) -> Iterator[Count]:
    return (getattr(row, name, None) for name in _STANDINGS)


def _replacement(totals: Totals, texts: Texts) -> Table:
    headings = ("iPads", texts.text("Machines"))
    rows = table(texts.text("To be replaced"), *headings, numbers=headings)
    for one in totals.replacement:
        year = texts.text("not known") if one.year is None else str(one.year)
        rows.add_row(year, _shown(one.ipads, texts), _shown(one.machines, texts))
    return rows
