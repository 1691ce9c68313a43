"""The evidence in a real browser: nothing runs over the edge of the paper, nothing is asked for from outside.

``docs/evidence.png`` is a picture of the usual page: chromium --headless --window-size=794,1123 --screenshot.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config.texts import Texts
from mdm_sync.cli.evidence import Wording, write_evidence
from mdm_sync.core.evidence import Evidence
from tests.replacing import replace
from tests.unit.cli.losses import COMMAND, DEVICE, ORDER, SCHOOLS, THEFT, Held, evidence

A4_WIDTH, A4_HEIGHT = 794, 1123
"""Pixels of a sheet, at 96 an inch."""
A4_POINTS = (595, 842)
"""The same at 72 an inch."""
BROWSER = shutil.which("chromium")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MEASURE = """
<script>
const parts = [...document.querySelectorAll("body *")];
const over = parts.filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1).map(e => e.tagName);
const asked = performance.getEntriesByType("resource").map(e => e.name);
document.title = JSON.stringify({over, asked, width: document.documentElement.scrollWidth});
</script>
"""
pytestmark = [
    pytest.mark.verify,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here: apt-get install chromium"),
]


def chromium(folder: Path, *options: str) -> str:
    fixed = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
    profile = f"--user-data-dir={folder / 'profile'}"
    window = f"--window-size={A4_WIDTH},{A4_HEIGHT}"
    done = subprocess.run(
        [BROWSER or "", *fixed, profile, window, *options], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


def page(folder: Path, language: str, of: Evidence) -> Path:
    texts = Texts(language)
    file = folder / "evidence.html"
    write_evidence(file, of, Wording(texts=texts, templates=texts.templates, schools=SCHOOLS))
    return file


def long_winded() -> Evidence:
    """As much as a device can gather in its life, some of it in words without a blank."""
    many = tuple(replace(THEFT, number=n, case_number=f"V-{'9' * 30}-{n}", recorded_by="x" * 60) for n in range(12))
    orders = tuple(replace(ORDER, number=n, why=f"{'Einbruch' * 30}") for n in range(20))
    held = tuple(
        Held(person_school="100001", person="P-7Q2M4X9K1B3D", since=one.asked_at, until=one.asked_at) for one in orders
    )
    commands = tuple(replace(COMMAND, uuid=f"{COMMAND.uuid[:-2]}{n:02}") for n in range(20))
    return replace(
        evidence(device=replace(DEVICE, name="iPad" * 60, model="iPad" * 30), incidents=many),
        orders=orders,
        commands=commands,
        holders=held,
    )


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("of", [evidence(), long_winded()], ids=["usual", "long-winded"])
def test_nothing_runs_over_the_edge_and_nothing_is_asked_for(tmp_path: Path, language: str, of: Evidence) -> None:
    file = page(tmp_path, language, of)
    file.write_text(POLICY.sub("", file.read_text()).replace("</body>", f"{MEASURE}</body>"))
    dom = chromium(tmp_path, "--dump-dom", file.as_uri())
    title = re.search("<title>(.*)</title>", dom)
    assert title is not None
    measured = json.loads(title[1])

    assert measured == {"over": [], "asked": [], "width": A4_WIDTH}


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_usual_evidence_is_one_sheet_of_a4(tmp_path: Path, language: str) -> None:
    file, paper = page(tmp_path, language, evidence()), tmp_path / "evidence.pdf"
    chromium(tmp_path, f"--print-to-pdf={paper}", "--no-pdf-header-footer", file.as_uri())
    sheets = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", paper.read_bytes())

    assert [(round(float(width)), round(float(height))) for width, height in sheets] == [A4_POINTS]
