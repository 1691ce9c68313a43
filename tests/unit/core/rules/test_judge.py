from collections.abc import Iterator

import pytest

from mdm_sync.core.model import Device, Finding, Severity
from mdm_sync.core.rules import (
    DEVICE_RULES,
    DISTRICT_RULES,
    LOSS_RULES,
    PEOPLE_RULES,
    RULES,
    Judgement,
    Needs,
    Rule,
    judge,
)
from mdm_sync.core.rules.rule import stale_needs
from mdm_sync.core.rules.verdict import Unclear, Wrong
from mdm_sync.core.views import DistrictView, Privileges, SchoolView
from tests.unit.core.given import CONDITIONS, EMIL_SUED, NORD, finding, ipad, school_view, user

IDS = ("unknown-user", "wrong-school", "device-unassigned")
SOME = [rule for rule in DEVICE_RULES if rule.id in IDS]


def view_of(*devices: Device) -> SchoolView:
    return school_view(*devices)


def always_wrong(view: SchoolView) -> Iterator[Wrong | Unclear]:
    for device in view.devices:
        yield Wrong(subject=device.subject)


def never_sure(view: SchoolView) -> Iterator[Wrong | Unclear]:
    for device in view.devices:
        yield Unclear(subject=device.subject)


IN_FORCE = """
device-unassigned       warning   fleet
unknown-user            warning   both
ambiguous-user          warning   both
wrong-school            warning   both
user-left warning both
user-moved info both
device-silent           warning   fleet
device-unmanaged        warning   fleet
device-unsupervised     warning   fleet
device-without-site     warning   fleet
device-over-age         info      fleet
mdm-profile-expiring    warning   fleet
student-without-device  warning   both
class-short-of-devices  warning   both
teacher-without-device  warning   both
several-devices         info      both
stolen-not-locked         critical  fleet
lock-pending              warning   fleet
lock-impossible           critical  fleet
stolen-device-seen        critical  fleet
locked-device-seen        info      fleet
stolen-device-gone        critical  fleet
stolen-device-reenrolled  critical  fleet
locked-without-report     warning   fleet
recovered-still-locked    warning   fleet
stolen-still-assigned     info      both
repair-overdue            warning   nothing
duplicate-serial        warning   fleet
source-stale            warning   nothing
source-shrunk           critical  nothing
site-without-school     warning   fleet
school-without-site     warning   fleet
unreadable-record       info      nothing
mail-refused            warning   nothing
summary-refused         warning   nothing
privilege-missing       critical  nothing
privilege-excessive     info      nothing
"""


def test_these_are_the_rules_in_force() -> None:
    assert [[rule.id, rule.severity.word, rule.needs.value] for rule in RULES] == [
        line.split() for line in IN_FORCE.split("\n") if line
    ]


def test_each_rule_is_of_one_subject_and_checked_by_the_function_of_its_name() -> None:
    assert (*DEVICE_RULES, *PEOPLE_RULES, *LOSS_RULES, *DISTRICT_RULES) == RULES
    assert [rule.check.__name__.replace("_", "-") for rule in RULES] == [rule.id for rule in RULES]


def test_no_rule_is_observed_by_itself() -> None:
    assert not any(rule.observed for rule in RULES)


def test_each_rule_judges_each_device_for_itself() -> None:
    fleet = view_of(
        ipad(jamf_id=1),
        ipad(user("max.mueller"), jamf_id=2),
        ipad(user("niemand"), jamf_id=3),
        ipad(user("", EMIL_SUED.mail), jamf_id=4),
        ipad(None, jamf_id=5),
        ipad(jamf_id=6),
    )

    assert judge(fleet, SOME) == Judgement(
        findings=(
            finding("device-unassigned", "device:1", details={"serial": "DMPX1", "asset_tag": "INV-1"}),
            finding("device-unassigned", "device:6", details={"serial": "DMPX6", "asset_tag": "INV-6"}),
            finding("unknown-user", "device:3", details={"serial": "DMPX3", "asset_tag": "INV-3"}),
            finding(
                "wrong-school",
                "device:4",
                details={
                    "serial": "DMPX4",
                    "asset_tag": "INV-4",
                    "person": "P-emil.koenig-100002",
                    "person_school": "100002",
                },
            ),
        ),
        unclear=frozenset((rule, "device:5") for rule in IDS),
    )


