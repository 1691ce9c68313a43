"""The service on a district, under the environment that its unit gives it: from its start to its end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.conftest import Installation, open_findings, stored
from tests.integration.test_monitoring import OverUnixSocket

pytestmark = pytest.mark.demo

DEADLINE = 90.0
LONG_AGO = 60.0
MONITORING = '\n[monitoring]\nlisten = "unix:{}"\n'
HEADINGS = (
    "Vorgangsnummer;Art der Meldung;Seriennummer;Inventarnummer;Schulnummer;Tag des Ereignisses;Gemeldet am;Status"
)


@dataclass
class Daemon:
    """A running service, and what it tells systemd."""

    process: "subprocess.Popen[str]"
    systemd: socket.socket
    log_file: Path
    metrics: Path

    def __post_init__(self) -> None:
        self.told: list[str] = []

    def hears(self, wanted: Callable[[str], bool]) -> str:
        """Wait until systemd hears this; what it heard before is kept."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            self.told.append(self.systemd.recv(2000).decode())
            if wanted(self.told[-1]):
                return self.told[-1]
        raise AssertionError(self.told)

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def page(self, path: str) -> tuple[int, str]:
        connection = OverUnixSocket(self.metrics)
        connection.request("GET", path)
        answer = connection.getresponse()
        self.told.append(answer.read().decode())
        return answer.status, self.told[-1]


def start(installation: Installation) -> Daemon:
    """Start the service as systemd does, with nothing in its environment but what the unit puts there."""
    places = installation.places
    address = str(places.folder / "notify")
    Path(address).unlink(missing_ok=True)
    systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    systemd.bind(address)
    systemd.settimeout(DEADLINE)
    log_file = places.folder / "daemon.log"
    environment = {
        "PATH": os.environ["PATH"],
        "NOTIFY_SOCKET": address,
        "WATCHDOG_USEC": str(1800 * 10**6),
        "CREDENTIALS_DIRECTORY": str(places.credentials),
    } | {key: value for key, value in os.environ.items() if key.startswith("COVERAGE")}
    command = [sys.executable, "-m", "mdm_sync", "--config", str(places.settings), "daemon"]
    with log_file.open("w") as log:
        process = subprocess.Popen(command, env=environment, stderr=log, text=True, umask=0o077)
    return Daemon(process, systemd, log_file, places.folder / "metrics.sock")


def report_theft(installation: Installation) -> str:
    """Put an export with one new theft into the folder of incidents; returns the subject of its device."""
    query = """
    SELECT serial, subject, person_school FROM devices JOIN assignments USING (subject)
    WHERE state = 'matched' AND NOT lost_mode AND serial != '' AND managed AND supervised LIMIT 1
    """
    ((serial, subject, school),) = stored(installation, query)
    export = installation.places.folder / "incidents" / "theft.csv"
    export.parent.mkdir(exist_ok=True)
    day = time.strftime("%d.%m.%Y")
    row = f"V-neu-1;Diebstahl;{serial};;{school};{day};{day};offen"
    export.write_text(f"{HEADINGS}\n{row}\n", encoding="utf-8")
    os.utime(export, (time.time() - LONG_AGO,) * 2)
    return str(subject)


@pytest.fixture(scope="module")
def stolen(installation: Installation) -> str:
    """The subject of a device that is reported as stolen after the first cycle."""
    settings = installation.places.settings
    text = settings.read_text() + MONITORING.format(installation.places.folder / "metrics.sock")
    settings.write_text(text)
    assert installation.run("reconcile").code == 0
    return report_theft(installation)


@pytest.fixture(scope="module")
def daemon(installation: Installation, stolen: str) -> Iterator[Daemon]:
    """A service that took the place of one that was killed in the middle of its work."""
    assert stolen
    killed = start(installation)
    killed.hears(lambda told: told == "READY=1")
    killed.process.kill()
    killed.process.wait()
    killed.systemd.close()
    daemon = start(installation)
    yield daemon
    daemon.process.kill()
    daemon.process.wait()
    daemon.systemd.close()


def test_it_is_ready_when_settings_and_store_are_good(daemon: Daemon) -> None:
    assert daemon.hears(lambda told: told == "READY=1")


