import pytest

from mdm_sync.core.conditions import Targets
from mdm_sync.core.model import Role, Severity
from mdm_sync.core.rules import Judgement
from tests.replacing import replace
from tests.unit.core.given import CONDITIONS, FINE, finding, people_judged, person

RULE = "several-devices"
TWO_FOR_TEACHERS = replace(CONDITIONS, targets=Targets(allowances={Role.TEACHER: 2}))


@pytest.mark.parametrize("role", list(Role))
def test_two_devices_with_one_person_are_wrong(role: Role) -> None:
    kim = person("kim", role=role)

    assert people_judged(RULE, kim, held={"kim": 2}) == Judgement(
        findings=(finding(RULE, kim.subject, severity=Severity.INFO, details={"person": kim.ref, "devices": "2"}),)
    )


@pytest.mark.parametrize("held", [{}, {"kim": 1}, {"tim": 2}])
def test_one_or_none_is_fine(held: dict[str, int]) -> None:
    assert people_judged(RULE, person("kim"), held=held) == FINE


@pytest.mark.parametrize(
    ("role", "held", "several"),
    [(Role.TEACHER, 2, False), (Role.TEACHER, 3, True), (Role.STUDENT, 1, False), (Role.STUDENT, 2, True)],
)
def test_the_allowance_of_the_role_counts(role: Role, held: int, *, several: bool) -> None:
    judgement = people_judged(RULE, person("kim", role=role), held={"kim": held}, conditions=TWO_FOR_TEACHERS)

    assert (judgement != FINE) is several


def test_an_allowance_of_none_makes_one_too_many() -> None:
    conditions = replace(CONDITIONS, targets=Targets(allowances={Role.UNKNOWN: 0}))

    assert people_judged(RULE, person("kim", role=Role.UNKNOWN), held={"kim": 1}, conditions=conditions) != FINE
    assert people_judged(RULE, person("kim", role=Role.UNKNOWN), conditions=conditions) == FINE


def test_of_who_is_missing_from_the_last_read_nothing_is_concluded_yet() -> None:
    absent = replace(person("kim"), missing=True)

    assert people_judged(RULE, absent, held={"kim": 2}) == Judgement(unclear=frozenset({(RULE, absent.subject)}))
    assert people_judged(RULE, absent, held={"kim": 1}) == FINE


def test_of_devices_of_which_one_is_missing_from_the_last_sweep_nothing_is_concluded_yet() -> None:
    kim, tim = person("kim"), person("tim")

    judgement = people_judged(RULE, kim, tim, held={"kim": 2, "tim": 1}, unsure=frozenset({kim.uuid, tim.uuid}))

    assert judgement == Judgement(unclear=frozenset({(RULE, kim.subject)}))
