"""From a row of the register to a school, and what keeps a row from being one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from connectors.csv_file import shown
from connectors.schools.sheet import Entry
from mdm_sync.core.model import DirectoryAddress, PoolRules, School, Stage
from mdm_sync.ports import RegisterNote

_NUMBER = re.compile(r"[0-9]{6}")
_MAIL_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
_DOMAIN = re.compile(r"[^\s@]+")
_ATTRIBUTE = re.compile(r"\s*[^\s=][^=]*=.*", re.DOTALL)
Cells = Mapping[str, str]


def problems(entries: Sequence[Entry]) -> Iterator[RegisterNote]:
    """What keeps these rows from being schools."""
    for entry in entries:
        for told in _problems(entry.cells):
            yield RegisterNote(line=entry.line, text=told)
    yield from _repeated(entries)


def school_of(cells: Cells) -> School:
    """The school of a row without problems."""
    return School(
        number=cells["school"],
        name=cells["name"],
        form=cells["form"],
        campus=cells["campus"],
        support=cells["support"],
        stage=Stage(cells["stage"]),
        sites=_many(cells["sites"]),
        directory=_address(cells),
        mail_domains=_mail_domains(cells),
        student_groups=_many(cells["student_groups"]),
        teacher_groups=_many(cells["teacher_groups"]),
        staff_groups=_many(cells["staff_groups"]),
        leaver_groups=_many(cells["leaver_groups"]),
        login_suffixes=_as_written(cells["login_suffixes"]),
        name_suffixes=_as_written(cells["name_suffixes"]),
        pool=PoolRules(
            names=_many(cells["pool_names"]),
            buildings=_many(cells["pool_buildings"]),
            rooms=_many(cells["pool_rooms"]),
            groups=_many(cells["pool_groups"]),
            prestages=_many(cells["pool_prestages"]),
            attributes=_many(cells["pool_attributes"]),
        ),
        administration_names=_many(cells["administration_names"]),
        spare_names=_many(cells["spare_names"]),
        contacts=_many(cells["contacts"]),
    )


def _problems(cells: Cells) -> Iterator[str]:
    if not _NUMBER.fullmatch(cells["school"]):
        yield f'school "{shown(cells["school"])}" is no Schulnummer of six digits'
    if cells["stage"] not in set(Stage):
        yield f'stage "{shown(cells["stage"])}" is none of: {", ".join(Stage)}'
    yield from _directory_problems(cells)
    yield from _unfit(cells, "mail_domains", _DOMAIN, "is no domain")
    yield from _unfit(cells, "pool_attributes", _ATTRIBUTE, "is no name=value")
    yield from _unfit(cells, "contacts", _MAIL_ADDRESS, "is no mail address")


def _directory_problems(cells: Cells) -> Iterator[str]:
    url = cells["iserv_url"]
    if not url:
        if cells["stage"] in {Stage.OBSERVED, Stage.LIVE}:
            yield f'a school at stage "{cells["stage"]}" needs an iserv_url'
        return
    if not _is_ldaps(url):
        yield f'iserv_url "{shown(url)}" is no ldaps:// address'
    for column in ("iserv_base", "iserv_account", "student_groups", "teacher_groups"):
        if not cells[column]:
            yield f"{column} is empty"


def _unfit(cells: Cells, column: str, wanted: re.Pattern[str], told: str) -> Iterator[str]:
    for value in _many(cells[column]):
        if not wanted.fullmatch(value):
            yield f'{column} "{shown(value)}" {told}'


def _is_ldaps(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "ldaps" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without end, or a port that is none
        return False


def _repeated(entries: Sequence[Entry]) -> Iterator[RegisterNote]:
    first: dict[tuple[str, str], int] = {}
    for entry in entries:
        values = [("school", entry.cells["school"]), *(("site", site) for site in _many(entry.cells["sites"]))]
        for what, value in values:
            earlier = first.setdefault((what, value), entry.line)
            if earlier != entry.line:
                told = f'{what} "{shown(value)}" stands already in line {earlier}'
                yield RegisterNote(line=entry.line, text=told)


def _address(cells: Cells) -> DirectoryAddress | None:
    if not cells["iserv_url"]:
        return None
    return DirectoryAddress(url=cells["iserv_url"], base_dn=cells["iserv_base"], account_dn=cells["iserv_account"])


def _mail_domains(cells: Cells) -> tuple[str, ...]:
    """As the register says, else that of the suffix: IServ's mail addresses are ``login@`` its own domain."""
    if cells["mail_domains"]:
        return tuple(domain.casefold() for domain in _many(cells["mail_domains"]))
    parts = [part.partition("=")[2].strip() for part in cells["iserv_base"].split(",") if part]
    return (".".join(parts).casefold(),) if parts else ()


def _many(cell: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in cell.split("|") if value.strip())


def _as_written(cell: str) -> tuple[str, ...]:
    return tuple(value for value in cell.split("|") if value.strip())
