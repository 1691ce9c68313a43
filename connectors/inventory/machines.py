"""Reading the inventory: one line a machine, under the headings that the settings name."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from connectors.csv_file import day_of, open_table, read_as, school_number_of, shown
from mdm_sync.core.model import Machine, MachineKind
from mdm_sync.errors import RecordError
from mdm_sync.ports import InventoryRead, UnreadableLine

FIELDS = tuple(field.name for field in fields(Machine))
_KINDS = {
    "desktop": MachineKind.DESKTOP,
    "desktop-pc": MachineKind.DESKTOP,
    "pc": MachineKind.DESKTOP,
    "laptop": MachineKind.LAPTOP,
    "notebook": MachineKind.LAPTOP,
}


class _Once(dict[str, str]):
    """Keeps equal texts once: a city's machines are of a few models."""

    def __missing__(self, text: str) -> str:
        self[text] = text
        return text


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
        machines: list[Machine] = []
        lines: dict[str, int] = {}
        unreadable: list[UnreadableLine] = []
        once = _Once()
        for line in open_table(self._path, "The inventory", tuple(self._columns.values())).lines:
            if isinstance(line, UnreadableLine):
                unreadable.append(line)
                continue
            try:
                machine = self._machine(line.cells, lines, once)
            except RecordError as error:
                heading = self._columns[error.key]
                unreadable.append(UnreadableLine(line=line.line, field=heading, reason=error.reason))
            else:
                lines[machine.number] = line.line
                machines.append(machine)
        return InventoryRead(machines=tuple(machines), unreadable=tuple(unreadable))

    def _machine(self, cells: Mapping[str, str], earlier: Mapping[str, int], once: _Once) -> Machine:
        def cell(field: str) -> str:
            return cells[self._columns[field]] if field in self._columns else ""

        number = cell("number")
        if not number:
            raise RecordError("number", "empty")
        if number in earlier:
            raise RecordError("number", f'"{shown(number)}" stands already in line {earlier[number]}')
        kind = _KINDS.get(cell("kind").casefold())
        if kind is None:
            raise RecordError("kind", f'"{shown(cell("kind"))}" is neither a desktop nor a laptop')
        return Machine(
            number=number,
            kind=kind,
            school=once[read_as(school_number_of, "school", cell("school"))],
            serial=cell("serial"),
            model=once[cell("model")],
            use=once[cell("use")],
            purchased=read_as(day_of, "purchased", cell("purchased")) if cell("purchased") else None,
        )
