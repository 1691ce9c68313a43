"""CSV files as people write them: what is found out, what is kept aside, what is refused."""

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file import Table, all_records, day_of, nearest, read_table
from mdm_sync.errors import SettingsError

COLUMNS = ("Nummer", "Geräteart", "Ort")


def read(folder: Path, content: bytes, columns: Sequence[str] = COLUMNS) -> Table:
    path = folder / "list.csv"
    path.write_bytes(content)
    return read_table(path, "The list", columns)


def refusal(folder: Path, content: bytes) -> str:
    with pytest.raises(SettingsError) as error:
        read(folder, content)
    return str(error.value).replace(str(folder / "list.csv"), "list.csv")


def cells(table: Table) -> list[tuple[str, ...]]:
    return [tuple(row.cells.values()) for row in table.rows]


def told(table: Table) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.reason) for one in table.unreadable]


TEXT = "Nummer;Geräteart;Ort\r\n1;Notebook – groß;Süd\r\n2;Desktop;Öst\r\n"


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("encoding", "name"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8"),
            ("cp1252", "windows-1252"),
            ("utf-16", "utf-16"),
        ],
    )
    def test_the_encoding(self, tmp_path: Path, encoding: str, name: str) -> None:
        table = read(tmp_path, TEXT.encode(encoding))

        assert (table.encoding, table.header) == (name, COLUMNS)
        assert cells(table) == [("1", "Notebook – groß", "Süd"), ("2", "Desktop", "Öst")]

    def test_plain_latin_text_reads_as_windows_1252_does(self, tmp_path: Path) -> None:
        table = read(tmp_path, TEXT.replace("–", "-").encode("iso-8859-1"))

        assert cells(table)[0] == ("1", "Notebook - groß", "Süd")

    @pytest.mark.parametrize("delimiter", [";", ",", "\t"])
    @pytest.mark.parametrize("declared", [False, True])
    def test_the_delimiter(self, tmp_path: Path, delimiter: str, *, declared: bool) -> None:
        first = f"sep={delimiter}\n" if declared else ""
        table = read(tmp_path, (first + TEXT.replace(";", delimiter)).encode())

        assert table.delimiter == delimiter
        assert cells(table)[1] == ("2", "Desktop", "Öst")
        assert table.rows[0].line == (3 if declared else 2)

    def test_the_delimiter_by_the_headings_even_where_another_stands_more_often(self, tmp_path: Path) -> None:
        table = read(tmp_path, 'Nummer,Geräteart,Ort,"a;b;c;d;e;f"\n1,Desktop,Süd,x\n'.encode())

        assert (table.delimiter, cells(table)) == (",", [("1", "Desktop", "Süd", "x")])

    def test_columns_by_their_headings_in_any_order_beside_others(self, tmp_path: Path) -> None:
        table = read(tmp_path, "Ort; Geräteart ;Farbe;Nummer\nSüd;Desktop;rot; 1 \n".encode())

        assert table.rows[0].cells == {"Ort": "Süd", "Geräteart": "Desktop", "Farbe": "rot", "Nummer": "1"}

    def test_a_header_may_end_with_a_delimiter_and_the_rows_without(self, tmp_path: Path) -> None:
        table = read(tmp_path, "Nummer;Geräteart;Ort;\n1;Desktop;Süd\n2;Desktop;Süd;\n".encode())

        assert cells(table) == [("1", "Desktop", "Süd"), ("2", "Desktop", "Süd")]

    def test_a_cell_in_quotation_marks_over_several_lines(self, tmp_path: Path) -> None:
        table = read(tmp_path, 'Nummer;Geräteart;Ort\n1;"Desktop;\n""groß""";Süd\n2;Laptop;Öst\n'.encode())

        assert cells(table)[0][1] == 'Desktop;\n"groß"'
        assert [row.line for row in table.rows] == [2, 4]

    def test_empty_lines_count_as_lines_only(self, tmp_path: Path) -> None:
        table = read(tmp_path, "\nNummer;Geräteart;Ort\n\n;;\n1;Desktop;Süd\n\n".encode())

        assert [row.line for row in table.rows] == [5]


