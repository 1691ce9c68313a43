"""The one place that talks LDAP: connect, bind, search to the end. All use of ldap3 is here.

TLS is verified before the password leaves: ``ldap3`` by itself would verify nothing, so ``_VerifiedTls`` is not
optional. A search that did not reach its end raises; it never returns what it has (RFC 4511, RFC 2696).
"""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias
from urllib.parse import urlsplit

import ldap3
from ldap3.core.exceptions import LDAPException

from connectors.trust import trust
from mdm_sync.core.model import DirectoryAddress
from mdm_sync.errors import PermanentError, TemporaryError

INVALID_CREDENTIALS, NO_SUCH_OBJECT = 49, 32
LDAPS_PORT = 10636
"""IServ's own directory; 636 is taken by its Samba."""

Connection: TypeAlias = ldap3.Connection
Entry = Mapping[str, Sequence[bytes]]
"""Attributes of one entry as they came; names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds that a server may take to accept a connection, and for each answer; rows a page."""

    connect_seconds: float = 10
    answer_seconds: float = 60
    page_size: int = 500


@contextmanager
def directory(
    address: DirectoryAddress, password: str, *, ca_file: Path | None, limits: Limits
) -> Iterator[Connection]:
    """A connection bound as the school's service account, closed at the end.

    Raises:
        PermanentError: the address is none, the certificate is not to be trusted, or the account is refused.
        TemporaryError: the server cannot be reached.
    """
    connection = _connection(address, password, ca_file, limits)
    try:
        _bind(connection, address)
        yield connection
    finally:
        _close(connection)


def search(connection: Connection, base: str, query: str, attributes: Sequence[str], page_size: int) -> list[Entry]:
    """All entries below ``base``, read to the end of the paging.

    Raises:
        PermanentError: the answer is cut at a size limit, or refers to another server.
        TemporaryError: the connection broke or the server is busy.
    """
    return list(_pages(connection, base, query, attributes, page_size))


def exists(connection: Connection, name: str) -> bool:
    """Whether the account may see this entry; without rights a directory answers as if it were not there."""
    result, _ = _ask(
        connection, search_base=name, search_filter="(objectClass=*)", attributes=["1.1"], search_scope="BASE"
    )
    if result["result"] == NO_SUCH_OBJECT:
        return False
    _expect_success(result, name)
    return True


class _VerifiedTls(ldap3.Tls):  # type: ignore[misc]  # ldap3 has no types
    """Compares the name within the handshake; ldap3 does so after it, and leaves the connection open on a mismatch."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: Connection, *, do_handshake: bool) -> None:
        """Put TLS around the connection's socket, which is closed where the certificate is not to be trusted."""
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )


def _connection(address: DirectoryAddress, password: str, ca_file: Path | None, limits: Limits) -> Connection:
    host, port = _host_and_port(address.url)
    server = ldap3.Server(
        host,
        port=port,
        use_ssl=True,
        tls=_VerifiedTls(trust(ca_file, "iserv.ca_file")),
        get_info=ldap3.NONE,
        connect_timeout=limits.connect_seconds,
    )
    return ldap3.Connection(
        server,
        user=address.account_dn,
        password=password,
        receive_timeout=limits.answer_seconds,
        auto_referrals=False,
        auto_range=False,
        check_names=False,
        return_empty_attributes=False,
        read_only=True,
    )


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
    except LDAPException as error:
        _refuse_connection(error, address.url)
    result = connection.result["result"]
    if result == INVALID_CREDENTIALS:
        raise PermanentError(f"{address.url} refuses the account {address.account_dn} or its password.")
    _expect_success(connection.result, address.account_dn)


def _refuse_connection(error: LDAPException, url: str) -> NoReturn:
    """ldap3 mixes the cause into the type of its error, or keeps one for each address that it tried."""
    tried = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], list) else []
    causes = [error, *(cause for cause, _ in tried)]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        raise PermanentError(
            f"The certificate of {url} is not trusted; no password was sent to it. "
            "Check the school's iserv_url, and iserv.ca_file if the server's authority is your own."
        ) from error
    raise TemporaryError(f"{url} cannot be reached or broke off ({type(causes[-1]).__name__}).") from error


def _close(connection: Connection) -> None:
    try:
        connection.unbind()
    except (LDAPException, OSError):
        connection.closed = True  # the far side has closed it already


def _pages(connection: Connection, base: str, query: str, attributes: Sequence[str], page_size: int) -> Iterator[Entry]:
    cookie: bytes | None = b""
    while cookie is not None:
        result, response = _ask(
            connection,
            search_base=base,
            search_filter=query,
            attributes=list(attributes),
            search_scope="SUBTREE",
            paged_size=page_size,
            paged_cookie=cookie or None,
        )
        _expect_success(result, base)
        yield from (_entry(item) for item in response if _is_entry(item, base))
        cookie = _next_cookie(result)


def _ask(connection: Connection, **how: Any) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:  # noqa: ANN401 - arguments of ldap3
    try:
        connection.search(**how)
    except LDAPException as error:
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


def _is_entry(item: Mapping[str, Any], base: str) -> bool:
    if item["type"] == "searchResRef":
        raise PermanentError(f"The directory refers a part of {base} to another server, which is not followed.")
    return bool(item["type"] == "searchResEntry")


def _entry(item: Mapping[str, Any]) -> Entry:
    return {str(name).lower(): list(values) for name, values in item["raw_attributes"].items()}


def _next_cookie(result: Mapping[str, Any]) -> bytes | None:
    """Where the next page begins, or None at the end (RFC 2696)."""
    control = result.get("controls", {}).get("1.2.840.113556.1.4.319", {})
    return control.get("value", {}).get("cookie") or None
