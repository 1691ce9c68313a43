"""What the state's open data would change in the register of schools.

The open data own a school's name and form and nothing else of the register. A school that is closed, or that they do
not know, is told and left as it is: its entry holds what people wrote, and only they know what becomes of it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mdm_sync.core.model import School
from mdm_sync.core.spelling import lookup_key

_GONE = frozenset({"5", "9"})
_CLOSING = frozenset({"0", "2"})
_RESTING = "4"
"""Schulbetriebsschlüssel of NRW: 5 and 9 are deleted, 0 and 2 close on a day, 4 rests; the others are in operation."""

_KIND_OF_SCHOOL = re.compile(
    r"grundschule|hauptschule|realschule|gesamtschule|sekundarschule|gemeinschaftsschule|foerderschule|verbundschule"
    r"|gymnasium|weiterbildungskolleg|berufskolleg|kolleg|schule\b"
)
_NO_LETTERS = re.compile(r"[\W_]+")
_SHORTEST_STEM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSchool:
    """A school as the open data have it.

    Attributes:
        name: its official name, put together from its parts.
        form: key of its Schulform.
        provider: Traegernummer, who runs it.
        address: postcode and street.
        status: Schulbetriebsschlüssel.
        since: the day that the status is about: of opening, or of closing.
    """

    number: str
    name: str
    form: str
    provider: str
    address: str
    status: str
    since: date | None

    def is_closed(self, on: date) -> bool:
        """Whether it is no longer there on this day."""
        if self.status in _GONE:
            return self.since is None or self.since <= on
        return self.status in _CLOSING and self.since is not None and self.since < on

    def is_taken_up(self, on: date) -> bool:
        """Whether a register that does not know it yet should: it is there, or will be."""
        return not self.is_closed(on) and self.status != _RESTING


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a school that the open data have otherwise; ``field`` is a column of the register."""

    school: str
    name: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A school of the register that is no longer in operation."""

    school: School
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """Two numbers that are probably one school; people decide.

    Attributes:
        same_address, same_name: what speaks for it; the name without the kind of school.
    """

    old: School
    new: PublishedSchool
    same_address: bool
    same_name: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPlan:
    """What an import would do, and what it leaves to people.

    Attributes:
        added: schools that the register does not know yet.
        closed, unknown: schools of the register that are closed, or that the open data do not know at all.
        unchanged: schools of the register that stand in the open data just so.
        other_providers: schools left out because somebody else runs them.
        not_in_operation: schools left out because they are closed or rest, and the register does not know them either.
    """

    added: tuple[PublishedSchool, ...] = ()
    changed: tuple[FieldChange, ...] = ()
    closed: tuple[Closed, ...] = ()
    unknown: tuple[School, ...] = ()
    successors: tuple[Successor, ...] = ()
    unchanged: int = 0
    other_providers: int = 0
    not_in_operation: int = 0

    @property
    def writes(self) -> bool:
        """Whether anything would be written."""
        return bool(self.added or self.changed)


def plan_import(
    register: Sequence[School], published: Iterable[PublishedSchool], *, providers: Collection[str], on: date
) -> RegisterPlan:
    """What these open data would change in this register.

    Args:
        register: its schools.
        published: the schools of the open data, each number once.
        providers: whose schools are taken up, by Traegernummer; empty: everybody's. Schools that the register has
            already are looked after whoever runs them.
        on: the day that openings and closings are compared with.
    """
    found = {school.number: school for school in published}
    known = {school.number for school in register}
    strangers = [school for number, school in sorted(found.items()) if number not in known]
    ours = [school for school in strangers if not providers or school.provider in providers]
    added = tuple(school for school in ours if school.is_taken_up(on))
    there = [(school, found[school.number]) for school in register if school.number in found]
    changed = tuple(change for school, now in there for change in _changes(school, now))
    closed = tuple(Closed(school=school, since=now.since) for school, now in there if now.is_closed(on))
    unknown = tuple(school for school in register if school.number not in found)
    touched = {change.school for change in changed} | {one.school.number for one in closed}
    return RegisterPlan(
        added=added,
        changed=changed,
        closed=closed,
        unknown=unknown,
        successors=tuple(_successors([*(one.school for one in closed), *unknown], found, known, on)),
        unchanged=len(register) - len(unknown) - len(touched),
        other_providers=len(strangers) - len(ours),
        not_in_operation=len(ours) - len(added),
    )


def name_stem(name: str) -> str:
    """A school's name without what kind of school it is: what stays when the form changes."""
    return _NO_LETTERS.sub("", _KIND_OF_SCHOOL.sub(" ", lookup_key(name)))


def _changes(school: School, now: PublishedSchool) -> Iterator[FieldChange]:
    for field, old, new in (("name", school.name, now.name), ("form", school.form, now.form)):
        if old != new:
            yield FieldChange(school=school.number, name=school.name, field=field, old=old, new=new)


def _successors(
    ended: Iterable[School], found: Mapping[str, PublishedSchool], known: Collection[str], on: date
) -> Iterator[Successor]:
    candidates = [school for _, school in sorted(found.items()) if school.is_taken_up(on)]
    for old in ended:
        before = found.get(old.number)
        for new in candidates:
            if not _may_follow(before, new, known):
                continue
            same_address = (
                before is not None and bool(new.address) and lookup_key(before.address) == lookup_key(new.address)
            )
            same_name = len(name_stem(old.name)) >= _SHORTEST_STEM and name_stem(old.name) == name_stem(new.name)
            if same_address or same_name:
                yield Successor(old=old, new=new, same_address=same_address, same_name=same_name)


def _may_follow(before: PublishedSchool | None, new: PublishedSchool, known: Collection[str]) -> bool:
    """Schools share buildings and saints: one that was there all along is nobody's successor."""
    if before is None:
        return new.number not in known
    if before.since is None or new.since is None:
        return new.number not in known and before.provider == new.provider
    return before.provider == new.provider and before.since <= new.since
