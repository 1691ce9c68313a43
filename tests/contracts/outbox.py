"""What every ``Outbox`` promises."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from mdm_sync.ports import Outbox, OutboxEntry, OutboxTotals

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LEASE = 300
LATER = NOW + timedelta(hours=1)


class OutboxUnderTest(Protocol):
    """An outbox, and a way to put something into it."""

    @property
    def outbox(self) -> Outbox: ...

    def put(self, kind: str, content: str) -> None:
        """Let this wait since NOW."""


class OutboxContract:
    @pytest.fixture
    def far(self) -> OutboxUnderTest:
        raise NotImplementedError

    def test_gives_nothing_where_nothing_waits(self, far: OutboxUnderTest) -> None:
        assert far.outbox.claim(NOW, LEASE) is None
        assert far.outbox.totals() == OutboxTotals()

    def test_gives_what_waits_in_the_order_in_which_it_came(self, far: OutboxUnderTest) -> None:
        for content in ("one", "two"):
            far.put("mail", content)
        assert [self.claimed(far).content for _ in range(2)] == ["one", "two"]

    def test_gives_each_entry_a_key_of_its_own_that_stays(self, far: OutboxUnderTest) -> None:
        far.put("mail", "one")
        far.put("mail", "two")
        first, second = self.claimed(far), self.claimed(far)
        assert first.key != second.key
        assert self.claimed(far, NOW + timedelta(seconds=LEASE)).key == first.key

    def test_gives_a_claimed_entry_to_nobody_else_until_its_lease_ends(self, far: OutboxUnderTest) -> None:
        far.put("mail", "one")
        self.claimed(far)
        assert far.outbox.claim(NOW + timedelta(seconds=LEASE - 1), LEASE) is None
        assert self.claimed(far, NOW + timedelta(seconds=LEASE)).content == "one"

    def test_keeps_what_left_from_leaving_again(self, far: OutboxUnderTest) -> None:
        far.put("mail", "one")
        far.outbox.done(self.claimed(far), NOW)
        assert far.outbox.claim(LATER, LEASE) is None
        assert far.outbox.totals() == OutboxTotals(sent=1)

    def test_gives_what_could_not_leave_at_its_next_moment_and_counts_the_try(self, far: OutboxUnderTest) -> None:
        far.put("mail", "one")
        far.outbox.later(self.claimed(far), "busy", NOW, LATER)
        assert far.outbox.claim(LATER - timedelta(seconds=1), LEASE) is None
        assert self.claimed(far, LATER).attempts == 1
        assert far.outbox.totals() == OutboxTotals(waiting=1, last_error="busy")

    def test_does_not_wear_out_what_waits_for_somebodys_hand(self, far: OutboxUnderTest) -> None:
        far.put("mail", "one")
        far.outbox.later(self.claimed(far), "no way out", NOW, LATER, counted=False)
        assert self.claimed(far, LATER).attempts == 0

    def test_sets_aside_what_was_refused(self, far: OutboxUnderTest) -> None:
        far.put("mail", "one")
        far.outbox.failed(self.claimed(far), "refused", NOW)
        assert far.outbox.claim(LATER, LEASE) is None
        assert far.outbox.totals() == OutboxTotals(failed=1, last_error="refused")

    def test_parks_what_was_tried_too_often(self, far: OutboxUnderTest) -> None:
        far.put("mail", "one")
        far.outbox.parked(self.claimed(far), "no answer", NOW)
        assert far.outbox.claim(LATER, LEASE) is None
        assert far.outbox.totals() == OutboxTotals(parked=1, last_error="no answer")

    def test_postpones_all_that_waits_for_one_channel_and_nothing_else(self, far: OutboxUnderTest) -> None:
        for kind in ("mail", "summary", "mail"):
            far.put(kind, kind)
        far.outbox.postpone("mail", LATER)
        summary = self.claimed(far)
        assert summary.content == "summary"
        far.outbox.done(summary, NOW)
        assert far.outbox.claim(LATER - timedelta(seconds=1), LEASE) is None
        assert [self.claimed(far, LATER).content for _ in range(2)] == ["mail", "mail"]

    def test_brings_nothing_forward_by_postponing(self, far: OutboxUnderTest) -> None:
        far.put("mail", "one")
        far.outbox.later(self.claimed(far), "busy", NOW, LATER)
        far.outbox.postpone("mail", NOW + timedelta(minutes=1))
        assert far.outbox.claim(LATER - timedelta(seconds=1), LEASE) is None

    def test_remembers_what_was_last_put_in_for_each_channel(self, far: OutboxUnderTest) -> None:
        far.put("summary", "old")
        far.put("summary", "new")
        far.put("mail", "other")
        far.outbox.done(self.claimed(far), NOW)
        assert far.outbox.last_content("summary") == "new"
        assert far.outbox.last_content("nothing") is None

    def claimed(self, far: OutboxUnderTest, at: datetime = NOW) -> OutboxEntry:
        entry = far.outbox.claim(at, LEASE)
        assert entry is not None
        return entry
