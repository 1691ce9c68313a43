"""From when on each kind of data has had its time."""

from datetime import UTC, datetime, timedelta

from mdm_sync.core.retention import Kept, limits

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_each_kind_has_had_its_time_by_its_own_span() -> None:
    kept_for = {Kept.PERSONS: timedelta(days=90), Kept.SENT: timedelta(days=1)}
    assert limits(kept_for, NOON) == {
        Kept.PERSONS: datetime(2025, 12, 1, 12, tzinfo=UTC),
        Kept.SENT: datetime(2026, 2, 28, 12, tzinfo=UTC),
    }
