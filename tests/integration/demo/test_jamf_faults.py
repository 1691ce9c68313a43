import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
import requests
import urllib3

from mdm_sync.demo.jamf.faults import FAULTS
from tests.integration.demo.jamf_world import COMMANDS, DETAIL, Server, ipad, running

pytestmark = pytest.mark.demo

SIZE = 20
PAGES = 3
TARGET = ipad(10)
SECTIONS = ["GENERAL", "HARDWARE", "USER_AND_LOCATION", "SECURITY", "PURCHASING", "GROUPS", "EXTENSION_ATTRIBUTES"]


@pytest.fixture
def server() -> Iterator[Server]:
    with running(*(ipad(number, lost_mode=number == 5) for number in range(1, 61))) as server:
        yield server


def sweep(server: Server) -> tuple[list[int], list[int]]:
    """Ids in the order read, and the totals that the pages named."""
    ids, totals = [], []
    for page in range(PAGES):
        answer = server.get(DETAIL, {"sort": "mobileDeviceId:asc", "page": page, "page-size": SIZE})
        answer.raise_for_status()
        ids += [int(row["mobileDeviceId"]) for row in answer.json()["results"]]
        totals.append(answer.json()["totalCount"])
    return ids, totals


def page_status(server: Server, **params: object) -> list[int]:
    query = {"sort": "mobileDeviceId:asc", "page-size": SIZE, **params}
    return [server.get(DETAIL, {**query, "page": page}).status_code for page in range(PAGES)]


def both_ways(server: Server) -> list[list[int]]:
    return [page_status(server, **{"exception-handling": handling}) for handling in ("STRICT", "LENIENT")]


def statuses(server: Server) -> list[int]:
    return [server.get(DETAIL, {"page-size": 1}).status_code for _ in range(5)]


def body(server: Server) -> str:
    answer = server.get(DETAIL)
    return f"{answer.status_code} {answer.headers['Content-Type']} {answer.text[:6]}"


def read_to_the_end(server: Server) -> str:
    try:
        return f"{len(server.get(DETAIL, {'page-size': SIZE}).json()['results'])} rows"
    except requests.exceptions.ChunkedEncodingError:
        return "broken"


def read_raw(server: Server) -> str:
    """Read without a word about lengths, as a client does that trusts the end of the stream."""
    headers = {"Authorization": str(server.session.headers["Authorization"]), "Accept-Encoding": "gzip"}
    request = Request(f"{server.url}{DETAIL}?page-size={SIZE}", headers=headers)  # noqa: S310 - http on loopback
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - http on loopback
        packed, length = answer.read(), answer.headers["Content-Length"]
    unpacker = zlib.decompressobj(wbits=31)
    unpacker.decompress(packed)
    return f"length {'known' if length else 'unknown'}, {'whole' if unpacker.eof else 'truncated'}"


def answered(server: Server) -> str:
    try:
        return str(server.get(DETAIL, timeout=0.3).status_code)
    except requests.exceptions.ReadTimeout:
        return "no answer"


def answered_at_last(server: Server) -> None:
    with suppress(requests.exceptions.ConnectionError):
        server.get(DETAIL, timeout=60)


def first_and_last_byte(server: Server) -> str:
    address = urlsplit(server.url)
    headers = {"Authorization": str(server.session.headers["Authorization"])}
    with urllib3.HTTPConnectionPool(str(address.hostname), address.port) as pool:
        answer = pool.request("GET", DETAIL, headers=headers, preload_content=False, timeout=0.3)
        assert answer.read(1) == b"{"
        try:
            return f"{len(answer.read()) > 1000}"
        except urllib3.exceptions.ReadTimeoutError:
            return "started only"
        finally:
            answer.close()


def waits_for_seconds(server: Server) -> list[tuple[int, str | None]]:
    first = server.get(DETAIL)
    again = server.get(DETAIL)
    server.clock.now += 7
    later = server.get(DETAIL)
    return [(answer.status_code, answer.headers.get("Retry-After")) for answer in (first, again, later)]


def renewed_once(server: Server) -> tuple[list[int], list[int]]:
    old = statuses(server)
    server.log_in("all")
    return old, statuses(server)


def life(server: Server) -> int:
    form = {"grant_type": "client_credentials", "client_id": "all", "client_secret": "a"}
    return int(requests.post(f"{server.url}/api/v1/oauth/token", data=form, timeout=10).json()["expires_in"])


def lost(server: Server) -> list[int]:
    return server.ids(filter="lostModeEnabled==true;mobileDeviceId<8")


def commands_of(server: Server) -> int:
    return len(server.get(COMMANDS, {"filter": f"clientManagementId=={TARGET.management_id}"}).json()["results"])


