"""Plans of districts that the tests build, each of them once."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache

from mdm_sync.demo.district import generate
from mdm_sync.demo.model import DemoDevice, DemoPerson, District, Plan

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
SMALL = Plan(now=NOW)
SIZES = [(schools, scale) for schools in (1, 2, 3, 8, 12) for scale in (0.05, 0.2)]


def plan(schools: int = 2, scale: float = 0.2, day: int = 1, seed: int = 1) -> Plan:
    return Plan(schools=schools, scale=scale, seed=seed, now=NOW, day=day)


@cache
def built(which: Plan) -> District:
    return generate(which)


def one_day_after_another(schools: int, scale: float, seed: int = 1) -> list[District]:
    return [built(plan(schools, scale, day, seed)) for day in (1, 2, 3, 4)]


def students(district: District) -> list[DemoPerson]:
    return [person for person in district.persons if "schueler" in person.groups]


def is_in_repair(device: DemoDevice) -> bool:
    return ("Status", "Reparatur") in device.extension_attributes


def planted_subjects(district: District) -> set[str]:
    return {planted.subject for planted in district.truth}


def rules_found(district: District) -> Counter[str]:
    return Counter(planted.rule for planted in district.truth if planted.finding)


def truth_of(district: District) -> set[tuple[str, str]]:
    return {(planted.rule, planted.subject) for planted in district.truth if planted.finding}
