"""Which schools a cycle has to look at again: where nothing changed that a look rests on, it comes to the same."""

from collections.abc import Iterable, Iterator, Mapping

from mdm_sync import __version__
from mdm_sync.core.brakes import Ring
from mdm_sync.core.looks import Look, Sparing, basis_of, lasting, moved_by_school
from mdm_sync.core.model import School
from mdm_sync.core.rules import AnyRule
from mdm_sync.judging import Judging


def nothing_spared(judging: Judging) -> Sparing:
    """Every school is looked at."""
    every = frozenset(school.number for school in judging.chosen)
    return Sparing(devices=every, holders=every, looks={}, bases=_bases(judging))


def spared(judging: Judging) -> Sparing:
    """What may be spared by what is stored.

    A device's assignment rests on the accounts of its own school, and on those elsewhere whose address it names; a
    finding about a person rests on the devices that name them, wherever these stand.
    """
    everything = nothing_spared(judging)
    looks = _that_hold(judging, everything.bases)
    if not looks:
        return everything
    snapshot = judging.equipment.state.snapshot
    altered = snapshot.altered(judging.register, judging.conditions, min(look.at for look in looks.values()))
    persons = altered.persons | (everything.devices - looks.keys())
    devices = persons | altered.devices | snapshot.naming_persons_of(persons, judging.register)
    return Sparing(
        devices=everything.devices & devices,
        holders=altered.holders,
        looks={number: look for number, look in looks.items() if number not in devices},
        bases=everything.bases,
    )


def _that_hold(judging: Judging, bases: Mapping[str, str]) -> dict[str, Look]:
    """Earlier looks at chosen schools on the same basis; what is held back is put together anew in each cycle."""
    snapshot = judging.equipment.state.snapshot
    holds = snapshot.holds().values()
    if any(hold.ring in {Ring.RULE, Ring.ALL} for hold in holds):
        return {}
    held_at = {hold.school for hold in holds if hold.ring is Ring.SCHOOL}
    return {
        number: look
        for number, look in snapshot.looks().items()
        if bases.get(number) == look.basis and look.at <= judging.conditions.now and number not in held_at
    }


def _bases(judging: Judging) -> dict[str, str]:
    equipment = judging.equipment
    common = basis_of(
        __version__,
        lasting(judging.conditions),
        judging.register,
        judging.read,
        [step.name for step in equipment.steps],
        [one for one in equipment.exceptions if one.holds_on(judging.today)],
    )
    sites = equipment.state.snapshot.sites() or {}
    moved = moved_by_school(judging.moved)
    return {
        school.number: basis_of(
            common,
            [*_chosen(equipment.rules.device_rules(school)), *_chosen(equipment.rules.people_rules(school))],
            sorted(need.value for need in judging.stale(school)),
            sorted(_ids(school, sites)),
            moved.get(school.number, ()),
        )
        for school in judging.chosen
    }


def _chosen(rules: Iterable[AnyRule]) -> Iterator[tuple[str, int]]:
    return ((rule.id, rule.severity) for rule in rules)


def _ids(school: School, sites: Mapping[int, str]) -> Iterator[int]:
    return (number for number, name in sites.items() if name in school.sites)
