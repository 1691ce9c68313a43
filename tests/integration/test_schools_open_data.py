"""The state's open data as the ministry's file comes."""

from datetime import date
from pathlib import Path

import pytest

from connectors.schools import read_open_data
from connectors.schools.official_names import official_name
from mdm_sync.core.register_plan import PublishedSchool
from mdm_sync.errors import SettingsError
from mdm_sync.ports import PublishedRead

OLDER = (
    "Schulnummer;Schulform;Schulbezeichnung_1;Schulbezeichnung_2;Schulbezeichnung_3;Kurzbezeichnung;PLZ;Ort;Strasse;"
    "Telefonvorwahl;Telefon;Faxvorwahl;Fax;E-Mail;Homepage;Rechtsform;Traegernummer;Gemeindeschluessel;"
    "Schulbetriebsschluessel;Schulbetriebsdatum;EPSG;UTMRechtswert;UTMHochwert;"
)
NEWER = OLDER.replace("Kurzbezeichnung;", "Kurzbezeichnung;Bezirksregierung;")
NORD = {
    "Schulnummer": "100001",
    "Schulform": "02",
    "Schulbezeichnung_1": "Nordlichtschule",
    "Schulbezeichnung_2": "Städt. Gem. Grundschule",
    "Schulbezeichnung_3": "- Primarstufe -",
    "Kurzbezeichnung": "Musterstadt, GG Nordlicht",
    "PLZ": "12345",
    "Ort": "Musterstadt",
    "Strasse": "Am  Weg 1",
    "Traegernummer": "10001",
    "Schulbetriebsschluessel": "1",
    "Schulbetriebsdatum": "01.08.1973",
    "EPSG": "null",
}


def line(header: str = OLDER, **cells: str) -> str:
    """A row as the ministry writes it: all values quoted, no delimiter at the end."""
    values = NORD | cells
    return ";".join(f'"{values.get(column, "")}"' for column in header.rstrip(";").split(";"))


def read(folder: Path, *lines: str, header: str = OLDER, encoding: str = "utf-8") -> PublishedRead:
    path = folder / "schuldaten.csv"
    path.write_bytes("\n".join(("sep=;", header, *lines, "")).encode(encoding))
    return read_open_data(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "iso-8859-1"])
@pytest.mark.parametrize("header", [OLDER, NEWER], ids=["older", "newer"])
def test_both_generations_are_read_in_every_encoding(tmp_path: Path, header: str, encoding: str) -> None:
    umlauts = line(header, Schulbezeichnung_1="Süd-Förderschule am Öhrbach", Bezirksregierung="Arnsberg")

    assert read(tmp_path, umlauts, header=header, encoding=encoding).schools == (
        PublishedSchool(
            number="100001",
            name="Süd-Förderschule am Öhrbach",
            form="02",
            provider="10001",
            address="12345 Am Weg 1",
            status="1",
            since=date(1973, 8, 1),
        ),
    )


@pytest.mark.parametrize("form", ["0A", "81"])
def test_what_is_no_school_is_left_out_and_counted(tmp_path: Path, form: str) -> None:
    found = read(tmp_path, line(), line(Schulnummer="100002", Schulform=form))

    assert ([school.number for school in found.schools], found.authorities) == (["100001"], 1)


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ({"Schulnummer": "10002"}, "Schulnummer", '"10002" is none'),
        ({"Schulform": "Grundschule"}, "Schulform", '"Grundschule" is none'),
        ({"Schulnummer": "100001"}, "Schulnummer", '"100001" stands already in an earlier line'),
        ({"Schulbezeichnung_1": "", "Schulbezeichnung_2": "", "Kurzbezeichnung": ""}, "Schulbezeichnung_1", "no name"),
        (
            {"Schulbetriebsdatum": "1.13.2020"},
            "Schulbetriebsdatum",
            '"1.13.2020" is no day such as 23.11.2026 or 2026-11-23',
        ),
        ({"Schulbezeichnung_1": "x" * 10_000}, "Schulbezeichnung_1", "10000 characters in a cell"),
        ({"Schulbezeichnung_1": "Nord\x00"}, "Schulbezeichnung_1", "bytes that are no text"),
    ],
)
def test_a_bad_line_is_told_and_the_others_are_read(
    tmp_path: Path, cells: dict[str, str], field: str, reason: str
) -> None:
    bad = line(**{"Schulnummer": "100002"} | cells)
    found = read(tmp_path, line(), bad, line(Schulnummer="100003"))

    assert [school.number for school in found.schools] == ["100001", "100003"]
    assert [(one.line, one.field, one.reason) for one in found.unreadable] == [(4, field, reason)]


def test_a_day_that_is_not_told_is_not_known(tmp_path: Path) -> None:
    assert read(tmp_path, line(Schulbetriebsdatum="")).schools[0].since is None


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 2: columns missing: Schulform, Schulbezeichnung_1"):
        read(tmp_path, '"100001";"231"', header="Schulnummer;Anzahl;")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        pytest.param(("Nordschule", "Städt. Gem. Grundschule", "- Primarstufe -"), "Nordschule", id="the first"),
        pytest.param(
            ("Städt. Gem. Hauptschule", "Am Waldrand", ""), "Städt. Gem. Hauptschule Am Waldrand", id="a mere kind"
        ),
        pytest.param(
            ("Gesamtschule der Stadt Musterstadt", "im Schulzentrum Nord", "- Sekundarstufen I und II -"),
            "Gesamtschule der Stadt Musterstadt im Schulzentrum Nord",
            id="a mere kind of the town",
        ),
        pytest.param(
            ("Abendrealschule", "- Ada Lovelace -", "Weiterbildungskolleg"),
            "Abendrealschule Ada Lovelace",
            id="between dashes",
        ),
        pytest.param(
            ("Haus Weide, Schule für seelen-", "pflegebedürftige Kinder", "Waldorf"),
            "Haus Weide, Schule für seelenpflegebedürftige Kinder",
            id="a broken word",
        ),
        pytest.param(
            ("Ada-Lovelace-", "Gymnasium", ""), "Ada-Lovelace-Gymnasium", id="a compound broken at its hyphen"
        ),
        pytest.param(
            ("Private Schule der Stiftung zum Weidengr.", "am Teich", "Sekundarstufe II"),
            "Private Schule der Stiftung zum Weidengr. am Teich",
            id="a full field",
        ),
        pytest.param(
            ("Schule für Hotellerie, Gastronomie und", "Handel", "Musterstadt"),
            "Schule für Hotellerie, Gastronomie und Handel",
            id="a word that wants another",
        ),
        pytest.param(("", "  Nordschule ", ""), "Nordschule", id="an empty first field"),
        pytest.param(("- Primarstufe -", "", ""), "Musterstadt, GG Nord", id="nothing but the level"),
    ],
)
def test_names_are_put_together_from_their_fields(parts: tuple[str, ...], name: str) -> None:
    assert official_name(parts, town="Musterstadt", short="Musterstadt, GG Nord") == name
