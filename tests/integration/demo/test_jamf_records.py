import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
import requests

from mdm_sync.demo.jamf.mobile import SECTIONS
from tests.integration.demo.jamf_world import DETAIL, NOW, Server, district, ipad, mac, running

pytestmark = pytest.mark.demo

ONE = "/api/v2/mobile-devices/7"


@pytest.fixture
def server() -> Iterator[Server]:
    devices = [ipad(number) for number in range(1, 31)]
    strange = [
        ipad(31, device_type="Unknown", model_identifier=""),
        ipad(32, device_type="tvOS", model="Apple TV 4K"),
        ipad(33, site_id=None, null_sections=frozenset({"SECURITY"})),
    ]
    with running(*devices, *strange, mac(1), mac(2)) as server:
        yield server


def row(server: Server, number: int, *sections: str) -> dict[str, Any]:
    return server.rows(filter=f"mobileDeviceId=={number}", section=list(sections) or ["GENERAL"])[0]


def test_keys_and_values_are_those_of_jamf(server: Server) -> None:
    found = row(server, 7, "GENERAL", "HARDWARE", "USER_AND_LOCATION", "GROUPS", "EXTENSION_ATTRIBUTES", "PURCHASING")
    assert found["deviceType"] == "iOS"
    assert found["general"]["siteId"] == "2"
    assert found["general"]["lastInventoryUpdateDate"] == "2026-08-31T23:30:00.307Z"
    assert found["general"]["lastContactDate"] == "2026-09-01T06:23:00Z"
    assert found["general"]["managementId"] == ipad(7).management_id
    assert found["hardware"]["serialNumber"] == "DMP000000007"
    assert found["userAndLocation"]["username"] == "p7"
    assert found["userAndLocation"]["departmentId"] == "-1"
    assert found["groups"][0]["groupName"] == "Alle iPads"
    assert found["extensionAttributes"][0]["value"] == ["2025-08-20"]
    assert found["purchasing"]["poDate"] == "2023-05-17T00:00:00Z"


def test_strange_devices_look_strange(server: Server) -> None:
    unknown = row(server, 31, "GENERAL", "HARDWARE", "SECURITY", "USER_AND_LOCATION")
    assert (unknown["deviceType"], unknown["hardware"]["model"]) == ("Unknown", "")
    assert (unknown["security"], unknown["userAndLocation"]) == (None, None)
    assert row(server, 32, "SECURITY", "GENERAL")["security"] is None
    assert row(server, 32)["general"]["airPlayPassword"]
    without = row(server, 33, "SECURITY", "GENERAL")
    assert (without["security"], without["general"]["siteId"]) == (None, "-1")


@pytest.mark.parametrize("query", ["section=NONSENSE", "page=-1", "page=x", "page-size=0", "exception-handling=MAYBE"])
def test_parameters_that_make_no_sense_are_a_400(server: Server, query: str) -> None:
    assert server.get(f"{DETAIL}?{query}").status_code == 400


def test_a_page_never_holds_more_than_the_cap(server: Server) -> None:
    server.steer("PUT", "settings", {"page_cap": 10})
    answer = server.get(DETAIL, {"page-size": 5000}).json()
    assert (len(answer["results"]), answer["totalCount"]) == (10, 33)


def test_an_old_server_does_not_know_lenient_reading(server: Server) -> None:
    server.steer("PUT", "settings", {"version": "11.28.0-t1"})
    server.switch("problem-record", value="7")
    assert server.get(f"{DETAIL}?exception-handling=LENIENT").status_code == 500


def test_the_light_list_ignores_a_filter(server: Server) -> None:
    answer = server.get("/api/v2/mobile-devices", {"filter": "id==1", "page-size": 20, "page": 1}).json()
    assert answer["totalCount"] == 33
    assert [entry["id"] for entry in answer["results"]] == [str(number) for number in range(21, 34)]
    assert answer["results"][0]["type"] == "ios"


