"""Settings in the words of the core: what the rules compare with, which are on, by which steps persons are found."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.settings import RingSettings, RuleSettings, SchoolRuleSettings, SchoolYearSettings, Settings
from mdm_sync.core.brakes import BrakeLimits, Limit, RingLimits
from mdm_sync.core.conditions import Calendar, Conditions, Repair, Target, Targets, Thresholds
from mdm_sync.core.exceptions import StandingException
from mdm_sync.core.incidents import Handling, IncidentKind
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
            grace_days=thresholds.grace_days,
            repair_school_days=thresholds.repair_school_days,
            lock_pending_hours=thresholds.lock_pending_hours,
        ),
        targets=_targets(settings),
        repair=Repair(attribute=repair.attribute or "", values=repair.values),
        moved_by_name=settings.matching.moved_by_name,
        fleet_limit=timedelta(hours=settings.jamf.oldest_hours),
        directory_limit=timedelta(hours=settings.iserv.oldest_hours),
    )


def brake_limits(settings: Settings, day: date) -> BrakeLimits:
    """How large a conclusion may be on a day of the schools."""
    rings = settings.school_year if _in_window(settings.school_year, day) else settings.brakes
    return BrakeLimits(school=_ring(rings.school), rule=_ring(rings.rule), all=_ring(rings.all))


def standing_exceptions(settings: Settings) -> tuple[StandingException, ...]:
    """What is meant to be so."""
    return tuple(
        StandingException(
            rule=one.rule,
            reason=one.reason,
            until=one.until,
            device=one.device or "",
            name=one.name or "",
            school=one.school or "",
            person=one.person or "",
        )
        for one in settings.exceptions
    )


def _in_window(window: SchoolYearSettings, day: date) -> bool:
    """Whether the day is in the window, which may go over the end of the year."""
    first, today, last = window.first, f"{day:%m-%d}", window.last
    return first <= today <= last if first <= last else today >= first or today <= last


def _ring(limits: RingSettings) -> RingLimits:
    return RingLimits(
        opened=Limit(number=limits.opened_number, share=limits.opened_percent / 100),
        resolved=Limit(number=limits.resolved_number, share=limits.resolved_percent / 100),
    )


def matching_steps(settings: Settings) -> tuple[Step, ...]:
    """The steps of matching, in order."""
    return tuple(STEP_BY_NAME[name] for name in settings.matching.steps)


def incident_kind_words(settings: Settings) -> dict[IncidentKind, tuple[str, ...]]:
    """The form's words for what happened."""
    return {kind: getattr(settings.incidents.kinds, kind.value) for kind in IncidentKind}


def handling_words(settings: Settings) -> dict[Handling, tuple[str, ...]]:
    """The form's words for how far a report has been dealt with."""
    words = settings.incidents.handlings
    return {handling: getattr(words, handling.value.replace(" ", "_")) for handling in Handling}


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
            Target(
                form=one.form,
                grades=one.grades,
                students_per_device=one.students_per_device,
                taught_percent=one.taught_percent,
            )
            for one in settings.targets.sharing
        ),
        allowances={
            Role.STUDENT: allowances.student,
            Role.TEACHER: allowances.teacher,
            Role.STAFF: allowances.staff,
            Role.UNKNOWN: allowances.unknown,
        },
        staff_per_office_machine=settings.targets.staff_per_office_machine,
        office_uses=settings.targets.office_uses,
    )
