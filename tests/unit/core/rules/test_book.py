"""The rules in force at a school: as settings choose them for all schools and for this one."""

import pytest

from mdm_sync.core.model import Severity
from mdm_sync.core.rules import DEVICE_RULES, DISTRICT_RULES, LOSS_RULES, PEOPLE_RULES, AnyRule, Mode, RuleChoice
from mdm_sync.core.rules.book import RuleBook, rule_ids
from tests.unit.core.given import NORD, SUED

ON, OBSERVE, OFF = (RuleChoice(mode=mode) for mode in Mode)
OF_SCHOOLS = ("unknown-user", "several-devices", "repair-overdue")
"""One rule about devices, one about people and one about losses."""


def in_force(book: RuleBook, school: str) -> set[str]:
    """Which of these rules are on at a school."""
    of = {NORD.number: NORD, SUED.number: SUED}[school]
    rules: list[AnyRule] = [*book.device_rules(of), *book.people_rules(of), *book.loss_rules(of)]
    return {rule.id for rule in rules} & set(OF_SCHOOLS)


def test_without_a_word_of_the_settings_all_rules_are_in_force_as_they_are() -> None:
    book = RuleBook()

    assert book.device_rules(NORD) == DEVICE_RULES
    assert book.people_rules(NORD) == PEOPLE_RULES
    assert book.loss_rules(NORD) == LOSS_RULES
    assert book.district_rules() == DISTRICT_RULES


@pytest.mark.parametrize("rule", OF_SCHOOLS)
def test_a_rule_that_is_off_for_all_is_off_at_each_school(rule: str) -> None:
    book = RuleBook(for_all={rule: OFF})

    assert in_force(book, NORD.number) == in_force(book, SUED.number) == set(OF_SCHOOLS) - {rule}


@pytest.mark.parametrize("rule", OF_SCHOOLS)
def test_a_rule_that_is_off_at_one_school_is_on_at_the_others(rule: str) -> None:
    book = RuleBook(by_school={NORD.number: {rule: OFF}})

    assert in_force(book, NORD.number) == set(OF_SCHOOLS) - {rule}
    assert in_force(book, SUED.number) == set(OF_SCHOOLS)


@pytest.mark.parametrize("rule", OF_SCHOOLS)
def test_what_is_said_of_a_school_counts_before_what_is_said_of_all(rule: str) -> None:
    book = RuleBook(for_all={rule: OFF}, by_school={NORD.number: {rule: ON}})

    assert in_force(book, NORD.number) == set(OF_SCHOOLS)
    assert in_force(book, SUED.number) == set(OF_SCHOOLS) - {rule}


def test_a_severity_may_differ_from_school_to_school() -> None:
    book = RuleBook(
        for_all={"unknown-user": RuleChoice(severity=Severity.INFO)},
        by_school={NORD.number: {"unknown-user": RuleChoice(severity=Severity.CRITICAL)}},
    )

    assert [
        rule.severity for school in (NORD, SUED) for rule in book.device_rules(school) if rule.id == "unknown-user"
    ] == [Severity.CRITICAL, Severity.INFO]


def test_the_district_s_rules_are_as_settings_say_for_all() -> None:
    book = RuleBook(for_all={"source-stale": OFF})

    assert rule_ids(DISTRICT_RULES) - rule_ids(book.district_rules()) == {"source-stale"}


@pytest.mark.parametrize(
    ("book", "observed"),
    [
        pytest.param(RuleBook(), False, id="nothing said"),
        pytest.param(RuleBook(for_all={"unknown-user": OBSERVE}), True, id="for all"),
        pytest.param(RuleBook(by_school={NORD.number: {"unknown-user": OBSERVE}}), True, id="at this school"),
        pytest.param(RuleBook(by_school={SUED.number: {"unknown-user": OBSERVE}}), False, id="at another school"),
        pytest.param(RuleBook(for_all={"wrong-school": OBSERVE}), False, id="another rule"),
        pytest.param(RuleBook(for_all={"unknown-user": OFF}), False, id="off for all"),
        pytest.param(
            RuleBook(for_all={"unknown-user": OBSERVE}, by_school={NORD.number: {"unknown-user": ON}}),
            False,
            id="for all, and on at this school",
        ),
    ],
)
def test_whether_a_rule_is_observed_at_a_school(book: RuleBook, *, observed: bool) -> None:
    assert book.is_observed("unknown-user", NORD.number) is observed


def test_the_ids_of_rules() -> None:
    assert rule_ids(PEOPLE_RULES) == {
        "student-without-device",
        "class-short-of-devices",
        "teacher-without-device",
        "several-devices",
    }
