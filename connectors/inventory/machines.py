"""Reading the inventory: one line a machine, under the headings that the settings name."""

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from connectors.csv_file import day_of, read_table, shown
from mdm_sync.core.model import Machine, MachineKind
from mdm_sync.errors import RecordError
from mdm_sync.ports import InventoryRead, UnreadableLine

FIELDS = tuple(field.name for field in fields(Machine))
_SCHOOL = re.compile(r"[0-9]{6}")
_KINDS = {
    "desktop": MachineKind.DESKTOP,
    "desktop-pc": MachineKind.DESKTOP,
    "pc": MachineKind.DESKTOP,
    "laptop": MachineKind.LAPTOP,
    "notebook": MachineKind.LAPTOP,
}


class CsvInventory:
    """An inventory in a CSV file; satisfies ``mdm_sync.ports.Inventory``."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        """Read from ``path``, under the headings that ``columns`` names for the fields of a Machine.

        A field without a heading, or with an empty one, does not stand in the file.
        """
        self._path = path
        self._columns = {field: columns[field] for field in FIELDS if columns.get(field)}

    def read(self) -> InventoryRead:
        """All machines, as they are now; a bad line is kept aside and costs no other.

        Raises:
            SettingsError: the file cannot be read, or lacks a column that is named.
        """
        table = read_table(self._path, "The inventory", tuple(self._columns.values()))
        machines: dict[str, Machine] = {}
        lines: dict[str, int] = {}
        unreadable = list(table.unreadable)
        for row in table.rows:
            try:
                machine = self._machine(row.cells, lines)
            except RecordError as error:
                heading = self._columns[error.key]
                unreadable.append(UnreadableLine(line=row.line, field=heading, reason=error.reason))
            else:
                lines[machine.number] = row.line
                machines[machine.number] = machine
        return InventoryRead(
            machines=tuple(machines.values()), unreadable=tuple(sorted(unreadable, key=lambda one: one.line))
        )

    def _machine(self, cells: Mapping[str, str], earlier: Mapping[str, int]) -> Machine:
        def cell(field: str) -> str:
            return cells[self._columns[field]] if field in self._columns else ""

        number, school = cell("number"), cell("school")
        if not number:
            raise RecordError("number", "empty")
        if number in earlier:
            raise RecordError("number", f'"{shown(number)}" stands already in line {earlier[number]}')
        kind = _KINDS.get(cell("kind").casefold())
        if kind is None:
            raise RecordError("kind", f'"{shown(cell("kind"))}" is neither a desktop nor a laptop')
        if not _SCHOOL.fullmatch(school):
            raise RecordError("school", f'"{shown(school)}" is no Schulnummer of six digits')
        try:
            purchased = day_of(cell("purchased")) if cell("purchased") else None
        except ValueError as error:
            raise RecordError("purchased", str(error)) from error
        return Machine(
            number=number,
            kind=kind,
            school=school,
            serial=cell("serial"),
            model=cell("model"),
            use=cell("use"),
            purchased=purchased,
        )
