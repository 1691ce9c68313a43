"""Every kind of mail in a real browser: it fits a phone, can be read, and asks for nothing from outside."""

from pathlib import Path

import pytest

from tests.mails.browser import BROWSER, DESKTOP, PHONE, asked_for, measured
from tests.mails.pictures import FOLDER
from tests.mails.samples import KINDS, sample

pytestmark = [
    pytest.mark.verify,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here: apt-get install chromium"),
]
FLAWED = """<!DOCTYPE html><html><body style="width: 700px; color: #999"><p style="font-size: 10px">faint</p>
<div style="width: 900px"><img src="https://elsewhere.test/pixel.png"></div></body></html>"""


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_fits_can_be_read_and_asks_for_nothing(tmp_path: Path, kind: str, language: str) -> None:
    told = measured(tmp_path, sample(kind, language).html)

    assert [one["width"] for one in told] == [PHONE, DESKTOP]
    for one in told:
        assert {name: one[name] for name in ("over", "scrolls", "faint", "small")} == {
            "over": [],
            "scrolls": False,
            "faint": [],
            "small": [],
        }
    assert asked_for(tmp_path, sample(kind, language).html) == []


def test_a_flaw_would_be_seen(tmp_path: Path) -> None:
    (on_a_phone, _) = measured(tmp_path, FLAWED)

    assert on_a_phone["over"] == ["P", "DIV"]
    assert on_a_phone["scrolls"]
    assert (on_a_phone["faint"], on_a_phone["small"]) == (["P"], ["P"])
    assert asked_for(tmp_path, FLAWED) == ["CONNECT elsewhere.test:443 HTTP/1.1"]


def test_a_picture_of_each_kind_is_kept() -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == set(KINDS)
