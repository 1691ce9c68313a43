"""The one place that talks LDAP: connect, bind, search to the end. All use of ldap3 is here.

ldap3 asks; the answers are read by a strategy of our own, for three reasons. It verifies the certificate within the
handshake, before the password leaves (ldap3 by itself would verify nothing). Every wait on the network ends at the
school's deadline, even where a server drips bytes. And entries are decoded no further than needed, by ``messages``.
A search that did not reach its end raises; it never returns what it has (RFC 4511, RFC 2696).
"""

import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias
from urllib.parse import urlsplit

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.core.results import RESULT_CODES
from ldap3.strategy.base import RESPONSE_COMPLETE
from ldap3.strategy.sync import SyncStrategy

from connectors.iserv.limits import Deadline, Limits
from connectors.iserv.messages import BIND_RESPONSE, Entry, Reference, Result, decode, size
from mdm_sync.core.model import DirectoryAddress
from mdm_sync.errors import PermanentError, TemporaryError

INVALID_CREDENTIALS, NO_SUCH_OBJECT = 49, 32
LDAPS_PORT = 10636
"""IServ's own directory; 636 is taken by its Samba."""

_CHUNK = 1 << 16

Connection: TypeAlias = ldap3.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a directory is reached.

    Attributes:
        trust: by which its certificate is checked.
    """

    trust: ssl.SSLContext
    limits: Limits
    deadline: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All entries of a search, and the number of pages in which they came."""

    entries: Sequence[Entry] = ()
    pages: int = 0


@contextmanager
def directory(address: DirectoryAddress, password: str, way: Way) -> Iterator[Connection]:
    """A connection bound as the school's service account, closed at the end.

    Raises:
        PermanentError: the address is none, the certificate is not to be trusted, or the account is refused.
        TemporaryError: the server cannot be reached, or there is no time left.
    """
    connection = _connection(address, password, way)
    try:
        _bind(connection, address)
        yield connection
    finally:
        _close(connection)


def search(connection: Connection, base: str, query: str, attributes: Sequence[str], page_size: int) -> Answer | None:
    """All entries below ``base``, read to the end of the paging; None where the account sees no such base.

    Raises:
        PermanentError: the answer is cut at a size limit, or refers to another server.
        TemporaryError: the connection broke, the server is busy, or there is no time left.
    """
    how = {"search_base": base, "search_filter": query, "attributes": list(attributes), "search_scope": "SUBTREE"}
    entries: list[Entry] = []
    cookie, pages = b"", 0
    while cookie or not pages:
        result, page = _ask(connection, paged_size=page_size, paged_cookie=cookie or None, **how)
        if result["result"] == NO_SUCH_OBJECT and not pages:
            return None
        _expect_success(result, base)
        _expect_no_reference(page, base)
        entries += page
        cookie, pages = result["cookie"], pages + 1
    return Answer(entries=entries, pages=pages)


def exists(connection: Connection, name: str) -> bool:
    """Whether the account may see this entry; without rights a directory answers as if it were not there."""
    how = {"search_base": name, "search_filter": "(objectClass=*)", "attributes": ["1.1"], "search_scope": "BASE"}
    result, found = _ask(connection, **how)
    if result["result"] == NO_SUCH_OBJECT:
        return False
    _expect_success(result, name)
    _expect_no_reference(found, name)
    return bool(found)


class _Lean(SyncStrategy):  # type: ignore[misc]  # ldap3 has no types
    """ldap3's way to send requests, with a way of our own to connect and to read answers."""

    def __init__(self, connection: Connection, way: Way) -> None:
        super().__init__(connection)
        self._way = way
        self._data = b""
        self._at = 0

    def _open_socket(self, address: Sequence[Any], *_: object, **__: object) -> None:
        limits, deadline = self._way.limits, self._way.deadline
        plain = socket.socket(*address[:3])
        try:
            plain.settimeout(deadline.at_most(limits.connect_seconds))
            plain.connect(address[4])
            plain.settimeout(deadline.at_most(limits.answer_seconds))
            self.connection.socket = self._way.trust.wrap_socket(plain, server_hostname=self.connection.server.host)
        finally:
            plain.close()  # TLS has taken over its descriptor, or there is nothing to keep
        self.connection.closed = False

    def _get_response(self, message_id: int, timeout: float) -> list[Any]:  # noqa: ARG002 - the deadline rules
        """Entries and references as ``messages`` tells them, then the result and a mark, as ldap3 expects them."""
        answers: list[Any] = []
        while True:
            number, message = self._next_message()
            if number != message_id:
                raise TemporaryError("The directory answered a request that was not made, or ended the session.")
            if isinstance(message, Result):
                return [*answers, _as_ldap3_has_it(message), RESPONSE_COMPLETE]
            answers.append(message)

    def _next_message(self) -> tuple[int, Entry | Reference | Result]:
        while (length := size(self._data, self._at)) is None:
            self._receive(len(self._data) - self._at + 1)
        if self._at + length > len(self._data):
            self._receive(length)
        start, self._at = self._at, self._at + length
        return decode(self._data, start, self._at)

    def _receive(self, wanted: int) -> None:
        """Have at least so many bytes from here on; those that are read already are dropped."""
        chunks = [self._data[self._at :]]
        came = len(chunks[0])
        while came < wanted:
            self.connection.socket.settimeout(self._way.deadline.at_most(self._way.limits.answer_seconds))
            chunk = self.connection.socket.recv(_CHUNK)
            if not chunk:
                raise TemporaryError("The directory closed the connection in the middle of an answer.")
            chunks.append(chunk)
            came += len(chunk)
        self._data, self._at = b"".join(chunks), 0


