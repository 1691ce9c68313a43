"""Reading the register: one line a school, all problems told at once with their lines.

A cell with several values separates them by ``|``. The columns:

====================  =========================================================================
``school``            Schulnummer, six digits
``name``              its name
``form``              key of its Schulform, two characters as in the open data of NRW
``stage``             ``not connected``, ``observed`` or ``live``
``sites``             names of its sites at Jamf Pro
``iserv_url``         ``ldaps://host:10636`` of its IServ; empty: not connected
``iserv_base``        suffix of its directory
``iserv_account``     distinguished name of the service account
``mail_domains``      domains of its mail addresses; empty: that of the directory's suffix
``student_groups``    account names of the groups whose members are students; likewise for teachers and staff
``pool_names``        shell patterns of the names of devices that are shared on purpose
====================  =========================================================================
"""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from mdm_sync.core.model import DirectoryAddress, School, Stage
from mdm_sync.errors import SettingsError

COLUMNS = (
    "school",
    "name",
    "form",
    "stage",
    "sites",
    "iserv_url",
    "iserv_base",
    "iserv_account",
    "mail_domains",
    "student_groups",
    "teacher_groups",
    "staff_groups",
    "pool_names",
)
_SURPLUS = "cells beyond the columns"
_NUMBER = re.compile(r"[0-9]{6}")
Row = Mapping[str, str]


class CsvRegister:
    """A register in a CSV file with ``;`` and a header line; satisfies ``mdm_sync.ports.Register``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def schools(self) -> tuple[School, ...]:
        """All schools, ordered by number.

        Raises:
            SettingsError: the register cannot be read; all its problems at once, with line numbers.
        """
        rows = self._rows()
        problems = [problem for line, row in rows for problem in _problems(line, row)]
        problems += _repeated(rows)
        if problems:
            raise SettingsError(
                f"The register {self._path} has problems:\n" + "\n".join(f"  {one}" for one in problems)
            )
        return tuple(sorted((_school(row) for _, row in rows), key=lambda school: school.number))

    def _rows(self) -> list[tuple[int, Row]]:
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, delimiter=";", restkey=_SURPLUS, restval="")
                self._check_header(reader.fieldnames or ())
                return [(reader.line_num, _clean(row)) for row in reader]
        except OSError as error:
            raise SettingsError(f"The register {self._path} cannot be read: {error.strerror}.") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise SettingsError(f"The register {self._path} is no CSV file in UTF-8: {error}.") from error

    def _check_header(self, header: object) -> None:
        names = {str(name) for name in header} if isinstance(header, list | tuple) else set()
        if missing := [column for column in COLUMNS if column not in names]:
            raise SettingsError(f"The register {self._path}, line 1: columns missing: {', '.join(missing)}.")


def _clean(row: Mapping[str, object]) -> Row:
    """The cells of our columns; an entry for surplus cells stands there only where there are some."""
    cells = {column: str(row.get(column) or "").strip() for column in COLUMNS}
    return cells | {_SURPLUS: "yes"} if _SURPLUS in row else cells


def _problems(line: int, row: Row) -> Iterator[str]:
    if _SURPLUS in row:  # a ; within a value moves all cells behind it into wrong columns, so nothing else is told
        yield f"line {line}: more cells than columns; several values in a cell are separated by |"
        return
    if not _NUMBER.fullmatch(row["school"]):
        yield f'line {line}: school "{row["school"]}" is no Schulnummer of six digits'
    if row["stage"] not in set(Stage):
        yield f'line {line}: stage "{row["stage"]}" is none of: {", ".join(Stage)}'
    yield from _directory_problems(line, row)


def _directory_problems(line: int, row: Row) -> Iterator[str]:
    url = row["iserv_url"]
    if not url:
        if row["stage"] in {Stage.OBSERVED, Stage.LIVE}:
            yield f'line {line}: a school at stage "{row["stage"]}" needs an iserv_url'
        return
    if not _is_ldaps(url):
        yield f'line {line}: iserv_url "{url}" is no ldaps:// address'
    for column in ("iserv_base", "iserv_account", "student_groups", "teacher_groups"):
        if not row[column]:
            yield f"line {line}: {column} is empty"


def _is_ldaps(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "ldaps" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without end, or a port that is none
        return False


def _repeated(rows: list[tuple[int, Row]]) -> Iterator[str]:
    first: dict[tuple[str, str], int] = {}
    for line, row in rows:
        for what, value in [("school", row["school"]), *(("site", site) for site in _many(row["sites"]))]:
            earlier = first.setdefault((what, value), line)
            if earlier != line:
                yield f'line {line}: {what} "{value}" stands already in line {earlier}'


def _school(row: Row) -> School:
    return School(
        number=row["school"],
        name=row["name"],
        form=row["form"],
        stage=Stage(row["stage"]),
        sites=_many(row["sites"]),
        directory=_address(row),
        mail_domains=_mail_domains(row),
        student_groups=_many(row["student_groups"]),
        teacher_groups=_many(row["teacher_groups"]),
        staff_groups=_many(row["staff_groups"]),
        pool_names=_many(row["pool_names"]),
    )


def _address(row: Row) -> DirectoryAddress | None:
    if not row["iserv_url"]:
        return None
    return DirectoryAddress(url=row["iserv_url"], base_dn=row["iserv_base"], account_dn=row["iserv_account"])


def _mail_domains(row: Row) -> tuple[str, ...]:
    """As the register says, else that of the suffix: IServ's mail addresses are ``login@`` its own domain."""
    if row["mail_domains"]:
        return tuple(domain.casefold() for domain in _many(row["mail_domains"]))
    parts = [part.partition("=")[2].strip() for part in row["iserv_base"].split(",") if part]
    return (".".join(parts).casefold(),) if parts else ()


def _many(cell: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in cell.split("|") if value.strip())
