"""The files that come from outside Jamf: the reports of the schools' online form, the inventory, earlier years.

Both are CSV as a German spreadsheet writes it: semicolons, German headings and dates (``23.11.2026``, and
``23.11.2026 08:15`` in the time of Europe/Berlin), line ends CR LF. Every character is one of Windows-1252, so that the
text may be encoded in that or in UTF-8, with a byte order mark or without.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from mdm_sync.demo.district.figures import FORMS, GROWN_IN_YEAR, SCHOOLS, YEARS_BEFORE
from mdm_sync.demo.district.stock import DAMAGE, LOCKED, LOSS, OPEN, REPAIR, THEFT
from mdm_sync.demo.model import District, Incident

INCIDENT_COLUMNS = (
    "Vorgangsnummer",
    "Art der Meldung",
    "Seriennummer",
    "Inventarnummer",
    "Schulnummer",
    "Tag des Ereignisses",
    "Gemeldet am",
    "Status",
    "Bemerkung",
)
INVENTORY_COLUMNS = (
    "Inventarnummer",
    "Geräteart",
    "Seriennummer",
    "Modell",
    "Schulnummer",
    "Verwendung",
    "Anschaffungsdatum",
)
EARLIER_COLUMNS = (
    *("Jahr", "iPads", "Schäden", "Diebstahl und Verlust", "iPads in Schulen"),
    "Berufskolleg und Weiterbildungskolleg",
)
_KINDS = {"desktop": "Desktop", "laptop": "Laptop"}
_BERLIN = ZoneInfo("Europe/Berlin")
_REMARKS = {
    THEFT: "Gerät aus dem Klassenraum gestohlen – Anzeige ist erstattet",
    LOSS: "Auf der Klassenfahrt verloren; „Wo ist?“ war nicht möglich",
    DAMAGE: "Display gesprungen, Schätzung 120 €",
    REPAIR: "Lädt nicht mehr, Ladebuchse geprüft",
}


def incidents_csv(district: District) -> str:
    """All incidents of the district, one row each, in the order in which they were recorded."""
    return _csv(INCIDENT_COLUMNS, map(_row, district.incidents))


def dirty_incidents_csv(district: District) -> str:
    """The same incidents in a file as it really comes.

    What ``incidents_csv`` has is all there, some serials in lower case or with blanks around them. Beside it stand: a
    report that came twice under one number and once more under another, serials that no device has, two rows with dates
    that cannot be (for serials that no device has), a row with too few cells and one with too many, a remark over two
    lines, and empty lines.
    """
    rows = [_untidy(nth, _row(incident)) for nth, incident in enumerate(district.incidents)]
    text = _csv(INCIDENT_COLUMNS, [*rows, *_repeated(district.incidents), *_stray_rows(district)])
    return text.replace("\r\n", "\r\n\r\n", 1) + "V-kaputt;Diebstahl;\r\n;;;;;;;;\r\n\r\n"


def inventory_csv(district: District) -> str:
    """All machines that Jamf does not know, one row each."""
    return _csv(
        INVENTORY_COLUMNS,
        ((m.number, _KINDS[m.kind], m.serial, m.model, m.school, m.use, _day(m.purchased)) for m in district.inventory),
    )


def earlier_years_csv(district: District) -> str:
    """What somebody counted by hand in the years before; the last column says which forms were counted as one."""
    part = district.plan.scale * len(district.schools) / SCHOOLS
    before_it = sum(form.ipads for form in FORMS) - GROWN_IN_YEAR
    first = district.plan.now.astimezone(_BERLIN).year - len(YEARS_BEFORE)
    rows = [
        (str(year), *(str(round(part * number)) for number in (one.ipads, one.damaged, one.missing)), "", "")
        for year, one in enumerate(YEARS_BEFORE, first)
    ]
    rows[-1] = (*rows[-1][:4], str(round(part * before_it)), "")
    return _csv(EARLIER_COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _row(incident: Incident) -> tuple[str, ...]:
    return (
        incident.case_number,
        incident.kind,
        incident.serial,
        incident.asset_tag,
        incident.school,
        _day(incident.happened),
        _minute(incident.reported_at),
        incident.status,
        _REMARKS[incident.kind],
    )


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(_BERLIN):%d.%m.%Y %H:%M}"


def _untidy(nth: int, row: tuple[str, ...]) -> tuple[str, ...]:
    """Every fifth serial in lower case, every seventh with blanks, every eleventh remark over two lines."""
    number, kind, serial, *middle, remark = row
    serial = serial if (nth + 1) % 5 else serial.lower()
    serial = serial if (nth + 1) % 7 else f" {serial} "
    remark = remark if (nth + 1) % 11 else f"{remark};\nRückfrage erbeten"
    return number, kind, serial, *middle, remark


def _repeated(incidents: Iterable[Incident]) -> list[tuple[str, ...]]:
    """The first theft that is being dealt with, once more as it is, and again some minutes later as a new report."""
    first = next((i for i in incidents if i.kind == THEFT and i.status == LOCKED and i.serial), None)
    if first is None:
        return []
    again = replace(first, case_number="V-doppelt-1", reported_at=first.reported_at + timedelta(minutes=5))
    return [_row(first), _row(again)]


def _stray_rows(district: District) -> list[tuple[str, ...]]:
    """Reports about serials that no device has, some with dates that cannot be, and one row with a cell too many."""
    school = district.schools[0].number
    known = _day(district.plan.now.date() - timedelta(days=9))
    when = f"{known} 09:30"
    return [
        ("V-fremd-1", THEFT, "DMPUNBEKANNT", "", school, known, when, OPEN, "Seriennummer von der Hülle abgelesen"),
        ("V-fremd-2", LOSS, "", "IT-999999", school, known, when, OPEN, "Nur die Inventarnummer ist bekannt"),
        ("V-datum-1", THEFT, "DMPOHNEDATUM", "", school, "31.02.2026", when, OPEN, "Datum unmöglich"),
        ("V-datum-2", LOSS, "DMPVORGESTER", "", school, "vorgestern", "gestern früh", OPEN, "Datum in Worten"),
        (
            "V-breit-1",
            DAMAGE,
            "DMPZUVIELESP",
            "",
            school,
            known,
            when,
            OPEN,
            "Semikolon im Text",
            "nicht maskiert",
            "x",
        ),
    ]
