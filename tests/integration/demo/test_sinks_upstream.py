import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdm_sync.demo.sinks.upstream import FAULTS, SINK, UpstreamSettings, control_routes, upstream_app
from tests.integration.demo.background_loop import PATIENCE, BackgroundLoop, background_loop, served

pytestmark = pytest.mark.demo

TOKEN = "stadt-token"
SUMMARY = {"schools": 155, "open": {"stolen-not-locked": 3}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The upstream server as a client sees it, and the folder that it writes to."""

    client: httpx.Client
    folder: Path

    def push(self, key: str | None = None, *, token: str = TOKEN, patience: float = PATIENCE) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} | ({} if key is None else {"Idempotency-Key": key})
        return self.client.post("/summaries", json=SUMMARY, headers=headers, timeout=patience)

    def kept(self) -> list[Any]:
        return [json.loads(file.read_text()) for file in sorted(self.folder.glob("*.json"))]

    def fault(self, name: str, *, on: bool, value: str | None = None) -> None:
        self.client.put(f"/upstream/faults/{name}", json={"on": on, "value": value}).raise_for_status()

    @contextmanager
    def faulty(self, name: str, value: str | None = None) -> Iterator[None]:
        """Switch a fault on; afterwards a summary must pass."""
        self.fault(name, on=True, value=value)
        try:
            yield
        finally:
            self.fault(name, on=False)
        kept = len(self.kept())
        assert self.push("after-the-fault").status_code == 201
        assert len(self.kept()) == kept + 1


@pytest.fixture(scope="module")
def loop() -> Iterator[BackgroundLoop]:
    with background_loop() as running:
        yield running


@contextmanager
def running(loop: BackgroundLoop, folder: Path) -> Iterator[Upstream]:
    app = upstream_app(folder, UpstreamSettings(token=TOKEN))
    with (
        served(loop, app, control_routes(app[SINK])) as url,
        httpx.Client(base_url=url, timeout=PATIENCE) as client,
    ):
        yield Upstream(client=client, folder=folder)


@pytest.fixture
def upstream(loop: BackgroundLoop, tmp_path: Path) -> Iterator[Upstream]:
    with running(loop, tmp_path / "summaries") as served_one:
        yield served_one


def test_summary_is_kept_with_its_headers_but_without_the_token(upstream: Upstream) -> None:
    answer = upstream.push("monday")

    assert (answer.status_code, answer.json()) == (201, {"repeated": False})
    [kept] = upstream.kept()
    assert kept["body"] == SUMMARY
    assert {name.lower(): value for name, value in kept["headers"].items()}["idempotency-key"] == "monday"
    assert TOKEN not in json.dumps(kept)


def test_packed_summary_is_kept_unpacked(upstream: Upstream) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Encoding": "gzip"}
    answer = upstream.client.post("/summaries", content=gzip.compress(b'{"a": 1}'), headers=headers)

    assert answer.status_code == 201
    assert upstream.kept()[0]["body"] == {"a": 1}


def test_repeated_key_is_answered_and_not_kept_again(upstream: Upstream) -> None:
    upstream.push("monday")
    again = upstream.push("monday")

    assert (again.status_code, again.json()) == (200, {"repeated": True})
    assert len(upstream.kept()) == 1


def test_repeated_key_is_known_after_a_restart(loop: BackgroundLoop, tmp_path: Path) -> None:
    with running(loop, tmp_path) as first:
        first.push("monday")
    with running(loop, tmp_path) as second:
        assert second.push("monday").json() == {"repeated": True}
        assert second.push("tuesday").json() == {"repeated": False}
        assert sorted(file.name for file in tmp_path.glob("*.json")) == ["0001.json", "0002.json"]


def test_summaries_without_a_key_are_all_kept(upstream: Upstream) -> None:
    upstream.push()
    upstream.push()

    assert len(upstream.kept()) == 2


def test_wrong_token_is_a_401_and_keeps_nothing(upstream: Upstream) -> None:
    answer = upstream.push(token="other")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert upstream.kept() == []


def test_body_that_is_no_json_is_a_400(upstream: Upstream) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}

    assert upstream.client.post("/summaries", content=b"{", headers=headers).status_code == 400


@pytest.mark.parametrize("status", [401, 408, 429, 500, 503])
def test_status_can_be_asked_for_and_keeps_nothing(upstream: Upstream, status: int) -> None:
    with upstream.faulty(f"status-{status}"):
        assert upstream.push("monday").status_code == status
        assert upstream.kept() == []


@pytest.mark.parametrize(
    ("fault", "value", "expected"),
    [("status-429", None, "1"), ("status-429", "7", "7"), ("status-503", "30", "30"), ("status-503", None, None)],
)
def test_status_can_tell_when_to_come_back(
    upstream: Upstream, fault: str, value: str | None, expected: str | None
) -> None:
    with upstream.faulty(fault, value):
        assert upstream.push().headers.get("Retry-After") == expected


@pytest.mark.parametrize(("value", "kept"), [(None, 1), ("lost", 0)])
def test_hanging_server_may_have_kept_the_summary(upstream: Upstream, value: str | None, kept: int) -> None:
    with upstream.faulty("hang", value):
        with pytest.raises(httpx.ReadTimeout):
            upstream.push("monday", patience=0.3)
        assert len(upstream.kept()) == kept
    assert upstream.push("monday").json() == {"repeated": bool(kept)}


def test_answer_can_be_cut_after_the_summary_was_kept(upstream: Upstream) -> None:
    with upstream.faulty("cut-answer"):
        with pytest.raises(httpx.RemoteProtocolError):
            upstream.push("monday")
        assert len(upstream.kept()) == 1


def test_answer_can_drip(upstream: Upstream) -> None:
    with upstream.faulty("slow-drip", "0.01"):
        with upstream.client.stream(
            "POST", "/summaries", json=SUMMARY, headers={"Authorization": f"Bearer {TOKEN}"}
        ) as answer:
            pieces = list(answer.iter_raw())
        assert json.loads(b"".join(pieces)) == {"repeated": False}
        assert len(pieces) > 1


def test_server_stops_although_a_request_hangs(loop: BackgroundLoop, tmp_path: Path) -> None:
    with running(loop, tmp_path) as upstream:
        upstream.fault("hang", on=True)
        with pytest.raises(httpx.ReadTimeout):
            upstream.push(patience=0.3)

    with pytest.raises(httpx.ConnectError):
        httpx.post(upstream.client.base_url.join("/summaries"), json=SUMMARY)


def test_control_tells_faults_and_counts(upstream: Upstream) -> None:
    upstream.push("monday")
    upstream.push("monday")
    upstream.push(token="other")
    upstream.fault("slow-drip", on=True, value="2")

    assert upstream.client.get("/upstream/counters").json() == {"requests": 3, "kept": 1, "repeated": 1, "refused": 1}
    assert upstream.client.get("/upstream/faults").json() == {"known": dict(FAULTS), "active": {"slow-drip": "2"}}


def test_control_refuses_a_value_that_is_no_number(upstream: Upstream) -> None:
    answer = upstream.client.put("/upstream/faults/status-429", json={"on": True, "value": "soon"})

    assert (answer.status_code, upstream.client.get("/upstream/faults").json()["active"]) == (400, {})
