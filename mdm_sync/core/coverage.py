"""How well schools are equipped: what is there, what the targets ask for, what is short, when it is to be replaced.

Counts add up: those of schools to those of their form, campus and support type, and to those of the district. None is
"not known", never zero; a sum holds what is known and says of how many schools it is.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import reduce
from typing import Literal, TypeVar

from mdm_sync.core.conditions import Target, Targets
from mdm_sync.core.model import MachineKind, School

_TENTH = Decimal("0.1")
_Key = TypeVar("_Key", bound=Hashable)


class Use(StrEnum):
    """Who an iPad is for. UNKNOWN: it names nobody, or nobody who is known to be there."""

    STUDENT = "student"
    TEACHER = "teacher"
    POOL = "pool"
    ADMINISTRATION = "administration"
    UNKNOWN = "unknown"


class Standing(StrEnum):
    """Whether an iPad can be used; the first that applies, but for WORKING, which is what remains.

    LOCKED is in Lost Mode without an open theft or loss; SPARE is in store.
    """

    WORKING = "working"
    STOLEN = "stolen"
    LOST = "lost"
    IN_REPAIR = "in repair"
    LOCKED = "locked"
    SPARE = "spare"


Cell = tuple[Use, Standing]
Years = Mapping[int | None, int]
"""How many by year, or by age in full years; None: nobody told when they were bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolCounts:
    """What the store counts at one school.

    Attributes:
        ipads: those in its sites, by use and standing, each serial number once; None: Jamf Pro has none of its sites.
        other_devices: what else Jamf Pro has in its sites: Apple TVs, Macs, and what it does not know yet.
        ages, replacement: its iPads by full years since they were bought, and by the year that they are to be replaced.
        students: by grade, None for those without; None: the directory was never read; likewise teachers and staff.
        machines: desktops and laptops of the inventory; None: it was never read.
        office_machines: those of them that the administration has.
        machine_replacement: the machines by the year that they are to be replaced.
    """

    school: School
    ipads: Mapping[Cell, int] | None = None
    other_devices: int | None = None
    ages: Years | None = None
    replacement: Years | None = None
    students: Mapping[int | None, int] | None = None
    teachers: int | None = None
    staff: int | None = None
    machines: Mapping[MachineKind, int] | None = None
    office_machines: int | None = None
    machine_replacement: Years | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCount:
    """Open findings of a rule and a severity at a school, "" for those of none."""

    school: str
    rule: str
    severity: Literal["info", "warning", "critical"]
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCount:
    """Reports of a kind and a handling that came from a school, "" where none was named."""

    school: str
    kind: str
    handling: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictCounts:
    """What the store counts in all.

    Attributes:
        ipads_without_school: those in no school's site; None: Jamf Pro was never read.
    """

    schools: tuple[SchoolCounts, ...]
    ipads_without_school: int | None
    findings: tuple[FindingCount, ...] = ()
    incidents: tuple[IncidentCount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a target asks for and what there is; what one school has too many helps no other.

    Attributes:
        usable: devices that are there and work.
    """

    needed: int
    usable: int
    shortage: int
    surplus: int

    @classmethod
    def of(cls, needed: int, usable: int) -> "Need":
        """The need of one school."""
        return cls(needed=needed, usable=usable, shortage=max(0, needed - usable), surplus=max(0, usable - needed))

    @property
    def percent(self) -> Decimal | None:
        """Which share of what is needed is there, to a tenth, above 100 where there is more; None: no need."""
        if not self.needed:
            return None
        return (Decimal(self.usable * 100) / self.needed).quantize(_TENTH, ROUND_HALF_UP)

    def __add__(self, other: "Need") -> "Need":
        return Need(
            needed=self.needed + other.needed,
            usable=self.usable + other.usable,
            shortage=self.shortage + other.shortage,
            surplus=self.surplus + other.surplus,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How a school, or some of them together, are equipped. Fields not named here are as in ``SchoolCounts``.

    Attributes:
        schools, schools_read, schools_at_jamf: how many these are, how many directories and how many sites are known.
        students_without_grade: those of whom the targets say nothing, for they tell grades apart.
        for_students: working iPads of students and of the pool, beside what the targets of form and grade ask for.
        for_teachers: working iPads of teachers, one for each.
        for_administration: machines of the administration, one for so many teachers and staff.
    """

    schools: int = 0
    schools_read: int = 0
    schools_at_jamf: int = 0
    students: int | None = None
    students_without_grade: int | None = None
    teachers: int | None = None
    staff: int | None = None
    ipads: Mapping[Cell, int] | None = None
    other_devices: int | None = None
    for_students: Need | None = None
    for_teachers: Need | None = None
    for_administration: Need | None = None
    ages: Years | None = None
    replacement: Years | None = None
    machines: Mapping[MachineKind, int] | None = None
    office_machines: int | None = None
    machine_replacement: Years | None = None

    def ipads_by(self, *, use: Use | None = None, standing: Standing | None = None) -> int | None:
        """How many iPads there are of a use and a standing, where named; None: not known."""
        if self.ipads is None:
            return None
        number = sum(
            count for (of, stands), count in self.ipads.items() if use in (None, of) and standing in (None, stands)
        )
        # the directory tells who is a student: without it none is known to be one
        named = use in (Use.STUDENT, Use.TEACHER)
        return None if named and not number and self.students is None else number


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Coverage of each school, and of those that have something in common; "" where they have nothing of the kind."""

    schools: tuple[tuple[School, Coverage], ...]
    forms: Mapping[str, Coverage] = field(default_factory=dict)
    campuses: Mapping[str, Coverage] = field(default_factory=dict)
    supports: Mapping[str, Coverage] = field(default_factory=dict)
    district: Coverage = field(default_factory=Coverage)


def coverage_of(counts: SchoolCounts, targets: Targets) -> Coverage:
    """How one school is equipped."""
    students = counts.students
    asked = None if students is None else _asked_for(counts.school.form, students, targets)
    return Coverage(
        schools=1,
        schools_read=int(students is not None),
        schools_at_jamf=int(counts.ipads is not None),
        students=None if students is None else sum(students.values()),
        students_without_grade=None if asked is None else asked.without_grade,
        teachers=counts.teachers,
        staff=counts.staff,
        ipads=counts.ipads,
        other_devices=counts.other_devices,
        for_students=_need(None if asked is None else asked.needed, _working(counts, Use.STUDENT, Use.POOL)),
        for_teachers=_need(counts.teachers, _working(counts, Use.TEACHER)),
        for_administration=_need(_office_need(counts, targets), counts.office_machines),
        ages=counts.ages,
        replacement=counts.replacement,
        machines=counts.machines,
        office_machines=counts.office_machines,
        machine_replacement=counts.machine_replacement,
    )


def grouped(counts: Iterable[SchoolCounts], targets: Targets) -> Grouped:
    """How each school, form, campus and support type, and all together, are equipped."""
    schools = tuple((one.school, coverage_of(one, targets)) for one in counts)
    return Grouped(
        schools=schools,
        forms=_by(schools, lambda school: school.form),
        campuses=_by(schools, lambda school: school.campus),
        supports=_by(schools, lambda school: school.support),
        district=together(coverage for _, coverage in schools),
    )


def together(parts: Iterable[Coverage]) -> Coverage:
    """Coverage of several schools; what is known of none of them is not known."""
    return reduce(_plus, parts, Coverage())


def _by(schools: Iterable[tuple[School, Coverage]], key: Callable[[School], str]) -> dict[str, Coverage]:
    found: defaultdict[str, list[Coverage]] = defaultdict(list)
    for school, coverage in schools:
        found[key(school)].append(coverage)
    return {name: together(parts) for name, parts in sorted(found.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What targets ask for students; ``needed`` None: of none of the students they say anything."""

    needed: int | None
    without_grade: int


def _asked_for(form: str, by_grade: Mapping[int | None, int], targets: Targets) -> _Asked:
    students: Counter[Target] = Counter()
    without = 0
    for grade, number in by_grade.items():
        target = targets.target(form, grade)
        if target is None:
            without = number  # of all grades, None alone may have no target
        else:
            students[target] += number
    needed = sum(target.devices_for(number) for target, number in students.items())
    return _Asked(needed=None if without and not students else needed, without_grade=without)


def _working(counts: SchoolCounts, *uses: Use) -> int | None:
    return None if counts.ipads is None else sum(counts.ipads.get((use, Standing.WORKING), 0) for use in uses)


def _office_need(counts: SchoolCounts, targets: Targets) -> int | None:
    if counts.teachers is None or counts.staff is None:
        return None
    return -(-(counts.teachers + counts.staff) // targets.staff_per_office_machine)


def _need(needed: int | None, usable: int | None) -> Need | None:
    return None if needed is None or usable is None else Need.of(needed, usable)


def _plus(one: Coverage, other: Coverage) -> Coverage:
    return Coverage(
        schools=one.schools + other.schools,
        schools_read=one.schools_read + other.schools_read,
        schools_at_jamf=one.schools_at_jamf + other.schools_at_jamf,
        students=_sum(one.students, other.students),
        students_without_grade=_sum(one.students_without_grade, other.students_without_grade),
        teachers=_sum(one.teachers, other.teachers),
        staff=_sum(one.staff, other.staff),
        ipads=_merged(one.ipads, other.ipads),
        other_devices=_sum(one.other_devices, other.other_devices),
        for_students=_needs(one.for_students, other.for_students),
        for_teachers=_needs(one.for_teachers, other.for_teachers),
        for_administration=_needs(one.for_administration, other.for_administration),
        ages=_merged(one.ages, other.ages),
        replacement=_merged(one.replacement, other.replacement),
        machines=_merged(one.machines, other.machines),
        office_machines=_sum(one.office_machines, other.office_machines),
        machine_replacement=_merged(one.machine_replacement, other.machine_replacement),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return (one or 0) + (other or 0) if one is not None or other is not None else None


def _needs(one: Need | None, other: Need | None) -> Need | None:
    if one is None or other is None:
        return one or other
    return one + other


def _merged(one: Mapping[_Key, int] | None, other: Mapping[_Key, int] | None) -> Mapping[_Key, int] | None:
    if one is None and other is None:
        return None
    return Counter(one) + Counter(other)