def test_it_tells_what_it_does_and_that_it_is_alive(daemon: Daemon) -> None:
    assert daemon.hears(lambda told: told.startswith("STATUS=") and "delivering, until" in told)
    assert daemon.hears(lambda told: told == "WATCHDOG=1")


def test_a_theft_that_was_reported_is_flagged_at_once(daemon: Daemon, installation: Installation, stolen: str) -> None:
    assert daemon.process.poll() is None
    assert ("stolen-not-locked", stolen) in open_findings(installation)


def test_metrics_are_such_that_prometheus_reads_them(daemon: Daemon) -> None:
    status, text = daemon.page("/metrics")
    families: Any = text_string_to_metric_families(text)
    values = {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}
    assert status == 200
    assert values["mdm_sync_store_readable",] == 1
    assert values["mdm_sync_source_failing", "jamf"] == 0
    assert values["mdm_sync_findings_open", "stolen-not-locked"] >= 1
    assert values["mdm_sync_task_runs_total", "deliver"] >= 1
    assert daemon.page("/healthz") == (200, "ok\n")


def test_bad_settings_are_refused_and_the_old_ones_stay(daemon: Daemon, installation: Installation) -> None:
    settings = installation.places.settings
    good = settings.read_text()
    settings.write_text(good + "[nonsense]\n")
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.hears(lambda told: told.startswith("RELOADING=1"))
    assert daemon.hears(lambda told: told == "READY=1")
    settings.write_text(good)
    assert "the settings were not loaded, the old ones stay" in daemon.log
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.hears(lambda told: told == "READY=1")
    assert daemon.log.count("settings loaded") == 1


def test_another_place_for_monitors_counts_after_a_reload_unless_it_cannot_be_had(
    daemon: Daemon, installation: Installation
) -> None:
    settings, before = installation.places.settings, daemon.metrics
    good = settings.read_text()
    settings.write_text(good.replace("metrics.sock", "nowhere/metrics.sock"))
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.hears(lambda told: told == "READY=1")
    assert "monitoring.listen" in daemon.log
    assert daemon.page("/healthz") == (200, "ok\n")
    settings.write_text(good.replace("metrics.sock", "elsewhere.sock"))
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.hears(lambda told: told == "READY=1")
    daemon.metrics = before.with_name("elsewhere.sock")
    assert daemon.page("/healthz") == (200, "ok\n")
    assert not before.exists()


def test_sigterm_ends_it_after_the_step_in_hand(daemon: Daemon) -> None:
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.hears(lambda told: told == "STOPPING=1")
    assert daemon.process.wait(timeout=DEADLINE) == 0
    assert daemon.log.rstrip().endswith("ended")
    assert not daemon.metrics.exists()


def test_monitors_are_told_how_it_stands(daemon: Daemon, installation: Installation) -> None:
    assert daemon.process.poll() == 0
    nagios, checkmk = (installation.run("status", "--format", name) for name in ("nagios", "checkmk"))
    assert (nagios.code, nagios.out.partition(" - ")[0]) == (0, "MDM-SYNC OK")
    assert (checkmk.code, checkmk.out[:14]) == (0, '0 "mdm-sync" f')
    daemon.told += [nagios.out, checkmk.out]


def test_no_name_stands_in_what_it_told(daemon: Daemon, installation: Installation) -> None:
    """Log, status lines, metrics and lines for monitors, all of this module."""
    query = "SELECT login, mail, given_name || ' ' || family_name FROM persons"
    names = {name for person in stored(installation, query) for name in person if name}
    assert names
    told = "\n".join([daemon.log, *daemon.told])
    assert "mdm_sync_findings_open" in told
    assert not [name for name in names if name in told]


def test_where_the_store_cannot_be_opened_it_is_never_ready(installation: Installation, daemon: Daemon) -> None:
    assert daemon.process.poll() == 0
    state = installation.places.state / "state.db"
    state.chmod(0o644)
    refused = start(installation)
    assert refused.process.wait(timeout=DEADLINE) == 1
    state.chmod(0o600)
    refused.systemd.settimeout(0)
    with pytest.raises(BlockingIOError):
        refused.systemd.recv(100)
    refused.systemd.close()
    assert f"Mend it: chmod 600 {state}" in refused.log
