"""``site-without-school``, ``school-without-site``, ``duplicate-serial``."""

import pytest

from mdm_sync.core.model import Stage
from mdm_sync.core.rules import Judgement
from mdm_sync.core.views import Twins
from tests.replacing import replace
from tests.unit.core.given import FINE, NORD, SUED, WEST, district_judged, finding

SITES = {1: "Nord", 2: "Süd", 3: "West"}


def found(rule: str, subject: str, details: dict[str, str], school: str = "") -> Judgement:
    return Judgement(findings=(replace(finding(rule, subject, details=details), school=school),))


def test_sites_and_schools_that_fit_are_fine() -> None:
    assert [district_judged(rule, sites=SITES) for rule in ("site-without-school", "school-without-site")] == [FINE] * 2


@pytest.mark.parametrize(
    "name", ["Medienzentrum", "nord", " Nord", "Nord 2", "", pytest.param("\x1b[31m" * 2000, id="ten thousand")]
)
def test_a_site_that_no_school_names_is_wrong(name: str) -> None:
    judgement = district_judged("site-without-school", sites=SITES | {901: name})

    assert judgement == found("site-without-school", "site:901", {"site": name})


@pytest.mark.parametrize("stage", list(Stage))
def test_the_site_of_a_school_at_any_stage_belongs_to_it(stage: Stage) -> None:
    schools = (SUED, WEST, replace(NORD, stage=stage))

    assert district_judged("site-without-school", schools=schools, sites=SITES) == FINE


def test_each_of_a_school_s_sites_belongs_to_it() -> None:
    schools = (replace(NORD, sites=("Nord", "Süd", "West")),)

    assert district_judged("site-without-school", schools=schools, sites=SITES) == FINE


@pytest.mark.parametrize("stage", list(Stage))
def test_a_school_none_of_whose_sites_is_at_jamf_is_wrong(stage: Stage) -> None:
    school = replace(NORD, stage=stage, sites=("Nrod", "Nord-Ost"))

    judgement = district_judged("school-without-site", schools=(school, SUED), sites=SITES)

    assert judgement == found("school-without-site", "school:100001", {"sites": "Nrod, Nord-Ost"}, school="100001")


def test_a_school_for_which_the_register_names_no_site_is_wrong() -> None:
    judgement = district_judged("school-without-site", schools=(replace(NORD, sites=()),), sites=SITES)

    assert judgement == found("school-without-site", "school:100001", {"sites": ""}, school="100001")


def test_a_school_with_one_of_two_sites_there_is_fine() -> None:
    schools = (replace(NORD, sites=("Nord-Ost", "Nord")),)

    assert district_judged("school-without-site", schools=schools, sites=SITES) == FINE


def test_while_jamf_has_never_been_read_no_site_is_wrong_and_every_school_unclear() -> None:
    assert district_judged("site-without-school", sites=None) == FINE
    assert district_judged("school-without-site", schools=(NORD, SUED), sites=None) == Judgement(
        unclear=frozenset({("school-without-site", "school:100001"), ("school-without-site", "school:100002")})
    )


def test_a_jamf_without_any_site_leaves_every_school_without() -> None:
    judgement = district_judged("school-without-site", schools=(NORD,), sites={})

    assert judgement == found("school-without-site", "school:100001", {"sites": "Nord"}, school="100001")


@pytest.mark.parametrize(
    ("schools", "school"),
    [
        pytest.param(("100001", "100001"), "100001", id="at one school"),
        pytest.param(("100001", "100002"), "", id="at two schools"),
        pytest.param(("100001", ""), "", id="at one school and at none"),
        pytest.param(("", ""), "", id="at none"),
    ],
)
def test_a_serial_that_two_records_have_is_wrong(schools: tuple[str, ...], school: str) -> None:
    twins = Twins(serial="DMPX1", subjects=("device:1", "computer:2"), schools=schools)

    assert district_judged("duplicate-serial", twins=(twins,)) == found(
        "duplicate-serial", "serial:DMPX1", {"serial": "DMPX1", "devices": "device:1, computer:2"}, school=school
    )


def test_without_twins_no_serial_is_wrong() -> None:
    assert district_judged("duplicate-serial") == FINE


def test_of_records_of_which_one_is_missing_from_the_last_sweep_nothing_is_concluded_yet() -> None:
    schools = ("100001", "100001")
    twins = Twins(serial="DMPX1", subjects=("device:1", "device:2"), schools=schools, missing=True)

    others = replace(twins, serial="DMPX2", subjects=("device:3", "device:4"), missing=False)

    judgement = district_judged("duplicate-serial", twins=(twins, others))

    assert judgement.unclear == {("duplicate-serial", "serial:DMPX1")}
    assert [one.subject for one in judgement.findings] == ["serial:DMPX2"]
