"""What a simulated district consists of."""

import subprocess
import sys
from collections import Counter

import msgspec
import pytest

from mdm_sync.demo.district import generate
from mdm_sync.demo.model import District, Plan
from tests.unit.demo.naive_matching import is_ipad
from tests.unit.demo.naive_rules import NaiveRules, grade, subject
from tests.unit.demo.plans import (
    NOW,
    SIZES,
    SMALL,
    built,
    is_in_repair,
    one_day_after_another,
    plan,
    planted_subjects,
    students,
    truth_of,
)

FORMS = {"02": 88, "20": 14, "10": 13, "04": 8, "15": 11, "08": 11, "30": 8, "25": 2}
IPADS = {"02": 20_597, "20": 15_916, "10": 9_245, "04": 3_530, "15": 13_300, "08": 3_005, "30+25": 14_717}
MACHINES = {
    "02": (2_594, 696),
    "20": (1_779, 747),
    "10": (1_082, 264),
    "04": (490, 71),
    "15": (1_712, 590),
    "08": (548, 126),
    "30": (3_582, 737),
    "25": (251, 167),
}
PRINT_A_DISTRICT = """
import sys
from datetime import UTC, datetime
import msgspec
from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
district = generate(Plan(schools=3, scale=0.1, now=datetime(2026, 11, 23, 10, 30, tzinfo=UTC), day=3))
sys.stdout.buffer.write(msgspec.json.encode(district, order="deterministic"))
"""


@pytest.mark.parametrize("hash_seed", ["1", "4711"])
def test_the_same_plan_gives_the_same_district_in_every_process(hash_seed: str) -> None:
    here = msgspec.json.encode(built(plan(3, 0.1, day=3)), order="deterministic")

    there = subprocess.run(
        [sys.executable, "-c", PRINT_A_DISTRICT],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
    ).stdout

    assert there == here


def test_the_same_plan_gives_an_equal_value_again() -> None:
    assert generate(SMALL) == built(SMALL)


def test_another_seed_gives_another_district() -> None:
    assert generate(plan(seed=2)).persons != built(SMALL).persons


def test_the_default_district_is_a_grundschule_and_a_gymnasium_of_about_two_hundred() -> None:
    district = built(SMALL)

    assert [school.form for school in district.schools] == ["02", "20"]
    assert 180 <= len(district.devices) <= 280
    assert 180 <= len(district.persons) <= 240


@pytest.mark.parametrize(("schools", "scale"), SIZES)
def test_any_number_of_schools_and_any_scale_works(schools: int, scale: float) -> None:
    for district in one_day_after_another(schools, scale):
        assert len(district.schools) == schools
        assert len({school.number for school in district.schools}) == schools
        assert len({school.slug for school in district.schools}) == schools
        assert len({school.site_id for school in district.schools}) == schools


@pytest.mark.parametrize(("schools", "scale"), [(0, 1.0), (1551, 1.0), (2, 0.0), (2, -1.0)])
def test_an_impossible_plan_is_refused(schools: int, scale: float) -> None:
    with pytest.raises(ValueError, match="1 to 1550 schools and a scale above 0"):
        generate(plan(schools, scale))


def test_a_second_city_has_schools_like_the_first_and_none_in_common_with_it() -> None:
    district = generate(plan(310, 0.02))

    first, second = district.schools[:155], district.schools[155:]
    assert [school.form for school in second] == [school.form for school in first]
    assert [school.stage for school in second] == [school.stage for school in first]
    for name in ("number", "name", "slug", "site_name", "contact"):
        assert len({getattr(school, name) for school in district.schools}) == 310
    sites = [school.site_id for school in district.schools]
    assert len({*sites, *(site_id for site_id, _ in district.extra_sites)}) == 310 + len(district.extra_sites)


def test_a_school_larger_than_real_has_classes_beyond_the_letter_z() -> None:
    district = generate(plan(1, 11.0))

    assert any(group.account == "klasse.1aa" for group in district.groups)


@pytest.mark.parametrize(("schools", "scale"), SIZES)
def test_ids_and_logins_are_unique_where_they_must_be(schools: int, scale: float) -> None:
    for district in one_day_after_another(schools, scale):
        assert_unique(district)


def assert_unique(district: District) -> None:
    assert len({(p.school, p.login) for p in district.persons}) == len(district.persons)
    assert len({(p.school, p.uuid) for p in district.persons}) == len(district.persons)
    assert len({(d.family, d.jamf_id) for d in district.devices}) == len(district.devices)
    assert len({d.management_id for d in district.devices}) == len(district.devices)
    assert len({(g.school, g.account) for g in district.groups}) == len(district.groups)
    assert len({i.case_number for i in district.incidents}) == len(district.incidents)


def test_every_group_that_a_person_names_exists_at_the_school() -> None:
    for district in one_day_after_another(12, 0.2):
        groups = {(group.school, group.account) for group in district.groups}

        assert {(p.school, group) for p in district.persons for group in p.groups} <= groups


