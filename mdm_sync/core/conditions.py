"""What the rules compare with: the moment, the school calendar, thresholds and targets, as the settings say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from mdm_sync.core.model import Device, Role

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which days are school days.

    Attributes:
        zone: where the schools are; moments are turned into days by it.
        holidays: spans without school, first and last day, both included.
    """

    zone: tzinfo = UTC
    holidays: tuple[tuple[date, date], ...] = ()

    def day(self, moment: datetime) -> date:
        """The day at the schools."""
        return moment.astimezone(self.zone).date()

    def school_days_back(self, until: datetime, count: int) -> datetime:
        """Begin of the ``count``-th school day counted back, that of ``until`` being the first if it is one."""
        day = self.day(until) + _ONE_DAY
        for _ in range(count):
            day = self._school_day_before(day)
        return datetime.combine(day, time.min, self.zone)

    def _school_day_before(self, day: date) -> date:
        before = day - _ONE_DAY
        while not self._is_school_day(before):
            before -= _ONE_DAY
        return before

    def _is_school_day(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and not any(first <= day <= last for first, last in self.holidays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From when on something is wrong; each is crossed when it is exceeded."""

    silent_school_days: int = 20
    over_age_years: int = 5
    profile_days: int = 30
    grace_days: int = 14
    repair_school_days: int = 30
    lock_pending_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How many students of a form may share one device.

    Attributes:
        form: key of the Schulform.
        grades: the years of school that it is about; empty for all.
        taught_percent: which share of them is at school at a time; only these need devices.
    """

    form: str
    students_per_device: int
    grades: frozenset[int] = frozenset()
    taught_percent: int = 100

    def devices_for(self, students: int) -> int:
        """How many devices so many students of one school need."""
        return -(-students * self.taught_percent // (100 * self.students_per_device))


TARGETS = (
    Target(form="02", grades=frozenset({1, 2}), students_per_device=2),
    Target(form="30", students_per_device=2),
)
"""Targets of the city's plan: elsewhere each student has a device (Medienentwicklungsplan, Berichtsjahr 2023)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Who is to have how many devices.

    Attributes:
        sharing: forms and grades that share; all others are 1:1.
        allowances: how many devices a person may have; one where the role is not named.
        staff_per_office_machine: for how many teachers and staff the administration has one machine.
        office_uses: the inventory's words for machines of the administration; upper and lower case are one.
    """

    sharing: tuple[Target, ...] = TARGETS
    allowances: Mapping[Role, int] = field(default_factory=dict)
    staff_per_office_machine: int = 5
    office_uses: tuple[str, ...] = ("Verwaltung",)

    def target(self, form: str, grade: int | None) -> Target | None:
        """The target of a student; None where the form tells grades apart and this one is not known."""
        of_form = [target for target in self.sharing if target.form == form]
        if grade is None and any(target.grades for target in of_form):
            return None
        fitting = (target for target in of_form if not target.grades or grade in target.grades)
        return next(fitting, Target(form=form, students_per_device=1))

    def students_per_device(self, form: str, grade: int | None) -> int | None:
        """How many share one device; None where the form tells grades apart and this one is not known."""
        target = self.target(form, grade)
        return target.students_per_device if target else None

    def allowance(self, role: Role) -> int:
        """How many devices a person of this role may have."""
        return self.allowances.get(role, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """By which extension attribute a device shows that it is away in repair; no name: none does."""

    attribute: str = ""
    values: tuple[str, ...] = ()

    def away(self, device: Device) -> bool:
        """Whether the device is in repair."""
        return any(name == self.attribute and value in self.values for name, value in device.attributes or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """All that the rules compare with.

    Attributes:
        now: the moment of the cycle, aware.
        moved_by_name: the same name at another school is taken for the same person, as a hint.
        fleet_limit, directory_limit: older reads of Jamf Pro, or of a directory, support no new conclusion.
    """

    now: datetime
    calendar: Calendar = Calendar()
    thresholds: Thresholds = Thresholds()
    targets: Targets = field(default_factory=Targets)
    repair: Repair = Repair()
    moved_by_name: bool = False
    fleet_limit: timedelta = timedelta(hours=24)
    directory_limit: timedelta = timedelta(days=3)
