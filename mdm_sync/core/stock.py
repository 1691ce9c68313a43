"""What a school's sites hold of iPads: shared ones, and those that name a person."""

from collections import Counter
from collections.abc import Iterator

from mdm_sync.core.model import DeviceKind, Person
from mdm_sync.core.views import SchoolView, Stock


def stock_of(view: SchoolView) -> Stock:
    """The shared iPads that classes can use: those of the office and those in store are left out."""
    shared = [
        device
        for device in view.devices
        if device.kind is DeviceKind.IPAD and device.is_pool(view.school) and not device.is_set_aside(view.school)
    ]
    return Stock(total=len(shared), groups=Counter(group for device in shared for group in device.groups or ()))


def holders_in(view: SchoolView) -> Iterator[tuple[Person, bool]]:
    """The person of each iPad that names one, and whether it counts as held here: at the own school, and no Lost Mode.

    Counted over all schools, by person, they make ``held`` and ``held_here`` of a ``PeopleView``.
    """
    for device in view.devices:
        person = view.assignments[device.subject].person
        if person and device.kind is DeviceKind.IPAD:
            yield person, person.school == view.school.number and device.lost_mode is not True
