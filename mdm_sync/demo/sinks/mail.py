"""The mail server that the program hands its messages to."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from ssl import SSLContext
from types import MappingProxyType

from aiohttp import web

from mdm_sync.demo.certificates import DemoAuthority, loopback_hosts
from mdm_sync.demo.sinks.controls import sink_routes
from mdm_sync.demo.sinks.mailbox import KeptMessage, Login, Mailbox
from mdm_sync.demo.sinks.smtp import Account, Connection, Handler, SilentConnection
from mdm_sync.demo.sinks.switches import Switches

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "temporary-refusal": "451 in answer to RCPT (value: mail, data for another command)",
        "permanent-refusal": "550 for one recipient (value: the address; else the first of each message)",
        "lost-after-data": "the connection is cut instead of the last answer; the message is gone (value: kept)",
        "hang": "no greeting (value: data for no answer to DATA until the fault is off)",
        "certificate-wrong-name": "the certificate is valid for another host",
        "certificate-expired": "the certificate ran out years ago",
        "certificate-unknown": "the certificate is signed by an unknown authority",
        "no-starttls": "STARTTLS is not offered, and a password is taken in the clear",
    }
)
_CERTIFICATES = ("certificate-wrong-name", "certificate-expired", "certificate-unknown")
_GOOD = "good"


class MailSink:
    """A running mail server on loopback: STARTTLS and login are required, messages are kept as files."""

    def __init__(self, mailbox: Mailbox, account: Account, contexts: Mapping[str, SSLContext]) -> None:
        self._mailbox = mailbox
        self._contexts = contexts
        self._switches = Switches(FAULTS)
        self._handler = Handler(mailbox, self._switches, account)
        self._transports: set[asyncio.BaseTransport] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port on loopback."""
        if self._server is None:
            raise RuntimeError("the mail server does not listen")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def messages(self) -> tuple[KeptMessage, ...]:
        """The envelopes of the messages kept since the start."""
        return self._mailbox.messages

    @property
    def logins(self) -> tuple[Login, ...]:
        """The attempts to log in since the start."""
        return self._mailbox.logins

    def switch(self, name: str, on: bool, value: str | None = None) -> None:  # noqa: FBT001 - one shape for all servers
        """Switch a fault for new commands and connections; DemoError if there is none of that name."""
        self._switches.switch(name, on=on, value=value)

    def active(self) -> Mapping[str, str | None]:
        """Return the faults that are on, with their values."""
        return self._switches.active()

    def counters(self) -> Mapping[str, int]:
        """Return what was counted since the start, see ``Mailbox``."""
        return dict(self._mailbox.counters)

    async def listen(self, port: int) -> None:
        """Begin to accept connections; 0 takes a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, "127.0.0.1", port)

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        self._switches.release()
        if self._server is not None:
            self._server.close()
            self.cut()
            await self._server.wait_closed()

    def cut(self) -> None:
        """Cut what is open."""
        for transport in tuple(self._transports):
            transport.close()

    def _connection(self) -> asyncio.BaseProtocol:
        self._mailbox.counters["connections"] += 1
        if self._switches.first("hang") and self._switches.value("hang") != "data":
            return SilentConnection(self._transports)
        return Connection(self._handler, self._transports, self._context())

    def _context(self) -> SSLContext | None:
        if self._switches.first("no-starttls"):
            return None
        return self._contexts[self._switches.first(*_CERTIFICATES) or _GOOD]


async def start_mail_sink(
    folder: Path, authority: DemoAuthority, *, login: str, password: str, port: int = 0
) -> MailSink:
    """Start a mail server in the running loop.

    Args:
        folder: messages go to ``messages/``, certificates to ``certificates/``.
        authority: signs the certificate, which is for this machine's names on loopback.
        login: the only account that may send.
        password: that account's password.
        port: 0 takes a free one.
    """
    # aiosmtpd warns of its own use of an attribute that it deprecates, at every login.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    contexts = _contexts(folder / "certificates", authority)
    sink = MailSink(Mailbox(folder / "messages"), Account(login=login, password=password), contexts)
    await sink.listen(port)
    return sink


def control_routes(sink: MailSink) -> list[web.RouteDef]:
    """Return the routes below ``/mail`` that switch faults and read counters."""
    return sink_routes("/mail", sink, FAULTS)


def _contexts(folder: Path, authority: DemoAuthority) -> Mapping[str, SSLContext]:
    folder.mkdir(parents=True, exist_ok=True)
    hosts = loopback_hosts()
    files = {
        _GOOD: authority.issue(folder, "good", hosts),
        "certificate-wrong-name": authority.wrong_name(folder, "wrong-name"),
        "certificate-expired": authority.expired(folder, "expired", hosts),
        "certificate-unknown": authority.unknown(folder, "unknown", hosts),
    }
    return {name: pair.server_context() for name, pair in files.items()}
