"""The mails that are due: what is new to each recipient, composed from the state as it is now.

In a cycle this happens inside the transaction that commits its conclusions; between two cycles, when the hour of a
digest or the end of somebody's quiet hours has come, in one of its own.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mdm_sync.core.brakes import HoldState
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.model import School, Severity, Stage
from mdm_sync.core.news import HeldBack, NewsKind, Reported, SignOfLife, SourceAge, digest_of
from mdm_sync.core.recipients import Recipient
from mdm_sync.core.rules.book import RuleBook
from mdm_sync.core.views import Source
from mdm_sync.ports import MailComposer, NewEntry, State, Telling, Turn, Wanted

_CALLS_AT_ONCE = frozenset({NewsKind.OPENED, NewsKind.WORSENED, NewsKind.REOPENED, NewsKind.DUE})
"""What is solved waits for the next digest."""

_NOBODY = ""
"""Key of a reader who was never told of anything."""

MOST_EARLIER = 20
"""Earlier mails that a mail names; headers grow no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What composing mails works with, at one moment.

    Attributes:
        schools: all of the register.
    """

    state: State
    composer: MailComposer
    recipients: Sequence[Recipient]
    schools: Sequence[School]
    rules: RuleBook
    conditions: Conditions

    def due(self, *, every_digest: bool = False) -> tuple[NewEntry, ...]:
        """The mails that are due, each for one recipient; what was looked at is noted.

        Args:
            every_digest: digests are due whatever their rhythm, also in quiet hours.
        """
        return tuple(entry for one in self.recipients for entry in self._due_to(one, every_digest=every_digest))

    def preview(self) -> tuple[NewEntry, ...]:
        """The mails of the present state, as if nobody had been told of anything; nothing is noted."""
        return tuple(entry for one in self.recipients for entry in self._preview_for(one))

    def _preview_for(self, recipient: Recipient) -> Iterator[NewEntry]:
        yield from self._holds(recipient, _NOBODY)
        told: set[int] = set()
        yield from _noting(self._urgent(recipient, _NOBODY), told)
        yield from self._digest(recipient, self._news_beside(told, recipient, _NOBODY))
        if recipient.sign_of_life:
            yield self.composer.sign_of_life(recipient, self.life(recipient))

    def _due_to(self, recipient: Recipient, *, every_digest: bool) -> Iterator[NewEntry]:
        now, zone = self.conditions.now, self.conditions.calendar.zone
        told: set[int] = set()
        if recipient.may_be_disturbed(now, zone):
            yield from self._holds(recipient, recipient.key)
            yield from _noting(self._urgent(recipient, recipient.key), told)
        mailings = self.state.mailings
        last = mailings.turn(recipient.key, Turn.DIGEST)
        if every_digest or recipient.digest_is_due(last, now, zone):
            mailings.note_turn(recipient.key, Turn.DIGEST, now)
            yield from self._digest(recipient, self._news_beside(told, recipient, recipient.key))
        if recipient.sign_of_life:
            yield from self._sign_of_life(recipient)

    def _holds(self, recipient: Recipient, reader: str) -> Iterator[NewEntry]:
        if not recipient.holds:
            return
        untold = self.state.mailings.untold_holds(reader)
        holds = [
            hold
            for hold in untold
            if hold.school in recipient.schools and not self.rules.is_observed(hold.rule, hold.school)
        ]
        if holds:
            names = {school.number: school.name for school in self.schools}
            told = [HeldBack(hold=hold, school_name=names.get(hold.school, "")) for hold in holds]
            entry = self.composer.holds(recipient, told, self.conditions.now)
            yield replace(entry, reader=recipient.key, holds=tuple(hold.hold_id for hold in holds))

    def _urgent(self, recipient: Recipient, reader: str) -> Iterator[NewEntry]:
        """What waits for no rhythm."""
        if recipient.urgent:
            news = self._news(replace(recipient, rules=recipient.urgent, least=Severity.CRITICAL), reader)
            yield from self._digest(recipient, (one for one in news if one.news in _CALLS_AT_ONCE))

    def _digest(self, recipient: Recipient, reported: Iterable[Reported]) -> Iterator[NewEntry]:
        news = [one for one in reported if one.news]
        digest = digest_of(news, self._still_open(recipient)) if news else None
        if digest is None:
            return
        earlier = tuple(dict.fromkeys(one.told.mail for one in news if one.told and one.told.mail))[-MOST_EARLIER:]
        entry = self.composer.digest(recipient, digest, earlier, self.conditions.now)
        tells = tuple(
            Telling(number=one.place.number, severity=one.place.finding.severity, open=one.open) for one in news
        )
        yield replace(entry, reader=recipient.key, tells=tells)

    def _news(self, recipient: Recipient, reader: str) -> Iterator[Reported]:
        """What the reader of this key was not told of that the recipient is to be told of."""
        reported = self.state.mailings.news(_wanted(recipient, reader), self.schools)
        return (one for one in reported if not self.rules.is_observed(one.place.finding.rule, one.place.finding.school))

    def _news_beside(self, told: Collection[int], recipient: Recipient, reader: str) -> Iterator[Reported]:
        """The same without the findings that another mail tells of at this moment."""
        return (one for one in self._news(recipient, reader) if one.place.number not in told)

    def _still_open(self, recipient: Recipient) -> dict[str, int]:
        counts = self.state.mailings.open_counts(_wanted(recipient, recipient.key))
        return _by_rule(counts, self.rules.is_observed)

    def _sign_of_life(self, recipient: Recipient) -> Iterator[NewEntry]:
        """A recipient that is new gets its first one at the next turn."""
        now, zone, mailings = self.conditions.now, self.conditions.calendar.zone, self.state.mailings
        last = mailings.turn(recipient.key, Turn.SIGN_OF_LIFE)
        if last is not None and not recipient.sign_of_life_is_due(last, now, zone):
            return
        mailings.note_turn(recipient.key, Turn.SIGN_OF_LIFE, now)
        if last is not None:
            yield self.composer.sign_of_life(recipient, self.life(recipient))

    def life(self, recipient: Recipient) -> SignOfLife:
        """How everything stands, for a recipient."""
        health = self.state.inquiry.health()
        return SignOfLife(
            now=self.conditions.now,
            last_cycle=health.last_cycle,
            sources=tuple(self._ages(health.sources)),
            waiting=health.outbox.waiting,
            given_up=health.outbox.failed + health.outbox.parked,
            holds=sum(hold.state is HoldState.OPEN for hold in health.holds),
            still_open=self._still_open(recipient),
        )

    def _ages(self, sources: Iterable[Source]) -> Iterator[SourceAge]:
        """The sources that are read, the oldest first."""
        connected = {school.number: school.name for school in self.schools if school.stage is not Stage.NOT_CONNECTED}
        read = [source for source in sources if not source.school or source.school in connected]
        for source in sorted(read, key=lambda one: (one.complete_at is not None, one.complete_at or one.known_since)):
            limit = self.conditions.directory_limit if source.school else self.conditions.fleet_limit
            yield SourceAge(
                name=source.name,
                school_name=connected.get(source.school, ""),
                complete_at=source.complete_at,
                stale=source.is_older_than(limit, self.conditions.now),
                failed=source.error is not None,
            )


def _noting(entries: Iterable[NewEntry], told: set[int]) -> Iterator[NewEntry]:
    """The same entries; the findings that they tell of are put into ``told``."""
    for entry in entries:
        told.update(one.number for one in entry.tells)
        yield entry


def _wanted(recipient: Recipient, reader: str) -> Wanted:
    """A school's own contacts see who is meant; all others get references."""
    return Wanted(
        recipient=reader,
        schools=recipient.schools,
        rules=recipient.rules,
        least=recipient.least,
        logins_of=recipient.place if recipient.names_persons else "",
    )


def _by_rule(counts: Mapping[str, Mapping[str, int]], is_observed: Callable[[str, str], bool]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for school, rules in counts.items():
        for rule, number in rules.items():
            if not is_observed(rule, school):
                totals[rule] = totals.get(rule, 0) + number
    return dict(sorted(totals.items()))
