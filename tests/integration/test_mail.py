"""The mail channel against the demo's SMTP server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from connectors.mail import MailChannel, SmtpServer
from connectors.mail.message import Mail
from connectors.mail.smtp import MAILS_A_CONNECTION
from mdm_sync.demo.certificates import DemoAuthority
from mdm_sync.errors import MdmSyncError, PermanentError, RecordError, TemporaryError
from mdm_sync.ports import OutboxEntry
from tests.far_side import MAIL_LOGIN, MAIL_PASSWORD, WRONG_CERTIFICATES, MailSide
from tests.integration.demo.background_loop import BackgroundLoop

pytestmark = pytest.mark.demo

KEY = "0123456789abcdef"
SENDER, TEAM = "mdm-sync@systemhaus.example", "mdm-team@systemhaus.example"
TEXT = "Grüße aus Dortmund,\nzwei Geräte fehlen.\n.\nEnde\n"
HTML = "<p>Grüße aus Dortmund, <b>zwei Geräte</b> fehlen.</p>\n"


def entry(key: str = KEY, *, subject: str = "[mdm-sync] 2 neue Befunde – GS Süd", to: str = TEAM) -> OutboxEntry:
    mail = Mail(sender=SENDER, recipients=[to], subject=subject, text=TEXT, html=HTML)
    return OutboxEntry(entry_id=1, key=key, kind="mail", content=mail.to_json(), attempts=0)


def kept(mail_server: MailSide) -> list[EmailMessage]:
    """The messages that the server has, with the line ends of this system."""
    return [parsed(file.read_bytes().replace(b"\r\n", b"\n")) for file in sorted(mail_server.folder.glob("*.eml"))]


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


@contextmanager
def refused(mail_server: MailSide, kind: type[MdmSyncError]) -> Iterator[pytest.ExceptionInfo[MdmSyncError]]:
    """An error of this kind, which tells no secret; no message is kept."""
    with pytest.raises(kind) as refusal:
        yield refusal
    assert MAIL_PASSWORD not in str(refusal.value)
    assert kept(mail_server) == []


class TestSentMail:
    @pytest.fixture
    def sent(self, mail_server: MailSide) -> EmailMessage:
        mail_server.channel().send(entry())
        [message] = kept(mail_server)
        return message

    def test_arrives_encrypted_under_our_login(self, sent: EmailMessage, mail_server: MailSide) -> None:
        [envelope] = mail_server.sink.messages

        assert sent["From"] == SENDER
        assert (envelope.sender, envelope.recipients, envelope.login, envelope.encrypted) == (
            SENDER,
            (TEAM,),
            MAIL_LOGIN,
            True,
        )

    def test_has_its_subject_with_umlauts(self, sent: EmailMessage) -> None:
        assert sent["Subject"] == "[mdm-sync] 2 neue Befunde – GS Süd"

    def test_has_sender_and_recipient(self, sent: EmailMessage) -> None:
        assert (sent["From"], sent["To"]) == (SENDER, TEAM)

    def test_has_an_id_that_comes_from_its_key(self, sent: EmailMessage) -> None:
        assert sent["Message-ID"] == f"<{KEY}@systemhaus.example>"

    def test_says_that_it_is_automatic(self, sent: EmailMessage) -> None:
        assert sent["Auto-Submitted"] == "auto-generated"

    def test_has_text_and_html_side_by_side(self, sent: EmailMessage) -> None:
        assert sent.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
        assert (body(sent, "plain"), body(sent, "html")) == (TEXT, HTML)

    def test_has_no_header_but_these(self, sent: EmailMessage) -> None:
        assert set(sent.keys()) == {
            "From",
            "To",
            "Subject",
            "Message-ID",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
        }


def test_a_check_logs_in_and_sends_nothing(mail_server: MailSide) -> None:
    mail_server.channel().check()
    assert kept(mail_server) == []


def test_a_check_tells_a_wrong_login(mail_server: MailSide) -> None:
    with refused(mail_server, PermanentError) as refusal:
        mail_server.channel(password="wrong").check()
    assert "mail-password" in str(refusal.value)


def test_mail_sent_again_is_known_by_its_id(mail_server: MailSide) -> None:
    channel = mail_server.channel()
    channel.send(entry())
    channel.send(entry())

    assert {message["Message-ID"] for message in kept(mail_server)} == {f"<{KEY}@systemhaus.example>"}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\u2028", "\x0b", "\x85"])
def test_line_break_in_a_subject_makes_no_header_and_no_body(mail_server: MailSide, newline: str) -> None:
    mail_server.channel().send(entry(subject=f"GS Nord{newline}Bcc: all@elsewhere.test"))

    [message] = kept(mail_server)
    assert message["Bcc"] is None
    assert message["Subject"] == "GS Nord Bcc: all@elsewhere.test"
    assert mail_server.sink.messages[0].recipients == (TEAM,)
    assert body(message, "plain") == TEXT


def test_long_subject_arrives_whole(mail_server: MailSide) -> None:
    subject = "Gesamtschule am Übergang " * 40
    mail_server.channel().send(entry(subject=subject))

    assert kept(mail_server)[0]["Subject"] == subject.strip()


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
def test_451_is_a_temporary_error(mail_server: MailSide, command: str) -> None:
    mail_server.switch("temporary-refusal", command)

    with refused(mail_server, TemporaryError) as refusal:
        mail_server.channel().send(entry())
    assert "451" in str(refusal.value)


def test_550_concerns_this_mail_alone(mail_server: MailSide) -> None:
    mail_server.switch("permanent-refusal", TEAM)

    with refused(mail_server, RecordError) as refusal:
        mail_server.channel().send(entry())
    assert isinstance(refusal.value, RecordError)
    assert (refusal.value.key, "550" in refusal.value.reason) == (KEY, True)
    mail_server.channel().send(entry(to="other@systemhaus.example"))


@pytest.mark.parametrize(("login", "password"), [(MAIL_LOGIN, "falsch-geheim"), ("nobody", MAIL_PASSWORD)])
def test_wrong_login_names_the_secret_and_not_its_value(mail_server: MailSide, login: str, password: str) -> None:
    with refused(mail_server, PermanentError) as refusal:
        mail_server.channel(login=login, password=password).send(entry())
    assert "mail.login" in str(refusal.value)
    assert "mail-password" in str(refusal.value)
    assert password not in str(refusal.value)


def test_missing_login_is_no_fault_of_the_mail(mail_server: MailSide) -> None:
    with refused(mail_server, PermanentError) as refusal:
        mail_server.channel(login=None).send(entry())
    assert "mail.login" in str(refusal.value)


def test_server_without_starttls_gets_no_password(mail_server: MailSide) -> None:
    mail_server.switch("no-starttls")

    with refused(mail_server, PermanentError) as refusal:
        mail_server.channel().send(entry())
    assert "STARTTLS" in str(refusal.value)
    assert mail_server.sink.logins == ()
    assert mail_server.sink.counters()["passwords_in_clear"] == 0


@pytest.mark.parametrize("wrong", WRONG_CERTIFICATES)
def test_wrong_certificate_gets_no_password(mail_server: MailSide, wrong: str) -> None:
    mail_server.switch(f"certificate-{wrong}")

    with refused(mail_server, PermanentError) as refusal:
        mail_server.channel().send(entry())
    assert "mail.ca_file" in str(refusal.value)
    assert mail_server.sink.counters()["connections"] == 1
    assert mail_server.sink.logins == ()


def test_connection_lost_after_data_is_a_temporary_error(mail_server: MailSide) -> None:
    mail_server.switch("lost-after-data")

    with refused(mail_server, TemporaryError):
        mail_server.channel().send(entry())


def test_mail_that_was_kept_although_the_answer_got_lost_is_known_by_its_id(mail_server: MailSide) -> None:
    mail_server.switch("lost-after-data", "kept")
    with pytest.raises(TemporaryError):
        mail_server.channel().send(entry())
    mail_server.switch("lost-after-data", on=False)
    mail_server.channel().send(entry())

    assert [message["Message-ID"] for message in kept(mail_server)] == [f"<{KEY}@systemhaus.example>"] * 2


def test_server_that_gives_no_answer_is_a_temporary_error(mail_server: MailSide) -> None:
    mail_server.switch("hang")
    port, ca_file = mail_server.sink.port, mail_server.ca_file
    server = SmtpServer(host="localhost", port=port, login=MAIL_LOGIN, ca_file=ca_file, seconds=0.2)

    with refused(mail_server, TemporaryError):
        MailChannel(server, lambda: MAIL_PASSWORD).send(entry())
    assert mail_server.sink.logins == ()


class TestMailsOneAfterAnother:
    def keys(self, number: int) -> list[str]:
        return [f"{KEY[:-2]}{one:02}" for one in range(number)]

    def test_go_by_one_connection_while_it_is_kept_open(self, mail_server: MailSide) -> None:
        channel = mail_server.channel()
        with channel.kept_open():
            for key in self.keys(3):
                channel.send(entry(key))

        assert len(kept(mail_server)) == 3
        assert len(mail_server.sink.logins) == 1

    def test_go_by_connections_of_their_own_otherwise(self, mail_server: MailSide) -> None:
        channel = mail_server.channel()
        with channel.kept_open():
            channel.send(entry())
        channel.send(entry())
        channel.send(entry())

        assert len(mail_server.sink.logins) == 3

    def test_go_by_a_new_connection_after_twenty(self, mail_server: MailSide) -> None:
        channel = mail_server.channel()
        with channel.kept_open():
            for key in self.keys(MAILS_A_CONNECTION + 1):
                channel.send(entry(key))

        assert len(kept(mail_server)) == MAILS_A_CONNECTION + 1
        assert len(mail_server.sink.logins) == 2

    def test_are_not_lost_with_a_connection_that_the_server_has_ended(self, mail_server: MailSide) -> None:
        channel = mail_server.channel()
        with channel.kept_open():
            channel.send(entry("1" * 16))
            mail_server.hang_up()
            channel.send(entry("2" * 16))

        assert len(kept(mail_server)) == 2
        assert len(mail_server.sink.logins) == 2

    def test_go_by_a_new_connection_after_one_was_refused(self, mail_server: MailSide) -> None:
        channel = mail_server.channel()
        with channel.kept_open():
            channel.send(entry("1" * 16))
            mail_server.switch("permanent-refusal")
            with pytest.raises(RecordError):
                channel.send(entry("2" * 16))
            mail_server.switch("permanent-refusal", on=False)
            channel.send(entry("3" * 16))

        assert len(kept(mail_server)) == 2
        assert len(mail_server.sink.logins) == 2


class Keeping:
    """Keeps what a server by TLS is given (aiosmtpd calls the method by its name)."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.messages.append(parsed(envelope.original_content or b""))
        return "250 OK"


