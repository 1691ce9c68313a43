"""Who is told of what by mail, in which rhythm, and when not: decided from a moment that is handed in."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from mdm_sync.core.model import Severity

_DAYS_OF_A_WEEK = 7


class Circle(StrEnum):
    """Whom a recipient belongs to: the central team, those who look after a campus, a school."""

    CENTRAL = "central"
    CAMPUS = "campus"
    SCHOOL = "school"


class Rhythm(StrEnum):
    """How often somebody is told of what is new."""

    AT_ONCE = "at once"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nobody wants to be told, by the clock of the schools; from ``first`` up to ``last``, also over midnight."""

    first: time
    last: time

    def cover(self, hour: time) -> bool:
        """Whether it is quiet at this time of day."""
        if self.first <= self.last:
            return self.first <= hour < self.last
        return hour >= self.first or hour < self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One address, and what it is told.

    Attributes:
        place: name of the campus, or Schulnummer; "" for the central team.
        schools: Schulnummern whose findings it is told of; "" stands for those of the district.
        rules: ids of the rules whose findings it is told of.
        least: severity below which it is told nothing.
        hour, weekday: when daily and weekly mails are due, at the schools; Monday is 0.
        urgent: ids of rules whose critical findings wait for no rhythm.
        holds: whether it is told at once what a brake keeps back.
        sign_of_life: whether it gets a weekly word that the program works.
        intro: what stands above each of its digests.
    """

    address: str
    circle: Circle
    schools: frozenset[str]
    rules: frozenset[str]
    place: str = ""
    least: Severity = Severity.INFO
    language: str = "de"
    rhythm: Rhythm = Rhythm.DAILY
    hour: time = time(6, 30)
    weekday: int = 0
    quiet: QuietHours | None = None
    urgent: frozenset[str] = frozenset()
    holds: bool = False
    sign_of_life: bool = False
    intro: str = ""

    @property
    def key(self) -> str:
        """By which the store remembers what it was told."""
        return f"{self.circle.value}/{self.place}/{self.address}"

    @property
    def names_persons(self) -> bool:
        """Whether it is told who is meant: logins are names, and go to the person's own school alone."""
        return self.circle is Circle.SCHOOL

    def may_be_disturbed(self, now: datetime, zone: tzinfo) -> bool:
        """Whether anything may be sent to it at this moment."""
        return self.quiet is None or not self.quiet.cover(now.astimezone(zone).time())

    def digest_is_due(self, last: datetime | None, now: datetime, zone: tzinfo) -> bool:
        """Whether it is time to tell what is new; ``last``: when that was last looked at, None: never."""
        if not self.may_be_disturbed(now, zone):
            return False
        if last is None or self.rhythm is Rhythm.AT_ONCE:
            return True
        return last < self._turn(1 if self.rhythm is Rhythm.DAILY else _DAYS_OF_A_WEEK, now, zone)

    def sign_of_life_is_due(self, last: datetime, now: datetime, zone: tzinfo) -> bool:
        """Whether it is time for the weekly word; ``last``: when the last one was sent, or counted from."""
        return self.may_be_disturbed(now, zone) and last < self._turn(_DAYS_OF_A_WEEK, now, zone)

    def _turn(self, days: int, now: datetime, zone: tzinfo) -> datetime:
        """The latest moment up to now at which a mail that comes every so many days was due."""
        day = now.astimezone(zone).date()
        if days == _DAYS_OF_A_WEEK:
            day -= timedelta(days=(day.weekday() - self.weekday) % days)
        turn = datetime.combine(day, self.hour, zone)
        return (
            turn
            if turn.timestamp() <= now.timestamp()
            else datetime.combine(day - timedelta(days=days), self.hour, zone)
        )
