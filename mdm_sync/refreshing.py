"""One device, now: asked for by its serial number, taken over, and judged with its school."""

from collections.abc import Iterable, Sequence

from mdm_sync.core.model import Device, School
from mdm_sync.cycle import Scope, run_cycle
from mdm_sync.equipment import Equipment


def refresh_devices(equipment: Equipment, schools: Sequence[School], name: str) -> bool:
    """Read anew the devices that the store knows by this name, else those of this serial number, and judge them.

    A device that Jamf Pro no longer shows stays as it is: only complete sweeps take one away.

    Returns:
        Whether Jamf Pro showed any.

    Raises:
        MdmSyncError: Jamf Pro cannot be read, or one of the records; the store is as it was.
    """
    before = [story.device for story in equipment.state.inquiry.devices(name, schools)]
    serials = sorted({device.serial for device in before if device.serial}) or [name.strip()]
    found = [device for serial in serials for device in equipment.fleet.find(serial)]
    if found:
        staging = equipment.state.staging
        staging.clear_fleet()
        staging.stage_devices(found)
        staging.accept_records(equipment.clock())
        _judge(equipment, schools, [*before, *found])
    return bool(found)


def _judge(equipment: Equipment, schools: Sequence[School], devices: Iterable[Device]) -> None:
    """The schools where the devices stood and where they stand; the whole district where one stands in none."""
    places = [_school(equipment, schools, device) for device in devices]
    only = () if None in places else tuple({place.number for place in places if place})
    run_cycle(equipment, schools, Scope(only=only, offline=True))


def _school(equipment: Equipment, schools: Iterable[School], device: Device) -> School | None:
    sites = equipment.state.snapshot.sites() or {}
    site = sites.get(device.site_id) if device.site_id is not None else None
    return next((school for school in schools if site in school.sites), None)
