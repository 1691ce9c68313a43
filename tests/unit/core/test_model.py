from enum import StrEnum

import pytest

from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.model import (
    NO_SITE,
    AssignmentState,
    Device,
    DeviceKind,
    Family,
    PoolRules,
    Role,
    School,
    Severity,
    Stage,
    UserFields,
)
from tests.replacing import replace
from tests.unit.core.given import NORD, SUED, WEST, finding, ipad, person, user


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("info", Severity.INFO),
        ("warning", Severity.WARNING),
        ("critical", Severity.CRITICAL),
        ("Critical", Severity.CRITICAL),
    ],
)
def test_a_word_names_a_severity(word: str, severity: Severity) -> None:
    assert Severity.of(word) is severity


@pytest.mark.parametrize("severity", list(Severity))
def test_a_severity_names_itself_by_its_word(severity: Severity) -> None:
    assert Severity.of(severity.word) is severity


def test_the_words_of_the_severities_are_lower_case() -> None:
    assert [severity.word for severity in Severity] == ["info", "warning", "critical"]


def test_a_word_that_names_no_severity_is_refused() -> None:
    with pytest.raises(KeyError):
        Severity.of("urgent")


def test_a_higher_severity_matters_more() -> None:
    assert sorted([Severity.WARNING, Severity.CRITICAL, Severity.INFO]) == [
        Severity.INFO,
        Severity.WARNING,
        Severity.CRITICAL,
    ]


def test_no_site_is_what_jamf_pro_writes_for_it() -> None:
    assert NO_SITE == -1


@pytest.mark.parametrize(
    ("names", "empty"),
    [
        pytest.param(user(), True, id="nothing"),
        pytest.param(user(" ", "\t", real_name="\u00a0\n"), True, id="white space"),
        pytest.param(user("a"), False, id="a user name"),
        pytest.param(user("", "a"), False, id="an address"),
        pytest.param(user(real_name="a"), False, id="a display name"),
    ],
)
def test_user_fields_are_empty_where_they_name_nobody(names: UserFields, *, empty: bool) -> None:
    assert names.empty is empty


@pytest.mark.parametrize(
    ("school", "mail", "could"),
    [
        pytest.param(SUED, "a@sued.example", True, id="its domain"),
        pytest.param(SUED, "a@b@sued.example", True, id="its domain behind the last at"),
        pytest.param(SUED, "a@nord.example", False, id="another domain"),
        pytest.param(SUED, "a@sub.sued.example", False, id="a subdomain"),
        pytest.param(SUED, "a@example", False, id="the end of its domain"),
        pytest.param(SUED, "sued.example@nord.example", False, id="its domain before the at"),
        pytest.param(WEST, "a@nord.example", True, id="domains not known"),
        pytest.param(
            School(number="1", name="", mail_domains=("a.example", "b.example")), "a@b.example", True, id="second one"
        ),
    ],
)
def test_which_address_a_school_could_hold(school: School, mail: str, *, could: bool) -> None:
    assert school.could_hold(mail) is could


def test_a_school_names_its_directory_among_the_sources() -> None:
    assert NORD.source == "iserv-100001"


def test_all_role_groups_of_a_school_must_be_there() -> None:
    school = School(
        number="1", name="", student_groups=("s1", "s2"), teacher_groups=("lehrer",), staff_groups=("verwaltung",)
    )

    assert school.role_groups == ("s1", "s2", "lehrer", "verwaltung")


def test_a_school_of_which_the_register_says_no_more_is_live_and_knows_nothing() -> None:
    assert School(number="1", name="Eins") == School(
        number="1",
        name="Eins",
        form="",
        stage=Stage.LIVE,
        sites=(),
        directory=None,
        mail_domains=(),
        student_groups=(),
        teacher_groups=(),
        staff_groups=(),
        pool=PoolRules(),
    )


@pytest.mark.parametrize(
    ("name", "shared", "pool"),
    [
        pytest.param("Wagen-01", False, True, id="fits a pattern"),
        pytest.param("Koffer A1", False, True, id="fits the second pattern"),
        pytest.param("wagen-01", False, False, id="other letter case"),
        pytest.param("Mein Wagen-01", False, False, id="fits in the middle only"),
        pytest.param("iPad", True, True, id="Shared iPad"),
        pytest.param("iPad", False, False, id="personal"),
    ],
)
def test_what_is_a_pool_device(name: str, *, shared: bool, pool: bool) -> None:
    assert ipad(name=name, shared=shared).is_pool(NORD) is pool


