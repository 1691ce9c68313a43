"""The evidence that police and insurer get."""

import csv
import io
import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from config.texts import Texts
from mdm_sync.cli.evidence import Wording, write_evidence
from mdm_sync.core.evidence import Evidence
from mdm_sync.core.incidents import IncidentKind
from mdm_sync.errors import PermanentError, SettingsError
from tests.replacing import replace
from tests.unit.cli.losses import DEVICE, ORDER, SCHOOLS, THEFT, UUID, evidence

NAMES = {"P-7Q2M4X9K1B3D": "Mia Muster"}
LOADING = re.compile(
    r"\b(?:src|href|srcset|action|poster)\s*=|url\(|@import|<(?:script|link|iframe|img|object)\b", re.IGNORECASE
)
"""Whatever makes a browser ask for something."""


class Page(HTMLParser):
    """What a page says, by its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.setdefault(tag, dict(attrs))

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"] and data.strip():
            self.words.append(data.strip())


def wording(language: str, names: dict[str, str] | None = None) -> Wording:
    texts = Texts(language)
    return Wording(texts=texts, templates=texts.templates, schools=SCHOOLS, names=names)


def written(
    folder: Path, ending: str, *, of: Evidence | None = None, language: str = "de", names: dict[str, str] | None = None
) -> str:
    file = folder / f"nachweis{ending}"
    write_evidence(file, of or evidence(), wording(language, names))
    return file.read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("language", ["de", "en"])
class TestThePage:
    def test_asks_for_nothing_from_outside(self, tmp_path: Path, language: str) -> None:
        text = written(tmp_path, ".html", language=language)

        assert LOADING.search(text) is None
        assert "http" not in text.replace("http-equiv", "")
        assert "default-src 'none'" in text

    def test_says_in_which_language_it_is(self, tmp_path: Path, language: str) -> None:
        assert Page(written(tmp_path, ".html", language=language)).attributes["html"] == {"lang": language}

    def test_is_made_for_a4(self, tmp_path: Path, language: str) -> None:
        assert "@page { size: A4;" in written(tmp_path, ".html", language=language)

    def test_tells_report_lock_and_holders(self, tmp_path: Path, language: str) -> None:
        said = " ".join(Page(written(tmp_path, ".html", language=language)).words)

        for fact in ("DMPX1234ABCD", "V-2026-0412", UUID, "meier", "P-7Q2M4X9K1B3D", "P-0A1B2C3D4E5F", "Schule Nord"):
            assert fact in said


class TestItsWords:
    def test_are_german(self, tmp_path: Path) -> None:
        said = Page(written(tmp_path, ".html")).words

        assert "Sperre vom Gerät bestätigt" in said
        assert "23.11.2026, 08:12:00 MEZ" in said
        assert "20.08.2024, 09:00:00 MESZ" in said

    def test_are_english(self, tmp_path: Path) -> None:
        said = Page(written(tmp_path, ".html", language="en")).words

        assert "lock confirmed by the device" in said
        assert "Nov 23, 2026, 8:12:00\u202fAM CET" in said

    def test_are_text_and_never_markup(self, tmp_path: Path) -> None:
        hostile = '<img src=x onerror="alert(1)">'
        bad = replace(evidence(), device=replace(DEVICE, name=hostile), orders=(replace(ORDER, why=hostile),))
        page = Page(written(tmp_path, ".html", of=bad))

        assert "img" not in page.tags
        assert any(hostile in words for words in page.words)

    def test_say_so_where_nothing_is_known(self, tmp_path: Path) -> None:
        bare = replace(
            evidence(device=None, school=None, incidents=()),
            orders=(),
            commands=(),
            holders=(),
            stands=(),
            read_at=None,
        )
        said = Page(written(tmp_path, ".html", of=bare)).words

        assert "Keine Meldung nennt dieses Gerät." in said
        assert "verschwunden" in said
        assert "Quelle: Jamf Pro, noch nie vollständig gelesen" in said

    @pytest.mark.parametrize("kind", list(IncidentKind))
    def test_know_every_kind_of_incident(self, tmp_path: Path, kind: IncidentKind) -> None:
        assert written(tmp_path, ".html", of=evidence(incidents=(replace(THEFT, kind=kind),)))


class TestPersons:
    @pytest.mark.parametrize("ending", [".html", ".csv", ".json"])
    def test_stand_there_by_reference(self, tmp_path: Path, ending: str) -> None:
        text = written(tmp_path, ending)
        assert "P-7Q2M4X9K1B3D" in text
        assert "Mia Muster" not in text

    @pytest.mark.parametrize("ending", [".html", ".csv", ".json"])
    def test_are_named_where_it_is_asked_for(self, tmp_path: Path, ending: str) -> None:
        text = written(tmp_path, ending, names=NAMES)
        assert "Mia Muster" in text
        assert "P-0A1B2C3D4E5F" in text


class TestCsv:
    def test_has_a_row_for_each_fact_with_its_source(self, tmp_path: Path) -> None:
        found = rows(written(tmp_path, ".csv"))

        assert found[0] == ["Abschnitt", "Nr.", "Was", "Wert", "Quelle"]
        assert ["Ablauf", "6", "Was", "Sperre vom Gerät bestätigt"] in [row[:4] for row in found]
        assert all(len(row) == 5 for row in found)

    def test_is_taken_for_utf_8_by_a_spreadsheet(self, tmp_path: Path) -> None:
        assert written(tmp_path, ".csv").startswith("\ufeff")

    def test_has_no_formula(self, tmp_path: Path) -> None:
        bad = replace(evidence(), device=replace(DEVICE, name="=1+1\n@x"))
        assert not any(
            cell.startswith(("=", "@", "+", "-")) for row in rows(written(tmp_path, ".csv", of=bad)) for cell in row
        )


class TestJson:
    @pytest.fixture
    def document(self, tmp_path: Path) -> Any:
        return json.loads(written(tmp_path, ".json"))

    def test_is_one_document_with_a_version(self, document: Any) -> None:
        assert document["schema"] == "mdm-sync/evidence/1"

    def test_has_moments_in_utc(self, document: Any) -> None:
        assert document["incidents"][0]["reported_at"] == "2026-11-23T07:12:00+00:00"

    def test_has_the_course_with_sources(self, document: Any) -> None:
        assert document["course"][5] == {
            "at": "2026-11-23T10:12:00+00:00",
            "what": "lock confirmed",
            "source": "Jamf Pro",
        }

    def test_is_the_same_in_both_languages(self, document: Any, tmp_path: Path) -> None:
        assert json.loads(written(tmp_path, ".json", language="en")) == document


class TestTheFile:
    def test_is_its_owners_alone(self, tmp_path: Path) -> None:
        written(tmp_path, ".html")
        assert stat.S_IMODE((tmp_path / "nachweis.html").stat().st_mode) == 0o600

    def test_replaces_an_older_one_that_others_may_read(self, tmp_path: Path) -> None:
        file = tmp_path / "nachweis.html"
        file.write_text("old")
        file.chmod(0o644)
        assert "old" not in written(tmp_path, ".html")[:3]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_leaves_nothing_beside_it(self, tmp_path: Path) -> None:
        written(tmp_path, ".html")
        assert [path.name for path in tmp_path.iterdir()] == ["nachweis.html"]

    def test_with_another_ending_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"nachweis\.pdf.*\.html, \.csv, \.json"):
            written(tmp_path, ".pdf")

    def test_where_none_can_be_written_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(PermanentError, match="cannot be written"):
            written(tmp_path / "nowhere", ".html")
