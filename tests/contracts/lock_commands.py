"""What every ``LockCommands`` promises."""

from typing import Protocol

import pytest

from mdm_sync.core.locks import LockKind
from mdm_sync.errors import PermanentError, TemporaryError
from mdm_sync.ports import LockCommands


class CommandsUnderTest(Protocol):
    """Two devices that may be locked, the client for it, and the troubles that the far side can have."""

    @property
    def commands(self) -> LockCommands: ...

    @property
    def device(self) -> str:
        """A management id."""

    @property
    def other(self) -> str:
        """Another one."""

    @property
    def taken(self) -> int:
        """How many commands the far side took."""

    def answer_nothing(self, *, take: bool) -> None:
        """The far side gives no answer to a command, whether it takes it or not."""

    def refuse(self) -> None:
        """The client may send no commands."""

    def show_nothing(self) -> None:
        """Lists of commands cannot be had."""


class LockCommandsContract:
    @pytest.fixture
    def far(self) -> CommandsUnderTest:
        raise NotImplementedError

    @pytest.mark.parametrize("kind", ["enable", "disable"])
    def test_sends_a_command_that_then_waits_for_the_device(self, far: CommandsUnderTest, kind: LockKind) -> None:
        uuid = far.commands.send(far.device, kind, ())

        assert far.taken == 1
        assert [(one.uuid, one.kind, one.state) for one in far.commands.commands(far.device)] == [
            (uuid, kind, "pending")
        ]

    def test_sends_to_one_device_alone(self, far: CommandsUnderTest) -> None:
        far.commands.send(far.device, "enable", ())

        assert far.commands.commands(far.other) == ()

    def test_lists_commands_in_the_order_of_sending(self, far: CommandsUnderTest) -> None:
        first = far.commands.send(far.device, "enable", ())
        second = far.commands.send(far.device, "disable", ())

        assert [one.uuid for one in far.commands.commands(far.device)] == [first, second]

    def test_finds_what_was_taken_without_an_answer_and_sends_nothing_more(self, far: CommandsUnderTest) -> None:
        far.answer_nothing(take=True)
        uuid = far.commands.send(far.device, "enable", ())

        assert far.taken == 1
        assert [one.uuid for one in far.commands.commands(far.device)] == [uuid]

    def test_tells_that_nothing_was_taken_and_sends_nothing_more(self, far: CommandsUnderTest) -> None:
        far.answer_nothing(take=False)

        assert far.commands.send(far.device, "enable", ()) is None
        assert far.taken == 0

    def test_takes_no_earlier_command_for_the_one_that_it_sent(self, far: CommandsUnderTest) -> None:
        before = far.commands.send(far.device, "enable", ())
        far.answer_nothing(take=False)

        assert before is not None
        assert far.commands.send(far.device, "enable", [before]) is None

    def test_finds_later_what_became_of_a_command(self, far: CommandsUnderTest) -> None:
        before = far.commands.send(far.device, "enable", ())
        uuid = far.commands.send(far.device, "enable", [before or ""])

        assert before != uuid
        assert far.commands.became(far.device, "enable", [before or ""]) == uuid
        assert far.commands.became(far.device, "disable", ()) is None
        assert far.commands.became(far.other, "enable", ()) is None

    def test_says_that_it_was_refused(self, far: CommandsUnderTest) -> None:
        far.refuse()

        with pytest.raises(PermanentError):
            far.commands.send(far.device, "enable", ())
        assert far.taken == 0

    @pytest.mark.parametrize("take", [True, False])
    def test_says_that_nobody_knows_where_no_list_can_be_had(self, far: CommandsUnderTest, *, take: bool) -> None:
        far.answer_nothing(take=take)
        far.show_nothing()

        with pytest.raises(TemporaryError):
            far.commands.send(far.device, "enable", ())
        assert far.taken == int(take)
