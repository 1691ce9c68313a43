"""What the real server is asked about Lost Mode, and how its oddities are met."""

import pytest

from connectors.jamf import JamfCommands
from connectors.jamf.faults import FilterIgnoredError, UnansweredError
from mdm_sync.core.model import Device
from mdm_sync.demo.jamf.privileges import VIEW_COMMANDS
from mdm_sync.errors import PermanentError, SettingsError, TemporaryError
from tests.far_side import JamfSide
from tests.integration.locking_side import COMMANDS_PATH, LOCKING_CLIENT, jamf_commands, lockable

pytestmark = pytest.mark.demo

POSTED = f"POST {COMMANDS_PATH}"


@pytest.fixture
def commands(jamf: JamfSide) -> JamfCommands:
    return jamf_commands(jamf)


@pytest.fixture
def device(jamf: JamfSide) -> Device:
    return lockable(jamf)[0]


def shown(side: JamfSide, device: Device) -> tuple[str | None, ...]:
    """What the device shows when it has acknowledged."""

    async def acknowledge() -> None:
        for command in side.records.queue.pending():
            side.records.acknowledge(command, command.sent)

    side.loop.call(acknowledge())
    lost = side.shown("mobile")[device.jamf_id].lost
    return lost.message, lost.phone, lost.footnote


def test_the_device_shows_message_phone_and_footnote(jamf: JamfSide, commands: JamfCommands, device: Device) -> None:
    commands.send(device.management_id, "enable", ())

    assert shown(jamf, device) == ("Eigentum der Stadt", "+49 231 0000", "Schul-IT")


def test_an_acknowledged_command_is_told_with_its_moments(
    jamf: JamfSide, commands: JamfCommands, device: Device
) -> None:
    uuid = commands.send(device.management_id, "enable", ())
    shown(jamf, device)
    (told,) = commands.commands(device.management_id)

    assert (told.uuid, told.state) == (uuid, "acknowledged")
    assert told.sent_at is not None
    assert told.completed_at is not None


class TestWithoutAnAnswer:
    @pytest.fixture
    def _taken_in_silence(self, jamf: JamfSide) -> None:
        jamf.switch("command-timeout")

    @pytest.mark.usefixtures("_taken_in_silence")
    def test_what_shows_at_once_is_believed_at_once(
        self, jamf: JamfSide, commands: JamfCommands, device: Device
    ) -> None:
        assert commands.send(device.management_id, "enable", ())
        assert jamf.clock.pauses == []

    @pytest.mark.usefixtures("_taken_in_silence")
    def test_what_shows_after_the_stale_minute_is_found_then_and_not_sent_again(
        self, jamf: JamfSide, commands: JamfCommands, device: Device
    ) -> None:
        jamf.switch("stale-read")

        assert commands.send(device.management_id, "enable", ())
        assert jamf.clock.pauses == [60]
        assert (jamf.calls(POSTED), jamf.settings.counters.commands) == (1, 1)

    def test_what_never_shows_was_not_taken_and_is_not_sent_again(
        self, jamf: JamfSide, commands: JamfCommands, device: Device
    ) -> None:
        jamf.switch("hang", f"@{POSTED}")

        assert commands.send(device.management_id, "enable", ()) is None
        assert jamf.clock.pauses == [60]
        assert (jamf.calls(POSTED), jamf.settings.counters.commands) == (1, 0)

    @pytest.mark.parametrize("fault", ["command-500", "bad-gateway", "html-503", "cut-body"])
    def test_an_answer_that_tells_nothing_is_looked_into_and_never_sent_again(
        self, jamf: JamfSide, commands: JamfCommands, device: Device, fault: str
    ) -> None:
        jamf.switch(fault, None if fault == "command-500" else f"@{POSTED}")
        uuid = commands.send(device.management_id, "enable", ())

        assert jamf.calls(POSTED) == 1
        assert bool(uuid) == (jamf.settings.counters.commands == 1) == (fault == "cut-body")

    def test_whoever_was_not_there_waits_out_the_whole_minute_unless_the_command_is_there(
        self, jamf: JamfSide, commands: JamfCommands, device: Device
    ) -> None:
        assert commands.became(device.management_id, "enable", ()) is None
        assert jamf.clock.pauses == [60]
        uuid = commands.send(device.management_id, "enable", ())
        assert commands.became(device.management_id, "enable", ()) == uuid
        assert jamf.clock.pauses == [60]

    def test_a_list_whose_filter_is_ignored_tells_nothing(
        self, jamf: JamfSide, commands: JamfCommands, device: Device
    ) -> None:
        jamf.switch("commands-unfiltered")

        with pytest.raises(FilterIgnoredError):
            commands.commands(device.management_id)
        jamf.switch("hang", f"@{POSTED}")
        with pytest.raises(UnansweredError, match="ignored a filter"):
            commands.send(device.management_id, "enable", ())


class TestRefusal:
    def test_a_device_that_is_not_supervised_is_refused(
        self, jamf: JamfSide, commands: JamfCommands, device: Device
    ) -> None:
        jamf.change("mobile", device.jamf_id, supervised=False)

        with pytest.raises(PermanentError, match="not taken"):
            commands.send(device.management_id, "enable", ())
        assert jamf.clock.pauses == []

    def test_a_client_without_the_privilege_to_see_commands_is_told(
        self, jamf: JamfSide, commands: JamfCommands, device: Device
    ) -> None:
        jamf.switch("lost-privileges", VIEW_COMMANDS)

        with pytest.raises(PermanentError, match="privilege"):
            commands.commands(device.management_id)

    def test_an_unknown_client_is_told_by_its_own_setting(
        self, jamf: JamfSide, commands: JamfCommands, device: Device
    ) -> None:
        del jamf.settings.clients[LOCKING_CLIENT]

        with pytest.raises(SettingsError, match=r"locking\.client_id.*jamf-locking-client-secret"):
            commands.commands(device.management_id)

    def test_no_token_is_no_command(self, jamf: JamfSide, commands: JamfCommands, device: Device) -> None:
        jamf.switch("html-503", "@POST /api/v1/oauth/token")

        with pytest.raises(TemporaryError) as error:
            commands.send(device.management_id, "enable", ())
        assert not isinstance(error.value, UnansweredError)
        assert jamf.calls(POSTED) == 0
