"""Emptying the outbox: claim, send, mark after. At least once; the entry's key lets the other side see a double."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mdm_sync.errors import MdmSyncError, PermanentError, RecordError, TemporaryError
from mdm_sync.ports import Channel, Clock, Outbox, OutboxEntry

LEASE_SECONDS = 300
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_ASKED = timedelta(days=1)
MOST_ATTEMPTS = 72
"""About three days of growing pauses: a mail server that is down over a weekend loses nothing."""

MOST_IN_A_ROW = 5
"""After so many entries in a row that could not leave, a channel is taken to be away."""

log = logging.getLogger(__name__)

Tried = tuple[OutboxEntry, MdmSyncError | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of the entries that were due.

    Attributes:
        errors: why entries did not leave, each reason once.
    """

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    errors: tuple[str, ...] = ()


def deliver(outbox: Outbox, channels: Mapping[str, Channel], clock: Clock) -> Delivery:
    """Send what is due, each entry once; what cannot leave now waits, what is refused is set aside."""
    tried: list[Tried] = []
    while (entry := outbox.claim(clock(), LEASE_SECONDS)) is not None:
        tried.append((entry, _deliver_one(outbox, entry, channels, clock)))
        if until := _closed_until(tried, clock()):
            outbox.postpone(entry.kind, until)
    outcomes = [error for _, error in tried]
    return Delivery(
        sent=sum(error is None for error in outcomes),
        failed=sum(isinstance(error, RecordError) for error in outcomes),
        waiting=sum(isinstance(error, TemporaryError | PermanentError) for error in outcomes),
        errors=tuple(dict.fromkeys(str(error) for error in outcomes if error)),
    )


def _closed_until(tried: Sequence[Tried], at: datetime) -> datetime | None:
    """Until when nothing goes the way of the last entry; None: the next one is tried.

    Without it a server that is away would be asked once for each mail that waits, and a refused password would be
    tried so often that the account is locked.
    """
    last, error = tried[-1]
    if isinstance(error, PermanentError):
        return at + LONGEST_PAUSE
    same = [outcome for entry, outcome in tried if entry.kind == last.kind][-MOST_IN_A_ROW:]
    away = len(same) == MOST_IN_A_ROW and all(isinstance(outcome, TemporaryError) for outcome in same)
    return at + FIRST_PAUSE if away else None


def _deliver_one(
    outbox: Outbox, entry: OutboxEntry, channels: Mapping[str, Channel], clock: Clock
) -> MdmSyncError | None:
    try:
        _channel(channels, entry.kind).send(entry)
    except MdmSyncError as error:
        return _not_sent(outbox, entry, error, clock())
    outbox.done(entry, clock())
    return None


def _channel(channels: Mapping[str, Channel], kind: str) -> Channel:
    if kind not in channels:
        raise PermanentError(f"The settings name no way out for {kind}; what waits for it stays in the outbox.")
    return channels[kind]


def _not_sent(outbox: Outbox, entry: OutboxEntry, error: MdmSyncError, at: datetime) -> MdmSyncError:
    log.warning("outbox %d (%s) did not leave: %s", entry.entry_id, entry.kind, error)
    match error:
        case TemporaryError() if entry.attempts + 1 < MOST_ATTEMPTS:
            outbox.later(entry, str(error), at, at + pause(entry.attempts, error.retry_after))
            return error
        case PermanentError():
            outbox.later(entry, str(error), at, at + LONGEST_PAUSE, counted=False)
            return error
        case TemporaryError():
            outbox.parked(entry, str(error), at)
            return RecordError(entry.kind, str(error))
        case _:
            outbox.failed(entry, str(error), at)
            return error


def pause(attempts: int, asked: float | None) -> timedelta:
    """How long to wait after this many earlier tries, or as long as the other side asked, within a minute and a day."""
    if asked is not None:
        return timedelta(seconds=min(max(asked, FIRST_PAUSE.total_seconds()), LONGEST_ASKED.total_seconds()))
    growing: timedelta = FIRST_PAUSE * 2 ** min(attempts, 16)
    return min(LONGEST_PAUSE, growing)
