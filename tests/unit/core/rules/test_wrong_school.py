import pytest

from mdm_sync.core.matching import Candidates
from mdm_sync.core.model import Device, DeviceKind, UserFields
from tests.replacing import replace
from tests.unit.core.given import (
    ANNA,
    EMIL_SUED,
    FINE,
    MAX,
    MAX_SUED,
    NOBODY,
    READ,
    SUED,
    TEACHER,
    TEACHER_SUED,
    WEST,
    among,
    ipad,
    judged,
    own_school_unread,
    person,
    unclear,
    user,
    wrong,
)

RULE = "wrong-school"
EMIL_IS_AT_SUED = wrong(RULE, person="P-emil.koenig-100002", person_school="100002")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("", "emil.koenig@sued.example"), id="address"),
        pytest.param(user("emil.koenig@sued.example"), id="address as user name"),
        pytest.param(user("", "Emil.König@SUED.example"), id="address in another spelling"),
        pytest.param(user("emil.koenig", "emil.koenig@sued.example"), id="address beside the login there"),
    ],
)
def test_a_device_that_names_a_person_of_another_school_is_wrong(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == EMIL_IS_AT_SUED


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_it_is_wrong_on_every_kind_of_device(kind: DeviceKind) -> None:
    assert judged(RULE, ipad(user("", EMIL_SUED.mail), kind=kind)) == EMIL_IS_AT_SUED


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(ipad(user("", EMIL_SUED.mail), name="Wagen-01"), id="by name"),
        pytest.param(ipad(user("", EMIL_SUED.mail), shared=True), id="as a Shared iPad"),
    ],
)
def test_it_is_wrong_on_a_pool_device_too_which_needs_nobody_but_names_somebody(device: Device) -> None:
    assert judged(RULE, device) == EMIL_IS_AT_SUED


def test_it_is_wrong_while_a_third_school_is_unread_because_the_address_is_found() -> None:
    candidates = among(MAX, elsewhere=(EMIL_SUED,), unread=(WEST,))

    assert judged(RULE, ipad(user("", EMIL_SUED.mail)), candidates) == EMIL_IS_AT_SUED


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("max.mueller"), id="by login"),
        pytest.param(user("", MAX.mail), id="by address"),
    ],
)
def test_a_device_of_the_own_school_s_person_is_fine(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == FINE


def test_the_same_login_at_another_school_is_fine() -> None:
    assert judged(RULE, ipad(user("max.mueller")), among(MAX, elsewhere=(MAX_SUED,))) == FINE


def test_a_person_who_is_gone_from_another_school_is_another_rule_s_matter() -> None:
    gone = replace(EMIL_SUED, gone=True)

    assert judged(RULE, ipad(user("", EMIL_SUED.mail)), among(MAX, former_elsewhere=(gone,))) == FINE


def test_a_login_of_another_school_alone_is_unknown_here_not_at_the_wrong_school() -> None:
    assert judged(RULE, ipad(user("emil.koenig"))) == FINE


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("t.weiss"), id="named by the login here"),
        pytest.param(user("", TEACHER.mail), id="named by the address here"),
        pytest.param(user("t.weiss", TEACHER_SUED.mail), id="named by the login here and the address there"),
    ],
)
def test_a_teacher_with_accounts_at_both_schools_is_fine(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == FINE


def test_a_teacher_with_one_address_at_both_schools_is_fine() -> None:
    here = person("t.weiss", mail=TEACHER_SUED.mail)

    assert judged(RULE, ipad(user("", TEACHER_SUED.mail)), among(here, elsewhere=(TEACHER_SUED,))) == FINE


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(user("max.mueller", ANNA.mail), READ, id="at the own school"),
        pytest.param(
            user("", "info@verbund.example"),
            among(
                elsewhere=(
                    person("info", school=SUED, mail="info@verbund.example"),
                    person("info", school=WEST, mail="info@verbund.example"),
                )
            ),
            id="at two other schools",
        ),
    ],
)
def test_fields_that_fit_two_persons_name_no_school(names: UserFields, candidates: Candidates) -> None:
    assert judged(RULE, ipad(names), candidates) == FINE


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(NOBODY, id="nobody"),
        pytest.param(user("niemand"), id="somebody whom nobody knows"),
        pytest.param(user(real_name="Emil König"), id="a name of another school, which is no identifier"),
        pytest.param(user("", "niemand@sued.example"), id="an unknown address of another school that was read"),
    ],
)
def test_a_device_without_a_person_is_at_no_wrong_school(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == FINE


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(None, READ, id="no user fields"),
        pytest.param(user("", "emil.koenig"), READ, id="named in no way that is looked up"),
        pytest.param(user("", EMIL_SUED.mail), own_school_unread(EMIL_SUED), id="own school unread"),
        pytest.param(user("", EMIL_SUED.mail), among(MAX, unread=(SUED,)), id="the other school unread"),
        pytest.param(user("", "l.braun@west.example"), among(MAX, unread=(WEST,)), id="its domains unknown as well"),
    ],
)
def test_what_cannot_be_decided_is_unclear(names: UserFields | None, candidates: Candidates) -> None:
    assert judged(RULE, ipad(names), candidates) == unclear(RULE)


def test_of_a_person_who_is_missing_from_the_last_read_there_nothing_is_concluded_yet() -> None:
    absent = replace(EMIL_SUED, missing=True)

    assert judged(RULE, ipad(user("", EMIL_SUED.mail)), among(MAX, elsewhere=(absent,))) == unclear(RULE)
