"""Settings in the words of the core."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from config.conditions import (
    brake_limits,
    conditions,
    matching_steps,
    rule_choices,
    rule_choices_by_school,
    standing_exceptions,
)
from config.settings import Settings
from mdm_sync.core.brakes import IN_SCHOOL_YEAR_WINDOW, BrakeLimits, Limit
from mdm_sync.core.conditions import Calendar, Conditions, Repair, Target, Targets, Thresholds
from mdm_sync.core.exceptions import StandingException
from mdm_sync.core.matching import STEPS
from mdm_sync.core.model import Role, Severity
from mdm_sync.core.rules import Mode, RuleChoice

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def settings(**tables: object) -> Settings:
    return Settings.model_validate({"jamf": {"url": "https://jamf.example", "client_id": "reader"}, **tables})


def test_without_a_word_of_the_settings_the_defaults_are_those_of_the_core() -> None:
    told, default = conditions(settings(), NOW), Conditions(now=NOW)

    assert told.thresholds == default.thresholds
    assert told.targets.sharing == default.targets.sharing
    assert [told.targets.allowance(role) for role in Role] == [default.targets.allowance(role) for role in Role]
    assert told.repair == default.repair
    assert told.calendar == Calendar(zone=ZoneInfo("Europe/Berlin"))
    assert (matching_steps(settings()), rule_choices(settings()), rule_choices_by_school(settings())) == (STEPS, {}, {})


def test_everything_that_is_set_arrives() -> None:
    told = conditions(
        settings(
            thresholds={"silent_school_days": 7, "over_age_years": 8, "profile_days": 9},
            calendar={
                "zone": "UTC",
                "holidays": [{"name": "Pfingsten", "first": "2027-05-18", "last": "2027-05-19"}],
            },
            targets={
                "sharing": [{"form": "14", "grades": [5, 6], "students_per_device": 3}],
                "allowances": {"student": 2, "teacher": 3, "staff": 4, "unknown": 0},
            },
            repair={"attribute": "Status", "values": ["Reparatur", "Werkstatt"]},
        ),
        NOW,
    )

    assert told == Conditions(
        now=NOW,
        calendar=Calendar(zone=ZoneInfo("UTC"), holidays=((date(2027, 5, 18), date(2027, 5, 19)),)),
        thresholds=Thresholds(silent_school_days=7, over_age_years=8, profile_days=9),
        targets=Targets(
            sharing=(Target(form="14", grades=frozenset({5, 6}), students_per_device=3),),
            allowances={Role.STUDENT: 2, Role.TEACHER: 3, Role.STAFF: 4, Role.UNKNOWN: 0},
        ),
        repair=Repair(attribute="Status", values=("Reparatur", "Werkstatt")),
    )


def test_the_steps_of_matching_stand_in_the_order_that_is_set() -> None:
    told = matching_steps(settings(matching={"steps": ["mail", "name"]}))

    assert [step.name for step in told] == ["mail", "name"]


def test_what_is_said_of_rules_for_all_and_for_single_schools() -> None:
    told = settings(
        rules={
            "unknown-user": {
                "mode": "observe",
                "schools": {"194024": {"severity": "info"}, "194011": {"mode": "off"}},
            },
            "wrong-school": {"severity": "critical", "schools": {"194011": {}}},
        }
    )

    assert rule_choices(told) == {
        "unknown-user": RuleChoice(mode=Mode.OBSERVE),
        "wrong-school": RuleChoice(mode=Mode.ON, severity=Severity.CRITICAL),
    }
    assert rule_choices_by_school(told) == {
        "194011": {"unknown-user": RuleChoice(mode=Mode.OFF), "wrong-school": RuleChoice()},
        "194024": {"unknown-user": RuleChoice(severity=Severity.INFO)},
    }


def test_without_a_word_of_the_settings_the_limits_of_the_brakes_are_those_of_the_core() -> None:
    assert brake_limits(settings(), date(2026, 11, 23)) == BrakeLimits()
    assert brake_limits(settings(), date(2026, 8, 15)) == IN_SCHOOL_YEAR_WINDOW


@pytest.mark.parametrize(
    ("first", "last", "day", "inside"),
    [
        ("07-01", "09-30", date(2026, 6, 30), False),
        ("07-01", "09-30", date(2026, 7, 1), True),
        ("07-01", "09-30", date(2027, 9, 30), True),
        ("07-01", "09-30", date(2026, 10, 1), False),
        ("12-20", "01-10", date(2026, 12, 19), False),
        ("12-20", "01-10", date(2026, 12, 20), True),
        ("12-20", "01-10", date(2027, 1, 10), True),
        ("12-20", "01-10", date(2027, 1, 11), False),
    ],
)
def test_the_window_of_the_school_year_counts_both_its_days_and_may_go_over_the_new_year(
    first: str, last: str, day: date, *, inside: bool
) -> None:
    told = brake_limits(settings(school_year={"first": first, "last": last}), day)

    assert told == (IN_SCHOOL_YEAR_WINDOW if inside else BrakeLimits())


def test_each_ring_has_limits_of_its_own_inside_the_window_and_outside() -> None:
    set_by_hand = settings(
        brakes={"school": {"opened_number": 1, "opened_percent": 2, "resolved_number": 3, "resolved_percent": 4}},
        school_year={"rule": {"opened_number": 5, "opened_percent": 6, "resolved_number": 7, "resolved_percent": 8}},
    )
    outside, inside = (brake_limits(set_by_hand, date(2026, month, 15)) for month in (11, 8))

    assert (outside.school.opened, outside.school.resolved) == (
        Limit(number=1, share=0.02),
        Limit(number=3, share=0.04),
    )
    assert (inside.rule.opened, inside.rule.resolved) == (Limit(number=5, share=0.06), Limit(number=7, share=0.08))
    assert (outside.rule, inside.school) == (BrakeLimits().rule, IN_SCHOOL_YEAR_WINDOW.school)


def test_standing_exceptions_arrive_with_reason_and_end() -> None:
    trolley = {
        "rule": "device-silent",
        "name": "Koffer-*",
        "school": "100001",
        "reason": "spare",
        "until": "2027-07-31",
    }

    assert standing_exceptions(settings(exceptions=[trolley])) == (
        StandingException(
            rule="device-silent", name="Koffer-*", school="100001", reason="spare", until=date(2027, 7, 31)
        ),
    )
