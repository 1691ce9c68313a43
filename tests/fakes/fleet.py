"""A Jamf Pro in memory, whose troubles are told to it."""

from collections.abc import Callable, Mapping, Sequence

from mdm_sync.core.completeness import FleetProof
from mdm_sync.core.model import Device
from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import FleetRead, Progress

PAGE = 100


class FakeFleet:
    """Satisfies ``mdm_sync.ports.Fleet``.

    Attributes:
        devices: what stands there; may be changed between two sweeps.
        sites: names of the sites by id.
        unreadable: ids of records that cannot be read, with the reason.
        error: what ends a sweep, after a first page was staged.
        gone_while_read: by how many devices the total falls while a sweep is under way.
    """

    error: MdmSyncError | None = None

    def __init__(self, devices: Sequence[Device] = (), sites: Mapping[int, str] | None = None) -> None:
        self.devices = list(devices)
        self.sites = dict(sites or {})
        self.unreadable: dict[int, str] = {}
        self.gone_while_read = 0

    def sweep(self, stage: Callable[[Sequence[Device]], None], progress: Progress) -> FleetRead:
        ordered = sorted(self.devices, key=lambda device: device.jamf_id)
        pages = [ordered[start : start + PAGE] for start in range(0, len(ordered), PAGE)] or [[]]
        received = 0
        for page in pages:
            stage([device for device in page if device.jamf_id not in self.unreadable])
            if self.error:
                raise self.error
            received += len(page)
            progress("devices", received, len(ordered))
        proof = FleetProof(
            total_first=len(ordered),
            total_last=len(ordered) - self.gone_while_read,
            received=received,
            pages=len(pages),
            sites=len(self.sites),
            unreadable=tuple((str(jamf_id), reason) for jamf_id, reason in self.unreadable.items()),
        )
        return FleetRead(proof=proof, sites=self.sites)
