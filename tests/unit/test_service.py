"""The service: what its tasks do to it, and it to them."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from mdm_sync import service as service_module
from mdm_sync.errors import SettingsError, TemporaryError
from mdm_sync.service import Daily, EndingError, Every, Pulse, Service, Standing, Task, Watchers
from tests.unit.simulated import Simulation, simulated

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HANGS = """
import os, signal, threading
from mdm_sync import service
from mdm_sync.bootstrap import utc_now
from mdm_sync.cli.daemon import cut_off
service.LONGEST_END_SECONDS = 0.01
def hang():
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()
assert not service.Service(lambda _: [service.Task("sweep", service.Every(1), hang)], utc_now).run()
cut_off()
"""
QUICK = 0.01
"""Seconds between two looks of the main thread, where a test waits for them."""


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    """A clock that stands at noon."""
    with simulated(NOON) as made:
        yield made


class Work:
    """What a task does, as a test says; ``runs`` counts."""

    def __init__(self) -> None:
        self.runs = 0
        self.trouble: str | Exception | None = None

    def __call__(self) -> str | None:
        self.runs += 1
        if isinstance(self.trouble, Exception):
            raise self.trouble
        return self.trouble


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "mdm_sync.service"]


def every_minute(**works: Callable[[], str | None]) -> list[Task]:
    return [Task(name, Every(1), work) for name, work in works.items()]


class TestATaskThatFails:
    @pytest.mark.parametrize("trouble", [TemporaryError("no answer"), "no answer"])
    def test_it_is_told_once_and_once_when_it_is_back(
        self, simulation: Simulation, caplog: pytest.LogCaptureFixture, trouble: str | Exception
    ) -> None:
        work = Work()
        simulation.service(lambda _: every_minute(losses=work))
        work.trouble = trouble
        simulation.until(NOON + 5 * MINUTE)
        assert told(caplog) == ["losses failed: no answer"]
        work.trouble = None
        simulation.until(NOON + 10 * MINUTE)
        assert told(caplog) == ["losses failed: no answer", "losses works again"]
        assert work.runs == 10

    def test_an_unexpected_error_is_told_by_its_place_and_never_by_its_words(
        self, simulation: Simulation, caplog: pytest.LogCaptureFixture
    ) -> None:
        work = Work()
        work.trouble = KeyError("marked.name")
        simulation.service(lambda _: every_minute(losses=work))
        simulation.until(NOON + 2 * MINUTE)
        [line] = told(caplog)
        assert line.startswith("losses failed: unexpected KeyError in __call__ (")
        assert "marked.name" not in caplog.text
        assert work.runs == 2

    def test_the_others_go_on(self, simulation: Simulation) -> None:
        bad, good = Work(), Work()
        bad.trouble = RuntimeError()
        simulation.service(lambda _: every_minute(bad=bad, good=good))
        simulation.until(NOON + 3 * MINUTE)
        assert (bad.runs, good.runs) == (3, 3)


class TestTasksThatTakeLong:
    def test_what_came_up_meanwhile_runs_once(self, simulation: Simulation) -> None:
        deliver = Work()

        def sweep() -> None:
            simulation.now += 10 * MINUTE

        tasks = [Task("sweep", Every(60), sweep), Task("deliver", Every(1), deliver)]
        simulation.service(lambda _: tasks)
        simulation.until(NOON + 10 * MINUTE + timedelta(seconds=30))
        assert deliver.runs == 1

    def test_a_machine_that_slept_makes_up_for_a_daily_task_once(self, simulation: Simulation) -> None:
        sweep = Work()
        simulation.service(lambda _: [Task("sweep", Daily(time(13), UTC), sweep)])
        simulation.scheduler.run_due()
        simulation.now = NOON + timedelta(days=3)
        simulation.scheduler.run_due()
        assert sweep.runs == 1


def test_tasks_that_are_due_together_run_in_their_order(simulation: Simulation) -> None:
    order: list[str] = []
    names = ("schools", "changes", "deliver")
    simulation.service(lambda _: [Task(name, Every(1), lambda name=name: order.append(name)) for name in names])  # type: ignore[misc]  # a lambda with a default has no type of its own
    simulation.until(NOON + 2 * MINUTE)
    assert order == [*names, *names]


class TestSettingsThatAreLoadedAnew:
    def test_new_tasks_take_the_place_of_the_old_ones(self, simulation: Simulation) -> None:
        old, new = Work(), Work()
        tasks = every_minute(old=old)
        service = simulation.service(lambda _: tasks)
        simulation.until(NOON + 2 * MINUTE)
        tasks = every_minute(new=new)
        service.reload()
        simulation.until(NOON + 5 * MINUTE)
        assert (old.runs, new.runs) == (2, 3)

    def test_a_task_that_keeps_its_time_keeps_its_next_run(self, simulation: Simulation) -> None:
        before, after = Work(), Work()
        tasks = [Task("changes", Every(30), before)]
        service = simulation.service(lambda _: tasks)
        simulation.until(NOON + 20 * MINUTE)
        tasks = [Task("changes", Every(30), after)]
        service.reload()
        simulation.until(NOON + 29 * MINUTE)
        assert (before.runs, after.runs) == (1, 0)
        simulation.until(NOON + 31 * MINUTE)
        assert (before.runs, after.runs) == (1, 1)

    def test_bad_ones_are_refused_and_the_old_ones_stay(
        self, simulation: Simulation, caplog: pytest.LogCaptureFixture
    ) -> None:
        work, bad = Work(), False

        def load(_: object) -> list[Task]:
            if bad:
                raise SettingsError("line 3: jamf.url is no address")
            return every_minute(losses=work)

        service = simulation.service(load)
        bad = True
        service.reload()
        simulation.until(NOON + 3 * MINUTE)
        assert told(caplog) == ["the settings were not loaded, the old ones stay: line 3: jamf.url is no address"]
        assert work.runs == 3

    def test_whoever_supervises_hears_of_it(self, simulation: Simulation) -> None:
        heard: list[str] = []
        watchers = Watchers(ready=lambda: heard.append("ready"), reloading=lambda: heard.append("reloading"))
        simulation.service(lambda _: [], watchers).reload()
        assert heard == ["reloading", "ready"]


def test_a_clock_that_was_set_back_keeps_no_task_waiting(simulation: Simulation) -> None:
    work = Work()
    service = simulation.service(lambda _: every_minute(losses=work))
    simulation.until(NOON + 2 * MINUTE)
    simulation.now = NOON - timedelta(hours=3)
    service.plan_anew()
    simulation.until(NOON - timedelta(hours=3) + 2 * MINUTE)
    assert work.runs == 4


def test_what_the_service_does_is_told(simulation: Simulation) -> None:
    standings: list[Standing] = []
    work = Work()
    work.trouble = "no answer"
    simulation.service(lambda _: every_minute(losses=work), Watchers(standing=standings.append))
    simulation.until(NOON + MINUTE / 2)
    assert standings == [
        Standing(in_hand="losses"),
        Standing(last="losses", last_end=NOON, failing=("losses",)),
    ]


class TestThePulse:
    def test_it_is_as_old_as_the_last_step(self) -> None:
        now = 100.0
        pulse = Pulse(lambda: now)
        now = 109.0
        assert pulse.is_younger_than(10)
        now = 110.0
        assert not pulse.is_younger_than(10)
        pulse.beat()
        assert pulse.is_younger_than(10)


class TestSignals:
    """The service itself, on its own thread and the real clock."""

    def run(self, work: Callable[[Service], str | None], watchers: Watchers | None = None) -> None:
        made: list[Service] = []
        made.append(
            Service(lambda _: every_minute(losses=lambda: work(made[0])), lambda: datetime.now(UTC), watchers)  # noqa: TID251 - the real clock
        )
        made[0].run()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_the_task_in_hand_ends_with_its_step(self, number: int, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        steps = 0

        def sweep(service: Service) -> None:
            nonlocal steps
            os.kill(os.getpid(), number)
            while True:
                service.progress("devices", steps, 0)
                steps += 1

        self.run(sweep)
        assert steps > 0
        first, *between, last = told(caplog)
        assert (first, last) == ("started", "ended")
        assert sorted(between) == ["ending after the step in hand", "losses was broken off"]  # of two threads

    def test_a_step_that_hangs_is_not_waited_for_beyond_its_time(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(service_module, "LONGEST_END_SECONDS", QUICK)
        released = threading.Event()

        def sweep() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            released.wait()

        service = Service(lambda _: every_minute(sweep=sweep), lambda: datetime.now(UTC))  # noqa: TID251 - the real clock
        assert not service.run()
        released.set()
        assert told(caplog) == ["ended in the middle of a step that took too long; the next start takes it up"]

    def test_then_the_process_ends_all_the_same(self) -> None:
        done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout, done.stderr.splitlines()[1:]) == (0, "", [])
        assert "the next start takes it up" in done.stderr

    def test_sighup_loads_the_settings_anew(self) -> None:
        heard: list[str] = []

        def ready() -> None:
            heard.append("ready")
            os.kill(os.getpid(), signal.SIGTERM if "reloading" in heard else signal.SIGHUP)

        self.run(lambda _: None, Watchers(ready=ready, reloading=lambda: heard.append("reloading")))
        assert heard == ["ready", "reloading", "ready"]

    def test_a_clock_that_is_set_back_is_noticed_and_keeps_no_task_waiting(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(service_module, "TICK_SECONDS", QUICK)
        back, runs = timedelta(0), 0

        def work() -> None:
            nonlocal back, runs
            back, runs = timedelta(hours=1), runs + 1
            if runs == 2:
                os.kill(os.getpid(), signal.SIGTERM)

        Service(lambda _: every_minute(losses=work), lambda: datetime.now(UTC) - back).run()  # noqa: TID251 - likewise
        assert runs == 2
        assert told(caplog) == ["the clock was set back: all tasks are planned anew"]

    def test_a_task_that_hangs_has_no_pulse_although_the_rest_is_well(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service_module, "TICK_SECONDS", QUICK)
        beats: list[float] = []
        hangs, seen = threading.Event(), threading.Event()

        def tick(pulse: Pulse) -> None:
            if hangs.is_set():
                beats.append(pulse.last)
            if len(beats) == 3:
                seen.set()

        def work(service: Service) -> None:
            hangs.set()
            seen.wait(10)
            service.end()

        self.run(work, Watchers(tick=tick))
        assert len(beats) >= 3
        assert len(set(beats[:3])) == 1

    def test_the_signals_are_as_they_were_afterwards(self) -> None:
        before = signal.getsignal(signal.SIGTERM)
        self.run(lambda _: os.kill(os.getpid(), signal.SIGTERM))
        assert signal.getsignal(signal.SIGTERM) is before

    def test_a_step_after_the_end_was_told_is_not_taken(self, simulation: Simulation) -> None:
        service = simulation.service(lambda _: [])
        service.end()
        with pytest.raises(EndingError):
            service.progress("devices", 1, 2)
