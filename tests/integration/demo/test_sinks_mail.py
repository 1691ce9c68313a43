import json
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from mdm_sync.demo.certificates import DemoAuthority
from mdm_sync.demo.sinks.mail import FAULTS, MailSink, control_routes, start_mail_sink
from tests.integration.demo.background_loop import PATIENCE, BackgroundLoop, background_loop, served

pytestmark = pytest.mark.demo

LOGIN, PASSWORD = "mdm-sync", "post-geheim"
HEAD, TEACHER = "leitung@gs-1.test", "lehrkraft@gs-1.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The mail server as a client sees it, its control API, and the folder it writes to."""

    sink: MailSink
    control: httpx.Client
    folder: Path
    trust: ssl.SSLContext

    def connect(self, patience: float = PATIENCE) -> smtplib.SMTP:
        return smtplib.SMTP("localhost", self.sink.port, timeout=patience)

    def send(self, *recipients: str, patience: float = PATIENCE) -> dict[str, tuple[int, bytes]]:
        """Send one message as it should be sent; return the refused recipients."""
        with self.connect(patience) as client:
            client.starttls(context=self.trust)
            client.login(LOGIN, PASSWORD)
            return client.send_message(message(), to_addrs=recipients or [HEAD])

    def fault(self, name: str, *, on: bool, value: str | None = None) -> None:
        self.control.put(f"/mail/faults/{name}", json={"on": on, "value": value}).raise_for_status()

    def counters(self) -> dict[str, int]:
        return {name: int(number) for name, number in self.control.get("/mail/counters").json().items()}

    @contextmanager
    def faulty(self, name: str, value: str | None = None) -> Iterator[None]:
        """Switch a fault on; afterwards a message must pass."""
        self.fault(name, on=True, value=value)
        try:
            yield
        finally:
            self.fault(name, on=False)
        kept = len(self.sink.messages)
        assert self.send() == {}
        assert len(self.sink.messages) == kept + 1


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "mdm-sync@stadt.test"
    mail["To"] = HEAD
    mail["Subject"] = "Drei Geräte gestohlen"
    mail.set_content("Grüße aus dem Systemhaus\n.\n")
    return mail


@pytest.fixture(scope="module")
def loop() -> Iterator[BackgroundLoop]:
    with background_loop() as running:
        yield running


@pytest.fixture
def post(loop: BackgroundLoop, tmp_path: Path) -> Iterator[Post]:
    authority = DemoAuthority.create()
    trust = ssl.create_default_context(cafile=authority.ca_file(tmp_path))
    sink = loop.call(start_mail_sink(tmp_path / "mail", authority, login=LOGIN, password=PASSWORD))
    with (
        served(loop, web.Application(), control_routes(sink)) as url,
        httpx.Client(base_url=url, timeout=PATIENCE) as control,
    ):
        yield Post(sink=sink, control=control, folder=tmp_path / "mail" / "messages", trust=trust)
    loop.call(sink.close())


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_message_is_kept_with_its_envelope(post: Post) -> None:
    assert post.send(HEAD, TEACHER) == {}

    kept = message_from_bytes((post.folder / "0001.eml").read_bytes(), policy=policy.default)
    assert kept["Subject"] == "Drei Geräte gestohlen"
    assert kept.get_content().splitlines() == ["Grüße aus dem Systemhaus", "."]
    assert json.loads((post.folder / "0001.json").read_text()) == {
        "file": "0001.eml",
        "sender": "mdm-sync@stadt.test",
        "recipients": [HEAD, TEACHER],
        "login": LOGIN,
        "encrypted": True,
    }


def test_every_message_has_a_number_of_its_own(post: Post) -> None:
    post.send()
    post.send()

    assert sorted(file.name for file in post.folder.glob("*.eml")) == ["0001.eml", "0002.eml"]


def test_numbers_go_on_after_a_restart(post: Post, loop: BackgroundLoop) -> None:
    post.send()
    authority = DemoAuthority.create()
    later = loop.call(start_mail_sink(post.folder.parent, authority, login=LOGIN, password=PASSWORD))
    trust = ssl.create_default_context(cafile=authority.ca_file(post.folder.parent))
    Post(sink=later, control=post.control, folder=post.folder, trust=trust).send()
    loop.call(later.close())

    assert (post.folder / "0002.eml").exists()


def test_nothing_but_starttls_is_taken_in_the_clear(post: Post) -> None:
    with post.connect() as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.mail("mdm-sync@stadt.test")[0] == 530


def test_message_without_login_is_refused(post: Post) -> None:
    with post.connect() as client:
        client.starttls(context=post.trust)
        client.ehlo()
        assert client.mail("mdm-sync@stadt.test")[0] == 530


