"""The rules: what is wrong, one function each, one file per subject.

To add a rule: write its function beside those of the same subject, add it to the tuple of what it looks at, give it its
texts in ``config/rule_texts.py``, and hand-written cases in ``tests/unit/core/rules``.
"""

from mdm_sync.core.model import Severity
from mdm_sync.core.rules import assignments, devices, losses, people, sources
from mdm_sync.core.rules.assignments import within_a_school
from mdm_sync.core.rules.choice import Choices, Mode, RuleChoice, choose
from mdm_sync.core.rules.rule import (
    AnyRule,
    DeviceRule,
    DistrictRule,
    Judgement,
    LossRule,
    Needs,
    PeopleRule,
    Rule,
    judge,
)

__all__ = [
    "BRAKED_RULES",
    "DEVICE_RULES",
    "DISTRICT_RULES",
    "LOSS_RULES",
    "PEOPLE_RULES",
    "RULES",
    "AnyRule",
    "Choices",
    "DeviceRule",
    "DistrictRule",
    "Judgement",
    "LossRule",
    "Mode",
    "Needs",
    "PeopleRule",
    "Rule",
    "RuleChoice",
    "choose",
    "judge",
]

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL
FLEET, BOTH, NOTHING = Needs.FLEET, Needs.BOTH, Needs.NOTHING

DEVICE_RULES: tuple[DeviceRule, ...] = (
    Rule(id="device-unassigned", severity=WARNING, needs=FLEET, check=within_a_school(assignments.device_unassigned)),
    Rule(id="unknown-user", severity=WARNING, needs=BOTH, check=within_a_school(assignments.unknown_user)),
    Rule(id="ambiguous-user", severity=WARNING, needs=BOTH, check=within_a_school(assignments.ambiguous_user)),
    Rule(id="wrong-school", severity=WARNING, needs=BOTH, check=within_a_school(assignments.wrong_school)),
    Rule(id="user-left", severity=WARNING, needs=BOTH, check=within_a_school(assignments.user_left)),
    Rule(id="user-moved", severity=INFO, needs=BOTH, check=within_a_school(assignments.user_moved)),
    Rule(id="device-silent", severity=WARNING, needs=FLEET, check=devices.device_silent),
    Rule(id="device-unmanaged", severity=WARNING, needs=FLEET, check=devices.device_unmanaged),
    Rule(id="device-unsupervised", severity=WARNING, needs=FLEET, check=devices.device_unsupervised),
    Rule(id="device-without-site", severity=WARNING, needs=FLEET, check=devices.device_without_site),
    Rule(id="device-over-age", severity=INFO, needs=FLEET, check=devices.device_over_age),
    Rule(id="mdm-profile-expiring", severity=WARNING, needs=FLEET, check=devices.mdm_profile_expiring),
)
"""Look at a school's devices."""

PEOPLE_RULES: tuple[PeopleRule, ...] = (
    Rule(id="student-without-device", severity=WARNING, needs=BOTH, check=people.student_without_device),
    Rule(id="class-short-of-devices", severity=WARNING, needs=BOTH, check=people.class_short_of_devices),
    Rule(id="teacher-without-device", severity=WARNING, needs=BOTH, check=people.teacher_without_device),
    Rule(id="several-devices", severity=INFO, needs=BOTH, check=people.several_devices),
)
"""Look at a school's people and what they hold."""

LOSS_RULES: tuple[LossRule, ...] = (
    Rule(id="stolen-not-locked", severity=CRITICAL, needs=FLEET, check=losses.stolen_not_locked),
    Rule(id="lock-pending", severity=WARNING, needs=FLEET, check=losses.lock_pending),
    Rule(id="lock-impossible", severity=CRITICAL, needs=FLEET, check=losses.lock_impossible),
    Rule(id="stolen-device-seen", severity=CRITICAL, needs=FLEET, check=losses.stolen_device_seen),
    Rule(id="locked-device-seen", severity=INFO, needs=FLEET, check=losses.locked_device_seen),
    Rule(id="stolen-device-gone", severity=CRITICAL, needs=FLEET, check=losses.stolen_device_gone),
    Rule(id="stolen-device-reenrolled", severity=CRITICAL, needs=FLEET, check=losses.stolen_device_reenrolled),
    Rule(id="locked-without-report", severity=WARNING, needs=FLEET, check=losses.locked_without_report),
    Rule(id="recovered-still-locked", severity=WARNING, needs=FLEET, check=losses.recovered_still_locked),
    Rule(id="stolen-still-assigned", severity=INFO, needs=BOTH, check=losses.stolen_still_assigned),
    Rule(id="repair-overdue", severity=WARNING, needs=NOTHING, check=losses.repair_overdue),
)
"""Look at the devices of a school that were reported or are locked."""

DISTRICT_RULES: tuple[DistrictRule, ...] = (
    Rule(id="duplicate-serial", severity=WARNING, needs=FLEET, check=sources.duplicate_serial),
    Rule(id="source-stale", severity=WARNING, needs=NOTHING, check=sources.source_stale),
    Rule(id="source-shrunk", severity=CRITICAL, needs=NOTHING, check=sources.source_shrunk),
    Rule(id="site-without-school", severity=WARNING, needs=FLEET, check=sources.site_without_school),
    Rule(id="school-without-site", severity=WARNING, needs=FLEET, check=sources.school_without_site),
    Rule(id="unreadable-record", severity=INFO, needs=NOTHING, check=sources.unreadable_record),
    Rule(id="mail-refused", severity=WARNING, needs=NOTHING, check=sources.mail_refused),
    Rule(id="summary-refused", severity=WARNING, needs=NOTHING, check=sources.summary_refused),
    Rule(id="privilege-missing", severity=CRITICAL, needs=NOTHING, check=sources.privilege_missing),
    Rule(id="privilege-excessive", severity=INFO, needs=NOTHING, check=sources.privilege_excessive),
)
"""Look at the district and its sources."""

RULES: tuple[AnyRule, ...] = (*DEVICE_RULES, *PEOPLE_RULES, *LOSS_RULES, *DISTRICT_RULES)

BRAKED_RULES = frozenset(rule.id for rule in RULES if rule.needs is not NOTHING and rule not in LOSS_RULES)
"""Ids of the rules that conclude from what was read. The others tell of the sources themselves, or of what people
reported: each of their findings is told by itself from the first cycle on, and no brake keeps one back."""
