"""The Jamf connector against the demo's Jamf Pro server over HTTPS."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from aiohttp import web

from connectors.jamf import JamfAccess, JamfFleet
from mdm_sync.core.completeness import FleetProof, refuse_fleet
from mdm_sync.core.model import NO_SITE, Device, DeviceKind, UserFields
from mdm_sync.errors import PermanentError, TemporaryError
from mdm_sync.ports import FleetRead
from tests.far_side import (
    GOOD,
    JAMF_SECRET,
    WRONG_CERTIFICATES,
    Clock,
    JamfSide,
    Sweep,
    Trust,
    device_of,
    serving,
)
from tests.integration.demo.background_loop import BackgroundLoop

pytestmark = pytest.mark.demo

DETAIL_PATH = "/api/v2/mobile-devices/detail"
DETAIL = "GET /api/v2/mobile-devices/detail"
TOKEN = "POST /api/v1/oauth/token"
TRIES = 4
PATIENCE = 20


def in_order_of_ids(jamf: JamfSide) -> list[Device]:
    return sorted((device_of(device) for device in jamf.devices), key=lambda device: device.jamf_id)


class TestSweep:
    def test_yields_every_mobile_device_field_by_field(self, jamf: JamfSide) -> None:
        _, seen = jamf.sweep()

        assert seen.devices == in_order_of_ids(jamf)

    def test_proves_that_all_came(self, jamf: JamfSide) -> None:
        read, seen = jamf.sweep()

        every = len(jamf.devices)
        assert read.proof == FleetProof(total_first=every, total_last=every, received=every, pages=1, sites=3)
        assert refuse_fleet(read.proof, distinct=len(seen.devices), previous=None) is None

    def test_names_the_sites_by_id(self, jamf: JamfSide) -> None:
        read, _ = jamf.sweep()

        expected = {school.site_id: school.site_name for school in jamf.district.schools}
        assert read.sites == expected | dict(jamf.district.extra_sites)

    @pytest.mark.parametrize(("page_size", "pages"), [(7, 36), (125, 2), (249, 2), (250, 1), (251, 1)])
    def test_is_the_same_however_large_the_pages_are(self, jamf: JamfSide, page_size: int, pages: int) -> None:
        read, seen = jamf.sweep(page_size)

        assert seen.devices == in_order_of_ids(jamf)
        assert read.proof.pages == pages
        assert [len(page) for page in seen.pages[:-1]] == [page_size] * (pages - 1)

    def test_of_an_empty_fleet_comes_to_its_end(self, jamf: JamfSide) -> None:
        jamf.switch("empty-fleet")
        read, seen = jamf.sweep()

        assert (seen.devices, read.proof) == ([], FleetProof(total_first=0, total_last=0, received=0, pages=1, sites=3))

    def test_asks_for_the_three_sections_that_are_needed_and_no_other(self, jamf: JamfSide) -> None:
        jamf.sweep()

        [query] = [parse_qs(urlsplit(path).query) for path in jamf.asked if "/detail" in path]
        assert query["section"] == ["GENERAL", "HARDWARE", "USER_AND_LOCATION"]

    def test_asks_for_pages_in_the_order_of_ids(self, jamf: JamfSide) -> None:
        jamf.sweep(100)

        queries = [parse_qs(urlsplit(path).query) for path in jamf.asked if "/detail" in path]
        assert [query["sort"] for query in queries] == [["mobileDeviceId:asc"]] * 3
        assert sorted(query["page"] for query in queries) == [["0"], ["1"], ["2"]]

    def test_keeps_passwords_of_apple_tvs_out(self, jamf: JamfSide) -> None:
        _, seen = jamf.sweep()

        televisions = [device for device in seen.devices if device.kind is DeviceKind.APPLE_TV]
        assert televisions
        assert "7315" not in repr(televisions)

    def test_takes_one_token(self, jamf: JamfSide) -> None:
        jamf.sweep(20)

        assert jamf.settings.counters.tokens == 1

    def test_uses_five_connections_and_never_more(self, jamf: JamfSide) -> None:
        with jamf.access() as access:
            seen = Sweep()

            def hold_when_first_page_is_here(what: str, done: int, total: int) -> None:
                seen.progress(what, done, total)
                if len(seen.told) == 1:
                    jamf.switch("hang")
                    threading.Thread(target=let_go_at, args=(jamf, 5)).start()

            JamfFleet(access, 10).sweep(seen.stage, hold_when_first_page_is_here)

        counters = jamf.settings.counters
        assert (counters.connections_highest, counters.in_flight_highest) == (5, 5)
        assert seen.devices == in_order_of_ids(jamf)

    def test_can_be_told_to_use_one_connection(self, jamf: JamfSide) -> None:
        jamf.sweep(10, connections=1)

        counters = jamf.settings.counters
        assert (counters.connections_highest, counters.in_flight_highest) == (1, 1)

    def test_survives_hostile_texts_and_changes_none_of_them(self, jamf: JamfSide) -> None:
        jamf.switch("hostile-strings", "all")
        read, seen = jamf.sweep()

        assert len(seen.devices) == len(jamf.devices)
        assert read.proof.unreadable == ()
        assert any("\r\nBcc: opfer@example.test" in device.name for device in seen.devices)

    def test_costs_one_record_where_one_cannot_be_read(self, jamf: JamfSide) -> None:
        whole = in_order_of_ids(jamf)
        bad = whole[17]
        jamf.switch("unreadable-record", str(bad.jamf_id))
        read, seen = jamf.sweep(50)

        assert seen.devices == [device for device in whole if device != bad]
        assert [key for key, _ in read.proof.unreadable] == [str(bad.jamf_id)]
        assert read.proof.received == len(whole)
        assert refuse_fleet(read.proof, distinct=len(seen.devices), previous=None) is None

    def test_tells_why_a_record_cannot_be_read_without_its_content(self, jamf: JamfSide) -> None:
        bad = next(device for device in jamf.devices if device.username)
        jamf.switch("unreadable-record", str(bad.jamf_id))
        read, _ = jamf.sweep()

        [(_, reason)] = read.proof.unreadable
        assert "$.general" in reason
        assert not any(text in reason for text in (bad.username, bad.real_name, bad.email, "muster"))


def let_go_at(jamf: JamfSide, calls: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while jamf.settings.counters.in_flight < calls and time.monotonic() < deadline:
        time.sleep(0.01)
    jamf.switch("hang", on=False)


class TestIncompleteSweep:
    @pytest.mark.parametrize(
        ("fault", "value", "reason"),
        [
            ("duplicate-row", "1", "different ones came"),
            ("row-moves", None, "different ones came"),
            ("fleet-shrinks", "1", "moved from"),
            ("fleet-grows", "3", "moved from"),
            ("total-lies", "3", "different ones came"),
            ("page-cap", "40", "different ones came"),
        ],
    )
    def test_is_refused(self, jamf: JamfSide, fault: str, value: str | None, reason: str) -> None:
        jamf.switch(fault, value)
        read, seen = jamf.sweep(50)

        distinct = len({device.jamf_id for device in seen.devices})
        assert reason in str(refuse_fleet(read.proof, distinct=distinct, previous=None))

    def test_with_fewer_sites_than_before_is_refused(self, jamf: JamfSide) -> None:
        before, _ = jamf.sweep()
        jamf.switch("fewer-sites", "12")
        read, seen = jamf.sweep()

        refusal = refuse_fleet(read.proof, distinct=len(seen.devices), previous=before.proof)
        assert refusal == "the client sees 2 sites, 3 before: were privileges or sites taken from it?"

    def test_of_a_client_without_the_privilege_is_an_error(self, jamf: JamfSide) -> None:
        jamf.switch("lost-privileges")

        with pytest.raises(PermanentError, match="a privilege is missing"):
            jamf.sweep()


class TestToken:
    def test_is_renewed_before_it_runs_out(self, jamf: JamfSide) -> None:
        jamf.settings.token_life = 30
        read, seen = sweep_slowly(jamf, seconds_a_page=6)

        counters = jamf.settings.counters
        assert seen.devices == in_order_of_ids(jamf)
        assert counters.unauthorized == 0
        assert 1 < counters.tokens < read.proof.pages

    def test_that_lives_for_seconds_only_still_does(self, jamf: JamfSide) -> None:
        jamf.settings.token_life = 5
        _, seen = sweep_slowly(jamf, seconds_a_page=4)

        assert seen.devices == in_order_of_ids(jamf)
        assert jamf.settings.counters.unauthorized == 0

    def test_refused_in_mid_run_is_replaced_and_the_call_made_again(self, jamf: JamfSide) -> None:
        jamf.switch("unauthorized", "3")
        _, seen = jamf.sweep(50, connections=1)

        counters = jamf.settings.counters
        assert seen.devices == in_order_of_ids(jamf)
        assert (counters.unauthorized, counters.tokens, jamf.clock.pauses) == (1, 2, [])

    def test_refused_to_several_calls_at_once_costs_none_of_them(self, jamf: JamfSide) -> None:
        jamf.switch("unauthorized", "3")
        _, seen = jamf.sweep(10)

        assert seen.devices == in_order_of_ids(jamf)
        assert jamf.clock.pauses == []

    def test_refused_although_fresh_ends_the_sweep(self, jamf: JamfSide) -> None:
        jamf.settings.token_life = 0

        with pytest.raises(PermanentError, match="refused a fresh token"):
            jamf.sweep()
        assert jamf.settings.counters.unauthorized == 2

    @pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"client_secret": lambda: "falsch-geheim"}])
    def test_is_not_given_to_an_unknown_client(self, jamf: JamfSide, changes: Mapping[str, Any]) -> None:
        with pytest.raises(PermanentError) as refusal:
            jamf.sweep(**changes)

        assert "jamf.client_id" in str(refusal.value)
        assert "jamf-client-secret" in str(refusal.value)
        assert "geheim" not in str(refusal.value)
        assert jamf.calls(TOKEN) == 1

    def test_is_had_from_a_server_that_knows_the_older_path_only(self, jamf: JamfSide) -> None:
        jamf.settings.version = "11.20.0-t1"
        _, seen = jamf.sweep()

        assert seen.devices == in_order_of_ids(jamf)
        assert jamf.calls("POST /api/oauth/token") == 1

    def test_is_asked_for_again_when_the_server_is_busy(self, jamf: JamfSide) -> None:
        jamf.switch("bad-gateway", "2@POST /api/v1/oauth/token")
        _, seen = jamf.sweep()

        assert seen.devices == in_order_of_ids(jamf)
        assert len(jamf.clock.pauses) == 2


def sweep_slowly(jamf: JamfSide, seconds_a_page: float) -> tuple[FleetRead, Sweep]:
    """Read page after page while time passes for both sides."""
    seen = Sweep()

    def take(devices: Sequence[Device]) -> None:
        seen.stage(devices)
        jamf.clock.now += seconds_a_page

    with jamf.access(connections=1) as access:
        return JamfFleet(access, 25).sweep(take, seen.progress), seen


class TestPassingFault:
    @pytest.mark.parametrize(
        ("fault", "value"),
        [
            ("bad-gateway", "2@/detail"),
            ("html-503", "1@/detail"),
            ("cut-body", "1@/detail"),
            ("truncated-gzip", "3@/detail"),
            ("bad-gateway", "1@page=2"),
            ("cut-body", "1@page=3"),
            ("truncated-gzip", "2@page=4"),
            ("bad-gateway", "3@/sites"),
        ],
    )
    def test_costs_pauses_and_no_device(self, jamf: JamfSide, fault: str, value: str) -> None:
        jamf.switch(fault, value)
        read, seen = jamf.sweep(50)

        assert seen.devices == in_order_of_ids(jamf)
        assert read.proof.received == len(jamf.devices)
        assert len(jamf.clock.pauses) == int(value[0])

    def test_with_retry_after_is_waited_for_as_long_as_asked(self, jamf: JamfSide) -> None:
        jamf.switch("rate-limit", "7")
        _, seen = jamf.sweep()

        assert seen.devices == in_order_of_ids(jamf)
        assert jamf.clock.pauses == [7]

    def test_that_stays_ends_the_sweep_after_four_tries(self, jamf: JamfSide) -> None:
        jamf.switch("page-500")

        with pytest.raises(TemporaryError, match="500"):
            jamf.sweep()
        assert (jamf.calls(DETAIL), len(jamf.clock.pauses)) == (TRIES, TRIES - 1)

    def test_of_one_page_among_many_makes_no_storm_of_calls(self, jamf: JamfSide) -> None:
        jamf.switch("page-500", str(jamf.devices[60].jamf_id))

        with pytest.raises(TemporaryError, match="500"):
            jamf.sweep(5)
        assert jamf.calls(DETAIL) <= 60 // 5 + TRIES + 5 * TRIES

    @pytest.mark.parametrize("fault", ["cut-body", "truncated-gzip", "html-503", "bad-gateway"])
    def test_that_stays_is_no_success(self, jamf: JamfSide, fault: str) -> None:
        jamf.switch(fault, "999@/detail")

        with pytest.raises(TemporaryError):
            jamf.sweep()
        assert jamf.calls(DETAIL) == TRIES


class TestCertificate:
    @pytest.mark.parametrize("certificate", WRONG_CERTIFICATES)
    def test_that_is_wrong_is_refused_before_anything_is_sent(self, jamf: JamfSide, certificate: str) -> None:
        with pytest.raises(PermanentError) as refusal:
            jamf.sweep(certificate=certificate)

        assert jamf.urls[certificate] in str(refusal.value)
        assert "jamf.ca_file" in str(refusal.value)
        assert JAMF_SECRET not in str(refusal.value)
        assert sum(jamf.settings.counters.requests.values()) == 0
        assert jamf.clock.pauses == []

    def test_of_our_own_authority_is_refused_without_its_file(
        self, jamf: JamfSide, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)

        with pytest.raises(PermanentError, match="not trusted"):
            jamf.sweep(ca_file=None)
        assert sum(jamf.settings.counters.requests.values()) == 0

    def test_is_checked_by_our_file_whatever_the_environment_names(
        self, jamf: JamfSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        empty = tmp_path / "empty.pem"
        empty.write_text("")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(empty))
        _, seen = jamf.sweep()

        assert len(seen.devices) == len(jamf.devices)

    def test_file_that_is_missing_is_told(self, jamf: JamfSide, tmp_path: Path) -> None:
        with pytest.raises(PermanentError, match=r"missing\.pem"):
            jamf.sweep(ca_file=tmp_path / "missing.pem")


class TestSurroundings:
    @pytest.mark.parametrize("variable", ["HOME", "NETRC"])
    def test_password_in_netrc_does_not_replace_the_token(
        self, jamf: JamfSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        file = tmp_path / ".netrc"
        file.write_text("machine localhost login somebody password else\n")
        file.chmod(0o600)
        monkeypatch.delenv("NETRC", raising=False)
        monkeypatch.setenv(variable, str(tmp_path if variable == "HOME" else file))
        _, seen = jamf.sweep()

        assert len(seen.devices) == len(jamf.devices)
        assert jamf.settings.counters.unauthorized == 0

    def test_server_that_is_not_there_is_a_temporary_error(self, jamf: JamfSide) -> None:
        with pytest.raises(TemporaryError, match="did not answer"):
            jamf.sweep(url="https://localhost:9")
        assert len(jamf.clock.pauses) == TRIES - 1


Says = Mapping[str, Any]
BEARER: Says = {"access_token": "t", "expires_in": 1200, "token_type": "Bearer"}


class Script:
    """Answers each path as it is told, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self._answers: dict[str, Says] = {}
        self.say("/api/v1/oauth/token", json=BEARER)
        self.say("/api/v1/sites", json=[])

    def say(self, path: str, *, json: object = None, **how: Any) -> None:
        self._answers[path] = how if json is None else how | {"body": msgspec.json.encode(json)}

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.Response(**self._answers[request.path])

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """A server with a script, and a sweep of it."""

    script: Script
    url: str
    ca_file: Path
    clock: Clock

    def sweep(self) -> tuple[FleetRead, Sweep]:
        seen = Sweep()
        access = JamfAccess(
            url=self.url,
            client_id="reading",
            client_secret=lambda: JAMF_SECRET,
            ca_file=self.ca_file,
            clock=self.clock,
            sleep=self.clock.sleep,
        )
        try:
            return JamfFleet(access, 100).sweep(seen.stage, seen.progress), seen
        finally:
            access.close()

    def record(self, **fields: object) -> Device:
        """The device that becomes of one record."""
        self.script.say(DETAIL_PATH, json={"totalCount": 1, "results": [{"mobileDeviceId": "7", **fields}]})
        [device] = self.sweep()[1].devices
        return device


