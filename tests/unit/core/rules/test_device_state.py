"""``device-unmanaged``, ``device-unsupervised``, ``device-without-site``."""

from collections.abc import Callable

import pytest

from mdm_sync.core.model import NO_SITE, Device, DeviceKind
from tests.replacing import replace
from tests.unit.core.given import FINE, ipad, judged, unclear, user, wrong

YES, NO = True, False
Change = Callable[[Device, bool | None], Device]
FLAGS: list[tuple[str, Change]] = [
    ("device-unmanaged", lambda device, flag: replace(device, managed=flag, supervised=not flag)),
    ("device-unsupervised", lambda device, flag: replace(device, managed=not flag, supervised=flag)),
]
DEVICES = [
    pytest.param(ipad(), id="an iPad"),
    pytest.param(ipad(user("max.mueller")), id="an iPad with a person"),
    pytest.param(ipad(name="Wagen-01"), id="a pool device"),
    pytest.param(ipad(shared=True), id="a Shared iPad"),
    pytest.param(ipad(kind=DeviceKind.MAC), id="a Mac"),
    pytest.param(ipad(kind=DeviceKind.APPLE_TV), id="an Apple TV"),
    pytest.param(ipad(kind=DeviceKind.UNKNOWN), id="of unknown type"),
]


@pytest.mark.parametrize(("rule", "said"), FLAGS)
@pytest.mark.parametrize("device", DEVICES)
def test_what_the_record_denies_is_wrong(rule: str, said: Change, device: Device) -> None:
    assert judged(rule, said(device, NO)) == wrong(rule)


@pytest.mark.parametrize(("rule", "said"), FLAGS)
def test_what_it_affirms_is_fine(rule: str, said: Change) -> None:
    assert judged(rule, said(ipad(), YES)) == FINE


@pytest.mark.parametrize(("rule", "said"), FLAGS)
def test_what_it_does_not_say_is_unclear(rule: str, said: Change) -> None:
    assert judged(rule, said(ipad(), None)) == unclear(rule)


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_in_no_site_is_wrong(device: Device) -> None:
    assert judged("device-without-site", replace(device, site_id=NO_SITE)) == wrong("device-without-site")


@pytest.mark.parametrize("site", [1, 0, 901])
def test_a_device_in_any_site_is_fine(site: int) -> None:
    assert judged("device-without-site", replace(ipad(), site_id=site)) == FINE


def test_a_record_without_its_site_is_unclear() -> None:
    assert judged("device-without-site", replace(ipad(), site_id=None)) == unclear("device-without-site")
