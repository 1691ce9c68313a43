"""How old a source is."""

from datetime import UTC, datetime, timedelta

import pytest

from mdm_sync.core.views import Source

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
LIMIT = timedelta(hours=36)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("age", "older"),
    [
        (timedelta(0), False),
        (LIMIT - MOMENT, False),
        (LIMIT, False),
        (LIMIT + MOMENT, True),
    ],
)
class TestASourceIsOlderThanALimit:
    def test_by_its_last_complete_read(self, age: timedelta, *, older: bool) -> None:
        source = Source(name="jamf", known_since=NOW - timedelta(days=300), complete_at=NOW - age)

        assert source.is_older_than(LIMIT, NOW) is older

    def test_by_the_first_attempt_where_it_was_never_read(self, age: timedelta, *, older: bool) -> None:
        source = Source(name="jamf", known_since=NOW - age)

        assert source.is_older_than(LIMIT, NOW) is older
