"""``mdm-sync report``: one page that needs nothing else, a CSV for every table; what is told where that fails."""

import csv
import re
import stat
import sys
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest

from mdm_sync.bootstrap import utc_now
from mdm_sync.core.report_table import Topic
from tests.integration.commands.district import DEVICES, Installation, cycle, install, ipad

YEAR_END = datetime(2025, 12, 31, 11, 0, tzinfo=UTC)
EARLIER = "Jahr;iPads;Schäden;Diebstahl und Verlust;iPads in Schulen;Grundschule\n2023;1000;4;2;5;2\n2024;;;;4;2\n"
DRAWN = ("ipads-by-form", "damage", "theft-and-loss", "coverage-by-form", "age", "replacement")
PERSONS = ("mia", "beispiel", "kind.0", "woanders", "DMPX")
"""Parts of names, logins and serial numbers of the district."""


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Two cycles at the end of 2025; the name of a school is what a spreadsheet takes for a formula."""
    installation = install(tmp_path_factory.mktemp("district"))
    register = installation.folder / "schools.csv"
    register.write_text(register.read_text().replace("Gymnasium Ost", "=HYPERLINK(1) <b>Ost</b>"))
    cycle(installation.state, YEAR_END - timedelta(days=2), devices=DEVICES)
    cycle(installation.state, YEAR_END, devices=[*DEVICES, ipad(77, 2)])
    (installation.folder / "earlier.csv").write_text(EARLIER, encoding="utf-8")
    return installation


@pytest.fixture(scope="module")
def files(district: Installation) -> dict[str, str]:
    """The report of 2025 in English, by the ends of the files' names."""
    return made(district, "en")


@pytest.fixture(scope="module")
def german(district: Installation) -> dict[str, str]:
    return made(district, "de")


def made(district: Installation, language: str) -> dict[str, str]:
    out = district.folder / f"reports-{language}"
    earlier = str(district.folder / "earlier.csv")
    ran = district.run(*("report", "--year", "2025", "--out", str(out), "--earlier", earlier, "--language", language))
    assert ran.code == 0, ran.err
    assert "".join(ran.out.split()).count("Written:") == len(list(out.iterdir()))
    return {
        file.name.partition("2025")[2].removeprefix("-"): file.read_text(encoding="utf-8") for file in out.iterdir()
    }


def rows(text: str, delimiter: str = ",") -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:]), delimiter=delimiter))


