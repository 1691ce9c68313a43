"""One connection with the mail server, sound or faulty."""

import asyncio
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mdm_sync.demo.sinks.mailbox import Login, Mailbox
from mdm_sync.demo.sinks.switches import Switches

_LATER = "451 4.3.0 Try again later"
_NEVER = "550 5.1.1 No such mailbox"
_LOGIN_FIRST = "530 5.7.0 Authentication required"
_TAKEN = "250 OK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The only account that may send."""

    login: str
    password: str = field(repr=False)


class SilentConnection(asyncio.Protocol):
    """A connection that is accepted and never answered."""

    def __init__(self, transports: set[asyncio.BaseTransport]) -> None:
        self._transports = transports
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the open connections."""
        self._transport = transport
        self._transports.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        """Leave them."""
        if self._transport is not None:
            self._transports.discard(self._transport)


class Connection(SMTP):
    """A connection that speaks SMTP.

    Args:
        handler: answers its commands.
        transports: the open connections, which it joins while it lasts.
        context: the certificate for STARTTLS; without one STARTTLS is not offered.
    """

    def __init__(self, handler: "Handler", transports: set[asyncio.BaseTransport], context: SSLContext | None) -> None:
        super().__init__(
            handler,
            hostname="mail.mdm-sync.test",
            ident="demo",
            enable_SMTPUTF8=True,
            tls_context=context,
            require_starttls=context is not None,
            auth_require_tls=context is not None,
            authenticator=handler.log_in,
            loop=asyncio.get_running_loop(),
        )
        self._transports = transports
        self._wire: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the open connections; the second call, after STARTTLS, is for the same one."""
        if self._wire is None:
            self._wire = transport
            self._transports.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Leave them."""
        if self._wire is not None:
            self._transports.discard(self._wire)
        super().connection_lost(error)

    def cut(self) -> None:
        """End the connection without another word."""
        if self._wire is not None:
            self._wire.close()


class Handler:
    """Answers the commands of all connections (aiosmtpd calls the methods by their names)."""

    def __init__(self, mailbox: Mailbox, switches: Switches, account: Account) -> None:
        self._mailbox = mailbox
        self._switches = switches
        self._account = account
        self._begun: WeakSet[Envelope] = WeakSet()

    def log_in(self, _server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd's signature
        """Check login and password, and remember that they were sent."""
        accepted = data == LoginPassword(self._account.login.encode(), self._account.password.encode())
        self._mailbox.note(
            Login(
                login=_login_of(data),
                password_sent=isinstance(data, LoginPassword) and bool(data.password),
                encrypted=session.ssl is not None,
                accepted=accepted,
            )
        )
        return AuthResult(success=accepted, handled=False, auth_data=data)

    def handle_STARTTLS(self, _server: SMTP, _session: Session, _envelope: Envelope) -> bool:  # noqa: N802 - aiosmtpd's name
        """Count the handshake."""
        self._mailbox.counters["handshakes"] += 1
        return True

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a message, for those who logged in."""
        if not session.authenticated:
            return _LOGIN_FIRST
        if self._refuses_at("mail"):
            return _LATER
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return _TAKEN

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient."""
        if self._refuses_at("rcpt"):
            return _LATER
        if self._refuses_for_good(envelope, address):
            self._mailbox.counters["refused_permanently"] += 1
            return _NEVER
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return _TAKEN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message."""
        if self._refuses_at("data"):
            return _LATER
        if self._switches.first("hang"):
            await self._switches.until_off("hang")
        if self._switches.first("lost-after-data"):
            return await self._lose(server, session, envelope)
        self._keep(session, envelope)
        return _TAKEN

    async def handle_exception(self, error: Exception) -> str:
        """Answer what went wrong, such as a client that refuses the certificate, without a trace in the log."""
        return f"500 {type(error).__name__}"

    def _refuses_at(self, command: str) -> bool:
        refuses = (
            self._switches.first("temporary-refusal") is not None
            and self._switches.value("temporary-refusal", "rcpt") == command
        )
        self._mailbox.counters["refused_temporarily"] += refuses
        return refuses

    def _refuses_for_good(self, envelope: Envelope, address: str) -> bool:
        if self._switches.first("permanent-refusal") is None:
            return False
        if unwanted := self._switches.value("permanent-refusal"):
            return address == unwanted
        first = envelope not in self._begun
        self._begun.add(envelope)
        return first

    async def _lose(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._switches.value("lost-after-data") == "kept":
            self._keep(session, envelope)
        self._mailbox.counters["lost"] += 1
        if isinstance(server, Connection):
            server.cut()
        # The end of the connection cancels this wait.
        end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        return await end

    def _keep(self, session: Session, envelope: Envelope) -> None:
        self._mailbox.keep(
            envelope.original_content or b"",
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            login=_login_of(session.auth_data),
            encrypted=session.ssl is not None,
        )


def _login_of(data: object) -> str:
    return data.login.decode(errors="replace") if isinstance(data, LoginPassword) else ""
