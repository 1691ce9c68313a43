"""Dates as Jamf Pro writes them: RFC 3339 in several precisions; ``""`` and ``null`` are none."""

from datetime import UTC, date, datetime

from mdm_sync.errors import RecordError


def moment(text: str | None, field: str) -> datetime | None:
    """The moment that a field names, in UTC.

    Raises:
        RecordError: it names none, or one without a zone.
    """
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = _spelled(text, field)
    if read.tzinfo is UTC:
        return read
    if read.tzinfo is None:
        raise RecordError("a record", f"{field} is no moment")
    return read.astimezone(UTC)


def day(text: str | None, field: str) -> date | None:
    """The day that a field names; days are sent as their midnight in UTC.

    Raises:
        RecordError: it names none.
    """
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise RecordError("a record", f"{field} is no date") from None


def _spelled(text: str, field: str) -> datetime:
    """Read ``2026-08-14 06:12:45 UTC``, the way of the fields about Lost Mode outside the specification."""
    try:
        return datetime.fromisoformat(text.upper().replace(" UTC", "+00:00"))
    except ValueError:
        raise RecordError("a record", f"{field} is no moment") from None
