"""The example server of docs/upstream.md, run as it stands there, and what it takes."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from connectors.upstream import ClientCertificate, SummaryComposer, UpstreamChannel
from mdm_sync.cycle import run_cycle
from mdm_sync.delivery import LEASE_SECONDS, Delivery, deliver
from mdm_sync.demo.certificates import DemoAuthority, loopback_hosts
from mdm_sync.errors import PermanentError, RecordError, TemporaryError
from mdm_sync.ports import OutboxEntry
from state import Store
from tests.fakes.directories import FakeDirectories
from tests.fakes.fleet import FakeFleet
from tests.integration.commands.district import ADDRESS, equipment
from tests.integration.given_mails import NOW
from tests.replacing import replace
from tests.summary_schema import valid
from tests.unit.core.from_demo import Look
from tests.unit.demo.plans import one_day_after_another

DOCS = Path(__file__).parents[2] / "docs" / "upstream.md"
TOKEN = "stadt-geheim"
FIRST = datetime(2026, 11, 2, 5, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
DAYS = 30
ANSWER_LOST = 10
OUTAGE = range(20, 25)


@dataclass(frozen=True, slots=True)
class Receiver:
    """The example server while it runs."""

    port: int
    folder: Path
    ca_file: Path

    def channel(self, token: str = TOKEN) -> UpstreamChannel:
        return UpstreamChannel(
            url=f"https://localhost:{self.port}/summaries", ca_file=self.ca_file, token=lambda: token
        )

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The summaries that it has, the earliest first."""
        bodies = [json.loads(file.read_text(encoding="utf-8")) for file in self.folder.iterdir()]
        return sorted(bodies, key=lambda body: str(body["run"]["counted_at"]))


def example() -> str:
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return str(code)