def test_every_role_group_of_the_register_exists_at_its_school() -> None:
    district = built(plan(12, 0.05))
    groups = {(group.school, group.account) for group in district.groups}

    for school in district.schools:
        named = (*school.student_groups, *school.teacher_groups, *school.staff_groups, *school.leaver_groups)
        assert {(school.number, account) for account in named} <= groups


def test_teachers_are_members_of_classes_and_no_students() -> None:
    district = built(SMALL)
    teachers = [p for p in district.persons if {"lehrer", "lehrkraefte"} & {*p.groups}]

    assert any(group.startswith("klasse.") for teacher in teachers for group in teacher.groups)
    assert not {p.uuid for p in teachers} & {p.uuid for p in students(district)}


def test_the_same_login_is_found_at_several_schools() -> None:
    logins = Counter(person.login for person in built(plan(12, 0.2)).persons)

    assert logins["max.mueller"] >= 3


def test_class_names_come_in_all_the_ways_that_schools_have() -> None:
    accounts = {group.account: group.name for group in built(plan(20, 0.5)).groups}

    assert accounts["klasse.5a"] == "Klasse 5a"
    assert accounts["klasse.06e1"] == "Klasse 06e1"
    assert accounts["klasse.1-2a"] == "Klasse 1/2a"
    assert accounts["jahrgang.9"] == "Jahrgang 9"
    assert accounts["ehemalige"] == "Ehemalige"
    assert any(name.startswith("Unterricht KU - ") for name in accounts.values())


def test_a_mixed_class_has_pupils_of_both_grades() -> None:
    district = built(plan(20, 0.5))
    mixed = [p for p in students(district) if "klasse.1-2a" in p.groups]

    assert {grade(person) for person in mixed} == {1, 2}


def test_names_hold_umlauts_sharp_s_hyphens_and_accounts_do_not() -> None:
    persons = built(plan(12, 0.2)).persons
    names = "".join(f"{p.given_name} {p.family_name}" for p in persons)

    assert {"ä", "ö", "ü", "ß", "-", "é"} <= set(names)
    assert any(not p.given_name for p in persons)
    assert all(p.login.isascii() and p.login == p.login.lower() for p in persons)
    assert max(len(p.login) for p in persons) > 25


def test_untouched_students_of_one_to_one_classes_have_exactly_one_device_that_names_them() -> None:
    district = built(plan(3, 0.2))
    holds = NaiveRules([district]).holds
    planted = planted_subjects(district)
    forms = {school.number: school.form for school in district.schools}
    checked = 0
    for person in students(district):
        one_to_one = forms[person.school] != "02" or grade(person) in {3, 4}
        devices = holds[person.school, person.uuid]
        touched = {f"person:{person.school}/{person.uuid}", *map(subject, devices)} & planted
        if one_to_one and not touched:
            assert len(devices) == 1, person.login
            checked += 1
    assert checked > 150


def test_user_fields_come_in_all_the_forms_that_schools_use() -> None:
    district = built(plan(12, 0.2))
    by_site = {school.site_id: school for school in district.schools}
    forms: Counter[str] = Counter()
    for device in (d for d in district.devices if is_ipad(d) and d.site_id):
        school = by_site[device.site_id or 0]
        forms["mail as user name"] += "@" in device.username
        forms["mail alone"] += bool(device.email and not device.username)
        forms["other letter case"] += device.username != device.username.lower()
        forms["turned name"] += ", " in device.real_name
        forms["code in the telephone field"] += bool(device.phone)
        forms["pupil's suffix"] += any(device.username.endswith(suffix) for suffix in school.name_suffixes[:1])
        forms["teacher's suffix"] += any(device.username.endswith(suffix) for suffix in school.name_suffixes[1:])
        forms["login suffix"] += any(device.username.endswith(suffix) for suffix in school.login_suffixes)

    assert min(forms.values()) >= 2, forms
    assert len(forms) == 8


def test_display_names_are_a_handful_in_the_default_schools() -> None:
    names = [d for d in built(SMALL).devices if " " in d.username.strip()]

    assert 1 <= len(names) <= 8


def test_a_later_day_changes_little_and_leaves_the_rest_as_it_was() -> None:
    first, second, third, _ = one_day_after_another(12, 0.2)

    for before, after in ((first, second), (second, third)):
        changed = set(before.devices) ^ set(after.devices)
        assert 0 < len(changed) < len(first.devices) * 0.2
        assert 0 < len(set(before.persons) ^ set(after.persons)) < len(first.persons) * 0.1
        assert before.incidents != after.incidents


def test_days_beyond_the_fourth_bring_no_further_change() -> None:
    fourth, tenth = built(plan(2, 0.2, day=4)), built(plan(2, 0.2, day=10))

    assert (fourth.devices, fourth.persons, fourth.incidents) == (tenth.devices, tenth.persons, tenth.incidents)