def _as_ldap3_has_it(result: Result) -> Mapping[str, Any]:
    return {
        "type": "bindResponse" if result.operation == BIND_RESPONSE else "searchResDone",
        "result": result.code,
        "description": RESULT_CODES.get(result.code, "unknown"),
        "dn": "",
        "message": "",
        "referrals": None,
        "cookie": result.cookie,
    }


def _connection(address: DirectoryAddress, password: str, way: Way) -> Connection:
    if not password:
        raise PermanentError(f"The password for {address.url} is empty; a directory would take that for no account.")
    host, port = _host_and_port(address.url)
    connection = ldap3.Connection(
        ldap3.Server(host, port=port, use_ssl=True, get_info=ldap3.NONE),
        user=address.account_dn,
        password=password,
        auto_referrals=False,
        auto_range=False,
        check_names=False,
        return_empty_attributes=False,
        read_only=True,
    )
    connection.strategy = strategy = _Lean(connection, way)
    for name in ("open", "send", "get_response", "post_send_single_response", "post_send_search"):
        setattr(connection, name, getattr(strategy, name))  # it has taken them from the strategy that it knows
    return connection


def _host_and_port(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or LDAPS_PORT
        host.encode("idna")  # what a look-up of the name would fail at
    except ValueError as error:
        raise PermanentError(f"{url} is no address of a server. Check the school's iserv_url.") from error
    return host, port


def _bind(connection: Connection, address: DirectoryAddress) -> None:
    try:
        connection.bind()
    except (LDAPException, OSError) as error:
        _refuse_connection(error, address.url)
    result = connection.result["result"]
    if result == INVALID_CREDENTIALS:
        raise PermanentError(f"{address.url} refuses the account {address.account_dn} or its password.")
    _expect_success(connection.result, address.account_dn)


def _refuse_connection(error: Exception, url: str) -> NoReturn:
    """ldap3 keeps one error for each address that it tried."""
    tried = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], list) else []
    causes = [error, *(cause for cause, _ in tried)]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        raise PermanentError(
            f"The certificate of {url} is not trusted; no password was sent to it. "
            "Check the school's iserv_url, and iserv.ca_file if the server's authority is your own."
        ) from error
    if isinstance(causes[-1], TimeoutError):
        raise TemporaryError(f"{url} cannot be reached: it did not answer in time.") from error
    raise TemporaryError(f"{url} cannot be reached or broke off ({type(causes[-1]).__name__}).") from error


def _close(connection: Connection) -> None:
    try:
        connection.unbind()
    except (LDAPException, OSError):
        connection.strategy.close()  # nobody is there to hear it


def _ask(connection: Connection, **how: Any) -> tuple[Mapping[str, Any], list[Any]]:  # noqa: ANN401 - arguments of ldap3
    try:
        connection.search(**how)
    except TimeoutError as error:
        raise TemporaryError(f"The directory did not answer in time while {how['search_base']} was read.") from error
    except (LDAPException, OSError) as error:
        raise TemporaryError(f"The directory broke off while {how['search_base']} was read.") from error
    return connection.result, connection.response or []


def _expect_success(result: Mapping[str, Any], name: str) -> None:
    match result["result"]:
        case 0:
            return
        case 4:
            raise PermanentError(
                f"The directory cuts its answers at a size limit (result 4) below {name}: what came is not all. "
                "The service account needs size.prtotal=unlimited."
            )
        case 10:
            raise PermanentError(f"The directory refers {name} to another server (result 10), which is not followed.")
        case 32:
            raise PermanentError(f"{name} is not there or may not be seen by the service account (result 32).")
        case 3 | 51 | 52:
            raise TemporaryError(f"The directory is busy ({result['description']}) at {name}.")
        case code:
            raise PermanentError(f"The directory answered {code} ({result['description']}) for {name}.")


def _expect_no_reference(answers: Sequence[object], base: str) -> None:
    if any(isinstance(answer, Reference) for answer in answers):
        raise PermanentError(f"The directory refers a part of {base} to another server, which is not followed.")
