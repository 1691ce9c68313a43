"""Whom the connectors trust, and for how long."""

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

from mdm_sync.errors import PermanentError, TemporaryError


def trust(ca_file: Path | None, setting: str) -> ssl.SSLContext:
    """How to check the other side: by the certificates of this file and none other, or by the system's.

    Args:
        ca_file: None for the system's.
        setting: names the file to people.

    Raises:
        PermanentError: the file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:  # faults of ssl are OSErrors, too
        raise PermanentError(f"{setting}: {ca_file} cannot be read or holds no certificate.") from error


def valid_until(host: str, port: int, ca_file: Path | None, *, seconds: float = 10.0) -> datetime:
    """Until when the certificate of a server is valid, by one verified handshake; nothing else is said to it.

    Args:
        host: by which the server is reached and which its certificate must name.
        port: where it listens for TLS.
        ca_file: as in ``trust``.
        seconds: for connecting and for each answer.

    Raises:
        TemporaryError: it cannot be reached, or breaks the handshake off.
        PermanentError: its certificate is not to be trusted, or ``ca_file`` is of no use.
    """
    context = trust(ca_file, "ca_file")
    try:
        with (
            socket.create_connection((host, port), timeout=seconds) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise PermanentError(
            f"{host}:{port}: the certificate is not to be trusted ({error.verify_message.rstrip('.')}). "
            "Renew it there, or name the authority that signed it under ca_file."
        ) from error
    except OSError as error:
        raise TemporaryError(f"{host}:{port} cannot be reached ({_in_words(error)}).") from error
    end = str(certificate.get("notAfter", ""))
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC)


def _in_words(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS, or broke off"
    return error.strerror or "the connection broke"
