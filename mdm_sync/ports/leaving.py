"""What leaves the house, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from mdm_sync.core.model import Severity
from mdm_sync.core.news import WaitingLock
from mdm_sync.core.summary import Facts, Summary, Tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a mail tells of a finding: how severe it is, and whether it is there or solved."""

    number: int
    severity: Severity
    open: bool


class Replaces(StrEnum):
    """Which waiting entries of its channel a new one takes the place of: none, all, or those of the same day (UTC)."""

    NOTHING = "nothing"
    WAITING = "waiting"
    SAME_DAY = "same day"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Something that must leave the house. ``kind`` names the channel; ``content`` is what that channel takes.

    Attributes:
        recipient: address of a mail.
        title: subject of a mail.
        reader: key of the recipient who is told, where that is remembered.
        tells: of which findings.
        holds: numbers of the holds that it tells of.
        replaces: what need not leave any more because of it.
    """

    kind: str
    content: str
    recipient: str = ""
    title: str = ""
    reader: str = ""
    tells: tuple[Telling, ...] = ()
    holds: tuple[int, ...] = ()
    replaces: Replaces = Replaces.NOTHING


class EntryState(StrEnum):
    """How an entry of the outbox stands.

    FAILED: the other side does not want it. PARKED: it was tried too often. Both stay until somebody looks after them.
    """

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    PARKED = "parked"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """A claimed row of the outbox.

    Attributes:
        key: random and stable over all attempts: the other side recognises a double by it.
        attempts: tries before this one.
    """

    entry_id: int
    key: str
    kind: str
    content: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """An entry of the outbox as people look at it.

    Attributes:
        entry: as its channel gets it.
        due_at: not before; of what waits.
        closed_at: when it left, or when it was given up.
        last_error: why the last try that came to an end was in vain.
    """

    entry: OutboxEntry
    state: EntryState
    recipient: str
    title: str
    created_at: datetime
    due_at: datetime
    closed_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to send an entry.

    Attributes:
        ended_at: None: it is under way, or broke off without a word; nobody knows whether the entry arrived.
        error: why it was in vain; None: it left.
    """

    began_at: datetime
    ended_at: datetime | None
    error: str | None


class RuleText(Protocol):
    """What a rule is called, what harm it prevents, what to do."""

    @property
    def title(self) -> str:
        """A few words."""

    @property
    def why(self) -> str:
        """One sentence: the harm."""

    @property
    def remedy(self) -> str:
        """One sentence: what to do."""


class Texts(Protocol):
    """Texts in the reader's language; messages are written in English and looked up."""

    @property
    def language(self) -> str:
        """Code of the language: ``de`` or ``en``."""

    def text(self, message: str) -> str:
        """The message in this language."""

    def plural(self, one: str, many: str, number: int) -> str:
        """The form of the message that fits the number."""

    def rule(self, rule_id: str) -> RuleText:
        """Texts of a rule."""

    def counted(self, rule_id: str, number: int) -> str:
        """So many findings of a rule: "2 iPads without a person"."""

    def moment(self, moment: datetime) -> str:
        """Date and time of day as people here write them, in local time."""

    def exact(self, moment: datetime) -> str:
        """The same to the second, with the year in full and the zone."""

    def written_day(self, day: date) -> str:
        """A day with the month in words."""

    def day(self, day: date) -> str:
        """A date as people here write it; that of a moment in local time."""

    def span(self, span: timedelta) -> str:
        """A span of time in its largest unit: "3 hours"."""

    def ago(self, span: timedelta) -> str:
        """How long ago something was: "3 hours ago"; "in 3 hours" where the span is below zero."""

    def number(self, number: float | Decimal) -> str:
        """A number as people here write it: ``81.961`` or ``81,961``; a Decimal with all its places."""


class WayOut(Protocol):
    """A channel that can be looked at without sending anything."""

    def check(self) -> None:
        """Look whether the far side is there and takes our login; raises as ``Channel.send`` where it does not."""


class LockMails(Protocol):
    """Puts into mails what waits for a person of what was to be locked without one."""

    def locks(self, locks: Sequence[WaitingLock]) -> Sequence[NewEntry]:
        """The mails about stolen devices that were not locked, one for each recipient."""


class SummaryComposer(Protocol):
    """Puts the totals into the form that upstream takes."""

    def summary(self, facts: Facts, tells: Tells) -> Summary:
        """What may leave the house of these facts: live schools, and the findings that ``tells`` lets out."""

    def entry(self, summary: Summary) -> NewEntry:
        """The summary as an entry of the outbox."""


class Channel(Protocol):
    """A way out of the house."""

    def send(self, entry: OutboxEntry) -> None:
        """Send one entry. It may be sent again under the same key after a crash.

        Raises:
            TemporaryError: try again later.
            PermanentError: nothing goes this way until somebody has mended it; the entry waits.
            RecordError: the other side does not want this one entry.
        """