def test_a_single_device_is_found_or_a_404(server: Server) -> None:
    assert server.get(ONE).json()["serialNumber"] == "DMP000000007"
    assert server.get("/api/v2/mobile-devices/4711").status_code == 404
    assert server.get("/api/v2/mobile-devices/x").status_code == 404


def test_a_patch_changes_user_fields_site_and_asset_tag(server: Server) -> None:
    body = {"assetTag": "N-1", "siteId": "3", "location": {"username": "neu", "room": "9", "buildingId": "2"}}
    answer = server.send("PATCH", ONE, body)
    assert (answer.status_code, answer.json()["assetTag"], answer.json()["site"]["id"]) == (200, "N-1", "3")
    found = row(server, 7, "GENERAL", "USER_AND_LOCATION")
    assert (found["general"]["assetTag"], found["general"]["siteId"]) == ("N-1", "3")
    user = found["userAndLocation"]
    assert [user["username"], user["room"], user["building"]] == ["neu", "9", "GS Süd"]
    assert user["realName"] == "Muster, Mia 7"


@pytest.mark.parametrize(
    "body", [{"siteId": "99"}, {"siteId": 3}, {"location": {"buildingId": "77"}}, {"location": "x"}, []]
)
def test_a_patch_that_makes_no_sense_is_a_400_and_changes_nothing(server: Server, body: object) -> None:
    before = row(server, 7, "GENERAL", "USER_AND_LOCATION")
    assert server.send("PATCH", ONE, body).status_code == 400
    assert row(server, 7, "GENERAL", "USER_AND_LOCATION") == before


def test_a_patch_of_nothing_known_is_a_404(server: Server) -> None:
    assert server.send("PATCH", "/api/v2/mobile-devices/4711", {}).status_code == 404


def test_reads_after_a_write_are_stale_for_the_time_set(server: Server) -> None:
    server.steer("PUT", "settings", {"stale_seconds": 60})
    server.send("PATCH", ONE, {"location": {"username": "neu"}})
    server.clock.now += 59
    assert row(server, 7, "USER_AND_LOCATION")["userAndLocation"]["username"] == "p7"
    assert server.ids(filter="username==neu") == []
    server.clock.now += 1
    assert row(server, 7, "USER_AND_LOCATION")["userAndLocation"]["username"] == "neu"
    assert server.ids(filter="username==neu") == [7]


def test_a_large_page_follows_a_change(server: Server) -> None:
    assert server.rows(section="USER_AND_LOCATION")[6]["userAndLocation"]["username"] == "p7"
    server.send("PATCH", ONE, {"location": {"username": "neu"}})
    assert server.rows(section="USER_AND_LOCATION")[6]["userAndLocation"]["username"] == "neu"


@pytest.mark.parametrize(
    ("generation", "present", "absent"),
    [("v4", "lastCheckIn", "lastReportedIp"), ("v3", "lastContactTime", "lastCheckIn"), ("v1", "lastContactTime", "x")],
)
def test_computers_come_in_three_generations(server: Server, generation: str, present: str, absent: str) -> None:
    path = f"/api/{generation}/computers-inventory"
    answer = server.get(path, {"section": ["GENERAL", "USER_AND_LOCATION"], "filter": "general.name==gsn*1"}).json()
    found = answer["results"][0]
    assert (answer["totalCount"], found["id"], found["userAndLocation"]["realname"]) == (1, "1", "Muster, Mia 1")
    assert present in found["general"]
    assert absent not in found["general"]
    assert found["hardware"] is None
    assert ("fonts" in found) is (generation == "v1")


def test_a_computer_has_what_its_sections_promise(server: Server) -> None:
    sections = ["HARDWARE", "PURCHASING", "SECURITY", "OPERATING_SYSTEM", "GROUP_MEMBERSHIPS", "EXTENSION_ATTRIBUTES"]
    found = server.get("/api/v4/computers-inventory", {"section": sections, "filter": "id==2"}).json()["results"][0]
    assert found["hardware"]["serialNumber"] == "C02000000002"
    assert found["purchasing"]["poDate"] == "2023-05-17T00:00:00Z"
    assert found["security"]["activationLockEnabled"] is False
    assert found["operatingSystem"]["name"] == "macOS"
    assert found["groupMemberships"][0]["groupName"] == "Alle iPads"
    assert found["extensionAttributes"][1]["values"] == ["K2"]
    assert found["general"] is None


