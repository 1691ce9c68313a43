"""The service while the world around it fails: it stays, tells it once, and loses nothing; days pass in seconds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config.loader import load_settings
from mdm_sync import jobs, tasks
from mdm_sync.bootstrap import Installation
from mdm_sync.core.model import School
from mdm_sync.equipment import Equipment
from mdm_sync.errors import TemporaryError
from mdm_sync.ports import Channel, FleetRead, Progress, Stage, State
from mdm_sync.service import Service as RunningService
from tests.fakes.channel import FakeChannel
from tests.fakes.directories import FakeDirectories
from tests.fakes.fleet import FakeFleet
from tests.integration.cycles import ADDRESS, World, ipad, pupil
from tests.integration.state.test_trouble import as_a_common_user, files_no_larger_than
from tests.replacing import replace
from tests.settings_file import write_settings
from tests.unit.simulated import Simulation, simulated

NOON = datetime(2026, 5, 4, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTINGS = """
[state]
folder = "state"
wait_seconds = 0
[jamf]
url = "https://jamf.example"
client_id = "reader"
[schedule]
losses_minutes = 30
deliver_minutes = 30
"""
SCHOOLS = tuple(
    School(number=f"{100000 + number}", name=f"Schule {number}", form="10", sites=(f"S{number}",), directory=ADDRESS)
    for number in range(1, 31)
)
FLAPPING = SCHOOLS[:20]


@dataclass(frozen=True)
class InMemory(Installation):
    """An installation whose far sides are in memory; its store is real."""

    fleet_in_memory: FakeFleet
    directories: FakeDirectories
    channel: FakeChannel
    simulation: Simulation
    world: World

    def schools(self) -> tuple[School, ...]:
        return SCHOOLS

    def equipment(self, state: State, progress: Progress) -> Equipment:
        return replace(
            self.world.equipment(state),  # type: ignore[arg-type]  # it asks for no more than a State
            fleet=self.fleet_in_memory,
            directories=self.directories,
            clock=lambda: self.simulation.now,
            progress=progress,
        )

    @contextmanager
    def channels(self) -> Iterator[dict[str, Channel]]:
        yield {"mail": self.channel}


@dataclass
class Service:
    """The running service, and what it said."""

    installation: InMemory
    simulation: Simulation
    caplog: pytest.LogCaptureFixture
    running: RunningService

    def runs(self, time: timedelta) -> None:
        self.simulation.until(self.simulation.now + time)

    def told(self, *words: str) -> list[str]:
        """The log lines that hold all of these words."""
        lines = [record.getMessage() for record in self.caplog.records]
        return [line for line in lines if all(word in line for word in words)]

    def findings(self) -> set[tuple[str, str]]:
        with self.installation.state_to_ask() as state:
            return {one.place.finding.key for one in state.inquiry.open_findings(SCHOOLS)}


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user of the machine can reach, unlike pytest's own."""
    with TemporaryDirectory() as public:
        Path(public).chmod(0o755)
        yield Path(public)


@pytest.fixture
def service(
    tmp_path: Path, public: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Service]:
    """One that has read all schools and Jamf Pro at noon; one device names nobody."""
    settings = load_settings(write_settings(public / "mdm-sync.toml", SETTINGS), rule_ids=[])
    people = {school.number: [pupil(school, 1)] for school in SCHOOLS}
    sites = {10 + number: school.sites[0] for number, school in enumerate(SCHOOLS)}
    devices = [ipad(number, 9 + number, people[school.number][0].login) for number, school in enumerate(SCHOOLS, 1)]
    world = World(tmp_path / "unused", schools=(), pupils=0)
    world.store.close()
    with simulated(NOON) as simulation:
        installation = InMemory(
            settings,
            FakeFleet([*devices, ipad(99, 10, "")], sites),
            FakeDirectories(people),
            FakeChannel(),
            simulation,
            world,
        )
        for module in (jobs, tasks):
            monkeypatch.setattr(module, "utc_now", lambda: simulation.now)
        running = simulation.service(lambda progress: tasks.tasks_of(installation, progress))
        service = Service(installation, simulation, caplog, running)
        service.runs(2 * HOUR)
        assert ("device-unassigned", "device:99") in service.findings()
        caplog.clear()
        yield service


