"""Putting together what the history holds of a year."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from mdm_sync.core.conditions import Calendar, Conditions
from mdm_sync.core.model import School
from mdm_sync.core.retention import Kept
from mdm_sync.core.summary import read_sources, read_summary
from mdm_sync.core.year_facts import Counted, DayOfSources, EarlierYears, YearFacts
from mdm_sync.core.yearly_report import all_ipads
from mdm_sync.errors import PermanentError
from mdm_sync.ports import History, State


def year_facts(
    state: State,
    schools: Sequence[School],
    conditions: Conditions,
    *,
    day: date,
    limits: Mapping[Kept, datetime],
    earlier: EarlierYears,
) -> YearFacts:
    """What the store knows of the year up to a day, that day included.

    Args:
        state: the store.
        schools: the register; a school that was counted in another form then is told in that.
        conditions: their calendar turns moments into days.
        day: it has begun.
        limits: before which moment each kind of data has been deleted.
        earlier: what was counted by hand.

    Raises:
        PermanentError: the totals of that day were written by another version.
    """
    calendar = conditions.calendar
    first = date(day.year, 1, 1)
    span = _begin(first, calendar), _begin(day + timedelta(days=1), calendar)
    now = _counted(state.history, day)
    if now is None and _is_counted(state.history, day):
        raise PermanentError(f"The totals of {day} were written by another version and cannot be read.")
    forms = {school.number: school.form for school in schools}
    if now:
        forms |= {school.number: school.form for school in now.totals.schools}
    return YearFacts(
        day=day,
        calendar=calendar,
        now=now,
        before=_counted(state.history, first - timedelta(days=1)),
        ipads=dict(_bases(state.history, day)),
        incidents=state.incidents.incidents(),
        form_of=forms,
        locks=state.history.lock_times(*span),
        steps=state.history.steps_between(*span),
        days=tuple(_days(state.history, first, day)),
        incidents_kept_from=calendar.day(limits[Kept.INCIDENTS]),
        findings_kept_from=calendar.day(limits[Kept.FINDINGS]),
        persons_kept_from=calendar.day(limits[Kept.PERSONS]),
        earlier=earlier,
    )


def _begin(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time.min, calendar.zone).astimezone(UTC)


def _is_counted(history: History, day: date) -> bool:
    kept = history.totals_on(day)
    return kept is not None and kept.day.year == day.year


def _counted(history: History, day: date) -> Counted | None:
    """The last totals up to a day within its year; None: there are none that can be read."""
    kept = history.totals_on(day)
    if kept is None or kept.day.year != day.year:
        return None
    totals = read_summary(kept.content)
    return Counted(day=kept.day, totals=totals) if totals else None


def _bases(history: History, day: date) -> Iterator[tuple[int, int]]:
    """How many iPads there were at the end of each year, that of the day as far as it goes."""
    last: date | None = day
    while last:
        kept = history.totals_on(last)
        counted = _counted(history, kept.day) if kept else None
        ipads = all_ipads(counted.totals) if counted else None
        if counted and ipads is not None:
            yield counted.day.year, ipads
        last = date(kept.day.year - 1, 12, 31) if kept else None


def _days(history: History, first: date, last: date) -> Iterator[DayOfSources]:
    for kept in history.totals_between(first, last):
        sources = read_sources(kept.content)
        if sources is not None:
            yield DayOfSources(day=kept.day, sources=sources)
