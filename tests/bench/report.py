"""Results as Markdown tables, and as a picture beside the page that they stand in."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

from tests.bench.picture import Bar, Panel, picture
from tests.bench.results import Row, Series

BEGIN, END = "<!-- measured: python -m tests.bench writes from here -->", "<!-- to here -->"

TITLES = {
    "cycle": "A full cycle beside the floor",
    "slow": "A full cycle on slow servers",
    "peers": "Reading all devices",
    "growth": "Growth",
    "shares": "Where the time of a cycle goes",
    "answers": "What people wait for",
}


def table(row: Row) -> str:
    """A row of the measurements as a Markdown table, with columns for what was measured."""
    columns = {title: [cell(one) for one in row.series] for title, cell in COLUMNS.items()}
    shown = {title: cells for title, cells in columns.items() if any(cells)}
    lines = [f"| {' | '.join(['', *shown])} |", f"|{'---|' * (len(shown) + 1)}"]
    lines += [
        f"| {' | '.join([one.name, *(cells[place] for cells in shown.values())])} |"
        for place, one in enumerate(row.series)
    ]
    told = f"{row.district}. {row.machine}. {row.measured_at}."
    return "\n".join([told, *([f"Truth after each timed cycle: {row.truth}."] if row.truth else []), "", *lines])


def page(path: Path, rows: Mapping[str, Row]) -> None:
    """Write the tables between the marks in this page, and the picture beside it.

    Raises:
        ValueError: the page has no such marks.
    """
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{path} has no place for the tables: {BEGIN}")
    tables = "\n\n".join(f"### {title}\n\n{table(rows[name])}" for name, title in TITLES.items() if name in rows)
    path.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}", encoding="utf-8")
    path.with_suffix(".svg").write_text(picture(list(_panels(rows))), encoding="utf-8")


def _panels(rows: Mapping[str, Row]) -> Iterator[Panel]:
    for name in ("cycle", "slow", "peers"):
        if name in rows:
            drawn = [one for one in rows[name].series if not one.note]
            yield Panel(title=f"{TITLES[name]}: seconds", bars=[_bar(one) for one in drawn])


def _bar(one: Series) -> Bar:
    floor = one.seconds / median(one.ratios) if one.ratios else None
    memory = f", {one.mebibytes:.0f} MiB" if one.mebibytes else ""
    return Bar(
        name=one.name,
        seconds=one.seconds,
        spread=one.spread,
        most=floor * one.mark if floor and one.mark else None,
        told=f"{one.seconds:.1f} s{memory}",
    )


def _seconds(one: Series) -> str:
    return f"{one.seconds:.2f}" if one.runs else ""


def _spread(one: Series) -> str:
    if len(one.runs) < 2:  # one run has no spread
        return ""
    low, high = one.spread
    return f"{low:.2f} to {high:.2f}"


def _times(one: Series) -> str:
    if not one.ratios:
        return ""
    return f"{median(one.ratios):.2f} ({min(one.ratios):.2f} to {max(one.ratios):.2f})"


def _mark(one: Series) -> str:
    return f"{one.mark:g}" if one.mark else ""


def _cpu(one: Series) -> str:
    return f"{one.cpu:.1f}" if one.cpu is not None else ""


def _memory(one: Series) -> str:
    return f"{one.mebibytes:.0f}" if one.mebibytes else ""


def _counted(one: Series) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in one.counted.items() if number)


def _note(one: Series) -> str:
    return one.note


COLUMNS: Mapping[str, Callable[[Series], str]] = {
    "seconds, median": _seconds,
    "spread": _spread,
    "× floor, median (spread)": _times,
    "at most": _mark,
    "CPU s": _cpu,
    "peak MiB (PSS)": _memory,
    "servers counted": _counted,
    "": _note,
}
