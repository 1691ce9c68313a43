"""Computers: ``/v1``, ``/v3`` and ``/v4/computers-inventory``; which of them exist depends on the version."""

from functools import partial

from mdm_sync.demo.jamf.answers import Answer
from mdm_sync.demo.jamf.asked import asked, sections
from mdm_sync.demo.jamf.computers import FIELDS, computer, sections_of
from mdm_sync.demo.jamf.damage import Damage, damage, refuse_victims
from mdm_sync.demo.jamf.fleet import COMPUTER, Names, Record
from mdm_sync.demo.jamf.gate import Call, Endpoint
from mdm_sync.demo.jamf.listing import answer, page_of
from mdm_sync.demo.jamf.mobile_sections import Json
from mdm_sync.demo.jamf.privileges import READ_COMPUTERS
from mdm_sync.demo.jamf.views import Wish

_SINCE = {1: (0, 0), 3: (11, 23), 4: (11, 30)}


async def inventory(call: Call, *, generation: int) -> Answer:
    """Return one page of computers with the sections asked for."""
    jamf = call.jamf
    faults = jamf.settings.faults
    wanted = sections(call.request, sections_of(generation))
    wish = Wish(
        family=COMPUTER, fields=FIELDS, sort_fields=FIELDS, key="id", filter=call.request.query.get("filter", "")
    )
    found = await page_of(call, wish, asked(call.request, jamf.settings, "general.name:asc"))
    refuse_victims(faults, jamf.fleet, COMPUTER, found[1], lenient=False)
    harm = damage(faults, jamf.fleet, COMPUTER)
    render = partial(_row, harm=harm, wanted=wanted, names=jamf.fleet.names, generation=generation)
    return await answer(call, ("computer", generation, wanted, harm), found, render)


def _row(record: Record, *, harm: Damage, wanted: frozenset[str], names: Names, generation: int) -> Json:
    return harm.row(record.device.jamf_id, computer(harm.record(record), wanted, names, generation))


ENDPOINTS = tuple(
    Endpoint(
        method="GET",
        path=f"/api/v{generation}/computers-inventory",
        handler=partial(inventory, generation=generation),
        privileges=frozenset({READ_COMPUTERS}),
        since=since,
    )
    for generation, since in _SINCE.items()
)
