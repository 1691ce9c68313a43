from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.integration.demo.jamf_world import DETAIL, NOW, Server, ipad, running

pytestmark = pytest.mark.demo

DEVICES = (
    ipad(9, name="Wagen-01", username="Jürgen.Grün", room="A 1", building="GS Nord"),
    ipad(10, name="Wagen-02", username="p10", supervised=False, shared_ipad=True, building="GS Süd", room="A 2"),
    ipad(11, name="iPad, quer; (neu)", username="", lost_mode=True, lost_mode_since=NOW, building="GS Nord"),
    ipad(120, name='7" alt', managed=False, last_inventory=None, building="GS Süd", groups=("Klasse 3a", "Leihgerät")),
    ipad(1000, last_inventory=NOW, last_contact=NOW - timedelta(days=2), building="GS Nord", groups=()),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(*DEVICES) as server:
        yield server


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("mobileDeviceId==10", [10]),
        ('mobileDeviceId=="10"', [10]),
        ("mobileDeviceId>10", [11, 120, 1000]),
        ("mobileDeviceId=gt=10;mobileDeviceId=le=120", [11, 120]),
        ("mobileDeviceId=in=(9,1000,4711)", [9, 1000]),
        ("mobileDeviceId=out=(9,1000)", [10, 11, 120]),
        ("mobileDeviceId!=10", [9, 11, 120, 1000]),
        ("serialNumber==dmp000000011", [11]),
        ("udid==00008103-0000000000000078", [120]),
        (f"managementId=={DEVICES[4].management_id}", [1000]),
        ("lostModeEnabled==true", [11]),
        ("lostModeEnabled==false", [9, 10, 120, 1000]),
        ("lostModeEnabled!=true", [9, 10, 120, 1000]),
        ("supervised==false", [10]),
        ("managed==FALSE", [120]),
        ("sharedIpad=in=(true)", [10]),
        ("displayName==wagen*", [9, 10]),
        ("displayName!=wagen*", [11, 120, 1000]),
        ("displayName>=Wagen-02", [10]),
        ('displayName=="iPad, quer; (neu)"', [11]),
        ("displayName=='iPad, quer; (neu)'", [11]),
        (r'displayName=="7\" alt"', [120]),
        ("username==jürgen.grün", [9]),
        ('username==""', [11]),
        ("emailAddress==*@gs-nord.test", [9, 10, 11, 120, 1000]),
        ("building=='GS Süd'", [10, 120]),
        ("room=in=('A 1','A 2')", [9, 10]),
        ("groupName=='Klasse 3a'", [120]),
        ("groupName==leih*", [120]),
        ('lastInventoryUpdateDate>="2026-09-01T06:30:00Z"', [1000]),
        ('lastInventoryUpdateDate>"2026-09-01T06:30:00.307Z"', []),
        ('lastInventoryUpdateDate>="2026-09-01T06:30:00.307Z"', [1000]),
        ("lastInventoryUpdateDate<2026-09-01", [9, 10, 11]),
        ("lastInventoryUpdateDate==2026-09-01*", [1000]),
        ("lastInventoryUpdateDate==2026-08*", [9, 10, 11]),
        ("lastContactDate<2026-08-31T00:00:00Z", [1000]),
        ("building=='GS Nord';(lostModeEnabled==true,mobileDeviceId==9)", [9, 11]),
        ("building=='GS Nord' and (lostModeEnabled==true or mobileDeviceId==9)", [9, 11]),
        ("mobileDeviceId==9;lostModeEnabled==true,mobileDeviceId==10", [10]),
        ("mobileDeviceId==9;mobileDeviceId==10", []),
    ],
)
def test_a_filter_lets_through_what_fits(server: Server, text: str, ids: list[int]) -> None:
    assert server.ids(filter=text) == ids


@pytest.mark.parametrize(
    "text",
    [
        "siteId==1",
        "general.displayName==x",
        "lostModeEnabled==yes",
        "lostModeEnabled>true",
        "mobileDeviceId==abc",
        'lastInventoryUpdateDate>"2026-09-01T06:30:00.3Z"',
        "lastInventoryUpdateDate>=2026-13-01",
        "lastInventoryUpdateDate>=gestern",
        "displayName",
        "displayName==",
        "displayName=like=x",
        "(displayName==x",
        "displayName==x)",
        "room=in=()",
        "displayName==x;",
        'displayName=="x',
    ],
)
def test_a_filter_that_cannot_be_understood_is_a_400(server: Server, text: str) -> None:
    answer = server.get(DETAIL, {"filter": text})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "INVALID_FIELD"


def test_the_total_of_a_filtered_list_counts_what_fits(server: Server) -> None:
    answer = server.get(DETAIL, {"filter": "building=='GS Nord'", "page-size": 1}).json()
    assert (answer["totalCount"], len(answer["results"])) == (3, 1)


def test_the_contact_date_is_known_from_11_30_on(server: Server) -> None:
    server.steer("PUT", "settings", {"version": "11.29.1-t1"})
    refused = server.get(DETAIL, {"filter": "lastContactDate<2026-08-31T00:00:00Z"})
    general = server.rows()[0]["general"]
    server.steer("PUT", "settings", {"version": "11.30.1-t1784555528405"})
    assert refused.status_code == 400
    assert "lastContactDate" not in general
    assert "lastContactDate" in server.rows()[0]["general"]


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("mobileDeviceId:asc", [9, 10, 11, 120, 1000]),
        ("mobileDeviceId", [9, 10, 11, 120, 1000]),
        ("displayName:asc", [120, 1000, 11, 9, 10]),
        ("building:asc,mobileDeviceId:desc", [1000, 11, 9, 120, 10]),
        ("lastInventoryUpdateDate:desc", [1000, 9, 10, 11, 120]),
        ("supervised:asc,mobileDeviceId:asc", [10, 9, 11, 120, 1000]),
    ],
)
def test_rows_come_in_the_order_asked_for(server: Server, sort: str, ids: list[int]) -> None:
    assert server.ids(sort=sort) == ids


@pytest.mark.parametrize("sort", ["groupName:asc", "siteId:asc", "displayName:up"])
def test_an_order_that_does_not_exist_is_a_400(server: Server, sort: str) -> None:
    assert server.get(DETAIL, {"sort": sort}).status_code == 400


def test_a_large_fleet_is_filtered_and_sorted_alike() -> None:
    with running(*(ipad(number, room=str(number % 7)) for number in range(1, 2102))) as server:
        for _ in range(2):
            found = server.ids(filter="room==3", sort="mobileDeviceId:desc")
            assert found == [number for number in range(2101, 0, -1) if number % 7 == 3]
        assert server.ids(filter="mobileDeviceId=in=(2101,1,9999)") == [1, 2101]


def test_the_light_list_and_the_detailed_one_know_different_orders(server: Server) -> None:
    assert server.get("/api/v2/mobile-devices", {"sort": "name:asc"}).status_code == 200
    assert server.get(DETAIL, {"sort": "name:asc"}).status_code == 400
