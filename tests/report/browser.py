"""The yearly report in a real browser (Chromium): how it is laid out on screen and on paper, and whom it keeps out."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.mails.browser import chromium, in_frames, titled

AXE = Path(".venv") / "axe" / "node_modules" / "axe-core" / "axe.min.js"
"""Where ``make axe`` puts it."""
PAPER_TOOL = shutil.which("pdftotext")
NARROW, PHONE, DESKTOP = 320, 390, 1100
"""Pixels of a window; at the first of them nobody may have to scroll in two directions (WCAG 1.4.10)."""
UPRIGHT, ACROSS = 703, 1016
"""Pixels of a sheet of A4 between its margins, at 96 an inch; wide tables stand across it."""
A4_POINTS = {(595, 842), (842, 595)}

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_STANDS_ACROSS = re.compile('<section class="across">.*?</section>', re.DOTALL)
_MEASURE = """
<script>
const widest = document.documentElement.clientWidth + .5;
const inside = e => !e.closest(".scroll") || getComputedStyle(e.closest(".scroll")).overflowX === "visible";
const over = [...document.querySelectorAll("body *")].filter(
  e => !e.closest("svg *") && inside(e) && e.getBoundingClientRect().right > widest);
parent.postMessage({
  width: innerWidth,
  over: over.map(e => e.tagName + ": " + e.textContent.trim().slice(0, 40)),
  scrolls: document.documentElement.scrollWidth > innerWidth,
}, "*");
</script>
"""
_LOOK = """
<script>%s</script>
<script>
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(found => {
  document.title = JSON.stringify({
    rules: found.passes.length,
    troubles: found.violations.map(one => [one.impact, one.id, one.nodes[0].target.join(" "), one.nodes.length]),
  });
});
</script>
"""


def on_screen(folder: Path, page: str, *widths: int) -> list[dict[str, Any]]:
    """What is too wide for windows of these widths."""
    return in_frames(folder, _POLICY.sub("", page).replace("</body>", f"{_MEASURE}</body>"), *widths)


def on_paper(folder: Path, page: str) -> list[dict[str, Any]]:
    """What is too wide for a sheet, with the rules for paper in force on screen."""
    in_force = page.replace("@media print", "@media all")
    return [
        *on_screen(folder, _STANDS_ACROSS.sub("", in_force), UPRIGHT),
        *on_screen(folder, in_force, ACROSS),
    ]


def barriers(folder: Path, page: str, width: int = DESKTOP) -> dict[str, Any]:
    """What axe finds: how many rules it passed, and severity, id and place of each trouble."""
    look = _LOOK % AXE.read_text(encoding="utf-8")
    told: dict[str, Any] = titled(folder, _POLICY.sub("", page).replace("</body>", f"{look}</body>"), width)
    return told


def printed(folder: Path, page: str) -> tuple[list[tuple[int, int]], list[str]]:
    """The sizes of the sheets in points, and the words on each, set apart by single blanks."""
    file, paper = folder / "report.html", folder / "report.pdf"
    file.write_text(page, encoding="utf-8")
    chromium(folder, f"--print-to-pdf={paper}", "--no-pdf-header-footer", file.as_uri())
    sizes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", paper.read_bytes())
    text = subprocess.run([PAPER_TOOL or "", "-raw", paper, "-"], capture_output=True, text=True, check=True).stdout
    sheets = [" ".join(sheet.split()) for sheet in text.split("\f")[:-1]]
    return [(round(float(width)), round(float(height))) for width, height in sizes], sheets
