"""All cases, in the order in which they are planted."""

from mdm_sync.demo.district.draft import Draft
from mdm_sync.demo.district.planting import elsewhere, holders, locks, records, repairs, strangers, unassigned
from mdm_sync.demo.district.planting.cases import plant_all
from mdm_sync.demo.district.planting.sites import plant_sites, plant_trolleys

_CASES = (
    *unassigned.CASES,
    *strangers.CASES,
    *elsewhere.CASES,
    *records.CASES,
    *holders.CASES,
    *locks.CASES,
    *repairs.CASES,
)


def plant_everything(draft: Draft) -> None:
    """Put into a clean district whatever its rules are to find, and what they are not to."""
    plant_all(draft, _CASES)
    plant_sites(draft)
    plant_trolleys(draft)