class TestWhatIsKeptAside:
    @pytest.mark.parametrize(
        ("line", "field", "reason"),
        [
            (b"9;Desktop", "", "2 cells where there are 3 columns"),
            (b"9;Desktop;S;", "", "4 cells where there are 3 columns"),
            (b"9;Desktop;S;x", "", "4 cells where there are 3 columns"),
            (b'9;"Desktop;S', "", "a quotation mark is not closed"),
            (b'9;"24" Monitor";S', "", "';' expected after '\"'"),
            (b"9;Desk\x00top;S", "Ger\u00e4teart", "bytes that are no text"),
            (b"9;Desk\x1b[31mtop;S", "Ger\u00e4teart", "bytes that are no text"),
            (b"9;Desktop;S\xfcd", "Ort", "bytes that are no text"),
            (b"9;Desktop;" + b"x" * 10_000, "Ort", "10000 characters in a cell"),
            (b"9;Desktop;" + b"x" * 200_000, "", "field larger than field limit (131072)"),
        ],
    )
    def test_a_bad_line_alone(self, tmp_path: Path, line: bytes, field: str, reason: str) -> None:
        content = "Nummer;Geräteart;Ort\n1;Desktop;Süd\n".encode() + line + "\n2;Laptop;Öst\n".encode()
        table = read(tmp_path, content)

        assert told(table) == [(3, field, reason)]
        assert cells(table) == [("1", "Desktop", "Süd"), ("2", "Laptop", "Öst")]

    def test_of_many_open_quotation_marks_each_costs_its_own_line(self, tmp_path: Path) -> None:
        lines = [f'{n};"Desktop;Süd' if n % 100 == 0 else f"{n};Desktop;Süd" for n in range(1, 1001)]
        table = read(tmp_path, "\n".join(("Nummer;Geräteart;Ort", *lines)).encode())

        assert [one.line for one in table.unreadable] == [n + 1 for n in range(100, 1001, 100)]
        assert len(table.rows) == 990

    def test_a_file_that_was_cut_off_loses_its_last_line_only(self, tmp_path: Path) -> None:
        table = read(tmp_path, "Nummer;Geräteart;Ort\n1;Desktop;Süd\n2;Desk".encode())

        assert (cells(table), [one.line for one in table.unreadable]) == ([("1", "Desktop", "Süd")], [3])


class TestWhatIsRefused:
    @pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"sep=;\n", b";;;\n"])
    def test_an_empty_file(self, tmp_path: Path, content: bytes) -> None:
        assert refusal(tmp_path, content) == "The list list.csv is empty: not even a line with headings stands in it."

    def test_missing_columns_with_those_that_are_there(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "Numer;Geräteart\n".encode()) == (
            'The list list.csv, line 1: columns missing: Nummer (is it "Numer"?), Ort. There are: Numer, Geräteart.'
        )

    def test_a_column_that_stands_there_twice(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "sep=;\nNummer;Geräteart;Ort;Ort\n".encode()) == (
            "The list list.csv, line 2: columns that stand there twice: Ort."
        )

    def test_what_is_no_table(self, tmp_path: Path) -> None:
        assert "columns missing: Nummer, Geräteart, Ort" in refusal(tmp_path, bytes(range(256)) * 50)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError) as error:
            read_table(tmp_path / "nowhere.csv", "The list", COLUMNS)
        assert str(error.value) == f"The list {tmp_path / 'nowhere.csv'} cannot be read: No such file or directory."

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
            read_table(tmp_path, "The list", COLUMNS)


class TestRecords:
    @given(st.text(alphabet=st.sampled_from('ab;"\n\r #\x85\u2028'), max_size=80))
    def test_their_texts_together_are_the_whole_text(self, text: str) -> None:
        assert "".join(record.text for record in all_records(text, ";", comment="#")) == text

    @given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=4), max_size=6))
    def test_what_a_writer_of_csv_wrote_is_read_again(self, rows: list[list[str]]) -> None:
        written = StringIO(newline="")
        csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)

        assert [list(record.cells) for record in all_records(written.getvalue(), ";")] == rows


class TestDays:
    @pytest.mark.parametrize("cell", ["23.11.2026", "2026-11-23"])
    def test_german_and_iso_days(self, cell: str) -> None:
        assert day_of(cell) == date(2026, 11, 23)

    def test_a_day_and_a_month_of_one_digit(self) -> None:
        assert day_of("1.2.2024") == date(2024, 2, 1)

    @pytest.mark.parametrize("cell", ["", "31.02.2026", "vorgestern", "23.11.26", "11/23/2026", "01.01.0024", "2026"])
    def test_what_is_no_day(self, cell: str) -> None:
        with pytest.raises(ValueError, match="is no day such as"):
            day_of(cell)


@pytest.mark.parametrize(("name", "found"), [("Contcts", "contacts"), ("SCHOOL", "school"), ("Farbe", "")])
def test_a_misspelt_name_is_recognised(name: str, found: str) -> None:
    assert nearest(name, ["school", "contacts", "campus"]) == found