@dataclass(frozen=True, slots=True)
class TlsServer:
    """A server that speaks TLS from the first byte, and what it was given."""

    port: int
    keeping: Keeping


@pytest.fixture(params=["localhost"])
def tls_server(
    request: pytest.FixtureRequest, background: BackgroundLoop, tmp_path: Path, demo_authority: DemoAuthority
) -> Iterator[TlsServer]:
    """One whose certificate is for the host of the parameter."""
    keeping = Keeping()
    context = demo_authority.issue(tmp_path, "tls", [request.param]).server_context()

    async def listen() -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: SMTP(keeping), "127.0.0.1", 0, ssl=context)

    async def close(server: asyncio.Server) -> None:
        server.close()
        await server.wait_closed()

    server = background.call(listen())
    yield TlsServer(server.sockets[0].getsockname()[1], keeping)
    background.call(close(server))


def by_tls(server: TlsServer, mail_server: MailSide) -> MailChannel:
    port, ca_file = server.port, mail_server.ca_file
    return MailChannel(SmtpServer(host="localhost", port=port, login=None, ca_file=ca_file, tls=True), lambda: "")


def test_a_server_by_tls_gets_the_mail(tls_server: TlsServer, mail_server: MailSide) -> None:
    by_tls(tls_server, mail_server).send(entry())

    assert [message["Message-ID"] for message in tls_server.keeping.messages] == [f"<{KEY}@systemhaus.example>"]