def test_every_section_of_a_mobile_device_can_be_asked_for(server: Server) -> None:
    found = row(server, 7, *SECTIONS)
    assert [key for key, value in found.items() if value is None] == []
    assert found["network"]["roaming"] is False
    assert found["applications"] == []


def test_catalogues_list_what_devices_name(server: Server) -> None:
    assert server.get("/api/v1/sites").json()[0]["name"] == "100001 Schule 1"
    assert len(server.get("/api/v1/sites/2/objects").json()) == 11
    assert server.get("/api/v1/sites/9/objects").status_code == 404
    assert [one["name"] for one in server.get("/api/v1/buildings").json()["results"]] == ["GS Nord", "GS Süd"]
    assert server.get("/api/v1/departments").json()["totalCount"] == 2
    attributes = server.get("/api/v1/mobile-device-extension-attributes", {"sort": "name:desc"}).json()
    assert [one["name"] for one in attributes["results"]] == ["Koffer", "Ausgabe"]


def test_groups_and_their_members(server: Server) -> None:
    path = "/api/v2/mobile-device-groups"
    assert [(one["id"], one["name"]) for one in server.get(path).json()] == [(1, "Alle iPads"), (2, "Klasse 3a")]
    counts = server.get(f"{path}/smart-groups").json()["results"]
    assert [(one["groupName"], one["count"]) for one in counts] == [("Alle iPads", 33), ("Klasse 3a", 8)]
    members = server.get(f"{path}/smart-group-membership/2", {"filter": "mobileDeviceId>8"}).json()
    assert (members["totalCount"], members["results"][0]["mobileDeviceId"]) == (6, "12")
    assert server.get(f"{path}/smart-group-membership/9").status_code == 404
    assert server.get(f"{path}/static-group-membership/1").status_code == 404


def test_the_classic_list_comes_as_xml_or_json(server: Server) -> None:
    xml = ET.fromstring(server.get("/JSSResource/mobiledevices").content)  # noqa: S314 - our own server's answer
    assert (xml.findtext("size"), len(xml.findall("mobile_device"))) == ("33", 33)
    server.session.headers["Accept"] = "application/json"
    assert len(server.get("/JSSResource/mobiledevices").json()["mobile_devices"]) == 33


def test_a_classic_record_holds_texts_in_xml(server: Server) -> None:
    xml = ET.fromstring(server.get("/JSSResource/mobiledevices/id/7").content)  # noqa: S314 - our own server's answer
    assert xml.findtext("general/serial_number") == "DMP000000007"
    assert xml.findtext("security/lost_mode_enabled") == "false"
    assert xml.findtext("general/site/name") == "100002 Schule 2"
    assert [one.text for one in xml.findall("extension_attributes/extension_attribute/name")] == ["Ausgabe", "Koffer"]


def test_classic_errors_are_pages_of_html(server: Server) -> None:
    answer = server.get("/JSSResource/mobiledevices/id/4711")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")


def test_another_day_replaces_the_fleet(server: Server) -> None:
    server.get(DETAIL)
    server.fleet.load(district(ipad(1), ipad(40, username="p-neu")))
    assert server.ids() == [1, 40]


