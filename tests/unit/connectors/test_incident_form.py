"""Exports of the schools' online form, as they come: whatever encoding, German dates, and bad lines."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.incidents import CsvForm, read_earlier_years
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.loss_figures import YearFigures
from mdm_sync.errors import SettingsError
from mdm_sync.ports import ReportsRead

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
COLUMNS = {
    "case_number": "Vorgangsnummer",
    "kind": "Art der Meldung",
    "serial": "Seriennummer",
    "asset_tag": "Inventarnummer",
    "school": "Schulnummer",
    "happened": "Tag des Ereignisses",
    "reported_at": "Gemeldet am",
    "handling": "Status",
}
HEADER = ";".join((*COLUMNS.values(), "Bemerkung"))
THEFT = "V-1;Diebstahl;DMPX1;IT-1;100001;22.11.2026;23.11.2026 08:15;offen;Gerät aus Raum 7, gesehen von Kim"


def form(**columns: str) -> CsvForm:
    return CsvForm(
        COLUMNS | columns,
        kinds={
            IncidentKind.THEFT: ("Diebstahl", "Einbruch"),
            IncidentKind.LOSS: ("Verlust",),
            IncidentKind.DAMAGE: ("Schaden",),
            IncidentKind.REPAIR: ("Reparatur",),
        },
        handlings={Handling.OPEN: ("offen",), Handling.IN_REPAIR: ("in Reparatur",), Handling.CLOSED: ("erledigt",)},
        zone=ZoneInfo("Europe/Berlin"),
    )


def read(folder: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8", **columns: str) -> ReportsRead:
    file = folder / "export.csv"
    file.write_bytes("\r\n".join((header, *lines, "")).encode(encoding))
    return form(**columns).read(file, NOW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_report_is_read_and_its_time_is_that_of_the_schools(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, THEFT, encoding=encoding) == ReportsRead(
        reports=(
            Incident(
                case_number="V-1",
                kind=IncidentKind.THEFT,
                serial="DMPX1",
                asset_tag="IT-1",
                school="100001",
                happened=date(2026, 11, 22),
                reported_at=datetime(2026, 11, 23, 7, 15, tzinfo=UTC),
                recorded_by="export.csv",
            ),
        )
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("23.11.2026 08:15:30", datetime(2026, 11, 23, 7, 15, 30, tzinfo=UTC)),
        ("1.7.2026 08:15", datetime(2026, 7, 1, 6, 15, tzinfo=UTC)),
        ("23.11.2026", datetime(2026, 11, 22, 23, 0, tzinfo=UTC)),
        ("2026-11-23 08:15", datetime(2026, 11, 23, 7, 15, tzinfo=UTC)),
        ("25.10.2026 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["with seconds", "summer time", "day alone", "ISO", "the hour that comes twice"],
)
def test_moments_may_be_written_in_several_ways(tmp_path: Path, written: str, meant: datetime) -> None:
    (report,) = read(tmp_path, THEFT.replace("23.11.2026 08:15", written)).reports
    assert report.reported_at == meant


def test_a_serial_is_told_in_capitals_without_blanks(tmp_path: Path) -> None:
    (report,) = read(tmp_path, THEFT.replace("DMPX1", " dmp x1 ")).reports
    assert report.serial == "DMPX1"


def test_words_are_those_of_the_settings_in_any_case(tmp_path: Path) -> None:
    (report,) = read(tmp_path, THEFT.replace("Diebstahl", "EINBRUCH").replace("offen", "In Reparatur")).reports
    assert (report.kind, report.handling) == (IncidentKind.THEFT, Handling.IN_REPAIR)


def test_an_asset_tag_is_enough_and_an_empty_status_is_open(tmp_path: Path) -> None:
    (report,) = read(tmp_path, THEFT.replace("DMPX1", "").replace("offen", "")).reports
    assert (report.names, report.handling) == ("IT-1", Handling.OPEN)


def test_columns_are_mapped_by_settings_and_may_be_missing(tmp_path: Path) -> None:
    header = "Nr,Art,Serial,Schule,Wann"
    line = "V-1,Diebstahl,DMPX1,100001,23.11.2026 08:15"
    names = {"case_number": "Nr", "kind": "Art", "serial": "Serial", "school": "Schule", "reported_at": "Wann"}
    read_now = read(tmp_path, line, header=header, **names, asset_tag="", happened="", handling="")
    assert [one.case_number for one in read_now.reports] == ["V-1"]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (THEFT.replace("V-1", ""), "Vorgangsnummer", "empty"),
        (THEFT.replace("Diebstahl", "Brand"), "Art der Meldung", '"Brand" is none of the words'),
        (THEFT.replace("offen", "vertagt"), "Status", '"vertagt" is none of the words'),
        (THEFT.replace("DMPX1;IT-1", ";"), "Seriennummer", "neither a serial number nor an asset tag"),
        (THEFT.replace("100001", "1001"), "Schulnummer", '"1001" is no Schulnummer'),
        (THEFT.replace("22.11.2026", "31.02.2026"), "Tag des Ereignisses", '"31.02.2026" is no day'),
        (THEFT.replace("23.11.2026 08:15", "gestern"), "Gemeldet am", '"gestern" is no moment'),
        (THEFT.replace("23.11.2026 08:15", "23.11.2062 08:15"), "Gemeldet am", "lies in the future"),
        (THEFT + ";x", "", "10 cells where there are 9 columns"),
    ],
)
def test_a_bad_line_is_kept_aside_and_costs_no_other(tmp_path: Path, line: str, field: str, reason: str) -> None:
    found = read(tmp_path, line, THEFT)
    assert [one.case_number for one in found.reports] == ["V-1"]
    assert [(one.line, one.field) for one in found.unreadable] == [(2, field)]
    assert reason in found.unreadable[0].reason


def test_remarks_stay_outside(tmp_path: Path) -> None:
    assert "Kim" not in repr(read(tmp_path, THEFT))


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="columns missing: Vorgangsnummer"):
        read(tmp_path, "1;2", header="a;b")


def earlier(folder: Path, *lines: str) -> tuple[YearFigures, ...]:
    file = folder / "years.csv"
    file.write_text("\n".join(("Jahr;iPads;Schäden;Diebstahl und Verlust;Diebstahl;Verlust", *lines)), encoding="utf-8")
    return read_earlier_years(file)


def test_earlier_years_are_counts(tmp_path: Path) -> None:
    assert earlier(tmp_path, "2021;27.315;123;51;;", "2023;81961;1.047;;89;16", "2024;;;;;") == (
        YearFigures(year=2021, ipads=27_315, damaged=123, missing=51),
        YearFigures(year=2023, ipads=81_961, damaged=1_047, missing=105, thefts=89, losses=16),
        YearFigures(year=2024),
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("2021;viele;;;;",), 'line 2, iPads: "viele" is no number'),
        ((";1;1;1;1;",), "line 2"),
        (("2021;1;;;;", "2021;2;;;;"), "years that stand there twice: 2021"),
        (("2023;1;1;100;89;16",), "105 together, not 100"),
        (("2023;1",), "line 2: 2 cells where there are 6 columns"),
    ],
)
def test_a_bad_count_is_named(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        earlier(tmp_path, *lines)
