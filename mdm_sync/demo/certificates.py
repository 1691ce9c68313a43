"""Server certificates for the demo: good ones, and three kinds that a client must refuse."""

import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme

WRONG_NAME = "elsewhere.test"
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_YESTERYEAR = datetime(2021, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """A certificate chain and its private key, both PEM; the key is readable by its owner alone."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """Return a TLS context for a server that shows this certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context


def loopback_hosts() -> tuple[str, ...]:
    """Return every name by which a client on this machine may check a server on loopback.

    libldap replaces "localhost" by the machine's own full name before it compares names, so that one belongs to them.
    """
    return tuple(dict.fromkeys(("localhost", "127.0.0.1", socket.gethostname(), socket.getfqdn())))


class DemoAuthority:
    """A certificate authority that lives as long as the demo; nothing but the demo trusts it."""

    def __init__(self, authority: trustme.CA) -> None:
        self._authority = authority

    @classmethod
    def create(cls) -> "DemoAuthority":
        """Return a new authority with a key of its own."""
        return cls(trustme.CA(organization_name="mdm-sync demo"))

    def ca_file(self, folder: Path) -> Path:
        """Write the authority's certificate as ``ca.pem`` into the folder and return its path."""
        path = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(path))
        return path

    def issue(self, folder: Path, name: str, hosts: Sequence[str]) -> CertificateFiles:
        """Write ``<name>.pem`` and ``<name>.key``, valid now for the given host names and addresses."""
        return _write(folder, name, self._authority.issue_cert(*hosts))

    def expired(self, folder: Path, name: str, hosts: Sequence[str]) -> CertificateFiles:
        """Like ``issue``, but the certificate ran out years ago."""
        leaf = self._authority.issue_cert(*hosts, not_before=_LONG_AGO, not_after=_YESTERYEAR)
        return _write(folder, name, leaf)

    def wrong_name(self, folder: Path, name: str) -> CertificateFiles:
        """Like ``issue``, but for a host that no client asks for."""
        return self.issue(folder, name, [WRONG_NAME])

    def unknown(self, folder: Path, name: str, hosts: Sequence[str]) -> CertificateFiles:
        """Like ``issue``, but signed by an authority that nobody knows."""
        return DemoAuthority.create().issue(folder, name, hosts)


def _write(folder: Path, name: str, leaf: trustme.LeafCert) -> CertificateFiles:
    files = CertificateFiles(certificate=folder / f"{name}.pem", key=folder / f"{name}.key")
    files.certificate.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
    files.key.unlink(missing_ok=True)
    descriptor = os.open(files.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(leaf.private_key_pem.bytes())
    return files
