"""``mdm-sync demo``: the whole job in one command, and nothing left behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from mdm_sync.demo.places import Places
from tests.integration.demo.directory_world import processes_of

pytestmark = pytest.mark.demo


def _demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mdm_sync", "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def test_the_demo_shows_findings_mail_and_summary_and_ends_with_0(tmp_path: Path) -> None:
    folder = tmp_path / "demo-district"
    ran = _demo("--folder", str(folder))
    assert ran.returncode == 0, ran.stderr
    for words in ("device-unassigned", "Subject: [mdm-sync]", '"schema": "mdm-sync/summary/1"', "No change."):
        assert words in ran.stdout
    assert "Arrived in all: 4 mails, 1 summary." in ran.stdout
    assert not Places(folder).running.exists()
    assert processes_of(folder) == []


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("precious")
    ran = _demo("--folder", str(tmp_path))
    assert ran.returncode == 1
    assert "no demo district" in ran.stderr
    assert precious.read_text() == "precious"


def test_up_status_fault_day_and_down(tmp_path: Path) -> None:
    folder = tmp_path / "demo-district"
    assert _demo("up", "--folder", str(folder)).returncode == 0
    assert "directory:stopped" in _demo("faults", "--folder", str(folder)).stdout
    assert _demo("fault", "jamf:hang", "on", "--folder", str(folder)).returncode == 0
    assert "hang" in _demo("status", "--folder", str(folder)).stdout
    assert _demo("fault", "jamf:hang", "off", "--folder", str(folder)).returncode == 0
    assert _demo("fault", "jamf:nonsense", "on", "--folder", str(folder)).returncode == 1
    assert _demo("day", "2", "--folder", str(folder)).returncode == 0
    assert "Day 2" in _demo("status", "--folder", str(folder)).stdout
    assert _demo("up", "--folder", str(folder)).returncode == 1
    assert _demo("down", "--folder", str(folder)).returncode == 0
    assert processes_of(folder) == []
    assert _demo("status", "--folder", str(folder)).returncode == 1
