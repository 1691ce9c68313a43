"""How long each kind of data is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class Kept(StrEnum):
    """A kind of data with a time of its own; the settings name it by the same word."""

    PERSONS = "persons"
    HOLDERS = "holders"
    PLACES = "places"
    FINDINGS = "findings"
    INCIDENTS = "incidents"
    LOCKS = "locks"
    SENT = "sent"
    FAILED = "failed"


def limits(kept_for: Mapping[Kept, timedelta], now: datetime) -> dict[Kept, datetime]:
    """The moment before which each kind of data has had its time."""
    return {kind: now - span for kind, span in kept_for.items()}
