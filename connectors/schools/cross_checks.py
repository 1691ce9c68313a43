"""What is odd in a register that can be read: it would work, and probably not as its keeper means it."""

from collections.abc import Iterator, Sequence

from connectors.csv_file import shown
from mdm_sync.core.model import School, Stage
from mdm_sync.core.school_forms import FORMS
from mdm_sync.core.spelling import lookup_key
from mdm_sync.ports import RegisterNote

Line = tuple[int, School]


def warnings(schools: Sequence[Line]) -> Iterator[RegisterNote]:
    """All of them, school by school."""
    for line, school in schools:
        for told in _of_one(school):
            yield RegisterNote(line=line, text=told)
    yield from _shared_suffixes(schools)


def _of_one(school: School) -> Iterator[str]:
    if not school.name:
        yield "name is empty"
    if school.form not in FORMS:
        yield f'form "{shown(school.form)}" is no key of a Schulform that is known, such as 02'
    if school.stage is Stage.LIVE:
        if not school.sites:
            yield "a live school without sites: no device is counted as its own"
        if not school.contacts:
            yield "a live school without contacts: nobody there is written to"
    yield from _of_its_groups(school)
    yield from _of_its_patterns(school)
    for suffix in school.login_suffixes + school.name_suffixes:
        if suffix != suffix.rstrip():
            yield f'suffix "{shown(suffix)}" ends with a blank, as no name does'


def _of_its_groups(school: School) -> Iterator[str]:
    """A group in two roles makes everybody in it the one that counts first."""
    named = {
        "student_groups": school.student_groups,
        "teacher_groups": school.teacher_groups,
        "staff_groups": school.staff_groups,
        "leaver_groups": school.leaver_groups,
    }
    first: dict[str, str] = {}
    for column, groups in named.items():
        for group in groups:
            earlier = first.setdefault(group, column)
            if earlier != column:
                yield f'group "{shown(group)}" stands in {earlier} and in {column}'


def _of_its_patterns(school: School) -> Iterator[str]:
    named = {
        "pool_names": school.pool.names,
        "administration_names": school.administration_names,
        "spare_names": school.spare_names,
    }
    for column, patterns in named.items():
        if any(not pattern.strip("*") for pattern in patterns):
            yield f"{column} holds a pattern that fits every device"


def _shared_suffixes(schools: Sequence[Line]) -> Iterator[RegisterNote]:
    first: dict[str, int] = {}
    for line, school in schools:
        if school.directory is None:
            continue
        base = lookup_key(school.directory.base_dn.replace(" ", ""))
        earlier = first.setdefault(base, line)
        if earlier != line:
            told = f'iserv_base "{shown(school.directory.base_dn)}" stands already in line {earlier}'
            yield RegisterNote(line=line, text=told)