@contextmanager
def running(folder: Path) -> Iterator[Receiver]:
    authority = DemoAuthority.create()
    shown = authority.issue(folder, "upstream", loopback_hosts())
    summaries = folder / "summaries"
    summaries.mkdir()
    with closing(socket.create_server(("localhost", 0))) as free:
        port = free.getsockname()[1]
    environment = {
        "PORT": str(port),
        "TOKEN": TOKEN,
        "SUMMARIES": str(summaries),
        "CERTIFICATE": str(shown.certificate),
        "KEY": str(shown.key),
    }
    server = subprocess.Popen(
        [sys.executable, "-c", example()], env=os.environ | environment, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(server, port)
        yield Receiver(port=port, folder=summaries, ca_file=authority.ca_file(folder))
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", port: int) -> None:
    while server.poll() is None:
        try:
            socket.create_connection(("localhost", port), timeout=10).close()
        except ConnectionRefusedError:
            continue
        return
    raise AssertionError(f"the example server ended with {server.returncode}")


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with running(tmp_path) as receiver:
        yield receiver


CONTENT = '{"schema": "mdm-sync/summary/1", "run": {"counted_at": "2026-11-02T05:00:00Z"}}'
ENTRY = OutboxEntry(entry_id=1, key="k", kind="summary", content=CONTENT, attempts=0)


def test_it_is_an_example_of_thirty_lines() -> None:
    assert len([line for line in example().splitlines() if line]) <= 30


def test_it_takes_a_summary_once_and_with_the_right_token_alone(receiver: Receiver) -> None:
    with pytest.raises(PermanentError):
        receiver.channel("falsch").send(ENTRY)
    assert receiver.kept == []

    receiver.channel().send(ENTRY)
    receiver.channel().send(ENTRY)
    assert receiver.kept == [json.loads(ENTRY.content)]


def test_it_does_not_want_another_version(receiver: Receiver) -> None:
    with pytest.raises(RecordError):
        receiver.channel().send(replace(ENTRY, content='{"schema": "mdm-sync/summary/0"}'))
    assert receiver.kept == []


def cycle(store: Store, look: Look, at: datetime) -> None:
    """One cycle of the demo's district as it stands on a day."""
    schools = [replace(school, directory=ADDRESS) for school in look.schools]
    persons = {number: list(of_school) for number, of_school in look.persons.items()}
    fleet, directories = FakeFleet(list(look.devices), look.sites), FakeDirectories(persons)
    run_cycle(replace(equipment(store, fleet, directories, at), summaries=SummaryComposer()), schools)


def sent(store: Store, receiver: Receiver, at: datetime) -> Delivery:
    return deliver(store.outbox, {"summary": receiver.channel()}, lambda: at)


def test_it_takes_the_summaries_of_the_demo_for_a_month(receiver: Receiver, tmp_path: Path) -> None:
    """Nothing changes after the fourth day. Once an answer gets lost, and for five days nothing can leave."""
    story = one_day_after_another(2, 0.05)
    with closing(Store.open(tmp_path / "state")) as store:
        for day in range(DAYS):
            at = FIRST + day * ONE_DAY
            cycle(store, Look(district=story[min(day, len(story) - 1)]), at)
            if day == ANSWER_LOST:
                claimed = store.outbox.claim(at, LEASE_SECONDS)
                assert claimed is not None
                receiver.channel().send(claimed)
            if day not in OUTAGE:
                assert sent(store, receiver, at + timedelta(seconds=LEASE_SECONDS)) == Delivery(sent=1)
    kept = receiver.kept

    days = [datetime.fromisoformat(body["run"]["counted_at"]) for body in kept]
    assert days == [FIRST + day * ONE_DAY for day in range(DAYS) if day not in OUTAGE]
    for body in kept:
        valid(body)
        assert body["district"]["students"] == sum(one["students"] for one in body["schools"])


END_OF_CLAIM, END_OF_SENDING = 2, 4


def killed(folder: Path, receiver: Receiver, step: int) -> bool:
    """Deliver in a process that is killed at this step; whether there was such a step."""
    command = [sys.executable, "-m", "tests.integration.delivery_that_dies", str(folder)]
    ended = subprocess.run(
        [*command, str(receiver.port), str(receiver.ca_file), str(step), TOKEN], cwd=DOCS.parents[1], check=False
    )
    assert ended.returncode in {0, -signal.SIGKILL}
    return ended.returncode != 0


def loses_nothing(folder: Path, receiver: Receiver, step: int) -> bool:
    """Kill a delivery at this step, deliver again when its lease has ended; whether there was such a step."""
    before = len(receiver.kept)
    with closing(Store.open(folder)) as store:
        cycle(store, Look(district=one_day_after_another(1, 0.05)[0]), NOW)
    there_was = killed(folder, receiver, step)
    with closing(Store.open(folder)) as store:
        sent(store, receiver, NOW + timedelta(seconds=LEASE_SECONDS))
        assert store.outbox.totals().sent == 1
    assert len(receiver.kept) == before + 1
    return there_was


@pytest.mark.parametrize("step", [END_OF_CLAIM, END_OF_SENDING])
def test_killed_where_it_hurts_most_a_push_loses_and_doubles_nothing(
    receiver: Receiver, folder: Path, step: int
) -> None:
    assert loses_nothing(folder, receiver, step)


@pytest.mark.verify
def test_killed_at_any_step_a_push_loses_and_doubles_nothing(receiver: Receiver, tmp_path: Path) -> None:
    for step in count(1):
        if not loses_nothing(tmp_path / str(step), receiver, step):
            break
    assert step == 1 + 8  # the beginnings and ends of a claim, a sending, a marking, and of the last claim


class AskingForCertificates:
    """A server that takes whoever shows a certificate of the authority, and notes who."""

    def __init__(self, authority: DemoAuthority, folder: Path) -> None:
        self.shown: list[str] = []
        asking = self

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                certificate: Any = self.connection.getpeercert()
                asking.shown += [name for kind, name in certificate["subjectAltName"] if kind == "DNS"]
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(201)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing on standard error."""

        context = authority.issue(folder, "asking", loopback_hosts()).server_context()
        context.load_verify_locations(authority.ca_file(folder))
        context.verify_mode = ssl.CERT_REQUIRED
        self.server = HTTPServer(("localhost", 0), Taking)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)


class TestClientCertificate:
    @pytest.fixture
    def authority(self) -> DemoAuthority:
        return DemoAuthority.create()

    @pytest.fixture
    def asking(self, authority: DemoAuthority, tmp_path: Path) -> Iterator[AskingForCertificates]:
        asking = AskingForCertificates(authority, tmp_path)
        thread = threading.Thread(target=asking.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield asking
        asking.server.shutdown()
        thread.join()
        asking.server.server_close()

    def channel(self, asking: AskingForCertificates, folder: Path, shown: ClientCertificate | None) -> UpstreamChannel:
        url = f"https://localhost:{asking.server.server_port}/summaries"
        return UpstreamChannel(url=url, ca_file=folder / "ca.pem", certificate=shown)

    def test_is_shown_with_its_key_from_the_secret_store(
        self, asking: AskingForCertificates, authority: DemoAuthority, tmp_path: Path
    ) -> None:
        ours = authority.issue(tmp_path, "ours", ["systemhaus.example"])
        key = ours.key.read_text()
        ours.key.unlink()
        self.channel(asking, tmp_path, ClientCertificate(ours.certificate, lambda: key)).send(ENTRY)

        assert asking.shown == ["systemhaus.example"]

    def test_that_is_not_shown_leaves_the_summary_waiting(self, asking: AskingForCertificates, tmp_path: Path) -> None:
        with pytest.raises(TemporaryError):
            self.channel(asking, tmp_path, None).send(ENTRY)
        assert asking.shown == []

    @pytest.mark.parametrize("key", ["no key", ""])
    def test_whose_key_is_of_no_use_is_to_be_mended(
        self, asking: AskingForCertificates, authority: DemoAuthority, tmp_path: Path, key: str
    ) -> None:
        ours = authority.issue(tmp_path, "ours", ["systemhaus.example"])
        with pytest.raises(PermanentError, match="upstream-client-key"):
            self.channel(asking, tmp_path, ClientCertificate(ours.certificate, lambda: key)).send(ENTRY)
        assert asking.shown == []


class TestProxy:
    def test_is_asked_to_lead_to_the_server_and_hears_nothing_else(self, receiver: Receiver) -> None:
        """A proxy that leads nowhere: the summary waits, and what it heard is the way alone."""
        heard: list[bytes] = []
        with closing(socket.create_server(("localhost", 0))) as proxy:

            def refuse() -> None:
                connection, _ = proxy.accept()
                with connection:
                    heard.append(connection.recv(1 << 16))
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

            thread = threading.Thread(target=refuse)
            thread.start()
            behind = UpstreamChannel(
                url=f"https://localhost:{receiver.port}/summaries",
                ca_file=receiver.ca_file,
                token=lambda: TOKEN,
                proxy=f"http://localhost:{proxy.getsockname()[1]}",
            )
            with pytest.raises(TemporaryError, match="proxy"):
                behind.send(ENTRY)
            thread.join()

        assert heard[0].startswith(f"CONNECT localhost:{receiver.port} HTTP/1.1".encode())
        assert TOKEN.encode() not in heard[0]
        assert receiver.kept == []
