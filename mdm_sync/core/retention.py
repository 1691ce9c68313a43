"""How long each kind of data is kept, and which backups have had their time."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar


class Kept(StrEnum):
    """A kind of data with a time of its own; the settings name it by the same word."""

    PERSONS = "persons"
    HOLDERS = "holders"
    PLACES = "places"
    FINDINGS = "findings"
    INCIDENTS = "incidents"
    LOCKS = "locks"
    TOTALS = "totals"
    SENT = "sent"
    FAILED = "failed"
    BACKUPS = "backups"
    AUDIT = "audit"


def limits(kept_for: Mapping[Kept, timedelta], now: datetime) -> dict[Kept, datetime]:
    """The moment before which each kind of data has had its time."""
    return {kind: now - span for kind, span in kept_for.items()}


class Dated(Protocol):
    """Something that was made at a moment."""

    @property
    def made_at(self) -> datetime:
        """When."""


_Made = TypeVar("_Made", bound=Dated)


def outlived(backups: Iterable[_Made], *, keep: int, before: datetime) -> tuple[_Made, ...]:
    """The backups that are to be deleted: all but the latest ``keep``, and those made before the moment.

    Age counts whatever the number: where none was made for a long time, none is left that holds who left since.
    """
    latest_first = sorted(backups, key=lambda one: one.made_at, reverse=True)
    return tuple(one for place, one in enumerate(latest_first) if place >= keep or one.made_at < before)
