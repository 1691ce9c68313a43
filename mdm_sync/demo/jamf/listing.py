"""One page of devices: from the caller's wish to the answer, with what may go wrong between pages."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from mdm_sync.demo.jamf.answers import Answer
from mdm_sync.demo.jamf.asked import Asked
from mdm_sync.demo.jamf.faults import Faults
from mdm_sync.demo.jamf.fleet import Record
from mdm_sync.demo.jamf.gate import Call
from mdm_sync.demo.jamf.pages import Render
from mdm_sync.demo.jamf.views import Wish


async def page_of(call: Call, wish: Wish, page: Asked) -> tuple[int, Sequence[Record]]:
    """Return the total and the rows of the page asked for.

    Raises:
        ApiError: 400, the filter or the order cannot be understood.
    """
    wish = replace(wish, sort=page.sort)
    rows = await call.jamf.views.select(wish, call.who.sites)
    faults = call.jamf.settings.faults
    return _total(faults, len(rows)), _rows(faults, page, rows)


async def answer(call: Call, style: Hashable, found: tuple[int, Sequence[Record]], render: Render) -> Answer:
    """Return the page as JSON; afterwards the fleet moves if it is to move while it is read."""
    total, rows = found
    ready = await call.jamf.pages.page(style, total, rows, render)
    for name in ("fleet-shrinks", "fleet-grows"):
        if call.jamf.settings.faults.on(name):
            call.jamf.settings.faults.move(name)
    return ready


def _total(faults: Faults, total: int) -> int:
    return total + faults.number("total-lies", 3) if faults.on("total-lies") else total


def _rows(faults: Faults, page: Asked, rows: Sequence[Record]) -> Sequence[Record]:
    if faults.on("row-moves") and page.page > 0:
        rows = [*rows[1:], *rows[:1]]
    chosen = page.of(rows)
    if faults.on("duplicate-row") and page.page == faults.number("duplicate-row", 1) and page.page > 0 and chosen:
        return [rows[page.page * page.size - 1], *chosen[:-1]]
    return chosen
