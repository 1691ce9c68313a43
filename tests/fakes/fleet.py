"""A Jamf Pro in memory, whose troubles are told to it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from mdm_sync.core.completeness import ComputersProof, FleetProof
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Device, Family
from mdm_sync.core.views import Privileges
from mdm_sync.errors import MdmSyncError, PermanentError, RecordError
from mdm_sync.ports import FleetChanges, FleetGreeting, FleetRead, Progress, Stage

PAGE = 100
SEE_COMMANDS = "View MDM command information in Jamf Pro API"
READING = ("Read Computers", "Read Mobile Devices", "Read Sites", SEE_COMMANDS)


class FakeFleet:
    """Satisfies ``mdm_sync.ports.Fleet``.

    Attributes:
        devices: what stands there, of both families; may be changed between two calls.
        sites: names of the sites by id.
        granted: what the client may do.
        unreadable: subjects of records that cannot be read, with the reason.
        error: what ends every call, a sweep after a first page was staged.
        commands: about Lost Mode, of any device.
        unfiltered: filters are ignored: a read of losses shows the first page of the fleet.
        gone_while_read: by how many devices the total falls while a sweep is under way.
        now: the server's own clock.
    """

    error: MdmSyncError | None = None

    def __init__(self, devices: Sequence[Device] = (), sites: Mapping[int, str] | None = None) -> None:
        self.devices = list(devices)
        self.sites = dict(sites or {})
        self.granted: tuple[str, ...] = READING
        self.unreadable: dict[str, str] = {}
        self.gone_while_read = 0
        self.commands: list[LockCommand] = []
        self.unfiltered = False
        self.now = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)

    def sweep(self, stage: Stage, progress: Progress) -> FleetRead:
        mobile = self._of(Family.MOBILE)
        pages = self._hand_over(mobile, stage, progress, "devices")
        computers = self._of(Family.COMPUTER) if "Read Computers" in self.granted else None
        if computers is not None:
            self._hand_over(computers, stage, progress, "computers")
        proof = FleetProof(
            total_first=len(mobile),
            total_last=len(mobile) - self.gone_while_read,
            received=len(mobile),
            pages=pages,
            sites=len(self.sites),
            unreadable=self._bad(mobile),
            explained=self.gone_while_read or None,
            computers=None if computers is None else self._computers_proof(computers),
            privileges=self.granted,
            version="11.30.1",
        )
        return FleetRead(proof=proof, sites=self.sites, privileges=self.privileges(), server_time=self.now)

    def changes(self, since: datetime, stage: Stage, progress: Progress) -> FleetChanges:
        changed = [
            device
            for device in self._of(Family.MOBILE)
            if device.lost_mode or (device.last_inventory and device.last_inventory >= since)
        ]
        self._hand_over(changed, stage, progress, "devices")
        return FleetChanges(received=len(changed), unreadable=self._bad(changed), server_time=self.now)

    def losses(self, serials: Collection[str], stage: Stage) -> FleetChanges:
        mobile, computers = self._of(Family.MOBILE), self._of(Family.COMPUTER)
        found = [one for one in mobile if one.lost_mode or one.serial in serials]
        found += [one for one in computers if one.serial in serials]
        shown = mobile[:PAGE] if self.unfiltered else found
        self._hand_over(shown, stage, _told_to_nobody, "devices")
        return FleetChanges(received=len(shown), unreadable=self._bad(shown), unfiltered=self.unfiltered)

    def lock_commands(self, management_ids: Collection[str]) -> tuple[LockCommand, ...]:
        self._fail_if_told()
        if SEE_COMMANDS not in self.granted:
            raise PermanentError(f'"{SEE_COMMANDS}" is missing.')
        return tuple(one for one in self.commands if one.management_id in management_ids)

    def present(self, subjects: Collection[str]) -> frozenset[str]:
        self._fail_if_told()
        if "Read Computers" not in self.granted and any(subject.startswith("computer:") for subject in subjects):
            raise PermanentError('"Read Computers" is missing.')
        return frozenset(device.subject for device in self.devices) & frozenset(subjects)

    def find(self, serial: str) -> tuple[Device, ...]:
        self._fail_if_told()
        every = self._of(Family.MOBILE) + self._of(Family.COMPUTER)
        found = tuple(device for device in every if device.serial.casefold() == serial.casefold())
        for subject, reason in self._bad(found):
            raise RecordError(subject, reason)
        return found

    def privileges(self) -> Privileges:
        self._fail_if_told()
        return Privileges(
            missing=tuple(name for name in READING if name not in self.granted),
            excessive=tuple(name for name in self.granted if name not in READING and not name.startswith("Read ")),
        )

    def greeting(self) -> FleetGreeting:
        self._fail_if_told()
        return FleetGreeting(version="11.30.1", devices=len(self._of(Family.MOBILE)), sites=len(self.sites))

    def _of(self, family: Family) -> list[Device]:
        return sorted((one for one in self.devices if one.family is family), key=lambda device: device.jamf_id)

    def _hand_over(self, devices: Sequence[Device], stage: Stage, progress: Progress, what: str) -> int:
        """Stage page by page; how many pages."""
        starts = range(0, len(devices) or 1, PAGE)
        for start in starts:
            page = devices[start : start + PAGE]
            stage([device for device in page if device.subject not in self.unreadable])
            self._fail_if_told()
            progress(what, start + len(page), len(devices))
        return len(starts)

    def _computers_proof(self, computers: Sequence[Device]) -> ComputersProof:
        every = len(computers)
        return ComputersProof(
            total_first=every, total_last=every, received=every, pages=1, unreadable=self._bad(computers)
        )

    def _bad(self, devices: Sequence[Device]) -> tuple[tuple[str, str], ...]:
        return tuple((one.subject, self.unreadable[one.subject]) for one in devices if one.subject in self.unreadable)

    def _fail_if_told(self) -> None:
        if self.error:
            raise self.error


def _told_to_nobody(what: str, done: int, total: int) -> None: ...
