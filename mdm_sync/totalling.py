"""Counting how things stand: for people, for the history, for upstream."""

from collections.abc import Sequence
from datetime import datetime

from mdm_sync.core.conditions import Conditions
from mdm_sync.core.model import School
from mdm_sync.core.summary import Facts, Summary, apart_from_time, read_summary, summary_of, written
from mdm_sync.equipment import Equipment
from mdm_sync.ports import KeptTotals, NewEntry, State


def counted(
    state: State, schools: Sequence[School], conditions: Conditions, started_at: datetime | None = None
) -> Facts:
    """What a summary is made of, as the store says now."""
    return Facts(
        counts=state.snapshot.counts(schools, conditions),
        sources=state.snapshot.sources(),
        holds=tuple(state.snapshot.holds().values()),
        conditions=conditions,
        started_at=started_at,
    )


def total(equipment: Equipment, schools: Sequence[School], started_at: datetime) -> Sequence[NewEntry]:
    """Keep the first totals of a day in the history, and give the summary that is to leave the house.

    A summary leaves where it tells anything new, and once a day where it does not. To be called inside the commit's
    transaction.
    """
    state, composer = equipment.state, equipment.summaries
    conditions = equipment.conditions(equipment.clock())
    today = conditions.calendar.day(conditions.now)
    kept = state.history.totals_on(today)
    is_first = kept is None or kept.day != today
    if composer is None and not is_first:
        return ()
    facts = counted(state, schools, conditions, started_at)
    if is_first:
        state.history.keep_totals(KeptTotals(day=today, content=written(summary_of(facts))))
    if composer is None:
        return ()
    summary = composer.summary(facts, lambda rule, school: not equipment.rules.is_observed(rule, school))
    entry = composer.entry(summary)
    return (entry,) if is_first or _tells_more(summary, state.outbox.last_content(entry.kind)) else ()


def _tells_more(summary: Summary, last: str | None) -> bool:
    before = read_summary(last) if last else None
    return before is None or apart_from_time(summary) != apart_from_time(before)