def test_a_school_without_patterns_has_pool_devices_by_apple_s_meaning_only() -> None:
    assert [ipad(name="Wagen-01", shared=shared).is_pool(SUED) for shared in (True, False)] == [True, False]


POOL = School(
    number="1",
    name="",
    pool=PoolRules(
        names=("Wagen-*",),
        buildings=("Haus B",),
        rooms=("Lager",),
        groups=("Klassensätze",),
        prestages=("Koffer",),
        attributes=("Nutzung=gemeinsam",),
    ),
    administration_names=("Büro-*",),
    spare_names=("Reserve-*", "Alt-*"),
)


@pytest.mark.parametrize(
    ("device", "pool"),
    [
        pytest.param(ipad(), False, id="by nothing"),
        pytest.param(ipad(name="Wagen-1"), True, id="by name"),
        pytest.param(replace(ipad(), building="Haus B"), True, id="by building"),
        pytest.param(replace(ipad(), building="Haus"), False, id="another building"),
        pytest.param(replace(ipad(), room="Lager"), True, id="by room"),
        pytest.param(replace(ipad(), room="Haus B"), False, id="a building's name as room"),
        pytest.param(replace(ipad(), prestage="Koffer"), True, id="by prestage"),
        pytest.param(replace(ipad(), prestage="Lager"), False, id="another prestage"),
        pytest.param(replace(ipad(), groups=("Alle", "Klassensätze")), True, id="by one of its groups"),
        pytest.param(replace(ipad(), groups=("Alle",)), False, id="another group"),
        pytest.param(replace(ipad(), groups=()), False, id="no group"),
        pytest.param(replace(ipad(), attributes=(("Nutzung", "gemeinsam"),)), True, id="by an extension attribute"),
        pytest.param(replace(ipad(), attributes=(("Nutzung", "allein"),)), False, id="another value"),
        pytest.param(replace(ipad(), attributes=(("Raum", "gemeinsam"),)), False, id="the value of another attribute"),
        pytest.param(ipad(name="Büro-1"), True, id="of the office"),
        pytest.param(ipad(name="Alt-1"), True, id="in store"),
    ],
)
def test_by_what_a_pool_device_is_recognised(device: Device, *, pool: bool) -> None:
    assert device.is_pool(POOL) is pool


def test_an_empty_value_is_none_that_the_register_names() -> None:
    school = School(number="1", name="", pool=PoolRules(buildings=("",), rooms=("",), prestages=("",)))

    assert not replace(ipad(), building="", room="", prestage="").is_pool(school)


@pytest.mark.parametrize(
    ("name", "aside"),
    [("Büro-1", True), ("Reserve-1", True), ("Alt-1", True), ("Wagen-1", False), ("Büro", False)],
)
def test_what_no_class_can_count_on(name: str, *, aside: bool) -> None:
    assert ipad(name=name).is_set_aside(POOL) is aside


@pytest.mark.parametrize(("name", "of_office"), [("Büro-1", True), ("Reserve-1", False)])
def test_a_device_of_the_office_is_told_by_its_name(name: str, *, of_office: bool) -> None:
    assert ipad(name=name).is_of_office(POOL) is of_office


@pytest.mark.parametrize(("family", "subject"), [(Family.MOBILE, "device:4711"), (Family.COMPUTER, "computer:4711")])
def test_a_device_is_a_subject_by_its_family_and_jamf_id(family: Family, subject: str) -> None:
    assert replace(ipad(jamf_id=4711), family=family).subject == subject


def test_a_person_is_a_subject_by_school_and_uuid() -> None:
    assert person("max.mueller", uuid="0-1").subject == "person:100001/0-1"


def test_rule_and_subject_make_the_key_of_a_finding() -> None:
    assert finding("wrong-school", "device:3").key == ("wrong-school", "device:3")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Stage, ["not connected", "observed", "live"]),
        (Role, ["student", "teacher", "staff", "unknown"]),
        (DeviceKind, ["ipad", "iphone", "apple-tv", "mac", "other", "unknown"]),
        (AssignmentState, ["none", "matched", "unmatched", "ambiguous", "undecided"]),
        (TransitionKind, ["opened", "reopened", "worsened", "due", "changed", "resolved", "withdrawn"]),
    ],
)
def test_the_words_that_are_stored_stay(kind: type[StrEnum], words: list[str]) -> None:
    assert [str(one) for one in kind] == words
