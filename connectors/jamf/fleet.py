"""The sweep: every mobile device of Jamf Pro, page by page, some pages at a time."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import msgspec

from connectors.jamf.access import JamfAccess
from connectors.jamf.records import SECTIONS, Page, read_page
from mdm_sync.core.completeness import FleetProof
from mdm_sync.core.model import Device
from mdm_sync.errors import TemporaryError
from mdm_sync.ports import FleetRead, Progress

DETAIL = "/api/v2/mobile-devices/detail"
SITES = "/api/v1/sites"
Stage = Callable[[Sequence[Device]], None]


class _Site(msgspec.Struct):
    id: str | int
    name: str


class JamfFleet:
    """The device records at Jamf Pro; satisfies ``mdm_sync.ports.Fleet``.

    Args:
        page_size: rows a page; the server silently caps at 2000, so more is refused by the settings.
    """

    def __init__(self, access: JamfAccess, page_size: int) -> None:
        self._access = access
        self._page_size = page_size

    def sweep(self, stage: Stage, progress: Progress) -> FleetRead:
        """Read every mobile device; hand each page to ``stage`` in the calling thread.

        Sorted by id, because offset paging repeats and skips rows under the default sort by display name.
        """
        sites = self._sites()
        first = last = self._page(0)
        received, pages, unreadable = 0, 0, list[tuple[str, str]]()
        for last in self._pages(first):
            stage(last.devices)
            unreadable += last.unreadable
            received += last.received
            pages += 1
            progress("devices", received, first.total)
        proof = FleetProof(
            total_first=first.total,
            total_last=last.total,
            received=received,
            pages=pages,
            sites=len(sites),
            unreadable=tuple(unreadable),
        )
        return FleetRead(proof=proof, sites=sites)

    def _pages(self, first: Page) -> Iterator[Page]:
        """All pages in order; never more of them in memory than there are connections."""
        yield first
        later = iter(range(1, -(-first.total // self._page_size)))
        with ThreadPoolExecutor(self._access.connections) as pool:
            under_way: deque[Future[Page]] = deque()
            try:
                while _fill(under_way, later, self._access.connections, lambda number: pool.submit(self._page, number)):
                    yield under_way.popleft().result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _page(self, number: int) -> Page:
        sections = [("section", section) for section in SECTIONS]
        paging = [("page", str(number)), ("page-size", str(self._page_size)), ("sort", "mobileDeviceId:asc")]
        return self._access.get(DETAIL, partial(read_page, number=number), sections + paging)

    def _sites(self) -> dict[int, str]:
        return self._access.get(SITES, _read_sites)


def _read_sites(body: bytes) -> dict[int, str]:
    try:
        return {int(site.id): site.name for site in msgspec.json.decode(body, type=list[_Site])}
    except (msgspec.DecodeError, ValueError) as error:
        raise TemporaryError(f"Jamf Pro answered {SITES} with something that is no list of sites.") from error


def _fill(
    under_way: deque[Future[Page]], numbers: Iterator[int], most: int, submit: Callable[[int], Future[Page]]
) -> bool:
    """Keep as many pages under way as there may be; False when none is left."""
    while len(under_way) < most and (number := next(numbers, None)) is not None:
        under_way.append(submit(number))
    return bool(under_way)