def order(server: Server) -> str:
    with suppress(requests.exceptions.ReadTimeout):
        answer = server.order("ENABLE_LOST_MODE", TARGET.management_id, timeout=0.3, lostModeMessage="x")
        return str(answer.status_code)
    return "no answer"


def order_and_count(server: Server) -> tuple[str, int]:
    before = commands_of(server)
    return order(server), commands_of(server) - before


def write_and_read(server: Server) -> list[str]:
    """What is read at once and after the wait, from a device that is written to."""
    server.send("PATCH", "/api/v2/mobile-devices/10", {"location": {"room": "alt"}})
    server.clock.now += 100
    seen = []
    server.send("PATCH", "/api/v2/mobile-devices/10", {"location": {"room": "neu"}})
    for _ in range(2):
        row = server.rows(section="USER_AND_LOCATION", filter="mobileDeviceId==10")[0]
        seen.append(str(row["userAndLocation"]["room"]))
        server.clock.now += 60
    return seen


def sites(server: Server) -> tuple[list[str], int]:
    return [site["id"] for site in server.get("/api/v1/sites").json()], len(server.ids())


def total(server: Server) -> int:
    return int(server.get(DETAIL).json()["totalCount"])


def types(server: Server) -> set[str]:
    row = server.rows(section=SECTIONS, filter="mobileDeviceId==31")[0]
    return {type(row[part][key]).__name__ for part, key in (("general", "managed"), ("security", "lostModeEnabled"))}


def texts(server: Server) -> set[str]:
    found: set[str] = set()
    for row in server.rows(section=SECTIONS, page_size=15):
        user, general = row["userAndLocation"], row["general"]
        found |= {general["displayName"], general["assetTag"], user["username"], user["realName"], user["room"]}
        found |= {row["extensionAttributes"][0]["value"][0], row["groups"][0]["groupName"], user["emailAddress"]}
    marks = ("<script", "\n", "\x1b", "\u202e", "ü" * 10_000, "👩", "=HYPERLINK", "DROP TABLE", "(uid=*", "{{", "\x00")
    return {mark for mark in marks if any(mark in text for text in found)}


EVERY_ONE = list(range(1, 61))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    probe: Callable[[Server], Any]
    well: object
    ill: object
    value: str | None = None


CASES = [
    Case(
        name="duplicate-row",
        probe=sweep,
        well=(EVERY_ONE, [60, 60, 60]),
        ill=([*range(1, 21), 20, *range(21, 40), *range(41, 61)], [60, 60, 60]),
    ),
    Case(
        name="row-moves",
        probe=sweep,
        well=(EVERY_ONE, [60, 60, 60]),
        ill=([*range(1, 21), *range(22, 61), 1], [60, 60, 60]),
    ),
    Case(
        name="fleet-shrinks",
        probe=sweep,
        well=(EVERY_ONE, [60, 60, 60]),
        ill=([*range(1, 21), *range(22, 42), *range(43, 61)], [60, 59, 58]),
    ),
    Case(name="fleet-grows", probe=sweep, well=(EVERY_ONE, [60, 60, 60]), ill=([*range(1, 60)], [57, 58, 59])),
    Case(name="total-lies", probe=sweep, well=(EVERY_ONE, [60, 60, 60]), ill=(EVERY_ONE, [63, 63, 63])),
    Case(
        name="page-cap",
        value="7",
        probe=sweep,
        well=(EVERY_ONE, [60, 60, 60]),
        ill=(EVERY_ONE[:21], [60, 60, 60]),
    ),
    Case(name="page-500", probe=both_ways, well=[[200] * 3] * 2, ill=[[200, 500, 200]] * 2),
    Case(
        name="problem-record", value="3", probe=both_ways, well=[[200] * 3] * 2, ill=[[500, 200, 200], [200, 200, 200]]
    ),
    Case(name="bad-gateway", probe=statuses, well=[200] * 5, ill=[502, 502, 200, 200, 200]),
    Case(
        name="rate-limit",
        value="7",
        probe=waits_for_seconds,
        well=[(200, None)] * 3,
        ill=[(429, "7"), (429, "7"), (200, None)],
    ),
    Case(
        name="unauthorized",
        probe=renewed_once,
        well=([200] * 5, [200] * 5),
        ill=([200, 200, 200, 401, 401], [200] * 5),
    ),
    Case(name="short-token", probe=life, well=1199, ill=30),
    Case(name="html-503", probe=body, well='200 application/json {"tota', ill="503 text/html <html>"),
    Case(name="cut-body", probe=read_to_the_end, well="20 rows", ill="broken"),
    Case(name="truncated-gzip", probe=read_raw, well="length known, whole", ill="length unknown, truncated"),
    Case(name="hang", probe=answered, well="200", ill="no answer"),
    Case(name="slow-drip", value="60000", probe=first_and_last_byte, well="True", ill="started only"),
    Case(
        name="commands-unfiltered",
        probe=commands_of,
        well=0,
        ill=1,
    ),
    Case(name="lost-filter-ignored", probe=lost, well=[5], ill=[1, 2, 3, 4, 5, 6, 7]),
    Case(name="command-500", probe=order_and_count, well=("201", 1), ill=("500", 0)),
    Case(name="command-timeout", probe=order_and_count, well=("201", 1), ill=("no answer", 1)),
    Case(name="stale-read", value="50", probe=write_and_read, well=["neu", "neu"], ill=["alt", "neu"]),
    Case(name="fewer-sites", probe=sites, well=(["1", "2", "3"], 60), ill=(["1", "2"], 40)),
    Case(name="half-fleet", probe=total, well=60, ill=30),
    Case(name="empty-fleet", probe=total, well=60, ill=0),
    Case(
        name="lost-privileges",
        probe=lambda server: server.get(DETAIL).status_code,
        well=200,
        ill=403,
    ),
    Case(name="unreadable-record", probe=types, well={"bool"}, ill={"str"}),
    Case(
        name="hostile-strings",
        probe=lambda server: len(texts(server)),
        well=0,
        ill=11,
    ),
]


