from collections.abc import Iterator

import httpx
import pytest
from aiohttp import web

from mdm_sync.demo.certificates import DemoAuthority
from mdm_sync.demo.directory import FAULTS, Directories
from mdm_sync.demo.directory.controls import control_routes
from tests.integration.demo.background_loop import PATIENCE, background_loop, served
from tests.integration.demo.directory_world import NORD, SUED, Outside, district, password

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("directories")
    authority, content = DemoAuthority.create(), district()
    with Directories(folder / "run", authority, content, password) as directories:
        yield Outside(directories=directories, district=content, authority=authority.ca_file(folder))


@pytest.fixture
def control(outside: Outside) -> Iterator[httpx.Client]:
    with (
        background_loop() as loop,
        served(loop, web.Application(), control_routes(outside.directories)) as url,
        httpx.Client(base_url=url, timeout=PATIENCE) as client,
    ):
        yield client


def test_fault_is_in_force_when_the_control_answers(control: httpx.Client, outside: Outside) -> None:
    body = {"on": True, "school": NORD, "value": "10"}
    answer = control.put("/directories/faults/size-limit", json=body)

    assert answer.json() == {"active": {"size-limit": {NORD: "10"}}}
    assert outside.people(NORD, paged=False).code == 4
    assert control.get("/directories/faults").json() == {"known": dict(FAULTS), "active": answer.json()["active"]}
    assert control.put("/directories/faults/size-limit", json={"on": False, "school": NORD}).json() == {"active": {}}
    assert outside.people(NORD, paged=False).code == 0


def test_fault_without_a_school_is_for_all(control: httpx.Client, outside: Outside) -> None:
    control.put("/directories/faults/empty-tree", json={"on": True})
    assert [len(outside.people(number).names) for number in (NORD, SUED)] == [0, 0]

    control.put("/directories/faults/empty-tree", json={"on": False})
    assert [len(outside.people(number).names) for number in (NORD, SUED)] == [60, 60]


def test_what_does_not_fit_is_refused(control: httpx.Client) -> None:
    answer = control.put("/directories/faults/stopped", json={"on": True, "school": "999999"})

    assert answer.status_code == 400
    assert "no school '999999'" in answer.json()["error"]


def test_counters_are_told_by_school(control: httpx.Client, outside: Outside) -> None:
    outside.people(NORD)

    counters = control.get("/directories/counters").json()
    assert counters.keys() == {NORD, SUED}
    assert counters[NORD]["entries"] >= 60
