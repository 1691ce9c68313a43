"""The measuring itself works, on a district so small that its figures say nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
from tests.bench.results import read
from tests.e2e.conftest import NOW

pytestmark = [pytest.mark.demo, pytest.mark.verify]


def test_each_row_that_needs_no_other_client_is_measured_and_kept(tmp_path: Path) -> None:
    kept, small = tmp_path / "performance.json", ("--schools", "2", "--scale", "0.05", "--pairs", "1")
    rows = ("cycle", "slow", "shares", "answers")
    subprocess.run([sys.executable, "-m", "tests.bench", *rows, *small, "--into", kept], check=True)

    measured = read(kept)
    assert tuple(measured) == rows
    assert all(one.truth.endswith("planted findings, 0 not planted") for one in measured.values())
    floor, first, second = measured["cycle"].series
    district = generate(Plan(schools=2, scale=0.05, now=NOW))
    assert floor.counted["Jamf Pro rows"] == sum(device.family == "mobile" for device in district.devices)
    assert [len(one.beside) for one in (first, second)] == [1, 1]