class Page(HTMLParser):
    """What a page names, and how it is built."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.named: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.named.append(value or "")
            if name in {"href", "src", "xlink:href", "srcset", "data", "action"}:
                self.asked.append((tag, value or ""))
            if (tag, name) == ("html", "lang"):
                self.language = value or ""


class TestFiles:
    def test_there_is_one_page_and_a_csv_for_every_table(self, files: dict[str, str]) -> None:
        assert files.keys() == {".html", *(f"{topic}.csv" for topic in Topic)}

    def test_they_are_for_their_owner_alone(self, district: Installation, files: dict[str, str]) -> None:
        out = district.folder / "reports-en"

        assert files
        assert stat.S_IMODE(out.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in out.iterdir()} == {0o600}

    def test_they_name_no_person_and_no_device(self, files: dict[str, str], german: dict[str, str]) -> None:
        everything = "".join((*files.values(), *german.values()))

        assert [name for name in PERSONS if name in everything] == []
        assert re.findall(r"P-[0-9A-F]{8,}", everything) == []

    def test_the_same_facts_make_the_same_files(self, district: Installation, files: dict[str, str]) -> None:
        def undated(one: dict[str, str]) -> dict[str, str]:
            return {name: re.sub(r"<p>Made .*?</p>", "", text) for name, text in one.items()}

        assert undated(made(district, "en")) == undated(files)

    def test_the_audit_trail_tells_who_made_it(self, district: Installation, files: dict[str, str]) -> None:
        assert files
        told = district.run("audit", "--format", "json").document["entries"]

        assert ("report", "2025-12-31") in {(one["act"], one["about"]) for one in told}


class TestCsv:
    def test_in_english(self, files: dict[str, str]) -> None:
        assert rows(files["ipads-by-form.csv"]) == [
            ["Form", "Schools", "iPads in schools", "A year before", "Change", "Change in %", "Complete"],
            ["Grundschule", "1", "2", "2", "0", "0.0", "yes"],
            ["Gesamtschule", "1", "1", "", "", "", "no"],
            ["Gymnasium", "1", "6", "", "", "", "no"],
            ["All", "3", "9", "4", "5", "125.0", "yes"],
        ]

    def test_in_german_as_a_german_spreadsheet_takes_it(self, german: dict[str, str]) -> None:
        assert rows(german["ipads-by-form.csv"], ";") == [
            [
                "Schulform",
                "Schulen",
                "iPads in Schulen",
                "Ein Jahr zuvor",
                "Veränderung",
                "Veränderung in %",
                "Vollständig",
            ],
            ["Grundschule", "1", "2", "2", "0", "0,0", "ja"],
            ["Gesamtschule", "1", "1", "", "", "", "nein"],
            ["Gymnasium", "1", "6", "", "", "", "nein"],
            ["Alle", "3", "9", "4", "5", "125,0", "ja"],
        ]

    def test_headings_above_headings_stand_before_them(self, files: dict[str, str]) -> None:
        header = rows(files["coverage-by-school.csv"])[0]

        assert header[:4] == ["School", "Students", "iPads for students: Needed", "iPads for students: Working"]
        assert header[-2:] == ["Machines for the administration: Share", "Complete"]

    def test_no_cell_is_a_formula(self, files: dict[str, str]) -> None:
        names = [row[0] for row in rows(files["coverage-by-school.csv"])]

        assert "'=HYPERLINK(1) <b>Ost</b> (190002)" in names

    def test_years_before_the_program_are_those_of_the_file(self, files: dict[str, str]) -> None:
        assert rows(files["theft-and-loss.csv"])[1] == ["2023", "1000", "2", "0.20", *[""] * 4, "no"]
        assert rows(files["damage.csv"])[1] == ["2023", "1000", "4", "0.40", "yes"]

    def test_times_are_in_minutes_and_days_are_sortable(self, files: dict[str, str]) -> None:
        assert rows(files["locks.csv"])[0][4:6] == ["Median time to the lock (min)", "Longest time to the lock (min)"]
        assert rows(files["reads.csv"])[1] == ["Jamf Pro", "2", "0", "2025-12-31", "yes"]

    def test_rules_are_called_by_their_titles(self, german: dict[str, str]) -> None:
        assert "Unbekannter Benutzer" in [row[0] for row in rows(german["findings.csv"], ";")]


class TestPage:
    def test_it_asks_for_nothing_and_runs_nothing(self, files: dict[str, str]) -> None:
        page = Page(files[".html"])

        assert [value for _, value in page.asked if not value.startswith("#")] == []
        assert {"script", "iframe", "object", "link", "img", "form"} & set(page.tags) == set()
        assert "url(http" not in files[".html"]
        assert "@import" not in files[".html"]
        assert "default-src 'none'" in files[".html"]

    def test_names_in_it_are_given_once_and_every_reference_leads_somewhere(self, files: dict[str, str]) -> None:
        page = Page(files[".html"])

        assert len(page.named) == len(set(page.named))
        referred = {value[1:] for _, value in page.asked} | set(re.findall(r"url\(#([^)]*)\)", files[".html"]))
        referred |= {
            one
            for told in re.findall(r'aria-(?:labelledby|describedby)="([^"]*)"', files[".html"])
            for one in told.split()
        }
        assert referred - set(page.named) == set()

    def test_each_picture_has_its_table_and_says_the_same_in_words(self, files: dict[str, str]) -> None:
        page = files[".html"]

        for key in DRAWN:
            says = re.search(f'<desc id="{key}-says">(.*?)</desc>', page)
            assert says is not None
            assert "The table below holds the same numbers." in says[1]
            assert f'<table aria-labelledby="{key}"' in page
        assert page.count("<svg") == len(DRAWN)
        (damage,) = re.findall('<desc id="damage-says">.*?numbers. (.*?)</desc>', page)
        assert damage == "2023: 0.40%; 2024: –; 2025: 0.00%"

    def test_it_is_written_as_people_there_write(self, files: dict[str, str], german: dict[str, str]) -> None:
        assert "<td>0.40%</td>" in files[".html"]
        assert "<td>1,000</td>" in files[".html"]
        assert "As of December 31, 2025" in files[".html"]
        assert "<td>0,40\N{NO-BREAK SPACE}%</td>" in german[".html"]
        assert "<td>1.000</td>" in german[".html"]
        assert "Stand: 31. Dezember 2025" in german[".html"]
        assert "<td>+125,0\N{NO-BREAK SPACE}%</td>" in german[".html"]
        assert [Page(one[".html"]).language for one in (files, german)] == ["en", "de"]

    def test_words_of_the_register_are_words(self, files: dict[str, str]) -> None:
        assert "&lt;b&gt;Ost&lt;/b&gt;" in files[".html"]
        assert "<b>Ost" not in files[".html"]

    def test_what_is_missing_is_said(self, files: dict[str, str], german: dict[str, str]) -> None:
        assert "The totals of this year begin on December 29, 2025." in files[".html"]
        assert "An 2 Tagen des Zeitraums wurden Summen gezählt." in german[".html"]

    def test_a_year_without_totals_has_a_page_that_says_so(self, district: Installation) -> None:
        out = district.folder / "nothing"
        assert district.run("report", "--year", "2019", "--out", str(out)).code == 0
        page = (out / "yearly-report-2019.html").read_text(encoding="utf-8")

        assert "The history holds no totals of this year" in page
        assert "Nothing is known of the end of the year before" in page
        assert page.count("Nothing is known.") == page.count("<section") - page.count("<table") - 1


class TestWhichTime:
    def test_a_day_within_a_year(self, district: Installation, tmp_path: Path) -> None:
        ran = district.run("report", "--as-of", "2025-12-30", "--out", str(tmp_path / "new" / "folder"))
        file = tmp_path / "new" / "folder" / "yearly-report-2025-12-30-ipads-by-form.csv"

        assert ran.code == 0, ran.err
        assert rows(file.read_text(encoding="utf-8"))[-1][:3] == ["All", "3", "8"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((), "Which time? Name either --year or --as-of."),
            (("--year", "2025", "--as-of", "2025-12-30"), "Which time? Name either --year or --as-of."),
            (("--year", "{year}"), "{year} is not over; name the day that its report is to go to, such as --as-of"),
            (("--as-of", "{year}-12-31"), "is still to come; name a day up to"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(
        self, district: Installation, tmp_path: Path, arguments: tuple[str, ...], message: str
    ) -> None:
        year = str((utc_now() + timedelta(days=2)).year)
        ran = district.run("report", "--out", str(tmp_path), *(one.format(year=year) for one in arguments))

        assert ran.code == 2
        assert message.format(year=year) in " ".join(ran.err.split())
        assert list(tmp_path.iterdir()) == []


class TestTrouble:
    def test_without_the_library_it_is_told_how_to_get_it(
        self, district: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        ran = district.run("report", "--year", "2025", "--out", str(tmp_path))

        assert ran.code == 1
        assert "pip install 'mdm-sync[report]'" in ran.err
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_made(self, district: Installation) -> None:
        ran = district.run("report", "--year", "2025", "--out", str(district.folder / "schools.csv" / "in a file"))

        assert ran.code == 1
        assert "cannot be made" in " ".join(ran.err.split())

    def test_a_wrong_file_of_earlier_years(self, district: Installation, tmp_path: Path) -> None:
        wrong = tmp_path / "wrong.csv"
        wrong.write_text("Jahr;Schäden\n2024;viele\n", encoding="utf-8")
        ran = district.run("report", "--year", "2025", "--out", str(tmp_path / "out"), "--earlier", str(wrong))

        assert ran.code == 2
        assert "line 2, Schäden" in " ".join(ran.err.split())
        assert not (tmp_path / "out").exists()
