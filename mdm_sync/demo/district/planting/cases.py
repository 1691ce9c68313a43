"""How a planted case is told, how many of each there are, and at which schools."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import gcd

from mdm_sync.demo.district.draft import Draft, Holding, PersonKey, SchoolDraft
from mdm_sync.demo.district.names import name_key
from mdm_sync.demo.district.persons import add_staff, fresh_name
from mdm_sync.demo.model import DemoPerson

_PER = 10_000


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of planted thing.

    Attributes:
        plant: puts it into a school and writes down the truth; False where the school has nothing to do it with.
        rate: how many there are beside the first for 10,000 iPads.
    """

    plant: Callable[[Draft, SchoolDraft], bool]
    rate: float = 0.0


def plant_all(draft: Draft, cases: Iterable[Case]) -> None:
    """Plant each case as often as it is due, at one school after another."""
    for nth, case in enumerate(cases):
        due = how_many(draft, case.rate)
        for school in in_turn(draft, nth, due):
            if due and case.plant(draft, school):
                due -= 1


def how_many(draft: Draft, rate: float) -> int:
    """One, and ``rate`` more for 10,000 iPads of the district."""
    ipads = sum(school.layout.size.ipads for school in draft.plantable())
    return 1 + round(rate * ipads / _PER)


def in_turn(draft: Draft, nth: int, due: int) -> Iterator[SchoolDraft]:
    """Schools to try for the nth of many cases, far apart, each at least once beside the ``due`` ones."""
    schools = draft.plantable()
    stride = next(
        step for step in range(len(schools) * 3 // 5 + 1, 2 * len(schools) + 2) if gcd(step, len(schools)) == 1
    )
    for step in range(due + len(schools)):
        yield schools[(nth + step) * stride % len(schools)]


def other_school(draft: Draft, school: SchoolDraft) -> SchoolDraft | None:
    """Another school where something may be planted, or None in a district of one."""
    others = [other for other in draft.plantable() if other is not school]
    return draft.random.choice(others) if others else None


def known_here_alone(
    draft: Draft, school: SchoolDraft, holdings: list[Holding]
) -> tuple[Holding, DemoPerson, SchoolDraft] | None:
    """Take one of the holdings whose person's name is unique here and free at another school; return that one, too."""
    other = other_school(draft, school)
    for nth, holding in enumerate(holdings if other else ()):
        person = draft.persons[holding.person]
        name = name_of(person)
        if other and school.names[name_key(*name)] == 1 and draft.is_free(other, name):
            return holdings.pop(nth), person, other
    return None


def name_of(person: DemoPerson) -> tuple[str, str]:
    """Given and family name."""
    return person.given_name, person.family_name


def bystander(draft: Draft, school: SchoolDraft) -> DemoPerson:
    """Somebody whom no rule wants to have a device: a pupil of a class that shares, else somebody of the staff."""
    if school.sharing:
        return draft.persons[school.sharing.pop()]
    return add_staff(draft, school)


def nobody(draft: Draft, *schools: SchoolDraft) -> tuple[str, str]:
    """A name that nobody has at these schools, nor will have."""
    name = fresh_name(schools[0], draft)
    while not all(draft.is_free(school, name) for school in schools):
        name = fresh_name(schools[0], draft)
    for school in schools:
        draft.keep_free(school, name)
    return name


def key_of(person: DemoPerson) -> PersonKey:
    """Key of a person."""
    return person.school, person.uuid
