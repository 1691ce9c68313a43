import pytest

from mdm_sync.core.matching import Candidates
from mdm_sync.core.model import Device, DeviceKind, UserFields
from tests.unit.core.given import (
    ANNA,
    FINE,
    MAX,
    NOBODY,
    READ,
    SUED,
    among,
    ipad,
    judged,
    own_school_unread,
    person,
    unclear,
    user,
    wrong,
)

RULE = "ambiguous-user"
TWIN = person("max.mueller1", name=("Max", "Mueller"))
TWINS = among(MAX, TWIN, ANNA)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("Max Müller"), id="a name that two have"),
        pytest.param(user(real_name="Müller, Max"), id="the same turned, as real name"),
        pytest.param(user("max.mueller", ANNA.mail), id="login of one, address of the other"),
    ],
)
def test_fields_that_fit_several_persons_are_wrong(names: UserFields) -> None:
    assert judged(RULE, ipad(names), TWINS) == wrong(RULE)


@pytest.mark.parametrize("kind", [DeviceKind.APPLE_TV, DeviceKind.IPHONE, DeviceKind.MAC, DeviceKind.OTHER])
def test_they_are_wrong_on_what_can_be_no_shared_ipad_and_does_not_say_so(kind: DeviceKind) -> None:
    assert judged(RULE, ipad(user("Max Müller"), kind=kind, shared=None), TWINS) == wrong(RULE)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("max.mueller", real_name="Müller, Max"), id="the login tells which of two it is"),
        pytest.param(user("Anna Grün"), id="a name that one has"),
        pytest.param(user("niemand"), id="somebody whom nobody knows"),
        pytest.param(NOBODY, id="nobody"),
    ],
)
def test_fields_that_fit_one_person_or_none_are_fine(names: UserFields) -> None:
    assert judged(RULE, ipad(names), TWINS) == FINE


def test_a_namesake_at_another_school_makes_nothing_ambiguous() -> None:
    elsewhere = person("max.mueller", school=SUED, name=("Max", "Müller"))

    assert judged(RULE, ipad(user("Max Müller")), among(MAX, elsewhere=(elsewhere,))) == FINE


@pytest.mark.parametrize("device", [ipad(user("Max Müller"), name="Wagen-01"), ipad(user("Max Müller"), shared=True)])
def test_a_pool_device_may_name_whom_it_likes(device: Device) -> None:
    assert judged(RULE, device, TWINS) == FINE


@pytest.mark.parametrize(
    ("device", "candidates"),
    [
        pytest.param(ipad(None), READ, id="no user fields"),
        pytest.param(ipad(user("Max Müller")), own_school_unread(), id="own school unread"),
        pytest.param(ipad(user("Max Müller"), shared=None), TWINS, id="not known whether it is a Shared iPad"),
    ],
)
def test_what_cannot_be_decided_is_unclear(device: Device, candidates: Candidates) -> None:
    assert judged(RULE, device, candidates) == unclear(RULE)