def test_wrong_password_is_refused_and_never_written(post: Post) -> None:
    with post.connect() as client:
        client.starttls(context=post.trust)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(LOGIN, "falsch-geraten")

    assert {(one.login, one.password_sent, one.encrypted, one.accepted) for one in post.sink.logins} == {
        (LOGIN, True, True, False)
    }
    assert "falsch-geraten" not in repr((post.sink.logins, post.sink.messages))
    assert not any(b"falsch-geraten" in file.read_bytes() for file in post.folder.parent.rglob("*.*"))


def test_counters_tell_connections_logins_and_messages(post: Post) -> None:
    post.send()

    assert {name: number for name, number in post.counters().items() if number} == {
        "connections": 1,
        "handshakes": 1,
        "logins": 1,
        "messages": 1,
    }


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
def test_temporary_refusal_is_a_451_and_keeps_nothing(post: Post, command: str) -> None:
    with post.faulty("temporary-refusal", command):
        with pytest.raises(smtplib.SMTPException) as refused:
            post.send()
        assert "451" in str(refused.value)
        assert post.sink.messages == ()


def test_permanent_refusal_strikes_one_recipient_and_the_others_get_the_message(post: Post) -> None:
    with post.faulty("permanent-refusal"):
        refused = post.send(HEAD, TEACHER)
        assert {address: code for address, (code, _) in refused.items()} == {HEAD: 550}
        assert post.sink.messages[-1].recipients == (TEACHER,)


def test_permanent_refusal_can_name_the_recipient(post: Post) -> None:
    with post.faulty("permanent-refusal", TEACHER):
        assert post.send(HEAD, TEACHER).keys() == {TEACHER}
        assert post.send(HEAD) == {}


@pytest.mark.parametrize(("value", "kept"), [(None, 0), ("kept", 1)])
def test_connection_can_be_lost_after_data(post: Post, value: str | None, kept: int) -> None:
    with post.faulty("lost-after-data", value):
        with pytest.raises(smtplib.SMTPServerDisconnected):
            post.send()
        assert len(post.sink.messages) == kept


def test_hanging_server_sends_no_greeting(post: Post) -> None:
    with post.faulty("hang"), pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        post.connect(patience=0.3)


def test_hanging_server_can_take_a_message_and_not_answer(post: Post) -> None:
    with post.faulty("hang", "data"):
        with post.connect() as client:
            client.starttls(context=post.trust)
            client.login(LOGIN, PASSWORD)
            client.mail("mdm-sync@stadt.test")
            client.rcpt(HEAD)
            client.docmd("DATA")
            client.send(b"Subject: x\r\n\r\nx\r\n.\r\n")
            assert client.sock is not None
            client.sock.settimeout(0.3)
            with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
                client.getreply()
        assert post.sink.messages == ()


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("certificate-wrong-name", "Hostname mismatch"),
        ("certificate-expired", "certificate has expired"),
        ("certificate-unknown", "certificate verify failed"),
    ],
)
def test_faulty_certificate_is_refused_by_a_client_that_checks(post: Post, fault: str, verdict: str) -> None:
    with post.faulty(fault), post.connect() as client:
        with pytest.raises(ssl.SSLCertVerificationError, match=verdict):
            client.starttls(context=post.trust)
        client.close()


def test_server_without_starttls_notices_a_password_in_the_clear(post: Post) -> None:
    with post.faulty("no-starttls"):
        with post.connect() as client:
            with pytest.raises(smtplib.SMTPNotSupportedError):
                client.starttls(context=post.trust)
            client.login(LOGIN, PASSWORD)
            client.send_message(message())
        assert post.counters()["passwords_in_clear"] == 1
        assert not post.sink.messages[-1].encrypted


def test_server_closes_although_a_client_hangs(loop: BackgroundLoop, tmp_path: Path) -> None:
    sink = loop.call(start_mail_sink(tmp_path, DemoAuthority.create(), login=LOGIN, password=PASSWORD))
    sink.switch("hang", on=True)
    with socket.create_connection(("127.0.0.1", sink.port), PATIENCE) as client:
        wait_for(lambda: sink.counters()["connections"] == 1)
        loop.call(sink.close())
        assert client.recv(1) == b""


def test_control_tells_which_faults_there_are_and_which_are_on(post: Post) -> None:
    post.fault("permanent-refusal", on=True, value=HEAD)

    assert post.control.get("/mail/faults").json() == {"known": dict(FAULTS), "active": {"permanent-refusal": HEAD}}


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("sleepy", '{"on": true}', "no fault is called 'sleepy'"),
        ("hang", '{"on": "yes"}', '"on" is true or false'),
        ("hang", '{"on": true, "value": 3}', '"value" is text or null'),
        ("hang", "on", "the body is no JSON"),
        ("hang", "[]", "no JSON object"),
    ],
)
def test_control_refuses_what_does_not_fit(post: Post, name: str, body: str, message: str) -> None:
    answer = post.control.put(f"/mail/faults/{name}", content=body)

    assert answer.status_code == 400
    assert message in answer.json()["error"]
    assert post.sink.active() == {}
