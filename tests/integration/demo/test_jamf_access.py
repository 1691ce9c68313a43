import base64
from collections.abc import Iterator

import pytest
import requests

from mdm_sync.demo.jamf import privileges
from tests.integration.demo.jamf_world import COMMANDS, DETAIL, Server, ipad, mac, running

pytestmark = pytest.mark.demo

GROUPS = "/api/v2/mobile-device-groups"


@pytest.fixture
def server() -> Iterator[Server]:
    with running(*(ipad(number) for number in range(1, 31)), mac(1)) as server:
        yield server


def may(server: Server, *names: str) -> None:
    plain = server.settings.clients["all"]
    server.settings.clients["all"] = type(plain)(secret=plain.secret, privileges=frozenset(names))


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        (DETAIL, {privileges.READ_MOBILE_DEVICES}),
        ("/api/v2/mobile-devices", {privileges.READ_MOBILE_DEVICES}),
        ("/api/v2/mobile-devices/1", {privileges.READ_MOBILE_DEVICES}),
        ("/JSSResource/mobiledevices", {privileges.READ_MOBILE_DEVICES}),
        ("/JSSResource/mobiledevices/id/1", {privileges.READ_MOBILE_DEVICES}),
        ("/api/v4/computers-inventory", {privileges.READ_COMPUTERS}),
        ("/api/v1/sites", {privileges.READ_SITES}),
        ("/api/v1/buildings", {privileges.READ_BUILDINGS}),
        ("/api/v1/departments", {privileges.READ_DEPARTMENTS}),
        ("/api/v1/mobile-device-extension-attributes", {privileges.READ_EXTENSION_ATTRIBUTES}),
        (GROUPS, {privileges.READ_SMART_GROUPS, privileges.READ_STATIC_GROUPS}),
        (f"{GROUPS}/smart-groups", {privileges.READ_SMART_GROUPS}),
        ("/api/v1/api-role-privileges", {privileges.READ_API_ROLES}),
        (f"{COMMANDS}?filter=active==true", {privileges.VIEW_COMMANDS}),
    ],
)
def test_an_endpoint_asks_for_its_privileges_and_no_others(server: Server, path: str, needed: set[str]) -> None:
    may(server, *(set(privileges.ALL) - needed))
    assert server.get(path).status_code == 403
    may(server, *needed)
    assert server.get(path).status_code == 200


def test_a_missing_privilege_is_named_invalid_privilege(server: Server) -> None:
    may(server)
    fault = {"code": "INVALID_PRIVILEGE", "description": "Forbidden", "id": "0", "field": None}
    assert server.get(DETAIL).json() == {"httpStatus": 403, "errors": [fault]}


@pytest.mark.parametrize("missing", [privileges.VIEW_COMMANDS, privileges.SEND_COMMANDS, privileges.SEND_LOST_MODE])
def test_locking_needs_three_privileges(server: Server, missing: str) -> None:
    target = ipad(1).management_id
    may(server, *(privileges.LOCKING - {missing}))
    assert server.order("ENABLE_LOST_MODE", target, lostModeMessage="x").status_code == 403
    may(server, *privileges.LOCKING)
    assert server.order("ENABLE_LOST_MODE", target, lostModeMessage="x").status_code == 201


def test_a_wipe_is_not_among_the_rights_of_locking(server: Server) -> None:
    server.log_in("locker")
    assert server.order("ERASE_DEVICE", ipad(1).management_id).status_code == 403


def test_updating_needs_its_own_privilege(server: Server) -> None:
    server.log_in("reader")
    assert server.send("PATCH", "/api/v2/mobile-devices/1", {"assetTag": "x"}).status_code == 403


def test_a_client_of_one_site_sees_only_its_devices_and_their_total(server: Server) -> None:
    server.log_in("one-school")
    answer = server.get(DETAIL).json()
    assert answer["totalCount"] == 10
    assert {row["general"]["siteId"] for row in answer["results"]} == {"2"}
    assert [site["id"] for site in server.get("/api/v1/sites").json()] == ["2"]
    assert server.get("/api/v2/mobile-devices/1").status_code == 200
    assert server.get("/api/v2/mobile-devices/2").status_code == 404


