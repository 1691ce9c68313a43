from dataclasses import dataclass

import pytest

from connectors.jamf import JamfCommands
from mdm_sync.demo.jamf.privileges import SEND_LOST_MODE
from tests.contracts.lock_commands import CommandsUnderTest, LockCommandsContract
from tests.fakes.lock_commands import FakeLockCommands
from tests.far_side import JamfSide
from tests.integration.locking_side import COMMANDS_PATH, jamf_commands, lockable


@dataclass(slots=True)
class FakeUnderTest:
    commands: FakeLockCommands
    device: str = "a"
    other: str = "b"

    @property
    def taken(self) -> int:
        return len(self.commands.taken)

    def answer_nothing(self, *, take: bool) -> None:
        self.commands.silent, self.commands.deaf = take, not take

    def refuse(self) -> None:
        self.commands.refuses = True

    def show_nothing(self) -> None:
        self.commands.blind = True


class TestFakeLockCommands(LockCommandsContract):
    @pytest.fixture
    def far(self) -> CommandsUnderTest:
        return FakeUnderTest(FakeLockCommands())


@dataclass(slots=True)
class JamfUnderTest:
    side: JamfSide
    commands: JamfCommands
    device: str
    other: str

    @property
    def taken(self) -> int:
        return self.side.settings.counters.commands

    def answer_nothing(self, *, take: bool) -> None:
        fault, value = ("command-timeout", None) if take else ("hang", f"@POST {COMMANDS_PATH}")
        self.side.switch(fault, value)

    def refuse(self) -> None:
        self.side.switch("lost-privileges", SEND_LOST_MODE)

    def show_nothing(self) -> None:
        self.side.switch("html-503", f"@GET {COMMANDS_PATH}")


@pytest.mark.demo
class TestJamfLockCommands(LockCommandsContract):
    @pytest.fixture
    def far(self, jamf: JamfSide) -> CommandsUnderTest:
        device, other, *_ = lockable(jamf)
        return JamfUnderTest(jamf, jamf_commands(jamf), device.management_id, other.management_id)
