"""Words and numbers of the yearly report, in both languages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from config.texts import Texts
from mdm_sync.cli.report_words import ReportWords
from mdm_sync.core.report_table import AtLeast, Cell, Column, Note, NoteKind, Row, Rows, Topic

GERMAN, ENGLISH = (ReportWords(Texts(language), {"190001": "Schule Nord"}) for language in ("de", "en"))
NB = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("column", "cell", "german", "english"),
    [
        (Column.IPADS, 81_961, "81.961", "81,961"),
        (Column.IPADS, None, "–", "–"),
        (Column.IPADS, AtLeast(1_047), f"≥{NB}1.047", f"≥{NB}1,047"),
        (Column.PERCENT, Decimal("0.10"), f"0,10{NB}%", "0.10%"),
        (Column.PERCENT, AtLeast(Decimal("1.28")), f"≥{NB}1,28{NB}%", f"≥{NB}1.28%"),
        (Column.CHANGE, 13_672, "+13.672", "+13,672"),
        (Column.CHANGE, -5, "\N{MINUS SIGN}5", "\N{MINUS SIGN}5"),
        (Column.CHANGE, 0, "0", "0"),
        (Column.CHANGE_PERCENT, Decimal("-2.5"), f"\N{MINUS SIGN}2,5{NB}%", "\N{MINUS SIGN}2.5%"),
        (
            Column.WORST,
            timedelta(hours=1_000, minutes=5, seconds=59),
            f"1.000{NB}h{NB}05{NB}min",
            f"1,000{NB}h{NB}05{NB}min",
        ),
        (Column.LAST_READ, date(2023, 12, 31), "31.12.2023", "Dec 31, 2023"),
    ],
)
def test_numbers_are_written_as_people_there_write_them(column: Column, cell: Cell, german: str, english: str) -> None:
    assert (GERMAN.cell(column, cell), ENGLISH.cell(column, cell)) == (german, english)


@pytest.mark.parametrize(
    ("cell", "german", "english"),
    [
        (81_961, "81961", "81961"),
        (None, "", ""),
        (AtLeast(7), "7", "7"),
        (Decimal("-1.25"), "-1,25", "-1.25"),
        (timedelta(hours=2, seconds=59), "120", "120"),
        (date(2023, 12, 31), "2023-12-31", "2023-12-31"),
    ],
)
def test_a_spreadsheet_gets_them_plain(cell: Cell, german: str, english: str) -> None:
    assert (GERMAN.raw(cell), ENGLISH.raw(cell)) == (german, english)


@pytest.mark.parametrize(
    ("of", "keys", "german", "english"),
    [
        (Rows.FORM, (), "Alle", "All"),
        (Rows.FORM, ("02",), "Grundschule", "Grundschule"),
        (Rows.FORM, ("",), "keine", "none"),
        (Rows.FORM, ("30", "25"), "Berufskolleg und Weiterbildungskolleg", "Berufskolleg and Weiterbildungskolleg"),
        (
            Rows.FORM,
            ("02", "04", "10"),
            "Grundschule, Hauptschule und Realschule",
            "Grundschule, Hauptschule and Realschule",
        ),
        (Rows.CAMPUS, ("Asseln",), "Asseln", "Asseln"),
        (Rows.SCHOOL, ("190001",), "Schule Nord (190001)", "Schule Nord (190001)"),
        (Rows.SCHOOL, ("190009",), "(190009)", "(190009)"),
        (Rows.YEAR, ("2023",), "2023", "2023"),
        (Rows.YEAR, ("",), "nicht bekannt", "not known"),
        (Rows.AGE, ("1",), "1 Jahr", "1 year"),
        (Rows.AGE, ("2",), "2 Jahre", "2 years"),
        (Rows.AGE, ("",), "nicht bekannt", "not known"),
        (Rows.RULE, ("unknown-user",), "Unbekannter Benutzer", "Unknown user"),
        (Rows.RULE, ("rule-of-old",), "rule-of-old", "rule-of-old"),
        (Rows.KIND, ("theft",), "Diebstahl", "theft"),
        (Rows.SOURCE, ("jamf",), "Jamf Pro", "Jamf Pro"),
        (Rows.SOURCE, ("inventory",), "Inventar", "Inventory"),
        (Rows.SOURCE, ("iserv-190001",), "Schule Nord (190001)", "Schule Nord (190001)"),
    ],
)
def test_rows_are_called_as_people_call_them(of: Rows, keys: tuple[str, ...], german: str, english: str) -> None:
    row = Row(keys=keys, cells=())

    assert (GERMAN.name(of, row), ENGLISH.name(of, row)) == (german, english)


@pytest.mark.parametrize("words", [GERMAN, ENGLISH], ids=["de", "en"])
class TestEverythingHasWords:
    def test_tables_rows_and_columns(self, words: ReportWords) -> None:
        assert all(words.about(topic).title and words.about(topic).meaning for topic in Topic)
        assert all(words.rows(of) for of in Rows)
        assert all(words.heading(column) for column in Column)

    def test_each_note_names_its_day_or_its_number(self, words: ReportWords) -> None:
        silent = {NoteKind.NOTHING_COUNTED, NoteKind.NO_YEAR_BEFORE}
        for kind in NoteKind:
            told = words.note(Note(kind=kind, day=date(2023, 4, 5), number=1_234))
            assert ("2023" in told or "234" in told) == (kind not in silent)


def test_headings_that_belong_together_have_one_above_them() -> None:
    above = {column: ENGLISH.group(column) for column in Column}

    assert above[Column.STUDENTS_NEED] == above[Column.STUDENTS_PERCENT] == "iPads for students"
    assert above[Column.OFFICE_LACK] == "Machines for the administration"
    assert {above[Column.STUDENTS], above[Column.TEACHERS], above[Column.STOLEN_PERCENT]} == {""}
