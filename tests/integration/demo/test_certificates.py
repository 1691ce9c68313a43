import socket
import ssl
import threading
from pathlib import Path

import pytest

from mdm_sync.demo.certificates import CertificateFiles, DemoAuthority, loopback_hosts


@pytest.fixture(scope="module")
def authority() -> DemoAuthority:
    return DemoAuthority.create()


def shake_hands(files: CertificateFiles, ca_file: Path, host: str) -> None:
    """Connect a client that trusts the authority with a server that shows the certificate."""
    near, far = socket.socketpair()
    with near, far:
        server = threading.Thread(target=_serve, args=(files, far))
        server.start()
        try:
            ssl.create_default_context(cafile=ca_file).wrap_socket(near, server_hostname=host).close()
        finally:
            near.close()
            server.join()


def _serve(files: CertificateFiles, far: socket.socket) -> None:
    try:
        files.server_context().wrap_socket(far, server_side=True).close()
    except OSError:
        far.close()


@pytest.mark.parametrize("host", loopback_hosts())
def test_issued_certificate_is_accepted_under_every_name_of_this_machine(
    authority: DemoAuthority, tmp_path: Path, host: str
) -> None:
    files = authority.issue(tmp_path, "server", loopback_hosts())

    shake_hands(files, authority.ca_file(tmp_path), host)


def test_names_of_this_machine_include_localhost_and_its_own() -> None:
    assert {"localhost", "127.0.0.1", socket.gethostname()} <= set(loopback_hosts())


def test_key_is_readable_by_its_owner_alone(authority: DemoAuthority, tmp_path: Path) -> None:
    files = authority.issue(tmp_path, "server", ["localhost"])

    assert files.key.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE KEY" not in files.certificate.read_bytes()


def test_issuing_again_replaces_certificate_and_key(authority: DemoAuthority, tmp_path: Path) -> None:
    authority.issue(tmp_path, "server", ["elsewhere.test"])
    files = authority.issue(tmp_path, "server", ["localhost"])

    shake_hands(files, authority.ca_file(tmp_path), "localhost")


def test_expired_certificate_is_refused(authority: DemoAuthority, tmp_path: Path) -> None:
    files = authority.expired(tmp_path, "server", ["localhost"])

    with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
        shake_hands(files, authority.ca_file(tmp_path), "localhost")


def test_certificate_for_another_host_is_refused(authority: DemoAuthority, tmp_path: Path) -> None:
    files = authority.wrong_name(tmp_path, "server")

    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(files, authority.ca_file(tmp_path), "localhost")


def test_certificate_of_an_unknown_authority_is_refused(authority: DemoAuthority, tmp_path: Path) -> None:
    files = authority.unknown(tmp_path, "server", ["localhost"])

    with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        shake_hands(files, authority.ca_file(tmp_path), "localhost")
