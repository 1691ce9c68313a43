"""Settings in the words of the core: what the rules compare with, which are on, by which steps persons are found."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.settings import RuleSettings, SchoolRuleSettings, Settings
from mdm_sync.core.conditions import Calendar, Conditions, Repair, Target, Targets, Thresholds
from mdm_sync.core.matching import STEP_BY_NAME, Step
from mdm_sync.core.model import Role, Severity
from mdm_sync.core.rules import Choices, RuleChoice


def conditions(settings: Settings, now: datetime) -> Conditions:
    """What the rules compare with at this moment."""
    thresholds, repair = settings.thresholds, settings.repair
    return Conditions(
        now=now,
        calendar=Calendar(
            zone=ZoneInfo(settings.calendar.zone),
            holidays=tuple((holiday.first, holiday.last) for holiday in settings.calendar.holidays),
        ),
        thresholds=Thresholds(
            silent_school_days=thresholds.silent_school_days,
            over_age_years=thresholds.over_age_years,
            profile_days=thresholds.profile_days,
        ),
        targets=_targets(settings),
        repair=Repair(attribute=repair.attribute or "", values=repair.values),
        fleet_limit=timedelta(hours=settings.jamf.oldest_hours),
        directory_limit=timedelta(hours=settings.iserv.oldest_hours),
    )


def matching_steps(settings: Settings) -> tuple[Step, ...]:
    """The steps of matching, in order."""
    return tuple(STEP_BY_NAME[name] for name in settings.matching.steps)


def rule_choices(settings: Settings) -> Choices:
    """What is said of rules for all schools."""
    return {rule: _choice(said) for rule, said in settings.rules.items()}


def rule_choices_by_school(settings: Settings) -> dict[str, Choices]:
    """What is said of rules for single schools, by Schulnummer."""
    numbers = {number for said in settings.rules.values() for number in said.schools}
    return {
        number: {rule: _choice(said.schools[number]) for rule, said in settings.rules.items() if number in said.schools}
        for number in sorted(numbers)
    }


def _choice(said: RuleSettings | SchoolRuleSettings) -> RuleChoice:
    return RuleChoice(mode=said.mode, severity=Severity.of(said.severity) if said.severity else None)


def _targets(settings: Settings) -> Targets:
    allowances = settings.targets.allowances
    return Targets(
        sharing=tuple(
            Target(form=one.form, grades=one.grades, students_per_device=one.students_per_device)
            for one in settings.targets.sharing
        ),
        allowances={
            Role.STUDENT: allowances.student,
            Role.TEACHER: allowances.teacher,
            Role.STAFF: allowances.staff,
            Role.UNKNOWN: allowances.unknown,
        },
    )