def test_a_client_of_one_site_can_neither_lock_nor_move_beyond_it(server: Server) -> None:
    server.log_in("one-school")
    foreign = server.order("ENABLE_LOST_MODE", ipad(2).management_id, lostModeMessage="x")
    assert foreign.status_code == 500
    assert server.send("PATCH", "/api/v2/mobile-devices/1", {"siteId": "3"}).status_code == 403


def test_who_am_i_tells_account_sites_and_privileges(server: Server) -> None:
    server.log_in("one-school")
    answer = server.get("/api/v1/auth").json()
    assert answer["sites"] == [{"id": "2", "name": "100002 Schule 2"}]
    assert answer["account"]["currentSiteId"] == "2"
    assert answer["account"]["privilegesBySite"]["2"] == sorted(privileges.ALL)
    assert answer["authenticationType"] == "CLIENT_CREDENTIALS"


def test_the_version_needs_no_privilege(server: Server) -> None:
    may(server)
    assert server.get("/api/v1/jamf-pro-version").json() == {"version": "11.30.1-t1784555528405"}


def test_a_token_ends_with_its_life(server: Server) -> None:
    server.clock.now += 1198
    assert server.get(DETAIL).status_code == 200
    server.clock.now += 1
    assert server.get(DETAIL).status_code == 401
    assert server.steer("GET", "counters")["unauthorized"] == 1


def log_in_as_user(server: Server, password: str) -> requests.Response:
    packed = base64.b64encode(f"admin:{password}".encode()).decode()
    return requests.post(f"{server.url}/api/v1/auth/token", headers={"Authorization": f"Basic {packed}"}, timeout=10)


def test_a_user_gets_a_token_for_the_password_and_only_for_it(server: Server) -> None:
    assert log_in_as_user(server, "falsch").status_code == 401
    answer = log_in_as_user(server, "geheim").json()
    assert answer["expires"] == "2026-09-01T07:00:00.307Z"
    server.session.headers["Authorization"] = f"Bearer {answer['token']}"
    assert server.get("/api/v1/auth").json()["authenticationType"] == "JSS"


@pytest.mark.parametrize("header", ["Basic ###", "Basic", "Bearer x", ""])
def test_a_header_without_name_and_password_gives_no_token(server: Server, header: str) -> None:
    answer = requests.post(f"{server.url}/api/v1/auth/token", headers={"Authorization": header}, timeout=10)
    assert answer.status_code == 401


def test_keep_alive_exchanges_a_users_token(server: Server) -> None:
    old = log_in_as_user(server, "geheim").json()["token"]
    server.session.headers["Authorization"] = f"Bearer {old}"
    server.clock.now += 1700
    new = server.send("POST", "/api/v1/auth/keep-alive").json()["token"]
    assert server.get(DETAIL).status_code == 401
    server.session.headers["Authorization"] = f"Bearer {new}"
    server.clock.now += 1700
    assert server.get(DETAIL).status_code == 200


def test_keep_alive_is_not_for_api_clients(server: Server) -> None:
    assert server.send("POST", "/api/v1/auth/keep-alive").status_code == 403


def test_a_token_can_be_made_worthless(server: Server) -> None:
    assert server.send("POST", "/api/v1/auth/invalidate-token").status_code == 204
    assert server.get(DETAIL).status_code == 401


@pytest.mark.parametrize(
    ("version", "paths"),
    [
        ("11.7.1-t1", {"v1"}),
        ("11.28.0-t1", {"v1", "v3"}),
        ("11.30.1-t1", {"v1", "v3", "v4"}),
    ],
)
def test_the_version_decides_which_computer_endpoints_exist(server: Server, version: str, paths: set[str]) -> None:
    server.steer("PUT", "settings", {"version": version})
    found = {path for path in ("v1", "v3", "v4") if server.get(f"/api/{path}/computers-inventory").status_code == 200}
    assert found == paths


def test_old_versions_have_neither_the_new_token_path_nor_the_new_groups(server: Server) -> None:
    server.steer("PUT", "settings", {"version": "11.7.1-t1"})
    assert requests.post(f"{server.url}/api/v1/oauth/token", timeout=10).status_code == 404
    assert requests.post(f"{server.url}/api/oauth/token", timeout=10).status_code == 400
    assert server.get(GROUPS).status_code == 404


def test_what_does_not_exist_is_a_404_in_the_shape_of_api_error(server: Server) -> None:
    answer = server.get("/api/v9/nothing")
    assert (answer.status_code, answer.json()["httpStatus"]) == (404, 404)
