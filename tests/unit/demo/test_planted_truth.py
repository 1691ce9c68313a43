"""The planted truth is what simple, separately written rules find, and no more."""

from collections import defaultdict
from itertools import combinations

import pytest

from mdm_sync.demo.district.truth import expected, truth_csv, write_truth
from tests.replacing import replace
from tests.unit.demo.naive_matching import Matcher, is_ipad
from tests.unit.demo.naive_rules import NaiveRules, subject
from tests.unit.demo.plans import (
    SIZES,
    SMALL,
    built,
    one_day_after_another,
    plan,
    planted_subjects,
    rules_found,
    truth_of,
)

AT_ANY_SIZE = {
    "stolen-not-locked",
    "lock-pending",
    "lock-impossible",
    "stolen-device-seen",
    "locked-device-seen",
    "stolen-device-reenrolled",
    "locked-without-report",
    "recovered-still-locked",
    "stolen-still-assigned",
    "repair-overdue",
    "device-unassigned",
    "unknown-user",
    "ambiguous-user",
    "wrong-school",
    "student-without-device",
    "class-short-of-devices",
    "teacher-without-device",
    "several-devices",
    "device-silent",
    "device-unmanaged",
    "device-unsupervised",
    "device-without-site",
    "duplicate-serial",
    "device-over-age",
    "mdm-profile-expiring",
}
TOGETHER = [
    {"lock-impossible", "device-unsupervised"},
    {"lock-impossible", "device-unmanaged"},
    {"stolen-device-seen", "stolen-not-locked"},
    {"stolen-device-seen", "lock-pending"},
]


@pytest.mark.parametrize(("schools", "scale"), SIZES)
@pytest.mark.parametrize("days", [1, 2, 3, 4])
def test_simple_rules_find_exactly_what_is_planted(schools: int, scale: float, days: int) -> None:
    story = one_day_after_another(schools, scale)[:days]

    assert NaiveRules(story).findings() == truth_of(story[-1])


@pytest.mark.parametrize("seed", [2, 3, 4, 5, 21])
def test_another_seed_is_as_exact(seed: int) -> None:
    story = one_day_after_another(5, 0.3, seed)

    assert NaiveRules(story).findings() == truth_of(story[-1])


def test_the_simple_rules_notice_a_device_that_nothing_was_planted_on() -> None:
    district = built(SMALL)
    untouched = next(
        d for d in district.devices if d.email and is_ipad(d) and subject(d) not in planted_subjects(district)
    )
    emptied = replace(untouched, username="", real_name="", email="")
    devices = tuple(emptied if device is untouched else device for device in district.devices)

    extra = NaiveRules([replace(district, devices=devices)]).findings() - truth_of(district)

    assert ("device-unassigned", subject(untouched)) in extra


def test_the_default_district_has_positives_and_near_misses_for_every_rule() -> None:
    district = built(SMALL)
    spared = {planted.rule for planted in district.truth if not planted.finding}

    assert set(rules_found(district)) >= AT_ANY_SIZE
    assert spared >= AT_ANY_SIZE


def test_rules_about_schools_are_planted_once_there_are_enough_schools() -> None:
    found = rules_found(built(plan(12, 0.05)))

    assert found["school-without-site"] == 1
    assert found["site-without-school"] == 2
    assert "user-left" not in found


def test_each_planted_thing_exists_unless_it_is_about_being_gone() -> None:
    for day, district in enumerate(one_day_after_another(12, 0.2), start=1):
        there = {subject(device) for device in district.devices}
        there |= {f"serial:{device.serial}" for device in district.devices}
        there |= {f"person:{p.school}/{p.uuid}" for p in district.persons}
        there |= {f"class:{g.school}/{g.account}" for g in district.groups}
        there |= {f"school:{school.number}" for school in district.schools}
        there |= {f"site:{school.site_id}" for school in district.schools if school.has_site}
        there |= {f"site:{site}" for site, _ in district.extra_sites}
        missing = {planted.rule for planted in district.truth if planted.subject not in there}

        assert missing <= {"stolen-device-gone"}, f"on day {day}"


def test_no_subject_carries_two_findings_but_those_that_belong_together() -> None:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for rule, about in truth_of(built(plan(12, 0.2))):
        found[about].add(rule)

    for rules in found.values():
        assert all(set(pair) in TOGETHER for pair in combinations(sorted(rules), 2)), rules


def test_no_person_and_device_that_belong_together_are_planted_apart() -> None:
    district = built(plan(8, 0.2))
    matcher = Matcher(district, district.persons)
    found = {about: rule for rule, about in truth_of(district)}
    for device in district.devices:
        person = matcher.match(device).person
        if person and subject(device) in found:
            assert f"person:{person[0]}/{person[1]}" not in found, subject(device)


def test_every_planted_thing_says_why() -> None:
    assert all(len(planted.reason) > 10 for planted in built(plan(12, 0.2, day=3)).truth)


def test_users_left_become_due_after_the_grace_period() -> None:
    soon, later = built(plan(2, 0.2, day=3)), built(plan(2, 0.2, day=19))

    assert rules_found(soon)["user-left"] == 0
    assert rules_found(later)["user-left"] == 7
    assert rules_found(later)["user-moved"] == 2


def test_the_truth_is_written_as_a_table_with_reasons(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("truth") / "truth.csv"
    district = built(SMALL)

    write_truth(district, path)

    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "rule,subject,school,finding,reason"
    assert len(lines) == len(district.truth) + 1
    assert path.read_text(encoding="utf-8") == truth_csv(district)


def test_what_chosen_rules_must_report_leaves_near_misses_out() -> None:
    district = built(SMALL)

    chosen = expected(district, {"device-unassigned", "wrong-school"})

    assert {rule for rule, _ in chosen} == {"device-unassigned", "wrong-school"}
    assert chosen <= truth_of(district)