def test_a_day_without_trouble_is_not_worth_a_warning(service: Service) -> None:
    service.runs(DAY)
    assert service.told() == []
    asked = [number for some in service.installation.directories.asked for number in some]
    assert sorted(asked) == sorted(2 * [school.number for school in SCHOOLS])


def test_jamf_that_is_dead_for_a_day_is_told_once_and_once_when_it_is_back(service: Service) -> None:
    before = service.findings()
    service.installation.fleet_in_memory.error = TemporaryError("Jamf Pro does not answer.")
    service.runs(DAY)
    assert len(service.told("jamf was not read")) == 1
    assert len(service.told("losses failed")) == 1
    assert before <= service.findings()
    service.installation.fleet_in_memory.error = None
    service.runs(2 * HOUR)
    assert service.told("again") == ["jamf is read again", "losses works again"]
    assert service.findings() == before


@pytest.mark.verify
def test_twenty_schools_that_come_and_go_are_told_of_when_they_do(service: Service) -> None:
    before, failures = service.findings(), service.installation.directories.failures
    for _ in range(2):
        failures |= {school.number: "no answer" for school in FLAPPING}
        service.runs(DAY)
        failures.clear()
        service.runs(2 * HOUR)
    for school in FLAPPING:
        assert len(service.told(f"{school.source} was not read")) == 2
        assert len(service.told(f"{school.source} is read again")) == 2
    assert len(service.told()) == len(FLAPPING) * 4
    assert service.findings() == before


def test_a_full_disk_is_told_once_and_costs_nothing_that_was_known(service: Service) -> None:
    before = service.findings()
    with files_no_larger_than(1000):
        service.runs(3 * HOUR)
    assert [len(service.told(f"{task} failed", "disk")) for task in ("schools", "changes", "losses", "deliver")] == [
        1
    ] * 4
    service.installation.fleet_in_memory.devices.append(ipad(98, 11, ""))
    service.runs(DAY / 2)
    assert len(service.told("works again")) == 4
    assert service.findings() == before | {("device-unassigned", "device:98")}


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Folder and files may be read and not written, as on a disk that was mounted anew after an error."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.iterdir())}
    with as_a_common_user(folder):
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        yield
    for path, mode in modes.items():
        path.chmod(mode)


def test_a_state_folder_that_becomes_read_only_is_told_once_and_costs_nothing(service: Service) -> None:
    before, folder = service.findings(), service.installation.settings.state.folder
    service.installation.fleet_in_memory.devices.append(ipad(98, 11, ""))
    with read_only(folder):
        assert (folder / "state.db").read_bytes()
        service.runs(3 * HOUR)
    tasks = ("schools", "changes", "losses", "deliver")
    assert [len(service.told(f"{task} failed", "to the user that mdm-sync runs as")) for task in tasks] == [1] * 4
    assert len(service.told()) == 4
    assert service.findings() == before
    service.runs(DAY / 2)
    assert len(service.told("works again")) == 4
    assert service.findings() == before | {("device-unassigned", "device:98")}


def test_an_end_in_the_middle_of_a_sweep_leaves_all_as_it_was(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, fleet = service.findings(), service.installation.fleet_in_memory
    sweep = fleet.sweep

    def ended(stage: Stage, progress: Progress) -> FleetRead:
        service.running.end()
        return sweep(stage, progress)

    fleet.devices.clear()
    monkeypatch.setattr(fleet, "sweep", ended)
    service.caplog.set_level(logging.INFO, "mdm_sync.service")
    service.runs(DAY)
    assert service.told("broken off") == ["sweep was broken off"]
    assert service.findings() == before
    with service.installation.state_to_ask() as state:
        assert [source.error for source in state.inquiry.health().sources] == [None] * (len(SCHOOLS) + 1)


def test_a_clock_that_is_set_back_loses_no_day(service: Service) -> None:
    before = service.findings()
    service.simulation.now -= 6 * HOUR
    service.running.plan_anew()  # as the main thread does, which a simulation has not
    service.installation.fleet_in_memory.devices.append(ipad(98, 11, ""))
    service.runs(DAY)  # a full read shows it
    assert service.findings() == before | {("device-unassigned", "device:98")}
    assert service.told("failed") == []