@pytest.fixture
def scripted(background: BackgroundLoop, trust: Trust) -> Iterator[Scripted]:
    script, app = Script(), web.Application()
    app.router.add_route("*", "/{anything:.*}", script.answer)
    with serving(background, app, trust) as urls:
        yield Scripted(script=script, url=urls[GOOD], ca_file=trust.ca_file, clock=Clock())


NOTHING_SAID = Device(
    jamf_id=7,
    serial="",
    name="",
    asset_tag="",
    kind=DeviceKind.UNKNOWN,
    model="",
    site_id=None,
    shared=None,
    user=None,
)


class TestRecord:
    def test_with_every_field_becomes_a_device(self, scripted: Scripted) -> None:
        device = scripted.record(
            deviceType="iOS",
            general={"displayName": "GSN-iPad-01", "assetTag": "IT-1", "siteId": "12", "sharedIpad": False},
            hardware={"serialNumber": "DMP1", "model": "iPad (9th Generation)", "modelIdentifier": "iPad12,1"},
            userAndLocation={"username": "j.groß", "realName": "Jörg Groß", "emailAddress": "j.gross@gs-nord.test"},
        )

        assert device == Device(
            jamf_id=7,
            serial="DMP1",
            name="GSN-iPad-01",
            asset_tag="IT-1",
            kind=DeviceKind.IPAD,
            model="iPad (9th Generation)",
            site_id=12,
            shared=False,
            user=UserFields(username="j.groß", real_name="Jörg Groß", email="j.gross@gs-nord.test"),
        )

    def test_with_null_sections_leaves_open_what_they_would_say(self, scripted: Scripted) -> None:
        assert scripted.record(general=None, hardware=None, userAndLocation=None) == NOTHING_SAID

    def test_with_sections_left_out_leaves_open_what_they_would_say(self, scripted: Scripted) -> None:
        assert scripted.record() == NOTHING_SAID

    def test_with_null_fields_in_user_section_names_nobody(self, scripted: Scripted) -> None:
        device = scripted.record(userAndLocation={"username": None, "realName": None, "emailAddress": None})

        assert device.user == UserFields()

    @pytest.mark.parametrize(
        ("site", "expected"), [("-1", NO_SITE), (-1, NO_SITE), (None, NO_SITE), ("", NO_SITE), ("12", 12), (12, 12)]
    )
    def test_tells_its_site_in_any_of_the_spellings(self, scripted: Scripted, site: object, expected: int) -> None:
        assert scripted.record(general={"siteId": site}).site_id == expected

    @pytest.mark.parametrize(
        ("device_type", "identifier", "expected"),
        [
            ("iOS", "iPad12,1", DeviceKind.IPAD),
            ("iOS", "iPhone14,2", DeviceKind.IPHONE),
            ("iOS", None, DeviceKind.UNKNOWN),
            ("tvOS", "AppleTV14,1", DeviceKind.APPLE_TV),
            ("Unknown", "", DeviceKind.UNKNOWN),
            (None, "iPad12,1", DeviceKind.UNKNOWN),
            ("watchOS", "Watch6,1", DeviceKind.OTHER),
        ],
    )
    def test_tells_its_kind(
        self, scripted: Scripted, device_type: str | None, identifier: str | None, expected: DeviceKind
    ) -> None:
        assert scripted.record(deviceType=device_type, hardware={"modelIdentifier": identifier}).kind is expected

    def test_brings_no_secret_and_no_place_in_though_they_are_sent(self, scripted: Scripted) -> None:
        device = scripted.record(
            general={"displayName": "GSN-iPad-01", "airPlayPassword": "7315", "ipAddress": "10.0.0.7"},
            security={"bootstrapToken": "boot-geheim", "unlockToken": "unlock-geheim"},
            userAndLocation={"username": "mia", "phoneNumber": "0231-555", "room": "K-12", "building": "Süd"},
            location={"latitude": 51.51, "longitude": 7.46},
        )

        assert device == replace(NOTHING_SAID, name="GSN-iPad-01", site_id=NO_SITE, user=UserFields(username="mia"))

    @pytest.mark.parametrize(
        "bad",
        [
            {"mobileDeviceId": "8", "general": "no section"},
            {"mobileDeviceId": "8", "general": {"siteId": "nord"}},
            {"mobileDeviceId": "8", "hardware": {"serialNumber": 4711}},
            {"mobileDeviceId": 8, "userAndLocation": {"username": ["j.groß"]}},
        ],
    )
    def test_that_cannot_be_read_is_told_by_its_id(self, scripted: Scripted, bad: Mapping[str, object]) -> None:
        scripted.script.say(DETAIL_PATH, json={"totalCount": 2, "results": [bad, {"mobileDeviceId": "7"}]})
        read, seen = scripted.sweep()

        assert seen.devices == [NOTHING_SAID]
        assert [key for key, _ in read.proof.unreadable] == ["8"]
        assert "groß" not in str(read.proof.unreadable)

    @pytest.mark.parametrize("bad", [{"mobileDeviceId": "acht"}, {"deviceType": "iOS"}, "no record", None])
    def test_without_an_id_is_told_by_its_place(self, scripted: Scripted, bad: object) -> None:
        scripted.script.say(DETAIL_PATH, json={"totalCount": 2, "results": [{"mobileDeviceId": "7"}, bad]})
        read, seen = scripted.sweep()

        assert seen.devices == [NOTHING_SAID]
        [(key, _)] = read.proof.unreadable
        assert key.startswith("record 2 of")

    def test_without_an_id_on_two_pages_is_told_twice(self, scripted: Scripted) -> None:
        page = [{"deviceType": "iOS"}, *({"mobileDeviceId": str(number)} for number in range(1, 100))]
        scripted.script.say(DETAIL_PATH, json={"totalCount": 200, "results": page})
        read, _ = scripted.sweep()

        assert len({key for key, _ in read.proof.unreadable}) == 2


