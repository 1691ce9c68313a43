"""Evidence on a device, written to a file: a page to print, CSV or JSON, by the file's ending."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from mdm_sync.cli.evidence_json import evidence_json
from mdm_sync.cli.evidence_sheet import Sheet, sheet
from mdm_sync.cli.output import harmless_cell
from mdm_sync.cli.private_file import write_privately
from mdm_sync.core.evidence import Evidence
from mdm_sync.core.model import School
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Texts

if TYPE_CHECKING:
    from jinja2 import Environment

ENDINGS = (".html", ".csv", ".json")
BYTE_ORDER_MARK = "\ufeff"


class EvidenceLanguage(StrEnum):
    """The languages that evidence is written in."""

    DE = "de"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How evidence is worded.

    Attributes:
        templates: makes the templates, for a page alone.
        schools: the register, by Schulnummer.
        names: what the persons are called, by reference; None: they stand there by reference alone.
    """

    texts: Texts
    templates: Callable[[], "Environment"]
    schools: Mapping[str, School] = field(default_factory=dict)
    names: Mapping[str, str] | None = None


def refuse_ending(file: Path) -> None:
    """Raise SettingsError where a file's ending names no form of evidence."""
    if file.suffix.lower() not in ENDINGS:
        raise SettingsError(f"{file}: evidence is written as {', '.join(ENDINGS)}; choose one by the file's ending.")


def write_evidence(file: Path, evidence: Evidence, wording: Wording) -> None:
    """Write it for its owner alone to read; what the file held before is replaced as a whole.

    Raises:
        SettingsError: the file's ending names no form.
        PermanentError: the file cannot be written.
    """
    refuse_ending(file)
    write_privately(file, _content(file.suffix.lower(), evidence, wording))


def _content(ending: str, evidence: Evidence, wording: Wording) -> str:
    if ending == ".json":
        return json.dumps(evidence_json(evidence, names=wording.names), ensure_ascii=False, indent=2) + "\n"
    told = sheet(evidence, wording.texts, schools=wording.schools, names=wording.names)
    if ending == ".csv":
        return _csv(told, wording.texts)
    return wording.templates().get_template("sheet.html.j2").render(sheet=told)


def _csv(told: Sheet, texts: Texts) -> str:
    """One row a fact, with its place and source; a spreadsheet takes the byte order mark for UTF-8."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [texts.text("Part"), texts.text("No."), texts.text("What"), texts.text("Value"), texts.text("Source")]
    )
    writer.writerows([harmless_cell(cell) for cell in row] for row in _rows(told))
    return BYTE_ORDER_MARK + out.getvalue()


def _rows(told: Sheet) -> Iterator[tuple[str, ...]]:
    for name, value in told.facts:
        yield (told.about, "", name, value, told.source)
    for part in told.parts:
        for number, row in enumerate(part.rows, start=1):
            for heading, cell in zip(part.headings, row, strict=True):
                if cell:
                    yield (part.title, str(number), heading, cell, part.source)
    yield (told.about, "", "", told.made, "")
