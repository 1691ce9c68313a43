from collections.abc import Iterator

from mdm_sync.core.matching import match
from mdm_sync.core.model import Device, Finding, SchoolView, Severity
from mdm_sync.core.rules import RULES, Judgement, Rule, assignments, judge
from mdm_sync.core.rules.verdict import Unclear, Wrong
from tests.unit.core.given import EMIL_SUED, NORD, READ, finding, ipad, user

IDS = ("device-unassigned", "unknown-user", "wrong-school")


def view_of(*devices: Device) -> SchoolView:
    return SchoolView(
        school=NORD, devices=devices, assignments={device.jamf_id: match(device, READ) for device in devices}
    )


def always_wrong(view: SchoolView) -> Iterator[Wrong | Unclear]:
    for device in view.devices:
        yield Wrong(subject=device.subject)


def never_sure(view: SchoolView) -> Iterator[Wrong | Unclear]:
    for device in view.devices:
        yield Unclear(subject=device.subject)


def test_these_are_the_rules_in_force() -> None:
    assert (
        Rule(id="device-unassigned", severity=Severity.WARNING, check=assignments.device_unassigned),
        Rule(id="unknown-user", severity=Severity.WARNING, check=assignments.unknown_user),
        Rule(id="wrong-school", severity=Severity.WARNING, check=assignments.wrong_school),
    ) == RULES


def test_each_rule_judges_each_device_for_itself() -> None:
    fleet = view_of(
        ipad(jamf_id=1),
        ipad(user("max.mueller"), jamf_id=2),
        ipad(user("niemand"), jamf_id=3),
        ipad(user("", EMIL_SUED.mail), jamf_id=4),
        ipad(None, jamf_id=5),
        ipad(jamf_id=6),
    )

    assert judge(fleet, RULES) == Judgement(
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

    assert [found.key for found in judge(fleet, RULES).findings] == [
        ("unknown-user", "device:1"),
        ("unknown-user", "device:5"),
    ]


def test_a_rule_left_out_says_nothing() -> None:
    without = [rule for rule in RULES if rule.id != "device-unassigned"]

    assert judge(view_of(ipad()), without) == Judgement()


def test_a_school_without_devices_is_fine() -> None:
    assert judge(view_of(), RULES) == Judgement()


def test_a_finding_takes_rule_and_severity_from_the_rule_and_the_school_from_the_view() -> None:
    rule = Rule(id="some-rule", severity=Severity.CRITICAL, check=always_wrong)

    assert judge(view_of(ipad(jamf_id=7)), [rule]) == Judgement(
        findings=(
            Finding(rule="some-rule", subject="device:7", school="100001", severity=Severity.CRITICAL, details={}),
        )
    )


def test_what_one_rule_leaves_unclear_another_may_find_wrong() -> None:
    rules = [
        Rule(id="first", severity=Severity.INFO, check=never_sure),
        Rule(id="second", severity=Severity.INFO, check=always_wrong),
    ]

    assert judge(view_of(ipad()), rules) == Judgement(
        findings=(finding("second", severity=Severity.INFO),), unclear=frozenset({("first", "device:1")})
    )


def test_details_of_the_findings_name_no_person_but_by_reference() -> None:
    found = judge(view_of(ipad(user("emil.koenig", EMIL_SUED.mail, real_name="Emil König"))), RULES).findings

    assert [dict(one.details) for one in found] == [
        {"serial": "DMPX1", "asset_tag": "INV-1", "person": "P-emil.koenig-100002", "person_school": "100002"}
    ]
