"""How Jamf Pro is called: tokens, repeated calls, certificates, answers that are none."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors.jamf.session import Limits
from mdm_sync.core.model import Device
from mdm_sync.errors import PermanentError, SettingsError, TemporaryError
from mdm_sync.ports import FleetRead
from tests.far_side import JAMF_SECRET, WRONG_CERTIFICATES, JamfSide, Sweep, device_of
from tests.integration.scripted_jamf import AUTH_PATH, DETAIL_PATH, SITES_PATH, TOKEN_PATH, VERSION_PATH, Scripted, page

pytestmark = pytest.mark.demo

DETAIL = "GET /api/v2/mobile-devices/detail"
TOKEN = "POST /api/v1/oauth/token"
TRIES = 4


def in_order_of_ids(jamf: JamfSide) -> list[Device]:
    return sorted((device_of(device) for device in jamf.devices), key=lambda device: device.jamf_id)


class TestToken:
    def test_is_renewed_before_it_runs_out(self, jamf: JamfSide) -> None:
        jamf.settings.token_life = 30
        read, seen = sweep_slowly(jamf, seconds_a_page=6)

        counters = jamf.settings.counters
        assert seen.mobile == in_order_of_ids(jamf)
        assert counters.unauthorized == 0
        assert 1 < counters.tokens < read.proof.pages

    def test_that_lives_for_seconds_only_still_does(self, jamf: JamfSide) -> None:
        jamf.settings.token_life = 5
        _, seen = sweep_slowly(jamf, seconds_a_page=4)

        assert seen.mobile == in_order_of_ids(jamf)
        assert jamf.settings.counters.unauthorized == 0

    def test_refused_in_mid_run_is_replaced_and_the_call_made_again(self, jamf: JamfSide) -> None:
        jamf.switch("unauthorized", "5")
        _, seen = jamf.sweep(50, connections=1)

        counters = jamf.settings.counters
        assert seen.mobile == in_order_of_ids(jamf)
        assert (counters.unauthorized, counters.tokens, jamf.clock.pauses) == (1, 2, [])

    def test_refused_to_several_calls_at_once_costs_none_of_them(self, jamf: JamfSide) -> None:
        jamf.switch("unauthorized", "3")
        _, seen = jamf.sweep(10)

        assert seen.mobile == in_order_of_ids(jamf)
        assert jamf.clock.pauses == []

    def test_refused_although_fresh_ends_the_sweep(self, jamf: JamfSide) -> None:
        jamf.settings.token_life = 0

        with pytest.raises(PermanentError, match="refused a fresh token"):
            jamf.sweep()
        assert jamf.settings.counters.unauthorized == 2

    @pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"client_secret": lambda: "falsch-geheim"}])
    def test_is_not_given_to_an_unknown_client(self, jamf: JamfSide, changes: Mapping[str, Any]) -> None:
        with pytest.raises(SettingsError) as refusal:
            jamf.sweep(**changes)

        assert "jamf.client_id" in str(refusal.value)
        assert "jamf-client-secret" in str(refusal.value)
        assert "geheim" not in str(refusal.value)
        assert jamf.calls(TOKEN) == 1

    def test_is_had_from_a_server_that_knows_the_older_path_only(self, jamf: JamfSide) -> None:
        jamf.settings.version = "11.20.0-t1"
        _, seen = jamf.sweep()

        assert len(seen.mobile) == len(jamf.devices)
        assert jamf.calls("POST /api/oauth/token") == 1

    def test_is_asked_for_again_when_the_server_is_busy(self, jamf: JamfSide) -> None:
        jamf.switch("bad-gateway", "2@POST /api/v1/oauth/token")
        _, seen = jamf.sweep()

        assert seen.mobile == in_order_of_ids(jamf)
        assert len(jamf.clock.pauses) == 2


def sweep_slowly(jamf: JamfSide, seconds_a_page: float) -> tuple[FleetRead, Sweep]:
    """Read page after page while time passes for both sides."""
    seen = Sweep()

    def take(devices: Sequence[Device]) -> None:
        seen.stage(devices)
        jamf.clock.now += seconds_a_page

    return jamf.fleet(25, connections=1).sweep(take, seen.progress), seen


class TestPassingFault:
    @pytest.mark.parametrize(
        ("fault", "value"),
        [
            ("bad-gateway", "2@page-size=50"),
            ("html-503", "1@page-size=50"),
            ("cut-body", "1@page-size=50"),
            ("truncated-gzip", "3@page-size=50"),
            ("bad-gateway", "1@page=2"),
            ("cut-body", "1@page=3"),
            ("truncated-gzip", "2@page=4"),
            ("bad-gateway", "3@/sites"),
        ],
    )
    def test_costs_pauses_and_no_device(self, jamf: JamfSide, fault: str, value: str) -> None:
        jamf.switch(fault, value)
        read, seen = jamf.sweep(50)

        assert seen.mobile == in_order_of_ids(jamf)
        assert read.proof.received == len(jamf.devices)
        assert len(jamf.clock.pauses) == int(value[0])

    def test_with_retry_after_is_waited_for_as_long_as_asked(self, jamf: JamfSide) -> None:
        jamf.switch("rate-limit", "7")
        _, seen = jamf.sweep()

        assert seen.mobile == in_order_of_ids(jamf)
        assert jamf.clock.pauses == [7]

    def test_with_a_moment_to_come_back_at_is_waited_for(self, scripted: Scripted) -> None:
        now, later = "Tue, 01 Sep 2026 06:30:00 GMT", "Tue, 01 Sep 2026 06:30:09 GMT"
        scripted.script.say(SITES_PATH, status=503, headers={"Retry-After": later, "Date": now})
        scripted.script.then(SITES_PATH, json=[])
        scripted.sweep()

        assert scripted.clock.pauses == [9]

    @pytest.mark.parametrize("asked", ["bald", "-5", "1.5", "Tue, 99 Sep 2026 06:30:09 GMT"])
    def test_with_a_retry_after_that_is_none_is_repeated_all_the_same(self, scripted: Scripted, asked: str) -> None:
        scripted.script.say(SITES_PATH, status=503, headers={"Retry-After": asked})
        scripted.script.then(SITES_PATH, json=[])
        scripted.sweep()

        [pause] = scripted.clock.pauses
        assert 0 <= pause <= 1

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_of_each_kind_is_repeated(self, scripted: Scripted, status: int) -> None:
        scripted.script.say(SITES_PATH, status=status)
        scripted.script.then(SITES_PATH, json=[])
        read, _ = scripted.sweep()

        assert read.proof.retries == len(scripted.clock.pauses) == 1

    def test_that_stays_ends_the_sweep_after_four_tries(self, scripted: Scripted) -> None:
        scripted.script.say(SITES_PATH, status=500)

        with pytest.raises(TemporaryError, match="500"):
            scripted.sweep()
        assert (scripted.script.paths.count(SITES_PATH), len(scripted.clock.pauses)) == (TRIES, TRIES - 1)

    @pytest.mark.parametrize("fault", ["cut-body", "truncated-gzip", "html-503", "bad-gateway"])
    def test_that_stays_is_no_success(self, jamf: JamfSide, fault: str) -> None:
        jamf.switch(fault, "999@/detail")

        with pytest.raises(TemporaryError):
            jamf.sweep()
        assert jamf.calls(DETAIL) == 1 + TRIES


class TestSlowAnswer:
    def test_is_given_up_after_the_limit_for_the_whole_call(self, jamf: JamfSide) -> None:
        jamf.switch("slow-drip", "20")

        with pytest.raises(TemporaryError, match="did not come to an end in time"):
            jamf.sweep(limits=Limits(call=0.1))

    def test_that_never_begins_is_given_up_after_the_limit_between_two_pieces(self, jamf: JamfSide) -> None:
        jamf.switch("hang", "@/sites")

        with pytest.raises(TemporaryError, match="kept /api/v1/sites waiting"):
            jamf.sweep(limits=Limits(read=0.1))


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

        assert len(seen.mobile) == len(jamf.devices)

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

        assert len(seen.mobile) == len(jamf.devices)
        assert jamf.settings.counters.unauthorized == 0

    def test_server_that_is_not_there_is_a_temporary_error(self, jamf: JamfSide) -> None:
        with pytest.raises(TemporaryError, match="did not answer"):
            jamf.sweep(url="https://localhost:9")
        assert len(jamf.clock.pauses) == TRIES - 1


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
        assert scripted.script.paths.count(DETAIL_PATH) == 1 + TRIES

    @pytest.mark.parametrize("path", [TOKEN_PATH, VERSION_PATH, AUTH_PATH, SITES_PATH])
    def test_of_a_proxy_in_place_of_json_is_a_temporary_error(self, scripted: Scripted, path: str) -> None:
        scripted.script.say(path, body=b"<html></html>")

        with pytest.raises(TemporaryError, match=path):
            scripted.sweep()

    def test_that_forbids_to_see_the_sites_ends_the_sweep_before_anything_is_staged(self, scripted: Scripted) -> None:
        scripted.script.say(SITES_PATH, status=403)
        seen = Sweep()

        with pytest.raises(PermanentError, match=SITES_PATH):
            scripted.fleet().sweep(seen.stage, seen.progress)
        assert seen.pages == []

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("path", [TOKEN_PATH, SITES_PATH])
    def test_that_redirects_is_not_followed(self, scripted: Scripted, status: int, path: str) -> None:
        scripted.script.say(path, status=status, headers={"Location": "/elsewhere"})

        with pytest.raises(PermanentError, match=str(status)):
            scripted.sweep()
        assert "/elsewhere" not in scripted.script.paths

    def test_with_a_cookie_gets_none_back(self, scripted: Scripted) -> None:
        scripted.script.say(SITES_PATH, json=[], headers={"Set-Cookie": "APBALANCEID=node1; Path=/"})
        scripted.script.say(DETAIL_PATH, json=page())
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
        scripted.script.say(TOKEN_PATH, status=404)
        scripted.script.say("/api/oauth/token", status=404)

        with pytest.raises(PermanentError, match=r"10\.49 or later"):
            scripted.sweep()
