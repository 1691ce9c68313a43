import pytest

from mdm_sync.core.model import Device, DeviceKind
from mdm_sync.core.stock import holders_in, stock_of
from mdm_sync.core.views import Stock
from tests.replacing import replace
from tests.unit.core.given import EMIL_SUED, MAX, NORD, READ, ipad, school_view, user

SCHOOL = replace(NORD, administration_names=("Büro-*",), spare_names=("Reserve-*",))


def in_groups(*groups: str, name: str = "Wagen-01") -> Device:
    return replace(ipad(name=name), groups=groups)


def test_shared_ipads_are_counted_in_all_and_by_group() -> None:
    devices = (in_groups(), in_groups("Klasse 1a"), in_groups("Klasse 1a", "Alle"), replace(in_groups(), groups=None))

    assert stock_of(school_view(*devices, school=SCHOOL)) == Stock(total=4, groups={"Klasse 1a": 2, "Alle": 1})


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(in_groups("Klasse 1a", name="iPad"), id="a personal iPad"),
        pytest.param(in_groups("Klasse 1a", name="Büro-1"), id="of the office"),
        pytest.param(in_groups("Klasse 1a", name="Reserve-1"), id="in store"),
        pytest.param(replace(in_groups("Klasse 1a"), kind=DeviceKind.APPLE_TV), id="an Apple TV"),
        pytest.param(replace(in_groups("Klasse 1a"), kind=DeviceKind.MAC), id="a Mac"),
    ],
)
def test_what_no_class_can_use_is_left_out(device: Device) -> None:
    assert stock_of(school_view(device, school=SCHOOL)) == Stock(total=0, groups={})


def test_a_shared_ipad_by_apple_s_meaning_is_one() -> None:
    assert stock_of(school_view(ipad(shared=True))).total == 1


@pytest.mark.parametrize(
    ("device", "held"),
    [
        pytest.param(ipad(user("max.mueller")), [(MAX, True)], id="at the own school"),
        pytest.param(ipad(user("", EMIL_SUED.mail)), [(EMIL_SUED, False)], id="at another school"),
        pytest.param(replace(ipad(user("max.mueller")), lost_mode=True), [(MAX, False)], id="in Lost Mode"),
        pytest.param(replace(ipad(user("max.mueller")), lost_mode=False), [(MAX, True)], id="not in Lost Mode"),
        pytest.param(ipad(user("max.mueller"), name="Wagen-01"), [(MAX, True)], id="a pool device that names one"),
        pytest.param(ipad(user("max.mueller"), kind=DeviceKind.MAC), [], id="a Mac"),
        pytest.param(ipad(user("niemand")), [], id="whom nobody knows"),
        pytest.param(ipad(), [], id="nobody"),
    ],
)
def test_who_holds_an_ipad_and_whether_here(device: Device, held: list[object]) -> None:
    assert list(holders_in(school_view(device, candidates=READ))) == held
