from collections.abc import Iterator

import pytest
import requests

from tests.integration.demo.jamf_world import DETAIL, Server, ipad, running

pytestmark = pytest.mark.demo

SECTIONS = ["GENERAL", "HARDWARE", "USER_AND_LOCATION", "SECURITY", "PURCHASING", "GROUPS", "EXTENSION_ATTRIBUTES"]


@pytest.fixture
def server() -> Iterator[Server]:
    with running(*(ipad(number, extension_attributes=()) for number in range(1, 121))) as server:
        yield server


def test_a_wrong_secret_is_invalid_client_with_status_400(server: Server) -> None:
    form = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "wrong"}
    answer = requests.post(f"{server.url}/api/v1/oauth/token", data=form, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_the_older_token_path_gives_tokens_too(server: Server) -> None:
    form = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "r"}
    answer = requests.post(f"{server.url}/api/oauth/token", data=form, timeout=10).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 1199)


def test_without_a_token_the_answer_is_401_in_the_shape_of_api_error(server: Server) -> None:
    answer = requests.get(server.url + DETAIL, timeout=10)
    fault = {"code": "INVALID_TOKEN", "description": "Unauthorized", "id": "0", "field": None}
    assert answer.status_code == 401
    assert answer.json() == {"httpStatus": 401, "errors": [fault]}


def test_pages_together_hold_every_device_once(server: Server) -> None:
    pages = [server.get(DETAIL, {"page": page, "page-size": 50}).json() for page in range(4)]
    assert [len(page["results"]) for page in pages] == [50, 50, 20, 0]
    assert {page["totalCount"] for page in pages} == {120}
    ids = [row["mobileDeviceId"] for page in pages for row in page["results"]]
    assert sorted(map(int, ids)) == list(range(1, 121))


def test_ids_are_sorted_as_numbers(server: Server) -> None:
    assert server.ids(sort="mobileDeviceId:desc") == list(range(120, 0, -1))


def test_sections_not_asked_for_are_null(server: Server) -> None:
    row = server.rows(page_size=1)[0]
    assert row["general"]
    assert row["hardware"] is None
    assert row["security"] is None


def test_a_device_with_the_usual_sections_is_about_3800_bytes(server: Server) -> None:
    answer = server.get(DETAIL, {"section": SECTIONS, "page-size": 100})
    assert 3600 < len(answer.content) / 100 < 4000


def test_gzip_is_sent_only_to_who_takes_it(server: Server) -> None:
    plain = server.session.get(server.url + DETAIL, headers={"Accept-Encoding": "identity"}, timeout=10)
    packed = server.get(DETAIL)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.json() == packed.json()
