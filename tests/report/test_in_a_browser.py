"""The whole city's report in a real browser: on a screen, on a phone, on A4; and by axe, which looks for barriers."""

import re
from pathlib import Path

import pytest

from tests.mails.browser import BROWSER, asked_for
from tests.report.browser import (
    A4_POINTS,
    ACROSS,
    AXE,
    DESKTOP,
    NARROW,
    PAPER_TOOL,
    PHONE,
    UPRIGHT,
    barriers,
    on_paper,
    on_screen,
    printed,
)
from tests.report.pictures import PICTURES

pytestmark = [
    pytest.mark.verify,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here: make debian-verify"),
]
TWICE = 2
"""Each school stands in two tables: its coverage, and how often it was read."""


@pytest.fixture(params=["de", "en"])
def page(request: pytest.FixtureRequest) -> str:
    files: dict[str, str] = request.getfixturevalue({"de": "german", "en": "english"}[request.param])
    return files[".html"]


def test_it_fits_every_screen(tmp_path: Path, page: str) -> None:
    assert on_screen(tmp_path, page, NARROW, PHONE, DESKTOP) == [
        {"width": width, "over": [], "scrolls": False} for width in (NARROW, PHONE, DESKTOP)
    ]


def test_it_fits_the_paper(tmp_path: Path, page: str) -> None:
    assert on_paper(tmp_path, page) == [{"width": width, "over": [], "scrolls": False} for width in (UPRIGHT, ACROSS)]


def test_it_asks_for_nothing_from_outside(tmp_path: Path, page: str) -> None:
    assert asked_for(tmp_path, page) == []


@pytest.mark.skipif(PAPER_TOOL is None, reason="no pdftotext here: make debian-verify")
def test_it_prints_on_a4_and_no_row_is_torn(tmp_path: Path, page: str) -> None:
    sizes, sheets = printed(tmp_path, page)
    labels = set(re.findall(r"<th scope=\"row\">([^<]*\(\d{6}\))</th>", page))
    headings = [re.sub("<[^>]*>", "", heading) for heading in re.findall(r'<tr><th scope="col"[^>]*>(.*?)</th>', page)]

    assert set(sizes) == A4_POINTS
    assert len(labels) == 155
    assert {label: sum(sheet.count(label) for sheet in sheets) for label in labels} == dict.fromkeys(labels, TWICE)
    for sheet in sheets:
        if any(label in sheet for label in labels):
            assert any(heading in sheet for heading in headings)


@pytest.mark.skipif(not AXE.exists(), reason="no axe here: make axe")
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_it_keeps_nobody_out(tmp_path: Path, page: str, width: int) -> None:
    told = barriers(tmp_path, page, width)

    assert told["troubles"] == []
    assert told["rules"] > 20


class TestAFlawWouldBeSeen:
    WIDE = '<!DOCTYPE html><html lang="en"><head><title>t</title></head><body><main><h1>Wide</h1>'

    def test_what_is_too_wide(self, tmp_path: Path) -> None:
        page = f"{self.WIDE}<div style='width: 900px'>x</div></main></body></html>"

        assert on_screen(tmp_path, page, PHONE) == [{"width": PHONE, "over": ["DIV: x"], "scrolls": True}]

    def test_what_is_torn_or_without_headings(self, tmp_path: Path) -> None:
        rows = "".join(f"<tr><th>{'word ' * 60}</th><td>{number}</td></tr>" for number in range(60))
        page = f"{self.WIDE}<table style='width: 60mm'><tbody>{rows}</tbody></table></main></body></html>"
        _, sheets = printed(tmp_path, page)

        assert sum(sheet.count(("word " * 60).strip()) for sheet in sheets) < 60

    @pytest.mark.skipif(not AXE.exists(), reason="no axe here: make axe")
    def test_what_keeps_somebody_out(self, tmp_path: Path) -> None:
        page = f"{self.WIDE}<p style='color: #999'>faint</p><img src=''></main></body></html>"
        told = barriers(tmp_path, page)

        assert {trouble[1] for trouble in told["troubles"]} >= {"color-contrast", "image-alt"}


def test_two_pictures_are_kept() -> None:
    assert [picture for picture in PICTURES if not picture.exists()] == []