def test_a_device_in_the_middle_that_is_unclear_or_fine_hides_none_behind_it() -> None:
    fleet = view_of(
        ipad(user("niemand"), jamf_id=1),
        ipad(None, jamf_id=2),
        ipad(user("max.mueller"), jamf_id=3),
        ipad(user("niemand"), name="Wagen-01", jamf_id=4),
        ipad(user("niemand"), jamf_id=5),
    )

    assert [found.key for found in judge(fleet, SOME).findings] == [
        ("unknown-user", "device:1"),
        ("unknown-user", "device:5"),
    ]


def test_a_rule_left_out_says_nothing() -> None:
    without = [rule for rule in SOME if rule.id != "device-unassigned"]

    assert judge(view_of(ipad()), without) == Judgement()


def test_a_school_without_devices_is_fine() -> None:
    assert judge(view_of(), DEVICE_RULES) == Judgement()


def test_a_finding_takes_rule_and_severity_from_the_rule_and_the_school_from_the_view() -> None:
    rule = Rule(id="some-rule", severity=Severity.CRITICAL, needs=Needs.FLEET, check=always_wrong)

    assert judge(view_of(ipad(jamf_id=7)), [rule]) == Judgement(
        findings=(
            Finding(rule="some-rule", subject="device:7", school="100001", severity=Severity.CRITICAL, details={}),
        )
    )


def test_what_one_rule_leaves_unclear_another_may_find_wrong() -> None:
    rules = [
        Rule(id="first", severity=Severity.INFO, needs=Needs.FLEET, check=never_sure),
        Rule(id="second", severity=Severity.INFO, needs=Needs.FLEET, check=always_wrong),
    ]

    assert judge(view_of(ipad()), rules) == Judgement(
        findings=(finding("second", severity=Severity.INFO),), unclear=frozenset({("first", "device:1")})
    )


def test_details_of_the_findings_name_no_person_but_by_reference() -> None:
    found = judge(view_of(ipad(user("emil.koenig", EMIL_SUED.mail, real_name="Emil König"))), SOME).findings

    assert [dict(one.details) for one in found] == [
        {"serial": "DMPX1", "asset_tag": "INV-1", "person": "P-emil.koenig-100002", "person_school": "100002"}
    ]


class TestWhatIsTooOld:
    RULE = Rule(id="some-rule", severity=Severity.WARNING, needs=Needs.BOTH, check=always_wrong)

    def test_a_rule_whose_source_is_too_old_says_nothing_and_is_named(self) -> None:
        judgement = judge(view_of(ipad()), [self.RULE], stale=frozenset({Needs.BOTH}))

        assert judgement == Judgement(undecided_rules=frozenset({"some-rule"}))

    def test_the_rules_behind_it_are_applied(self) -> None:
        other = Rule(id="other", severity=Severity.WARNING, needs=Needs.FLEET, check=always_wrong)

        judgement = judge(view_of(ipad()), [self.RULE, other], stale=frozenset({Needs.BOTH}))

        assert [one.rule for one in judgement.findings] == ["other"]

    @pytest.mark.parametrize(
        ("fleet", "directory", "stale"),
        [
            (False, False, set()),
            (True, False, {Needs.FLEET, Needs.BOTH}),
            (False, True, {Needs.DIRECTORY, Needs.BOTH}),
            (True, True, {Needs.FLEET, Needs.DIRECTORY, Needs.BOTH}),
        ],
    )
    def test_what_an_old_source_cannot_support(self, *, fleet: bool, directory: bool, stale: set[Needs]) -> None:
        assert stale_needs(fleet=fleet, directory=directory) == stale


class TestWhatAVerdictSays:
    def test_a_severity_of_its_own_counts_more_than_the_rule_s(self) -> None:
        def check(_: SchoolView) -> Iterator[Wrong | Unclear]:
            yield Wrong(subject="device:1", severity=Severity.CRITICAL)

        rule = Rule(id="some-rule", severity=Severity.INFO, needs=Needs.FLEET, check=check)

        assert [one.severity for one in judge(view_of(), [rule]).findings] == [Severity.CRITICAL]

    @pytest.mark.parametrize(("told", "school"), [(None, ""), ("", ""), ("100002", "100002")])
    def test_in_the_district_it_names_the_school(self, told: str | None, school: str) -> None:
        def check(_: DistrictView) -> Iterator[Wrong | Unclear]:
            yield Wrong(subject="serial:A", school=told)

        district = DistrictView(
            schools=(NORD,), sites={}, twins=(), sources=(), privileges=Privileges(), conditions=CONDITIONS
        )
        rule = Rule(id="some-rule", severity=Severity.INFO, needs=Needs.FLEET, check=check)

        assert [one.school for one in judge(district, [rule]).findings] == [school]
