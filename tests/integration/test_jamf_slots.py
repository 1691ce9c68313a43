"""Five connections to Jamf Pro over all processes on this machine."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.jamf.slots import Slots
from mdm_sync.errors import PermanentError, TemporaryError
from tests.far_side import Clock, JamfSide, device_of

OTHER = """
import sys, time
from pathlib import Path
from connectors.jamf.slots import Slots
slots = Slots(folder=Path(sys.argv[1]), total=5, wait_seconds=0, clock=time.monotonic, sleep=time.sleep)
with slots.taken(int(sys.argv[2])) as number:
    print(number, flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(folder: Path, most: int) -> Iterator[subprocess.Popen[str]]:
    """Another mdm-sync that holds connections until its standard input ends, or it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(folder), str(most)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def slots(folder: Path | None, clock: Clock, wait_seconds: float = 0) -> Slots:
    return Slots(folder=folder, total=5, wait_seconds=wait_seconds, clock=clock, sleep=clock.sleep)


def test_one_process_alone_gets_all(tmp_path: Path) -> None:
    with slots(tmp_path / "run", Clock()).taken(5) as number:
        assert number == 5


def test_a_process_takes_no_more_than_it_wants(tmp_path: Path) -> None:
    with slots(tmp_path, Clock()).taken(2) as first, slots(tmp_path, Clock()).taken(5) as second:
        assert (first, second) == (2, 3)


def test_two_processes_share(tmp_path: Path) -> None:
    with other_process(tmp_path, 3), slots(tmp_path, Clock()).taken(5) as number:
        assert number == 2


def test_a_process_that_finds_none_says_who_has_them(tmp_path: Path) -> None:
    clock = Clock()
    with (
        other_process(tmp_path, 5),
        pytest.raises(TemporaryError, match="Another mdm-sync is reading"),
        slots(tmp_path, clock, wait_seconds=30).taken(5),
    ):
        pass
    assert 30 <= sum(clock.pauses) < 31


def test_a_process_waits_for_the_first_that_gets_free(tmp_path: Path) -> None:
    with other_process(tmp_path, 5) as other:

        def let_go(_: float) -> None:
            other.communicate()

        waiting = Slots(folder=tmp_path, total=5, wait_seconds=30, clock=Clock(), sleep=let_go)
        with waiting.taken(5) as number:
            assert number == 5


def test_a_process_that_is_killed_gives_all_back(tmp_path: Path) -> None:
    with other_process(tmp_path, 5) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        with slots(tmp_path, Clock()).taken(5) as number:
            assert number == 5


def test_what_was_taken_is_given_back(tmp_path: Path) -> None:
    for _ in range(3):
        with slots(tmp_path, Clock()).taken(5) as number:
            assert number == 5


def test_without_a_folder_nothing_is_shared() -> None:
    with slots(None, Clock()).taken(5) as first, slots(None, Clock()).taken(5) as second:
        assert (first, second) == (5, 5)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(PermanentError, match="cannot be locked"),
        slots(tmp_path / "file" / "locks", Clock()).taken(5),
    ):
        pass


@pytest.mark.demo
class TestSweep:
    def test_uses_the_connections_that_are_left(self, jamf: JamfSide, tmp_path: Path) -> None:
        with other_process(tmp_path, 4):
            _, seen = jamf.sweep(10, slots_folder=tmp_path)

        assert seen.mobile == sorted((device_of(one) for one in jamf.devices), key=lambda device: device.jamf_id)
        assert jamf.settings.counters.connections_highest == 1

    def test_waits_where_none_is_left(self, jamf: JamfSide, tmp_path: Path) -> None:
        with other_process(tmp_path, 5), pytest.raises(TemporaryError, match="Another mdm-sync"):
            jamf.sweep(slots_folder=tmp_path)
        assert sum(jamf.settings.counters.requests.values()) == 0

    def test_gives_its_connections_back_when_it_fails(self, jamf: JamfSide, tmp_path: Path) -> None:
        jamf.switch("lost-privileges")
        with pytest.raises(PermanentError):
            jamf.sweep(slots_folder=tmp_path)

        with slots(tmp_path, Clock()).taken(5) as number:
            assert number == 5
