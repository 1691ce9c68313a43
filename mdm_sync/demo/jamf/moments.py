"""Moments (in UTC) and days as Jamf Pro writes them."""

from datetime import UTC, date, datetime


def fine(moment: datetime | None) -> str | None:
    """Return ``2026-08-14T06:12:45.307Z``, the way of ``lastInventoryUpdateDate``."""
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z" if moment else None


def plain(moment: datetime | None) -> str | None:
    """Return ``2026-08-14T06:12:45Z``, the way of most fields."""
    return f"{moment.isoformat()[:19]}Z" if moment else None


def spelled(moment: datetime | None) -> str | None:
    """Return ``2026-08-14 06:12:45 UTC``, the way of the Lost Mode location."""
    return f"{moment:%Y-%m-%d %H:%M:%S UTC}" if moment else None


def midnight(day: date | None) -> str | None:
    """Return the start of a day as a moment; purchase dates are sent so."""
    return f"{day.isoformat()}T00:00:00Z" if day else None


def at(seconds: float) -> datetime:
    """Return the moment that a clock shows (seconds since 1970)."""
    return datetime.fromtimestamp(seconds, UTC)
