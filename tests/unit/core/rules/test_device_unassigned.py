import pytest

from mdm_sync.core.model import Device, DeviceKind, UserFields
from tests.unit.core.given import FINE, MAX, NOBODY, SUED, among, ipad, judged, own_school_unread, unclear, user, wrong

RULE = "device-unassigned"


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(NOBODY, id="empty fields"),
        pytest.param(user(" "), id="a blank as user name"),
        pytest.param(user("", "\t"), id="a tab as address"),
        pytest.param(user(real_name="\u00a0\n"), id="white space as display name"),
    ],
)
def test_a_personal_ipad_that_names_nobody_is_wrong(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == wrong(RULE)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("wagen-01", id="other letter case"),
        pytest.param("Wagen 01", id="blank for the hyphen"),
        pytest.param("Wage-01", id="a letter less"),
        pytest.param("iPad Wagen-01", id="something before it"),
        pytest.param(" Wagen-01", id="a blank before it"),
        pytest.param("Koffer C1", id="a letter that the pattern does not list"),
        pytest.param("Koffer A", id="a character less than the pattern wants"),
        pytest.param("Koffer A12", id="a character more than the pattern wants"),
        pytest.param("", id="no name"),
    ],
)
def test_a_name_that_almost_fits_a_pool_pattern_makes_no_pool_device(name: str) -> None:
    assert judged(RULE, ipad(name=name)) == wrong(RULE)


def test_it_is_wrong_as_well_while_the_school_is_unread_because_no_person_is_looked_for() -> None:
    assert judged(RULE, ipad(), own_school_unread()) == wrong(RULE)


def test_it_is_wrong_as_well_while_other_schools_are_unread() -> None:
    assert judged(RULE, ipad(), among(MAX, unread=(SUED,))) == wrong(RULE)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("max.mueller"), id="a login"),
        pytest.param(user("", MAX.mail), id="an address"),
        pytest.param(user(real_name="Max Müller"), id="a display name alone"),
        pytest.param(user("niemand"), id="a login that nobody has"),
        pytest.param(user("-"), id="a hyphen"),
    ],
)
def test_an_ipad_that_names_somebody_is_fine(names: UserFields) -> None:
    assert judged(RULE, ipad(names)) == FINE


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(ipad(name="Wagen-01"), id="by a pattern"),
        pytest.param(ipad(name="Wagen-"), id="by a pattern with nothing left for its star"),
        pytest.param(ipad(name="Koffer B7"), id="by the second pattern"),
        pytest.param(ipad(shared=True), id="as a Shared iPad"),
        pytest.param(ipad(name="Wagen-01", shared=None), id="by a pattern, though it is not known to be a Shared iPad"),
    ],
)
def test_a_pool_device_needs_nobody(device: Device) -> None:
    assert judged(RULE, device) == FINE


@pytest.mark.parametrize("kind", [DeviceKind.APPLE_TV, DeviceKind.IPHONE, DeviceKind.OTHER])
def test_what_is_no_ipad_needs_nobody(kind: DeviceKind) -> None:
    assert judged(RULE, ipad(kind=kind)) == FINE


@pytest.mark.parametrize("names", [NOBODY, user("max.mueller")])
def test_a_record_whose_type_is_not_known_is_unclear(names: UserFields) -> None:
    assert judged(RULE, ipad(names, kind=DeviceKind.UNKNOWN)) == unclear(RULE)


def test_a_record_without_user_fields_is_unclear() -> None:
    assert judged(RULE, ipad(None)) == unclear(RULE)


def test_a_record_that_does_not_say_whether_it_is_a_shared_ipad_is_unclear() -> None:
    assert judged(RULE, ipad(shared=None)) == unclear(RULE)
