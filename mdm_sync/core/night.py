"""Which directories are due: each once a night, few at a time; what could not be read is tried again later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from mdm_sync.core.model import School, Stage
from mdm_sync.core.views import Source

TRIED_AGAIN_AFTER = timedelta(hours=1)
"""For a directory that could not be read."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """When the schools' directories are read.

    Attributes:
        first: clock time at the schools from which on they are due.
        until: clock time until which all of them should have been read; it decides how many are read at once.
        every: time between two looks at what is due.
        least: so many are read at once in any case.
        zone: of the schools.
    """

    first: time
    until: time
    every: timedelta
    least: int
    zone: tzinfo

    def began(self, now: datetime) -> datetime:
        """The latest beginning of a night, in UTC."""
        today = now.astimezone(self.zone).date()
        begins = (datetime.combine(day, self.first, self.zone).astimezone(UTC) for day in (today, today - _DAY))
        return next(begin for begin in begins if begin <= now)

    def at_once(self, schools: int) -> int:
        """How many of so many schools are read at once."""
        length = (_since_midnight(self.until) - _since_midnight(self.first)) % _DAY
        looks = max(length // self.every, 1)
        return max(-(-schools // looks), self.least)

    def due(self, schools: Sequence[School], sources: Mapping[str, Source], now: datetime) -> tuple[School, ...]:
        """The schools to read now, those first that were not tried for longest.

        Whatever a night left out, for want of a running program say, is due until it is made up for.
        """
        connected = [school for school in schools if school.stage is not Stage.NOT_CONNECTED]
        began = self.began(now)
        due = [school for school in connected if _is_due(sources.get(school.source), began, now)]
        return tuple(sorted(due, key=lambda one: _tried(sources.get(one.source)))[: self.at_once(len(connected))])


_DAY = timedelta(days=1)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)


def _tried(source: Source | None) -> datetime:
    return (source and source.attempted_at) or NEVER


def _is_due(source: Source | None, began: datetime, now: datetime) -> bool:
    tried = _tried(source)
    if tried > now:  # a clock that was set back: what it says of the future says nothing
        return True
    return tried < began or (source is not None and source.error is not None and now - tried >= TRIED_AGAIN_AFTER)
