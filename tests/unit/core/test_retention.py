"""From when on each kind of data has had its time, and which backups have."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mdm_sync.core.retention import Kept, limits, outlived

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_each_kind_has_had_its_time_by_its_own_span() -> None:
    kept_for = {Kept.PERSONS: timedelta(days=90), Kept.SENT: timedelta(days=1)}
    assert limits(kept_for, NOON) == {
        Kept.PERSONS: datetime(2025, 12, 1, 12, tzinfo=UTC),
        Kept.SENT: datetime(2026, 2, 28, 12, tzinfo=UTC),
    }


@dataclass(frozen=True, slots=True)
class Made:
    made_at: datetime


def made(*days: int) -> list[Made]:
    return [Made(NOON - timedelta(days=day)) for day in days]


def test_the_latest_backups_are_kept_in_number() -> None:
    assert outlived(made(2, 0, 1), keep=2, before=NOON - timedelta(days=30)) == tuple(made(2))


def test_none_is_kept_that_was_made_before_the_moment_whatever_the_number() -> None:
    assert outlived(made(3, 2, 1), keep=9, before=NOON - timedelta(days=2)) == tuple(made(3))
