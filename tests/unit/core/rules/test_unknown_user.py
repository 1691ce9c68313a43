import pytest

from mdm_sync.core.matching import Candidates
from mdm_sync.core.model import Device, DeviceKind, UserFields
from tests.replacing import replace
from tests.unit.core.given import (
    ANNA,
    EMIL_SUED,
    FINE,
    MAX,
    NOBODY,
    READ,
    SUED,
    WEST,
    among,
    ipad,
    judged,
    own_school_unread,
    unclear,
    user,
    wrong,
)

RULE = "unknown-user"


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("niemand"), id="a login that nobody has"),
        pytest.param(user("emil.koenig"), id="a login of another school"),
        pytest.param(user("", "niemand@privat.example"), id="a private address"),
        pytest.param(user("niemand@privat.example"), id="a private address as user name"),
        pytest.param(user("Erika Mustermann"), id="a display name that nobody has"),
        pytest.param(user(real_name="König, Emil"), id="a display name of another school"),
        pytest.param(user("\x1b]0;x\x07" * 2000), id="ten thousand characters of escape sequences"),
    ],
)
def test_a_device_that_names_somebody_whom_nobody_knows_is_wrong(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == wrong(RULE)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("maxx.mueller"), id="a misspelt login"),
        pytest.param(user("max.mueller@privat.example"), id="the login in a private address"),
    ],
)
def test_whose_login_is_nearest_is_told_by_reference(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == wrong(RULE, near="P-max.mueller-100001")


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_it_is_wrong_on_every_kind_of_device(kind: DeviceKind) -> None:
    assert judged(RULE, ipad(user("niemand"), kind=kind)) == wrong(RULE)


@pytest.mark.parametrize("kind", [DeviceKind.APPLE_TV, DeviceKind.IPHONE, DeviceKind.OTHER])
def test_it_is_wrong_on_what_can_be_no_shared_ipad_and_does_not_say_so(kind: DeviceKind) -> None:
    assert judged(RULE, ipad(user("niemand"), kind=kind, shared=None)) == wrong(RULE)


@pytest.mark.parametrize("name", ["wagen-01", "Wage-01", "Koffer C1"])
def test_a_name_that_almost_fits_a_pool_pattern_makes_no_pool_device(name: str) -> None:
    assert judged(RULE, ipad(user("niemand"), name=name)) == wrong(RULE)


def test_an_unknown_login_is_wrong_while_other_schools_are_unread_because_a_login_finds_nobody_there() -> None:
    assert judged(RULE, ipad(user("niemand")), among(MAX, unread=(SUED, WEST))) == wrong(RULE)


def test_an_unknown_address_of_the_own_school_is_wrong_while_one_of_other_domains_is_unread() -> None:
    assert judged(RULE, ipad(user("", "niemand@nord.example")), among(MAX, unread=(SUED,))) == wrong(RULE)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("max.mueller"), id="login"),
        pytest.param(user(" MAX.Müller "), id="login in another spelling"),
        pytest.param(user("max.mueller@nord.example"), id="address as user name"),
        pytest.param(user("", "Max.Mueller@Nord.Example"), id="address in other letter case"),
        pytest.param(user("niemand", "max.mueller@nord.example"), id="address beside an unknown login"),
        pytest.param(user("", EMIL_SUED.mail), id="address of another school's person"),
        pytest.param(user("niemand", real_name="Max Müller"), id="display name beside an unknown login"),
    ],
)
def test_a_device_that_names_a_known_person_is_fine(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == FINE


def test_a_device_that_names_a_person_who_is_gone_and_still_known_is_another_rule_s_matter() -> None:
    gone = replace(MAX, gone=True)

    assert judged(RULE, ipad(user("max.mueller")), among(ANNA, former=(gone,))) == FINE


@pytest.mark.parametrize("names", [pytest.param(NOBODY, id="empty"), pytest.param(user(" \t"), id="white space")])
def test_a_device_that_names_nobody_is_another_rule_s_matter(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == FINE


def test_fields_that_fit_two_persons_are_another_rule_s_matter() -> None:
    assert judged(RULE, ipad(user("max.mueller", ANNA.mail))) == FINE


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(ipad(user("wagen1"), name="Wagen-01"), id="by name"),
        pytest.param(ipad(user("wagen1"), shared=True), id="as a Shared iPad"),
        pytest.param(
            ipad(user("wagen1"), name="Wagen-01", shared=None), id="by name, though not known to be a Shared iPad"
        ),
    ],
)
def test_a_pool_device_may_name_somebody_whom_nobody_knows(device: Device) -> None:
    assert judged(RULE, device) == FINE


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(None, READ, id="no user fields"),
        pytest.param(user("", "max.mueller"), READ, id="named in no way that is looked up"),
        pytest.param(user("niemand"), own_school_unread(), id="own school unread"),
        pytest.param(user("", "niemand@sued.example"), among(MAX, unread=(SUED,)), id="school of the domain unread"),
        pytest.param(
            user("", "niemand@anderswo.example"), among(MAX, unread=(WEST,)), id="a school of unknown domains unread"
        ),
    ],
)
def test_what_cannot_be_decided_is_unclear(names: UserFields | None, candidates: Candidates) -> None:
    assert judged(RULE, ipad(names), candidates) == unclear(RULE)


def test_a_record_that_does_not_say_whether_it_is_a_shared_ipad_is_unclear() -> None:
    assert judged(RULE, ipad(user("niemand"), shared=None)) == unclear(RULE)
