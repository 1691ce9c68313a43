"""The inventory: what a line must hold, and what becomes of one that does not."""

from datetime import date
from pathlib import Path

import pytest

from config.settings import InventoryColumns
from connectors.inventory import CsvInventory
from mdm_sync.core.model import Machine, MachineKind
from mdm_sync.demo.district.exports import inventory_csv
from mdm_sync.errors import SettingsError
from mdm_sync.ports import InventoryRead
from tests.unit.demo.plans import built, plan

COLUMNS: dict[str, str] = InventoryColumns().model_dump()
HEADER = "Inventarnummer;Geräteart;Seriennummer;Modell;Schulnummer;Verwendung;Anschaffungsdatum"
GOOD = "W-1;Desktop;5CD1;Rechner;100001;Unterricht;28.02.2021"
MACHINE = Machine(
    number="W-1",
    kind=MachineKind.DESKTOP,
    school="100001",
    serial="5CD1",
    model="Rechner",
    use="Unterricht",
    purchased=date(2021, 2, 28),
)


def read(folder: Path, *lines: str, header: str = HEADER, columns: dict[str, str] = COLUMNS) -> InventoryRead:
    path = folder / "inventory.csv"
    path.write_text("\r\n".join((header, *lines)), encoding="utf-8")
    return CsvInventory(path, columns).read()


def test_the_machines_of_a_whole_district_are_read_field_by_field(tmp_path: Path) -> None:
    whole = built(plan(schools=3, scale=0.05))
    path = tmp_path / "inventory.csv"
    path.write_bytes(inventory_csv(whole).encode("cp1252"))
    found = CsvInventory(path, COLUMNS).read()

    assert found.unreadable == ()
    assert [
        (one.number, one.kind, one.serial, one.model, one.school, one.use, one.purchased) for one in found.machines
    ] == [(one.number, one.kind, one.serial, one.model, one.school, one.use, one.purchased) for one in whole.inventory]


@pytest.mark.parametrize(
    ("word", "kind"),
    [("desktop", "desktop"), ("PC", "desktop"), ("Laptop", "laptop"), ("NOTEBOOK", "laptop")],
)
def test_kinds_are_known_by_the_words_that_people_use(tmp_path: Path, word: str, kind: str) -> None:
    [machine] = read(tmp_path, GOOD.replace("Desktop", word)).machines

    assert machine.kind == kind


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (";Desktop;5CD1;Rechner;100001;;", "Inventarnummer", "empty"),
        ("W-2;Toaster;5CD1;Rechner;100001;;", "Geräteart", '"Toaster" is neither a desktop nor a laptop'),
        ("W-2;Desktop;5CD1;Rechner;1001;;", "Schulnummer", '"1001" is no Schulnummer of six digits'),
        (
            "W-2;Desktop;5CD1;Rechner;100001;;31.02.2021",
            "Anschaffungsdatum",
            '"31.02.2021" is no day such as 23.11.2026 or 2026-11-23',
        ),
        ("W-1;Desktop;5CD2;Rechner;100001;;", "Inventarnummer", '"W-1" stands already in line 2'),
        ("W-2;Desktop", "", "2 cells where there are 7 columns"),
    ],
)
def test_a_bad_line_is_told_and_the_others_are_read(tmp_path: Path, line: str, field: str, reason: str) -> None:
    found = read(tmp_path, GOOD, line, GOOD.replace("W-1", "W-3"))

    assert [machine.number for machine in found.machines] == ["W-1", "W-3"]
    assert [(one.line, one.field, one.reason) for one in found.unreadable] == [(3, field, reason)]


def test_bad_lines_are_told_in_their_order(tmp_path: Path) -> None:
    found = read(tmp_path, "W-2;Toaster;;;100001;;", "W-3", GOOD, "W-4;PC;;;1;;")

    assert [one.line for one in found.unreadable] == [2, 3, 5]


def test_what_is_told_of_a_cell_is_short_and_harmless(tmp_path: Path) -> None:
    [one] = read(tmp_path, GOOD.replace("Desktop", f'"\n{"x" * 1500}"')).unreadable

    assert one.reason == f'"{("x" * 60)}" is neither a desktop nor a laptop'


def test_what_need_not_be_known_may_be_empty(tmp_path: Path) -> None:
    [machine] = read(tmp_path, "W-1;Desktop;;;100001;;").machines

    assert machine == Machine(number="W-1", kind=MachineKind.DESKTOP, school="100001")


def test_columns_may_be_called_otherwise_and_some_may_not_be_there(tmp_path: Path) -> None:
    columns = {"number": "Asset", "kind": "Typ", "school": "Schule", "serial": "", "model": "", "use": "Zweck"}
    found = read(tmp_path, "100001,PC,W-1,Büro", header="Schule,Typ,Asset,Zweck", columns=columns)

    assert found.machines == (Machine(number="W-1", kind=MachineKind.DESKTOP, school="100001", use="Büro"),)


def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r'columns missing: Geräteart \(is it "Gerätart"\?\)\. There are: '):
        read(tmp_path, GOOD, header=HEADER.replace("Geräteart", "Gerätart"))


def test_the_good_machine_of_these_tests_is_one(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == InventoryRead(machines=(MACHINE,))
