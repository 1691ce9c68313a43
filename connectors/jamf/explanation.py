"""A fleet that moved while it was read: who came, who went, and who slipped through between two pages.

With paging by places, a device that goes moves all later ones up by one: the first of the next page is never shown.
So the light list names all ids; each that the sweep does not know, and each that is not in the list, is asked for by
its id. What is found is staged; what is not found is gone. After that everything that is there has been read, but what
was not seen may have come and gone: such a sweep proves presence and never absence.

The fleet may go on moving under the light list, which is shorter and asked for in larger pages. A device slips through
where it moves up over the edge of a page just then; to slip through both reads it would have to move over two edges,
which takes as many deletions as a page has rows.
"""

from collections.abc import Iterator

from connectors.jamf.asking import Asking
from connectors.jamf.pages import Page
from connectors.jamf.paging import lookup, pages
from connectors.jamf.parts import batches
from connectors.jamf.tally import Tally
from mdm_sync.core.model import Family, subject_of

EXPLAINABLE = 1000
"""More differing ids than a rollout moves while one reads: something else is wrong."""

LOOKS = 3
"""How often the light list is read until it adds up itself."""


def differing_ids(light: Asking, connections: int, tally: Tally) -> list[int] | None:
    """The ids that the light list names and the sweep does not know, or the other way round.

    None where that cannot be told: the light list does not add up either, or too many differ.
    """
    listed = _listed_ids(light, connections)
    if listed is None:
        return None
    known = set(tally.ids) | _unreadable_ids(tally, listed)
    differing = sorted(listed ^ known)
    return differing if len(differing) <= EXPLAINABLE else None


def look_up(asking: Asking, ids: list[int]) -> Iterator[Page]:
    """What is there of these ids."""
    return lookup(asking, batches(ids, asking.listing.id_field))


def _listed_ids(light: Asking, connections: int) -> set[int] | None:
    for _ in range(LOOKS):
        tally = Tally()
        for page in pages(light, connections):
            tally.add(page)
        if tally.distinct == tally.total_last:  # it may grow at its end while it is read, and is read to that end
            return set(tally.ids)
    return None


def _unreadable_ids(tally: Tally, listed: set[int]) -> set[int]:
    keys = {key for key, _ in tally.unreadable}
    return {jamf_id for jamf_id in listed if subject_of(Family.MOBILE, jamf_id) in keys} if keys else set()
