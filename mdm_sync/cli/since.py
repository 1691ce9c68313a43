"""Moments as they are written on the command line."""

import re
from datetime import date, datetime, time, timedelta, tzinfo

from mdm_sync.errors import SettingsError

_SPAN = re.compile(r"([0-9]{1,5})([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def moment_of(written: str, now: datetime, zone: tzinfo) -> datetime:
    """The moment that a day ("2026-11-20", its begin) or a span back from now ("7d", "24h") names, in UTC.

    Raises:
        SettingsError: it is neither.
    """
    text = written.strip().lower()
    try:
        if span := _SPAN.fullmatch(text):
            return now - int(span[1]) * _UNITS[span[2]]
        return datetime.combine(date.fromisoformat(text), time.min, zone).astimezone(now.tzinfo)
    except (ValueError, OverflowError) as error:
        raise SettingsError(
            f'--since "{written}" is no date and no span of time: write 2026-11-20, or 30m, 24h, 7d, 2w back from now.'
        ) from error
