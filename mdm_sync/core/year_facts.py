"""What a yearly report is made of: the history of a year, and what somebody counted by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from mdm_sync.core.conditions import Calendar
from mdm_sync.core.incidents import Incident, IncidentKind
from mdm_sync.core.loss_figures import YearFigures
from mdm_sync.core.summary import SourceTotals, Summary

Forms = tuple[str, ...]
"""Keys of Schulformen that are counted together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The totals of a day in the history."""

    day: date
    totals: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierStock:
    """iPads in schools at the end of a year, counted by hand; ``ipads`` None: not told."""

    year: int
    ipads: int | None = None
    by_forms: Mapping[Forms, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierYears:
    """What was counted by hand; ``together`` are the forms that it counts, several of them maybe as one."""

    figures: tuple[YearFigures, ...] = ()
    stocks: tuple[EarlierStock, ...] = ()
    together: tuple[Forms, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTime:
    """A theft or loss, and how long the device took to confirm Lost Mode.

    Attributes:
        known: whether it is about a device that Jamf Pro ever showed.
        took: from the report to the confirmation, nothing where it was locked before; None: not confirmed.
    """

    kind: IncidentKind
    known: bool
    took: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSteps:
    """How often findings of a rule took a step within the year; those about persons are deleted with the person."""

    rule: str
    opened: int
    reopened: int
    resolved: int
    withdrawn: int
    about_persons: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfSources:
    """How the sources stood on a day of which the history has totals."""

    day: date
    sources: tuple[SourceTotals, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFacts:
    """What the history holds of a year.

    Attributes:
        day: the last day that is asked for.
        now: the last totals of the year up to that day; None: there are none.
        before: the last ones of the year before; None: there are none.
        ipads: on which shares are taken, by year.
        form_of: the form of each school by its Schulnummer.
        locks: of thefts and losses that were reported within the year.
        days: those of the year on which was counted, in their order.
        incidents_kept_from: what was settled before is deleted; likewise findings, and persons who were gone before.
    """

    day: date
    calendar: Calendar
    now: Counted | None
    before: Counted | None
    ipads: Mapping[int, int]
    incidents: Sequence[Incident]
    form_of: Mapping[str, str]
    locks: Sequence[LockTime]
    steps: Sequence[RuleSteps]
    days: Sequence[DayOfSources]
    incidents_kept_from: date
    findings_kept_from: date
    persons_kept_from: date
    earlier: EarlierYears = EarlierYears()

    @property
    def first(self) -> date:
        """The first day of the year."""
        return date(self.day.year, 1, 1)

    @property
    def reported(self) -> tuple[Incident, ...]:
        """The incidents that were reported up to the day."""
        return tuple(one for one in self.incidents if self.calendar.day(one.reported_at) <= self.day)
