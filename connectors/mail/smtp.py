"""Handing a mail to the mail server: TLS verified before the password leaves."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from connectors.mail.message import message_of, read_mail
from connectors.trust import trust
from mdm_sync.errors import MdmSyncError, PermanentError, RecordError, TemporaryError
from mdm_sync.ports import OutboxEntry

MAILS_A_CONNECTION = 20
"""Some servers end a connection after a number of mails; it is renewed before one is likely to."""

TAKEN = 250
LATER = 400
NEVER = 500
LOGIN_WANTED = 530
"""Authentication required (RFC 4954)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail is handed in, by STARTTLS (RFC 3207) or, with ``tls``, by TLS from the first byte (RFC 8314).

    Attributes:
        login: None where the server asks for none.
        ca_file: certificates to trust beside none other; None for the system's.
        seconds: until it must have answered, each time.
    """

    host: str
    port: int
    login: str | None
    ca_file: Path | None
    tls: bool = False
    seconds: float = 30


@dataclass(slots=True, kw_only=True)
class _Kept:
    """A connection, logged in, and how many mails went by it."""

    connection: smtplib.SMTP
    mails: int = 0


class MailChannel:
    """The way of the mails; satisfies ``mdm_sync.ports.Channel``.

    Args:
        password: of the login, asked for when it is needed.
    """

    def __init__(self, server: SmtpServer, password: Callable[[], str]) -> None:
        self._server = server
        self._password = password
        self._keeps = False
        self._kept: _Kept | None = None

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Inside, one mail after another goes by the same connection, as long as all goes well."""
        self._keeps = True
        try:
            yield
        finally:
            self._keeps = False
            if kept := self._take_kept():
                _part(kept.connection)

    def send(self, entry: OutboxEntry) -> None:
        """Hand one mail to the server.

        Raises:
            TemporaryError: the server is away, or answered 4xx.
            PermanentError: it offers no STARTTLS, wants a login or refuses it, or its certificate is not to be trusted.
            RecordError: it answered 5xx to this mail.
        """
        message = message_of(read_mail(entry.content, entry.key), entry.key)
        self._with_server(lambda connection: connection.send_message(message), entry.key)

    def check(self) -> None:
        """Look whether the server takes our login; no mail is sent.

        Raises:
            TemporaryError, PermanentError: as by ``send``.
        """
        self._with_server(lambda connection: connection.noop(), "check")

    def _with_server(self, act: Callable[[smtplib.SMTP], object], key: str) -> None:
        where = f"{self._server.host}:{self._server.port}"
        try:
            self._connected(act)
        except ssl.SSLCertVerificationError as error:
            raise PermanentError(
                f"The certificate of {where} is not trusted; no password was sent to it. "
                "Check mail.host, and mail.ca_file if the server's authority is your own."
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise PermanentError(f"{where} offers no STARTTLS or no login; nothing is sent in the clear.") from error
        except smtplib.SMTPAuthenticationError as error:
            raise PermanentError(
                f"{where} refuses the login: check mail.login and the secret mail-password."
            ) from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(where, max(code for code, _ in error.recipients.values()), key) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(where, error.smtp_code, key) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryError(f"{where} cannot be reached or broke off ({type(error).__name__}).") from error

    def _connected(self, act: Callable[[smtplib.SMTP], object]) -> None:
        kept = self._take_kept() or _Kept(connection=self._logged_in())
        try:
            act(kept.connection)
        except BaseException:
            _part(kept.connection)
            raise
        kept.mails += 1
        if self._keeps and kept.mails < MAILS_A_CONNECTION:
            self._kept = kept
        else:
            _part(kept.connection)

    def _take_kept(self) -> _Kept | None:
        """The connection that was kept, if the server still answers on it: then nothing of the next mail is lost."""
        kept, self._kept = self._kept, None
        if kept is None:
            return None
        try:
            code, _ = kept.connection.noop()
        except (smtplib.SMTPException, OSError):
            code = NEVER
        if code == TAKEN:
            return kept
        kept.connection.close()
        return None

    def _logged_in(self) -> smtplib.SMTP:
        context = trust(self._server.ca_file, "mail.ca_file")
        connection = self._connection(context)
        try:
            if not self._server.tls:
                connection.starttls(context=context)
            if self._server.login:
                connection.login(self._server.login, self._password())
        except BaseException:
            _part(connection)
            raise
        return connection

    def _connection(self, context: ssl.SSLContext) -> smtplib.SMTP:
        server = self._server
        if server.tls:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=server.seconds, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=server.seconds)


def _part(connection: smtplib.SMTP) -> None:
    """Say good-bye, if the other side still listens, and hang up."""
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()


def _refusal(where: str, code: int, key: str) -> MdmSyncError:
    if LATER <= code < NEVER:
        return TemporaryError(f"{where} asked to come again later ({code}).")
    if code == LOGIN_WANTED:
        return PermanentError(f"{where} takes mail only after a login ({code}): check mail.login.")
    return RecordError(key, f"{where} refused the mail ({code})")
