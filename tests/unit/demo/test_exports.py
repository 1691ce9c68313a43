"""The CSV files that come from outside Jamf."""

import csv
from collections import Counter
from io import StringIO

from mdm_sync.demo.district.exports import (
    EARLIER_COLUMNS,
    INCIDENT_COLUMNS,
    INVENTORY_COLUMNS,
    dirty_incidents_csv,
    earlier_years_csv,
    incidents_csv,
    inventory_csv,
)
from mdm_sync.demo.district.figures import SCHOOLS
from tests.replacing import replace
from tests.unit.demo.plans import SMALL, built, plan


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_incidents_are_rows_under_german_headings() -> None:
    district = built(SMALL)
    header, *body = rows(incidents_csv(district))

    assert tuple(header) == INCIDENT_COLUMNS
    assert [(row[0], row[1], row[2], row[4]) for row in body] == [
        (i.case_number, i.kind, i.serial, i.school) for i in district.incidents
    ]


def test_dates_are_german_and_in_local_time() -> None:
    district = built(SMALL)
    first, row = district.incidents[0], rows(incidents_csv(district))[1]

    assert row[5] == f"{first.happened.day:02d}.{first.happened.month:02d}.{first.happened.year}"
    assert row[6] == f"{first.reported_at.day:02d}.{first.reported_at.month:02d}.{first.reported_at.year} 02:30"
    assert (first.reported_at.hour, first.reported_at.minute) == (1, 30)


def test_a_dirty_export_still_holds_every_incident() -> None:
    district = built(SMALL)
    body = [row for row in rows(dirty_incidents_csv(district)) if row]
    told = {row[0]: row for row in body}

    for incident in district.incidents:
        assert told[incident.case_number][2].strip().upper() == incident.serial


def test_a_dirty_export_has_every_kind_of_dirt() -> None:
    text = dirty_incidents_csv(built(SMALL))
    body = [row for row in rows(text) if row]
    numbers = Counter(row[0] for row in body)

    assert numbers.most_common(1)[0][1] == 2
    assert "V-doppelt-1" in numbers
    assert {len(row) for row in body} == {3, len(INCIDENT_COLUMNS), len(INCIDENT_COLUMNS) + 2}
    assert any(row[2] != row[2].strip() for row in body)
    assert any(row[2] != row[2].upper() for row in body)
    assert any("\n" in row[-1] for row in body)
    assert {"31.02.2026", "vorgestern"} <= {row[5] for row in body if len(row) > 5}
    assert "\r\n\r\n" in text


def test_dirt_names_no_device_of_the_district() -> None:
    district = built(SMALL)
    real = {device.serial for device in district.devices} | {device.asset_tag for device in district.devices}
    dirt = [row for row in rows(dirty_incidents_csv(district)) if row and row[0].startswith(("V-fremd", "V-datum"))]

    assert len(dirt) == 4
    assert not {cell for row in dirt for cell in row[2:4] if cell} & real


def test_the_exports_can_be_written_as_windows_1252() -> None:
    district = built(plan(12, 0.2))

    for text in (incidents_csv(district), dirty_incidents_csv(district), inventory_csv(district)):
        assert text.encode("cp1252").decode("cp1252") == text


def test_the_inventory_lists_every_machine() -> None:
    district = built(SMALL)
    header, *body = rows(inventory_csv(district))

    assert tuple(header) == INVENTORY_COLUMNS
    assert [row[0] for row in body] == [machine.number for machine in district.inventory]
    assert {row[1] for row in body} == {"Desktop", "Laptop"}
    assert {row[5] for row in body} == {"Unterricht", "Verwaltung"}


def test_earlier_years_are_those_that_the_city_counted() -> None:
    district = replace(built(SMALL), plan=replace(SMALL, scale=SCHOOLS / len(built(SMALL).schools)))
    header, *body = rows(earlier_years_csv(district))

    assert tuple(header) == EARLIER_COLUMNS
    assert body == [["2024", "27315", "123", "51", "", ""], ["2025", "38640", "285", "60", "66638", ""]]