class TestAnswer:
    @pytest.mark.parametrize(
        "body",
        [
            b"<html><body>Wartungsarbeiten</body></html>",
            b"",
            b"[]",
            b"null",
            b'{"totalCount": 1}',
            b'{"totalCount": 1, "results": [{"mobileDeviceId": "7"}',
            b'{"totalCount": "viele", "results": []}',
        ],
    )
    def test_that_is_no_page_is_asked_for_again_and_then_a_temporary_error(
        self, scripted: Scripted, body: bytes
    ) -> None:
        scripted.script.say(DETAIL_PATH, body=body)

        with pytest.raises(TemporaryError, match="no page of devices"):
            scripted.sweep()
        assert scripted.script.paths.count(DETAIL_PATH) == TRIES

    @pytest.mark.parametrize("path", ["/api/v1/oauth/token", "/api/v1/sites"])
    def test_of_a_proxy_in_place_of_json_is_a_temporary_error(self, scripted: Scripted, path: str) -> None:
        scripted.script.say(path, body=b"<html></html>")

        with pytest.raises(TemporaryError, match=path):
            scripted.sweep()

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("path", ["/api/v1/oauth/token", "/api/v1/sites"])
    def test_that_redirects_is_not_followed(self, scripted: Scripted, status: int, path: str) -> None:
        scripted.script.say(path, status=status, headers={"Location": "/elsewhere"})

        with pytest.raises(PermanentError, match=str(status)):
            scripted.sweep()
        assert "/elsewhere" not in scripted.script.paths

    def test_with_a_cookie_gets_none_back(self, scripted: Scripted) -> None:
        scripted.script.say("/api/v1/sites", json=[], headers={"Set-Cookie": "APBALANCEID=node1; Path=/"})
        scripted.script.say(DETAIL_PATH, json={"totalCount": 0, "results": []})
        scripted.sweep()

        assert all("Cookie" not in request.headers for request in scripted.script.asked)

    @pytest.mark.parametrize("status", [404, 405, 410, 418])
    def test_that_is_neither_good_nor_a_passing_fault_ends_the_sweep_at_once(
        self, scripted: Scripted, status: int
    ) -> None:
        scripted.script.say(DETAIL_PATH, status=status)

        with pytest.raises(PermanentError, match=str(status)):
            scripted.sweep()
        assert scripted.script.paths.count(DETAIL_PATH) == 1

    def test_without_any_token_path_says_what_kind_of_server_is_needed(self, scripted: Scripted) -> None:
        scripted.script.say("/api/v1/oauth/token", status=404)
        scripted.script.say("/api/oauth/token", status=404)

        with pytest.raises(PermanentError, match=r"10\.49 or later"):
            scripted.sweep()