def test_nothing_but_the_end_of_a_profile_lies_after_now() -> None:
    for district in one_day_after_another(12, 0.2):
        moments = [i.reported_at for i in district.incidents]
        for d in district.devices:
            dated = (d.last_inventory, d.last_contact, d.last_enrolled, d.lost_mode_since)
            moments += [moment for moment in dated if moment]
        assert max(moments) <= NOW


@pytest.fixture(scope="module")
def full() -> District:
    return generate(Plan(schools=155, scale=1.0, now=NOW))


@pytest.mark.verify
def test_the_damages_of_its_year_are_what_is_in_repair() -> None:
    district = built(plan(12, 0.2))
    kinds = ("Schaden", "Reparatur")
    of_year = [one for one in district.incidents if one.kind in kinds and one.reported_at.year == NOW.year]

    assert len(of_year) == sum(map(is_in_repair, district.devices))


class TestTheWholeCity:
    def test_schools_by_form_and_support(self, full: District) -> None:
        assert Counter(school.form for school in full.schools) == FORMS
        support = Counter((school.support, school.form) for school in full.schools)
        assert support["Vor-Ort-Support", "02"] == 10
        assert support["Vor-Ort-Support", "08"] == 2
        assert sum(school.support == "Vollsupport" for school in full.schools) == 143

    def test_slugs_fit_a_directory(self, full: District) -> None:
        assert all(len(school.slug) <= 20 and school.slug.isascii() for school in full.schools)
        assert all(len(school.number) == 6 and school.number.startswith("19") for school in full.schools)

    def test_ipads_in_schools_by_form(self, full: District) -> None:
        forms = {school.site_id: school.form for school in full.schools}
        thefts = [i for i in full.incidents if i.kind in {"Diebstahl", "Verlust"}]
        missing = {i.serial or i.asset_tag for i in thefts if i.status in {"offen", "gesperrt"}}
        in_schools = {
            (forms[d.site_id], d.serial)
            for d in full.devices
            if is_ipad(d)
            and d.site_id in forms
            and not is_in_repair(d)
            and not {d.serial, d.asset_tag} & missing
            and "-Reserve-" not in d.name
        }
        counts = Counter(form for form, _ in in_schools)

        assert {"30+25" if form == "30" else form: n for form, n in counts.items() if form not in {"25", "30"}} | {
            "30+25": counts["30"] + counts["25"]
        } == IPADS

    def test_repairs_thefts_and_all_ipads(self, full: District) -> None:
        assert sum(is_in_repair(d) for d in full.devices) == 1_047
        assert sum(i.kind == "Diebstahl" for i in full.incidents) == 89
        assert sum(i.kind == "Verlust" for i in full.incidents) == 16
        assert len({d.serial for d in full.devices if is_ipad(d)}) == 81_961

    def test_its_year_has_the_thefts_losses_and_damages_of_the_figures(self, full: District) -> None:
        assert Counter(
            i.kind in {"Diebstahl", "Verlust"} for i in full.incidents if i.reported_at.year == NOW.year
        ) == {
            True: 89 + 16,
            False: 1_047,
        }

    def test_records_are_more_than_devices(self, full: District) -> None:
        assert 81_961 < len(full.devices) < 82_500

    def test_persons_and_groups(self, full: District) -> None:
        teachers = {group for school in full.schools for group in school.teacher_groups}
        with_device = sum(bool(teachers & {*p.groups}) for p in full.persons)

        assert 84_000 < len(full.persons) < 86_000
        assert 5_900 < len(full.groups) < 6_200
        assert 6_680 <= with_device < 6_740

    def test_machines_by_form(self, full: District) -> None:
        forms = {school.number: school.form for school in full.schools}
        counts = Counter((forms[machine.school], machine.kind) for machine in full.inventory)

        assert {form: (counts[form, "desktop"], counts[form, "laptop"]) for form in FORMS} == MACHINES

    def test_purchase_dates_reach_back_almost_eight_years(self, full: District) -> None:
        years = {NOW.year - d.purchased.year for d in full.devices if d.purchased}

        assert years >= {1, 2, 3, 4, 5, 6, 7}

    def test_ids_and_logins_are_unique(self, full: District) -> None:
        assert_unique(full)

    def test_simple_rules_find_exactly_what_is_planted(self, full: District) -> None:
        planted = truth_of(full)

        assert NaiveRules([full]).findings() == planted
        assert 600 < len(planted) < 1_500

    def test_they_do_so_on_later_days(self, full: District) -> None:
        days = [full, *(generate(plan(155, 1.0, day)) for day in (2, 3))]

        assert NaiveRules(days[:2]).findings() == truth_of(days[1])
        assert NaiveRules(days).findings() == truth_of(days[2])
