"""Write the pictures of the yearly report into docs: ``python -m tests.report.pictures``."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.mails.browser import chromium
from tests.report.browser import DESKTOP
from tests.report.city import City

DOCS = Path(__file__).parents[2] / "docs"
SCREEN, PAPER = DOCS / "report-screen.png", DOCS / "report-paper.png"
PICTURES = (SCREEN, PAPER)
COLOURS = 64
SHEET = "4"
"""The sheet that is shown: coverage by form."""


def main() -> None:
    """The page in English on a screen, and a sheet of it in German."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        city = City(folder)
        for language in ("en", "de"):
            (folder / f"{language}.html").write_text(city.report(language)[".html"], encoding="utf-8")
        chromium(folder, f"--window-size={DESKTOP},1500", f"--screenshot={SCREEN}", (folder / "en.html").as_uri())
        paper = folder / "paper.pdf"
        chromium(folder, f"--print-to-pdf={paper}", "--no-pdf-header-footer", (folder / "de.html").as_uri())
        sheet = ("-f", SHEET, "-l", SHEET, "-r", "96", "-png", "-singlefile")
        subprocess.run([shutil.which("pdftoppm") or "", *sheet, paper, PAPER.with_suffix("")], check=True)
    for picture in PICTURES:
        Image.open(picture).quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    main()
