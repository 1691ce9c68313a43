from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.integration.demo.jamf_world import COMMANDS, NOW, Server, ipad, running

pytestmark = pytest.mark.demo

PLAIN, UNMANAGED, UNSUPERVISED, LOST, WAITING = (
    ipad(1),
    ipad(2, managed=False),
    ipad(3, supervised=False),
    ipad(4, lost_mode=True, lost_mode_since=NOW - timedelta(days=3)),
    ipad(5, pending_lock=True),
)


@pytest.fixture
def server() -> Iterator[Server]:
    with running(PLAIN, UNMANAGED, UNSUPERVISED, LOST, WAITING) as server:
        yield server


def enable(server: Server, *management_ids: str) -> requests.Response:
    return server.order("ENABLE_LOST_MODE", *management_ids, lostModeMessage="Bitte melden", lostModePhone="0231")


def commands(server: Server, text: str) -> list[dict[str, Any]]:
    answer = server.get(COMMANDS, {"filter": text})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["results"])


def security(server: Server, number: int) -> dict[str, Any]:
    row = server.rows(section="SECURITY", filter=f"mobileDeviceId=={number}")[0]
    return dict(row["security"])


def test_a_command_waits_until_the_device_acknowledges_it(server: Server) -> None:
    answer = enable(server, PLAIN.management_id)
    uuid = answer.json()[0]["id"]
    assert answer.status_code == 201
    assert commands(server, f"uuid=={uuid}")[0]["commandState"] == "PENDING"
    assert security(server, 1)["lostModeEnabled"] is False
    assert server.steer("POST", "acknowledge", {"management_id": PLAIN.management_id}) == {"acknowledged": 1}
    assert commands(server, f"uuid=={uuid}")[0]["commandState"] == "ACKNOWLEDGED"
    now = security(server, 1)
    texts = [now["lostModeMessage"], now["lostModePhoneNumber"], now["lostModeFootnote"]]
    assert (now["lostModeEnabled"], texts) == (True, ["Bitte melden", "0231", None])
    assert server.ids(filter="lostModeEnabled==true") == [1, 4]


def test_a_lost_device_shows_where_it_is_not_but_that_it_was_located(server: Server) -> None:
    located = security(server, 4)["lostModeLocation"]
    assert located["lostModeLocationTimestamp"] == "2026-08-29 06:30:00 UTC"
    assert not {key for key in located if "itude" in key} - {"lostModeLocationAltitudeMeters"}


def test_secrets_that_a_live_server_sends_are_sent(server: Server) -> None:
    assert security(server, 1)["bootstrapToken"]


def test_lost_mode_is_switched_off_again(server: Server) -> None:
    assert server.order("DISABLE_LOST_MODE", LOST.management_id).status_code == 201
    server.steer("POST", "acknowledge", {})
    assert security(server, 4)["lostModeEnabled"] is False


def test_devices_answer_by_themselves_after_the_time_set(server: Server) -> None:
    server.steer("PUT", "settings", {"acknowledge_seconds": 30})
    enable(server, PLAIN.management_id)
    server.clock.now += 29
    assert security(server, 1)["lostModeEnabled"] is False
    server.clock.now += 1
    assert security(server, 1)["lostModeEnabled"] is True


def test_a_lock_that_waits_in_the_district_stays_until_it_is_acknowledged(server: Server) -> None:
    server.steer("PUT", "settings", {"acknowledge_seconds": 30})
    server.clock.now += 600
    waiting = f"clientManagementId=={WAITING.management_id};command==ENABLE_LOST_MODE;status==Pending"
    assert [row["commandState"] for row in commands(server, waiting)] == ["PENDING"]
    server.steer("POST", "acknowledge")
    assert commands(server, waiting) == []
    assert security(server, 5)["lostModeEnabled"] is True


@pytest.mark.parametrize("other", [UNMANAGED.management_id, "00000000-0000-4000-8000-000000000000"])
def test_one_device_that_cannot_be_reached_spoils_the_whole_order(server: Server, other: str) -> None:
    answer = enable(server, PLAIN.management_id, other)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (500, "SYSTEM_EXCEPTION")
    assert commands(server, f"clientManagementId=={PLAIN.management_id}") == []


def test_lost_mode_needs_a_message_or_a_phone_number(server: Server) -> None:
    assert server.order("ENABLE_LOST_MODE", PLAIN.management_id).status_code == 400
    assert server.order("ENABLE_LOST_MODE", PLAIN.management_id, lostModePhone="+49 231 0").status_code == 201


def test_lost_mode_needs_a_supervised_device(server: Server) -> None:
    assert enable(server, UNSUPERVISED.management_id).status_code == 400


def test_a_sound_needs_a_device_in_lost_mode(server: Server) -> None:
    assert server.order("PLAY_LOST_MODE_SOUND", PLAIN.management_id).status_code == 400
    assert server.order("PLAY_LOST_MODE_SOUND", LOST.management_id).status_code == 201


@pytest.mark.parametrize("body", [{}, {"clientData": [], "commandData": {"commandType": "SETTINGS"}}, [], "x"])
def test_an_order_that_is_none_is_a_400(server: Server, body: object) -> None:
    assert server.send("POST", COMMANDS, body).status_code == 400


def test_an_unknown_command_is_a_400(server: Server) -> None:
    assert server.order("FIND_DEVICE", PLAIN.management_id).status_code == 400


def test_a_list_of_commands_needs_a_filter(server: Server) -> None:
    assert server.get(COMMANDS).status_code == 400


def test_a_device_that_is_gone_never_answers(server: Server) -> None:
    uuid = enable(server, PLAIN.management_id).json()[0]["id"]
    server.steer("DELETE", "devices/1")
    server.steer("POST", "acknowledge")
    assert commands(server, f"uuid=={uuid}")[0]["commandState"] == "PENDING"


def test_an_unknown_field_is_ignored_and_everything_is_listed(server: Server) -> None:
    enable(server, PLAIN.management_id)
    assert len(commands(server, "commandType==DEVICE_LOCK")) == 3


@pytest.mark.parametrize("text", ["uuid==nonsense", "status==Waiting"])
def test_a_bad_uuid_or_status_is_a_500(server: Server, text: str) -> None:
    assert server.get(COMMANDS, {"filter": text}).status_code == 500


def test_dates_of_commands_are_only_compared_by_order(server: Server) -> None:
    assert server.get(COMMANDS, {"filter": "dateSent==2026-09-01"}).status_code == 400
    assert commands(server, "dateSent>2099-01-01") == []


def test_commands_are_sorted_by_the_date_of_sending(server: Server) -> None:
    enable(server, PLAIN.management_id)
    sent = [row["dateSent"] for row in commands(server, "active=in=(true,false)")]
    assert sent == sorted(sent)
    assert server.get(COMMANDS, {"filter": "active==true", "sort": "clientType:asc"}).status_code == 500


def test_commands_are_counted(server: Server) -> None:
    enable(server, PLAIN.management_id)
    assert server.steer("GET", "counters")["commands"] == 1
