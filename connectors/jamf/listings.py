"""The lists of records that Jamf Pro offers, and how each is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from connectors.jamf import computers, records
from connectors.jamf.pages import Page
from connectors.jamf.session import Answer
from connectors.jamf.wanted import Wanted
from mdm_sync.core.model import Family
from mdm_sync.errors import TemporaryError

Version = tuple[int, int]

DETAIL = "/api/v2/mobile-devices/detail"
LIGHT = "/api/v2/mobile-devices"
LENIENT_SINCE: Version = (11, 29)
GENERATIONS: Sequence[tuple[int, Version]] = ((4, (11, 30)), (3, (11, 23)), (1, (0, 0)))
"""The paths of computers, the newest first, and the versions that brought them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list.

    Attributes:
        sections: which parts of the records are wanted.
        id_field: the id's name in filter and order.
        read: makes a page of an answer; told the place of its first record.
    """

    family: Family
    path: str
    id_field: str
    read: Callable[[Answer, int], Page]
    sections: tuple[str, ...] = ()
    lenient: bool = False

    @property
    def query(self) -> list[tuple[str, str]]:
        """What every call for this list says."""
        sections = [("section", section) for section in self.sections]
        return [*sections, ("exception-handling", "LENIENT")] if self.lenient else sections


def mobile_devices(version: Version, wanted: Wanted, sections: tuple[str, ...] = records.SECTIONS) -> Listing:
    """The mobile devices with their sections.

    Read leniently where the server can: a record that it cannot read comes without sections then, instead of a 500 for
    its whole page. Servers that do not know the parameter are not asked.
    """
    return Listing(
        family=Family.MOBILE,
        path=DETAIL,
        id_field="mobileDeviceId",
        read=records.mobile_records(wanted).read,
        sections=sections,
        lenient=version >= LENIENT_SINCE,
    )


def light_mobile_devices() -> Listing:
    """The ids of all mobile devices; this list knows no filter."""
    return Listing(family=Family.MOBILE, path=LIGHT, id_field="id", read=_read_ids)


def all_computers(
    version: Version, wanted: Wanted, sections: tuple[str, ...] = computers.SECTIONS
) -> Sequence[Listing]:
    """The computers by each path that this version may have, the newest first."""
    read = computers.computer_records(wanted).read
    return [
        Listing(
            family=Family.COMPUTER,
            path=f"/api/v{generation}/computers-inventory",
            id_field="id",
            read=read,
            sections=sections,
        )
        for generation, since in GENERATIONS
        if version >= since
    ]


class _Light(msgspec.Struct):
    id: str | int


class _LightPage(msgspec.Struct, rename="camel"):
    total_count: int
    results: list[_Light]


_decode_light = msgspec.json.Decoder(_LightPage).decode


def _read_ids(answer: Answer, _: int) -> Page:
    try:
        page = _decode_light(answer.body)
        ids = [int(one.id) for one in page.results]
    except (msgspec.DecodeError, ValueError) as error:
        raise TemporaryError("Jamf Pro answered with something that is no page of devices.") from error
    return Page(total=page.total_count, received=len(ids), ids=ids)
