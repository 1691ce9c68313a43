"""The device records at Jamf Pro: all of them, those that changed, some, one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.jamf.access import JamfAccess
from connectors.jamf.asking import Asking
from connectors.jamf.conditions import IN_LOST_MODE, Condition, of_serial, of_serials, reported_since
from connectors.jamf.explanation import differing_ids, look_up
from connectors.jamf.faults import FilterIgnoredError, ForbiddenError, NotOfferedError
from connectors.jamf.listings import Listing, all_computers, light_mobile_devices, mobile_devices
from connectors.jamf.lock_commands import lock_commands
from connectors.jamf.pages import Page
from connectors.jamf.paging import lookup, pages
from connectors.jamf.parts import batches
from connectors.jamf.rights import AUTH, compared, read_privileges
from connectors.jamf.server import SITES, VERSION, Server, read_server, read_sites
from connectors.jamf.sizes import PageSizes
from connectors.jamf.tally import Tally
from connectors.jamf.wanted import Wanted, every_group
from mdm_sync.core.completeness import ComputersProof, FleetProof
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Device, Family, subject_of
from mdm_sync.core.views import Privileges
from mdm_sync.errors import PermanentError, RecordError
from mdm_sync.ports import FleetChanges, FleetGreeting, FleetRead, Progress, Stage

OVERLAP = timedelta(minutes=10)
"""Changes are asked for from so long before the moment named: the web nodes of a Jamf Pro know of each other's writes
after about a minute, and a report that came in during the last read may have missed its page."""

LARGEST_LIGHT_PAGE = 2000
"""The server silently caps larger ones."""

T = TypeVar("T")


class JamfFleet:
    """Satisfies ``mdm_sync.ports.Fleet``.

    Args:
        page_size: rows a page; the server silently caps at 2000, so more is refused by the settings.
        wanted_groups: which Jamf groups are kept, by name.
        wanted_attributes: names of the extension attributes that are kept.
    """

    def __init__(
        self,
        access: JamfAccess,
        page_size: int,
        *,
        wanted_groups: Callable[[str], bool] = every_group,
        wanted_attributes: frozenset[str] = frozenset(),
    ) -> None:
        self._access = access
        self._wanted = Wanted(groups=wanted_groups, attributes=wanted_attributes)
        self._sizes = PageSizes(page_size)
        self._light_sizes = PageSizes(LARGEST_LIGHT_PAGE)
        self._computer_sizes = PageSizes(page_size)

    def sweep(self, stage: Stage, progress: Progress) -> FleetRead:
        """Read every mobile device and every computer; hand each page to ``stage`` in the calling thread.

        Sorted by id, because offset paging repeats and skips rows under the default sort by display name. Where the
        fleet moved while it was read, each id concerned is looked up. Computers that the client may not read are left
        out, and the proof says so.
        """
        started, retries = self._access.clock(), self._access.retries
        with self._access.connected() as connections:
            server = self._server()
            devices = self._asking(mobile_devices(server.release, self._wanted), self._sizes)
            with ThreadPoolExecutor(2) as beside:
                granted = beside.submit(self._access.get, AUTH, read_privileges)
                sites = beside.submit(self._access.get, SITES, read_sites)

                def stage_when_allowed(found: Sequence[Device]) -> None:
                    """A client that may not see the sites reads no more than a first page."""
                    granted.result(), sites.result()
                    stage(found)

                mobile = _read_all(devices, connections, stage_when_allowed, progress, "devices", devices.total())
            explained = None if mobile.adds_up else self._explain(devices, connections, mobile, stage)
            computers = self._of_computers(
                server, lambda asking: _read_all(asking, connections, stage, progress, "computers")
            )
        proof = FleetProof(
            total_first=mobile.total_first or 0,
            total_last=mobile.total_last,
            received=mobile.received,
            pages=mobile.pages,
            sites=len(sites.result()),
            unreadable=tuple(mobile.unreadable),
            explained=explained,
            computers=None if computers is None else _computers_proof(computers),
            privileges=granted.result(),
            version=server.version,
            retries=self._access.retries - retries,
            seconds=self._access.clock() - started,
        )
        return FleetRead(
            proof=proof, sites=sites.result(), privileges=compared(granted.result()), server_time=server.time
        )

    def changes(self, since: datetime, stage: Stage, progress: Progress) -> FleetChanges:
        """Read the mobile devices that reported since ten minutes before a moment, and all in Lost Mode.

        A server that ignores a filter would show its whole fleet: the page that came is staged, for its records are
        true; no more is read, and ``unfiltered`` says that other changes may have stayed unseen.
        """
        with self._access.connected() as connections:
            server = self._server()
            devices = self._asking(mobile_devices(server.release, self._wanted), self._sizes)
            tally, unfiltered = Tally(), False
            for condition in (reported_since(since - OVERLAP), IN_LOST_MODE):
                before = tally.received
                for page in _believed(devices, connections, condition):
                    tally.add(page)
                    stage(page.devices)
                    progress("devices", tally.received, before + (page.total or 0))
                    unfiltered = unfiltered or condition.is_ignored(page.devices)
        return FleetChanges(
            received=tally.received,
            unreadable=tuple(tally.unreadable),
            unfiltered=unfiltered,
            server_time=None if unfiltered else server.time,
        )

    def losses(self, serials: Collection[str], stage: Stage) -> FleetChanges:
        """Read the mobile devices in Lost Mode and the devices of these serial numbers.

        Nearly two hundred serial numbers are one call; computers are asked for those that no mobile device has.
        What a server shows that ignores a filter is told as in ``changes``.
        """
        tally, unfiltered, found = Tally(), False, set[str]()

        def take(asking: Asking, conditions: Iterable[Condition]) -> None:
            nonlocal unfiltered
            for condition in conditions:
                for page in _believed(asking, connections, condition):
                    tally.add(page)
                    stage(page.devices)
                    found.update(device.serial for device in page.devices)
                    unfiltered = unfiltered or condition.is_ignored(page.devices)

        with self._access.connected() as connections:
            server = self._server()
            devices = self._asking(mobile_devices(server.release, self._wanted), self._sizes)
            take(devices, (IN_LOST_MODE, *of_serials("serialNumber", serials)))
            if others := [serial for serial in serials if serial not in found]:
                conditions = tuple(of_serials("hardware.serialNumber", others))
                self._of_computers(server, lambda asking: take(asking, conditions))
        return FleetChanges(received=tally.received, unreadable=tuple(tally.unreadable), unfiltered=unfiltered)

    def lock_commands(self, management_ids: Collection[str]) -> tuple[LockCommand, ...]:
        """The commands about Lost Mode that Jamf Pro keeps of these devices, in the order of sending."""
        if not management_ids:
            return ()
        with self._access.connected():
            return tuple(lock_commands(self._access, management_ids))

    def present(self, subjects: Collection[str]) -> frozenset[str]:
        """Which of these devices Jamf Pro still knows; one call for some hundred of them."""
        if not subjects:
            return frozenset()
        with self._access.connected():
            server = self._server()
            mobile, computers = _ids_of(subjects, Family.MOBILE), _ids_of(subjects, Family.COMPUTER)
            devices = self._asking(mobile_devices(server.release, self._wanted, sections=("GENERAL",)), self._sizes)
            found = _found(devices, mobile)
            if computers:
                known = self._of_computers(server, lambda asking: _found(asking, computers), sections=("GENERAL",))
                if known is None:
                    raise PermanentError('Whether computers are there cannot be told without "Read Computers".')
                found |= known
        return found & frozenset(subjects)

    def find(self, serial: str) -> tuple[Device, ...]:
        """The records of this serial number, of both families, in the order of ids.

        Raises:
            RecordError: one of them cannot be read.
        """
        mobile, computer = of_serial("serialNumber", serial), of_serial("hardware.serialNumber", serial)
        if mobile is None or computer is None:
            return ()
        with self._access.connected():
            server = self._server()
            devices = self._asking(mobile_devices(server.release, self._wanted), self._sizes)
            macs = self._of_computers(server, lambda asking: tuple(_matching(asking, computer)))
            return (*_matching(devices, mobile), *(macs or ()))

    def privileges(self) -> Privileges:
        """What the client may do beside what it needs."""
        with self._access.connected():
            return compared(self._access.get(AUTH, read_privileges))

    def greeting(self) -> FleetGreeting:
        """Log in and ask for version and counts: four calls, whatever the size of the fleet."""
        with self._access.connected():
            server, sites = self._server(), self._access.get(SITES, read_sites)
            light = light_mobile_devices()
            page = self._access.get(
                light.path, lambda answer: light.read(answer, 0), [("page", "0"), ("page-size", "1")]
            )
        return FleetGreeting(version=server.version, devices=page.total or 0, sites=len(sites))

    def _server(self) -> Server:
        """Asked for first of all, so that its time lies before all that is read."""
        return self._access.get(VERSION, read_server)

    def _asking(self, listing: Listing, sizes: PageSizes) -> Asking:
        return Asking(access=self._access, listing=listing, sizes=sizes)

    def _of_computers(self, server: Server, use: Callable[[Asking], T], **sections: tuple[str, ...]) -> T | None:
        """What comes of the newest path of computers that the server has; None where the client may not read them."""
        for listing in all_computers(server.release, self._wanted, **sections):
            try:
                return use(self._asking(listing, self._computer_sizes))
            except NotOfferedError:
                continue
            except ForbiddenError:
                return None
        return None

    def _explain(self, devices: Asking, connections: int, mobile: Tally, stage: Stage) -> int | None:
        """Look up every id that came or went; how many, or None where the sweep cannot be explained."""
        light = self._asking(light_mobile_devices(), self._light_sizes)
        differing = differing_ids(light, connections, mobile)
        if differing is None:
            return None
        try:
            found = list(look_up(devices, differing))
        except FilterIgnoredError:
            return None
        for page in found:
            stage(page.devices)
            mobile.received += page.received
            mobile.pages += 1
            mobile.unreadable += page.unreadable
        return len(differing)


def _read_all(
    asking: Asking, connections: int, stage: Stage, progress: Progress, what: str, expected: int = 0
) -> Tally:
    tally = Tally()
    for page in pages(asking, connections, expected=expected):
        tally.add(page)
        stage(page.devices)
        progress(what, tally.received, tally.total_first or 0)
    return tally


def _believed(asking: Asking, connections: int, condition: Condition) -> Iterator[Page]:
    """The pages that come through a filter, up to the first that shows that it was ignored."""
    with closing(pages(asking, connections, condition.text)) as answers:
        for page in answers:
            yield page
            if condition.is_ignored(page.devices):
                return


def _computers_proof(tally: Tally) -> ComputersProof:
    return ComputersProof(
        total_first=tally.total_first or 0,
        total_last=tally.total_last,
        received=tally.received,
        pages=tally.pages,
        repeated=tally.repeated,
        unreadable=tuple(tally.unreadable),
    )


def _ids_of(subjects: Collection[str], family: Family) -> list[int]:
    parts = (subject.partition(":") for subject in subjects)
    return [int(number) for word, _, number in parts if Family(word) is family]


def _found(asking: Asking, ids: list[int]) -> frozenset[str]:
    """Subjects of those that are there; one that cannot be read is there."""
    family = asking.listing.family
    return frozenset(
        subject
        for page in lookup(asking, batches(ids, asking.listing.id_field))
        for subject in (*(subject_of(family, one) for one in page.ids), *(key for key, _ in page.unreadable))
    )


def _matching(asking: Asking, condition: Condition) -> Iterator[Device]:
    for page in pages(asking, 1, condition.text):
        for key, reason in page.unreadable:
            raise RecordError(key, reason)
        if condition.is_ignored(page.devices):
            raise FilterIgnoredError("Jamf Pro ignored a filter by serial number: others came.")
        yield from page.devices
