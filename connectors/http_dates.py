"""Moments in HTTP headers (RFC 9110, 5.6.7 and 10.2.3)."""

from datetime import datetime
from email.utils import parsedate_to_datetime


def http_moment(http_date: str | None) -> datetime | None:
    """The moment that a header tells; None where it tells none."""
    try:
        moment = parsedate_to_datetime(http_date or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def seconds_to_wait(retry_after: str, date: datetime | None) -> float | None:
    """What Retry-After comes to: seconds, or a moment of the server's own time, which its ``Date`` tells."""
    if retry_after.isdecimal():
        return float(retry_after)
    until = http_moment(retry_after)
    return max((until - date).total_seconds(), 0) if until and date else None