@pytest.mark.parametrize("tls_server", ["elsewhere.test"], indirect=True)
def test_a_server_by_tls_with_a_certificate_for_another_host_gets_nothing(
    tls_server: TlsServer, mail_server: MailSide
) -> None:
    with pytest.raises(PermanentError, match="no password was sent"):
        by_tls(tls_server, mail_server).send(entry())
    assert tls_server.keeping.messages == []


def test_a_row_that_is_no_mail_concerns_itself_alone(mail_server: MailSide) -> None:
    unreadable = OutboxEntry(entry_id=1, key=KEY, kind="mail", content="{}", attempts=0)

    with refused(mail_server, RecordError):
        mail_server.channel().send(unreadable)
    assert mail_server.sink.counters()["connections"] == 0


def test_earlier_mails_are_named_so_that_the_thread_stays_together(mail_server: MailSide) -> None:
    mail = Mail(sender=SENDER, recipients=[TEAM], subject="x", text=TEXT, html=HTML, references=["one", "two"])
    mail_server.channel().send(OutboxEntry(entry_id=1, key=KEY, kind="mail", content=mail.to_json(), attempts=0))

    assert kept(mail_server)[0]["References"] == "<one@systemhaus.example> <two@systemhaus.example>"


def test_server_that_is_not_there_is_a_temporary_error(mail_server: MailSide) -> None:
    server = SmtpServer(host="localhost", port=9, login=MAIL_LOGIN, ca_file=mail_server.ca_file)

    with refused(mail_server, TemporaryError) as refusal:
        MailChannel(server, lambda: MAIL_PASSWORD).send(entry())
    assert "localhost:9" in str(refusal.value)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_unusable_ca_file_is_to_be_mended(mail_server: MailSide, tmp_path: Path, content: str | None) -> None:
    ca_file = tmp_path / "own-ca.pem"
    if content is not None:
        ca_file.write_text(content)
    server = SmtpServer(host="localhost", port=mail_server.sink.port, login=MAIL_LOGIN, ca_file=ca_file)

    with refused(mail_server, PermanentError) as refusal:
        MailChannel(server, lambda: MAIL_PASSWORD).send(entry())
    assert "ca_file" in str(refusal.value)


def test_password_is_asked_for_only_when_the_server_is_trusted(mail_server: MailSide) -> None:
    asked: list[str] = []
    server = SmtpServer(host="localhost", port=mail_server.sink.port, login=MAIL_LOGIN, ca_file=mail_server.ca_file)

    def password() -> str:
        asked.append("password")
        return MAIL_PASSWORD

    mail_server.switch("certificate-expired")
    with pytest.raises(PermanentError):
        MailChannel(server, password).send(entry())
    assert asked == []