def test_control_changes_and_deletes_devices(server: Server) -> None:
    changed = server.steer("POST", "devices/7", {"username": "neu", "site_id": None, "last_inventory": NOW.isoformat()})
    assert changed["username"] == "neu"
    general = row(server, 7)["general"]
    assert (general["siteId"], general["lastInventoryUpdateDate"]) == ("-1", "2026-09-01T06:30:00.307Z")
    server.steer("DELETE", "devices/7")
    assert server.get(ONE).status_code == 404
    server.steer("POST", "devices/2?family=computer", {"name": "Neu"})
    assert server.get("/api/v4/computers-inventory").json()["results"][1]["general"]["name"] == "Neu"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "faults/nonsense", {"on": True}, 404),
        ("PUT", "faults/page-cap", {"on": True, "value": "many"}, 400),
        ("PUT", "faults/hang", {"on": True, "value": "x@y"}, 400),
        ("PUT", "faults/hang", {}, 400),
        ("POST", "devices/4711", {"username": "x"}, 404),
        ("POST", "devices/7", {"jamf_id": 8}, 400),
        ("POST", "devices/7", {"nonsense": 8}, 400),
        ("POST", "devices/7", {"site_id": "x"}, 400),
        ("DELETE", "devices/4711", None, 404),
        ("PUT", "latency", {"base_ms": "x"}, 400),
        ("POST", "webhooks", {"name": "x", "url": "http://192.0.2.1/", "event": "MobileDeviceUnEnrolled"}, 400),
        ("POST", "webhooks", {"name": "x", "url": "http://127.0.0.1/", "event": "Nonsense"}, 400),
        ("DELETE", "webhooks/9", None, 404),
    ],
)
def test_control_refuses_what_does_not_fit(server: Server, method: str, path: str, body: object, status: int) -> None:
    answer = requests.request(method, f"{server.control}/jamf/{path}", json=body, timeout=10)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_counters_tell_calls_rows_and_tokens_until_they_are_reset(server: Server) -> None:
    server.steer("POST", "counters/reset")
    server.get(DETAIL, {"page-size": 20})
    server.get("/api/v1/sites")
    counters = server.steer("GET", "counters")
    assert counters["requests"] == {"GET /api/v2/mobile-devices/detail": 1, "GET /api/v1/sites": 1}
    assert (counters["rows"], counters["tokens"], counters["in_flight_highest"]) == (23, 0, 1)
    assert counters["connections_highest"] >= 1
    server.log_in("all")
    assert server.steer("GET", "counters")["tokens"] == 1


def test_latency_grows_with_the_rows(server: Server) -> None:
    server.steer("PUT", "latency", {"base_ms": 20, "row_ms": 1})
    assert server.get(DETAIL, {"page-size": 30}).elapsed.total_seconds() >= 0.05


def test_calls_in_flight_are_counted_at_their_highest(server: Server) -> None:
    server.switch("hang")
    threads = [threading.Thread(target=server.get, args=(DETAIL,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    server.wait_for_calls(3)
    server.switch("hang", on=False)
    for thread in threads:
        thread.join()
    counters = server.steer("GET", "counters")
    assert (counters["in_flight"], counters["in_flight_highest"]) == (0, 3)
    assert counters["connections_highest"] >= 3


def test_a_webhook_tells_of_a_command_and_is_not_repeated(server: Server) -> None:
    heard: Queue[dict[str, Any]] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{receiver.server_port}/"
        for event in ("MobileDeviceCommandCompleted", "MobileDeviceInventoryCompleted", "MobileDeviceUnEnrolled"):
            server.steer("POST", "webhooks", {"name": "sync", "url": url, "event": event})
        uuid = server.order("ENABLE_LOST_MODE", ipad(7).management_id, lostModeMessage="x").json()[0]["id"]
        server.steer("POST", "acknowledge")
        server.steer("POST", "devices/8", {"last_inventory": NOW.isoformat()})
        server.steer("DELETE", "devices/9")
        told = [heard.get(timeout=10) for _ in range(3)]
        receiver.shutdown()
        thread.join()
    assert [one["webhook"]["webhookEvent"] for one in told] == [
        "MobileDeviceCommandCompleted",
        "MobileDeviceInventoryCompleted",
        "MobileDeviceUnEnrolled",
    ]
    assert told[0]["event"]["mdmCommandUUID"] == uuid
    assert [one["event"]["jssID"] for one in told] == [7, 8, 9]
    assert len(server.steer("GET", "webhooks")) == 3
    assert heard.empty()
