"""The Windows machines of a school, which Jamf does not know."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.model import InventoryMachine

_STAFF_PER_OFFICE_MACHINE = 5
_EIGHT_YEARS = 8 * 365
_MODELS = {
    "desktop": ("HP ProDesk 400 G6", "Dell OptiPlex 3080", "Lenovo ThinkCentre M70q", "Fujitsu ESPRIMO Q558"),
    "laptop": ("HP ProBook 450 G8", "Lenovo ThinkPad L14", "Dell Latitude 3520"),
}
_MAKER = {"desktop": "5CD", "laptop": "PF2"}


def machines(draft: Draft) -> Iterator[InventoryMachine]:
    """Desktops and laptops of each school as its size says; one for five teachers stands in the administration."""
    number = 0
    for school in draft.schools.values():
        random = Random(f"{draft.plan.seed}/inventory/{school.layout.position}")
        size = school.layout.size
        office = -(-size.teachers // _STAFF_PER_OFFICE_MACHINE)
        for nth, kind in enumerate(("desktop",) * size.desktops + ("laptop",) * size.laptops):
            number += 1
            yield _machine(draft, school, random, (number, kind, "Verwaltung" if nth < office else "Unterricht"))


def _machine(draft: Draft, school: SchoolDraft, random: Random, what: tuple[int, str, str]) -> InventoryMachine:
    number, kind, use = what
    return InventoryMachine(
        number=f"W-{number:06d}",
        kind=kind,
        serial=f"{_MAKER[kind]}{number:05d}{random.choice('ABCDEFGHJK')}{random.randint(0, 9)}",
        model=random.choice(_MODELS[kind]),
        school=school.school.number,
        use=use,
        purchased=(draft.plan.now - timedelta(days=random.randint(30, _EIGHT_YEARS))).date(),
    )
