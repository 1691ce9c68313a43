"""What every ``Channel`` promises."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from mdm_sync.errors import PermanentError, RecordError, TemporaryError
from mdm_sync.ports import Channel, OutboxEntry


class ChannelUnderTest(Protocol):
    """A far side that takes entries, and the ways to it."""

    def entry(self, key: str) -> OutboxEntry:
        """An entry that this channel takes."""

    def arrived(self) -> Sequence[str]:
        """The keys by which the far side knows what it has, each as often as it came to keep it."""

    def well(self) -> Channel:
        """A channel that works."""

    def busy_once(self) -> Channel:
        """A channel whose far side cannot take anything for a moment; it can when it is asked again."""

    def in_need_of_repair(self) -> Channel:
        """A channel that cannot work until somebody has mended a setting."""

    def unwilling(self) -> Channel:
        """A channel whose far side does not want what it is given."""


class ChannelContract:
    @pytest.fixture
    def far(self) -> ChannelUnderTest:
        raise NotImplementedError

    def test_brings_an_entry_to_the_far_side(self, far: ChannelUnderTest) -> None:
        far.well().send(far.entry("one"))

        assert far.arrived() == ["one"]

    def test_brings_several_entries_in_their_order(self, far: ChannelUnderTest) -> None:
        channel = far.well()
        for key in ("one", "two", "three"):
            channel.send(far.entry(key))

        assert far.arrived() == ["one", "two", "three"]

    def test_lets_the_far_side_know_an_entry_that_is_sent_again(self, far: ChannelUnderTest) -> None:
        channel = far.well()
        channel.send(far.entry("one"))
        channel.send(far.entry("one"))

        assert set(far.arrived()) == {"one"}

    def test_says_to_try_again_later_and_then_works(self, far: ChannelUnderTest) -> None:
        channel = far.busy_once()
        with pytest.raises(TemporaryError):
            channel.send(far.entry("one"))
        assert far.arrived() == []

        channel.send(far.entry("one"))
        assert far.arrived() == ["one"]

    def test_says_that_somebody_must_mend_it(self, far: ChannelUnderTest) -> None:
        with pytest.raises(PermanentError):
            far.in_need_of_repair().send(far.entry("one"))

        assert far.arrived() == []

    def test_says_that_the_far_side_does_not_want_this_entry(self, far: ChannelUnderTest) -> None:
        with pytest.raises(RecordError):
            far.unwilling().send(far.entry("one"))

        assert far.arrived() == []

    def test_tells_no_content_in_its_errors(self, far: ChannelUnderTest) -> None:
        entry = far.entry("one")
        for channel in (far.in_need_of_repair(), far.unwilling()):
            with pytest.raises((PermanentError, RecordError)) as refusal:
                channel.send(entry)
            assert "Grundschule" in entry.content
            assert "Grundschule" not in str(refusal.value)
