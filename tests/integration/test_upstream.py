"""The upstream channel: against the demo's server over HTTPS, and against answers made to measure."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from pytest_httpx import HTTPXMock

from connectors.upstream import UpstreamChannel
from mdm_sync.errors import MdmSyncError, PermanentError, RecordError, TemporaryError
from mdm_sync.ports import OutboxEntry
from tests.far_side import GOOD, UPSTREAM_TOKEN, WRONG_CERTIFICATES, Trust, UpstreamSide, serving
from tests.integration.demo.background_loop import BackgroundLoop
from tests.replacing import replace

KEY = "0123456789abcdef"
URL = "https://upstream.example/summaries"
SUMMARY = {"schools": {"194011": {"name": "Grundschule Süd", "open": 3}}, "version": 1}
ENTRY = OutboxEntry(entry_id=1, key=KEY, kind="summary", content=json.dumps(SUMMARY, ensure_ascii=False), attempts=0)
demo = pytest.mark.demo


def channel() -> UpstreamChannel:
    return UpstreamChannel(url=URL, token=lambda: UPSTREAM_TOKEN, ca_file=None)


def error_of(send: Callable[[], None]) -> MdmSyncError:
    with pytest.raises(MdmSyncError) as raised:
        send()
    assert UPSTREAM_TOKEN not in str(raised.value)
    return raised.value


class TestACheck:
    @pytest.mark.parametrize("status", [200, 204, 405])
    def test_pushes_nothing_and_shows_the_token(self, httpx_mock: HTTPXMock, status: int) -> None:
        httpx_mock.add_response(status_code=status)
        channel().check()

        [request] = httpx_mock.get_requests()
        assert (request.method, request.headers["Authorization"]) == ("HEAD", f"Bearer {UPSTREAM_TOKEN}")
        assert request.read() == b""

    @pytest.mark.parametrize(("status", "kind"), [(401, PermanentError), (404, PermanentError), (503, TemporaryError)])
    def test_tells_what_a_push_would_meet(self, httpx_mock: HTTPXMock, status: int, kind: type[MdmSyncError]) -> None:
        httpx_mock.add_response(status_code=status)
        assert isinstance(error_of(channel().check), kind)


class TestAnswer:
    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_of_success_is_success(self, httpx_mock: HTTPXMock, status: int) -> None:
        httpx_mock.add_response(status_code=status)
        channel().send(ENTRY)

        [request] = httpx_mock.get_requests()
        assert (request.method, str(request.url), request.read().decode()) == ("POST", URL, ENTRY.content)

    def test_is_asked_for_with_token_key_and_kind_of_content(self, httpx_mock: HTTPXMock) -> None:
        httpx_mock.add_response(status_code=201)
        channel().send(ENTRY)

        [request] = httpx_mock.get_requests()
        names = ("Authorization", "Idempotency-Key", "Content-Type")
        assert [request.headers[name] for name in names] == [f"Bearer {UPSTREAM_TOKEN}", KEY, "application/json"]

    def test_is_asked_for_with_the_digest_of_the_content(self, httpx_mock: HTTPXMock) -> None:
        """As RFC 9530 has it, section 2: sha-256 over the bytes of the body, in base64 between colons."""
        httpx_mock.add_response(status_code=201)
        channel().send(replace(ENTRY, content='{"hello": "world"}'))

        [request] = httpx_mock.get_requests()
        assert request.headers["Content-Digest"] == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"

    def test_is_given_ten_seconds_to_connect_and_a_minute_for_each_other_phase(self, httpx_mock: HTTPXMock) -> None:
        httpx_mock.add_response(status_code=201)
        channel().send(ENTRY)

        [request] = httpx_mock.get_requests()
        assert request.extensions["timeout"] == {"connect": 10, "read": 60, "write": 60, "pool": 10}

    @pytest.mark.parametrize("status", [401, 403])
    def test_that_refuses_the_token_names_the_secret(self, httpx_mock: HTTPXMock, status: int) -> None:
        httpx_mock.add_response(status_code=status)
        error = error_of(lambda: channel().send(ENTRY))

        assert type(error) is PermanentError
        assert (
            str(error) == f"{URL} answered {status}. Check the secret upstream-token, or upstream.client_certificate."
        )

    @pytest.mark.parametrize("status", [400, 409, 413, 422])
    def test_that_refuses_the_content_concerns_this_summary_alone(self, httpx_mock: HTTPXMock, status: int) -> None:
        httpx_mock.add_response(status_code=status)
        error = error_of(lambda: channel().send(ENTRY))

        assert isinstance(error, RecordError)
        assert (error.key, error.reason) == (KEY, f"{URL} answered {status}.")

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
    def test_that_may_pass_is_a_temporary_error(self, httpx_mock: HTTPXMock, status: int) -> None:
        httpx_mock.add_response(status_code=status)
        error = error_of(lambda: channel().send(ENTRY))

        assert isinstance(error, TemporaryError)
        assert error.retry_after is None

    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize(
        ("header", "expected"), [("0", 0), ("120", 120), ("Wed, 02 Sep 2026 07:28:00 GMT", None), ("-5", None)]
    )
    def test_says_when_to_come_back(
        self, httpx_mock: HTTPXMock, status: int, header: str, expected: float | None
    ) -> None:
        httpx_mock.add_response(status_code=status, headers={"Retry-After": header})
        error = error_of(lambda: channel().send(ENTRY))

        assert isinstance(error, TemporaryError)
        assert error.retry_after == expected

    def test_may_name_a_moment_by_the_servers_own_clock(self, httpx_mock: HTTPXMock) -> None:
        headers = {"Date": "Wed, 02 Sep 2026 07:18:00 GMT", "Retry-After": "Wed, 02 Sep 2026 07:28:00 GMT"}
        httpx_mock.add_response(status_code=503, headers=headers)
        error = error_of(lambda: channel().send(ENTRY))

        assert isinstance(error, TemporaryError)
        assert error.retry_after == 600

    def test_of_a_proxy_that_refuses_is_a_temporary_error(self, httpx_mock: HTTPXMock) -> None:
        httpx_mock.add_exception(httpx.ProxyError("407"))

        assert isinstance(error_of(lambda: channel().send(ENTRY)), TemporaryError)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_that_redirects_is_not_followed(self, httpx_mock: HTTPXMock, status: int) -> None:
        httpx_mock.add_response(status_code=status, headers={"Location": "https://elsewhere.test/"})
        error_of(lambda: channel().send(ENTRY))

        assert [str(request.url) for request in httpx_mock.get_requests()] == [URL]

    @pytest.mark.parametrize("status", [301, 308, 404, 405])
    def test_that_comes_from_a_wrong_address_leaves_the_summary_waiting(
        self, httpx_mock: HTTPXMock, status: int
    ) -> None:
        httpx_mock.add_response(status_code=status)
        error = error_of(lambda: channel().send(ENTRY))

        assert type(error) is PermanentError
        assert "upstream.url" in str(error)

    @pytest.mark.parametrize(
        "failure",
        [
            httpx.ConnectTimeout("slow"),
            httpx.ReadTimeout("slow"),
            httpx.WriteTimeout("slow"),
            httpx.PoolTimeout("slow"),
            httpx.ConnectError("refused"),
            httpx.ReadError("cut"),
            httpx.WriteError("cut"),
            httpx.RemoteProtocolError("cut"),
        ],
        ids=lambda failure: type(failure).__name__,
    )
    def test_that_does_not_come_is_a_temporary_error(self, httpx_mock: HTTPXMock, failure: httpx.HTTPError) -> None:
        httpx_mock.add_exception(failure)
        error = error_of(lambda: channel().send(ENTRY))

        assert isinstance(error, TemporaryError)
        assert URL in str(error)


def summaries(upstream_server: UpstreamSide) -> list[Any]:
    return [json.loads(file.read_text()) for file in sorted(upstream_server.folder.glob("*.json"))]


def talkative() -> web.Application:
    """A server that takes everything and never comes to an end as long as it is heard."""

    async def talk(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(status=201, headers={"Content-Encoding": "gzip"})
        await answer.prepare(request)
        while request.transport and not request.transport.is_closing():
            await answer.write(b"and " * 1000)
            await asyncio.sleep(0)  # a write alone lets nobody else have a turn
        return answer

    app = web.Application()
    app.router.add_post("/", talk)
    return app


@contextmanager
def silent(trust: Trust, *, shakes_hands: bool) -> Iterator[str]:
    """A server that takes the connection and says nothing; with a handshake before that, or not even one."""
    with closing(socket.create_server(("localhost", 0))) as server, ExitStack() as open_ones:

        def answer() -> None:
            connection, _ = server.accept()
            open_ones.enter_context(trust.contexts[GOOD].wrap_socket(connection, server_side=True))

        thread = threading.Thread(target=answer)
        if shakes_hands:
            thread.start()
        yield f"https://localhost:{server.getsockname()[1]}/"
        if shakes_hands:
            thread.join()


@demo
class TestSilence:
    """A real server falls silent in each phase of a push."""

    @pytest.mark.parametrize(
        ("phase", "limits", "content"),
        [
            ("ConnectTimeout", httpx.Timeout(30, connect=0.1), ENTRY.content),
            ("WriteTimeout", httpx.Timeout(30, write=0.1), "x" * (1 << 25)),
            ("ReadTimeout", httpx.Timeout(30, read=0.1), ENTRY.content),
        ],
    )
    def test_is_waited_for_as_long_as_the_phase_may_take_and_then_is_a_temporary_error(
        self, trust: Trust, phase: str, limits: httpx.Timeout, content: str
    ) -> None:
        with silent(trust, shakes_hands=phase != "ConnectTimeout") as url:
            silence = UpstreamChannel(url=url, token=lambda: UPSTREAM_TOKEN, ca_file=trust.ca_file, limits=limits)
            error = error_of(lambda: silence.send(replace(ENTRY, content=content)))
        assert type(error) is TemporaryError
        assert str(error) == f"{url} did not answer ({phase})."

    def test_after_it_was_taken_means_that_it_is_sent_again_and_kept_once(self, upstream_server: UpstreamSide) -> None:
        upstream_server.switch("hang")
        impatient = UpstreamChannel(
            url=f"{upstream_server.urls[GOOD]}/summaries",
            token=lambda: UPSTREAM_TOKEN,
            ca_file=upstream_server.ca_file,
            limits=httpx.Timeout(30, read=0.2),
        )
        error = error_of(lambda: impatient.send(ENTRY))
        upstream_server.switch("hang", on=False)
        upstream_server.channel().send(ENTRY)

        assert isinstance(error, TemporaryError)
        assert len(summaries(upstream_server)) == 1


@demo
class TestServer:
    def test_keeps_the_summary_as_it_was_sent(self, upstream_server: UpstreamSide) -> None:
        upstream_server.channel().send(ENTRY)

        [summary] = summaries(upstream_server)
        headers = {name.lower(): value for name, value in summary["headers"].items()}
        assert summary["body"] == SUMMARY
        assert (headers["idempotency-key"], headers["content-type"]) == (KEY, "application/json")

    def test_knows_a_summary_that_is_sent_again(self, upstream_server: UpstreamSide) -> None:
        upstream_server.channel().send(ENTRY)
        upstream_server.channel().send(ENTRY)

        assert upstream_server.sink.counters() == {"requests": 2, "kept": 1, "repeated": 1, "refused": 0}

    def test_that_cuts_its_answer_has_the_summary_once_in_the_end(self, upstream_server: UpstreamSide) -> None:
        upstream_server.switch("cut-answer")
        error = error_of(lambda: upstream_server.channel().send(ENTRY))
        upstream_server.switch("cut-answer", on=False)
        upstream_server.channel().send(ENTRY)

        assert isinstance(error, TemporaryError)
        assert len(summaries(upstream_server)) == 1

    def test_that_does_not_know_the_token_is_to_be_mended(self, upstream_server: UpstreamSide) -> None:
        error = error_of(lambda: upstream_server.channel(token="falsch-geheim").send(ENTRY))

        assert type(error) is PermanentError
        assert "falsch-geheim" not in str(error)
        assert summaries(upstream_server) == []

    @pytest.mark.parametrize("wrong", WRONG_CERTIFICATES)
    def test_with_a_wrong_certificate_gets_no_request(self, upstream_server: UpstreamSide, wrong: str) -> None:
        error = error_of(lambda: upstream_server.channel(wrong).send(ENTRY))

        assert type(error) is PermanentError
        assert "upstream.ca_file" in str(error)
        assert upstream_server.sink.counters()["requests"] == 0

    @pytest.mark.parametrize("token", ["gehäim", "geheim\r\nX-More: 1", "two words", ""])
    def test_is_not_told_what_can_be_no_token(self, upstream_server: UpstreamSide, token: str) -> None:
        error = error_of(lambda: upstream_server.channel(token=token).send(ENTRY))

        assert type(error) is PermanentError
        assert "upstream-token" in str(error)
        assert upstream_server.sink.counters()["requests"] == 0

    def test_that_is_not_there_is_a_temporary_error(self, upstream_server: UpstreamSide) -> None:
        nobody = UpstreamChannel(url="https://localhost:9/", token=lambda: "x", ca_file=upstream_server.ca_file)

        assert isinstance(error_of(lambda: nobody.send(ENTRY)), TemporaryError)

    def test_whose_answer_has_no_end_was_heard_by_its_status(self, trust: Trust, background: BackgroundLoop) -> None:
        """Its body is neither kept nor unpacked."""
        with serving(background, talkative(), trust) as urls:
            UpstreamChannel(url=urls["good"], token=lambda: "x", ca_file=trust.ca_file).send(ENTRY)

    @pytest.mark.parametrize("content", [None, "no certificate"])
    def test_cannot_be_checked_without_a_usable_ca_file(
        self, upstream_server: UpstreamSide, tmp_path: Path, content: str | None
    ) -> None:
        ca_file = tmp_path / "own-ca.pem"
        if content is not None:
            ca_file.write_text(content)
        unchecked = UpstreamChannel(
            url=f"{upstream_server.urls['good']}/summaries", token=lambda: UPSTREAM_TOKEN, ca_file=ca_file
        )

        error = error_of(lambda: unchecked.send(ENTRY))
        assert type(error) is PermanentError
        assert "ca_file" in str(error)