def test_every_fault_has_its_case() -> None:
    assert sorted(case.name for case in CASES) == sorted(FAULTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_seen_while_it_is_on_and_gone_when_it_is_off(server: Server, case: Case) -> None:
    assert case.probe(server) == case.well
    server.switch(case.name, value=case.value)
    assert case.name in {name for name, fault in server.steer("GET", "faults").items() if fault["on"]}
    assert case.probe(server) == case.ill
    server.switch(case.name, on=False)
    server.wait_for_calls(0)
    assert case.probe(server) == case.well


def test_a_problem_record_has_no_sections_when_read_leniently(server: Server) -> None:
    server.switch("problem-record", value="3")
    rows = server.rows(section=SECTIONS, **{"exception-handling": "LENIENT"})
    assert {key for key, value in rows[2].items() if value is not None} == {"mobileDeviceId", "deviceType"}
    assert rows[3]["general"]["managed"] is True


def test_a_bad_page_follows_its_record_when_the_page_is_halved(server: Server) -> None:
    server.switch("page-500", value="25")
    query = {"sort": "mobileDeviceId:asc", "page-size": 10}
    assert [server.get(DETAIL, {**query, "page": page}).status_code for page in range(4)] == [200, 200, 500, 200]


def test_a_fault_can_be_aimed_at_one_page(server: Server) -> None:
    server.switch("html-503", value="1@page=1")
    assert page_status(server) == [200, 503, 200]
    assert page_status(server) == [200, 200, 200]


def test_a_fault_can_be_aimed_at_the_token_endpoint(server: Server) -> None:
    server.switch("html-503", value="@POST /api/v1/oauth/token")
    assert requests.post(f"{server.url}/api/v1/oauth/token", timeout=10).status_code == 503
    assert server.get(DETAIL).status_code == 200


def test_a_call_that_hangs_is_answered_when_the_fault_ends(server: Server) -> None:
    server.switch("hang")
    answers: list[int] = []
    thread = Thread(target=lambda: answers.append(server.get(DETAIL).status_code))
    thread.start()
    server.wait_for_calls(1)
    server.switch("hang", on=False)
    thread.join()
    assert answers == [200]


def test_a_call_that_hangs_is_given_up_when_its_client_has_gone(server: Server) -> None:
    server.switch("hang")
    assert answered(server) == "no answer"
    server.session.close()
    server.wait_for_calls(0)
    assert "hang" in server.settings.faults.active()


def test_a_server_stops_although_a_call_hangs() -> None:
    with running(ipad(1)) as server:
        server.switch("hang")
        thread = Thread(target=answered_at_last, args=(server,))
        thread.start()
        server.wait_for_calls(1)
    thread.join()


def test_the_sites_to_hide_can_be_named(server: Server) -> None:
    server.switch("fewer-sites", value="1,3")
    assert sites(server) == (["2"], 20)


def test_hostile_texts_stay_valid_in_the_classic_api(server: Server) -> None:
    server.switch("hostile-strings", value="all")
    listed = server.get("/JSSResource/mobiledevices")
    assert listed.status_code == 200
    assert "\x1b" not in listed.text
    assert "&lt;script&gt;" in listed.text
