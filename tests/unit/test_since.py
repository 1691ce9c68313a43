"""Moments of the command line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.cli.since import moment_of
from mdm_sync.errors import SettingsError

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20", datetime(2026, 11, 19, 23, 0, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
        ("7d", NOW - timedelta(days=7)),
        (" 24H ", NOW - timedelta(hours=24)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2w", NOW - timedelta(days=14)),
    ],
)
def test_a_day_begins_where_the_schools_are_and_a_span_counts_back(written: str, moment: datetime) -> None:
    assert moment_of(written, NOW, BERLIN) == moment
    assert moment_of(written, NOW, BERLIN).utcoffset() == timedelta(0)


@pytest.mark.parametrize("written", ["", "yesterday", "2026-02-30", "7", "d", "-7d", "999999w", "7y", "0000-00-00"])
def test_anything_else_is_wrong_usage(written: str) -> None:
    with pytest.raises(SettingsError, match="2026-11-20"):
        moment_of(written, NOW, BERLIN)
