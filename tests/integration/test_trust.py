"""Until when a server's certificate is valid, asked of real servers on loopback."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from connectors.trust import valid_until
from mdm_sync.errors import PermanentError, TemporaryError

END = datetime(2199, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@contextmanager
def showing(leaf: trustme.LeafCert) -> Iterator[int]:
    """A server that shows this certificate to the next that comes; yields its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_shake_hands, args=(listening, context))
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join()


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = listening.accept()
    try:
        with context.wrap_socket(plain, server_side=True) as secure:
            secure.recv(1)
    except OSError:
        plain.close()  # the client does not trust us


def test_the_end_of_a_certificate_that_is_trusted(authority: trustme.CA, ca_file: Path) -> None:
    with showing(authority.issue_cert("localhost", not_after=END)) as port:
        assert valid_until("localhost", port, ca_file) == END


def test_one_of_an_unknown_authority_is_not_to_be_trusted(ca_file: Path) -> None:
    with (
        showing(trustme.CA().issue_cert("localhost")) as port,
        pytest.raises(PermanentError, match=r"not to be trusted .* ca_file"),
    ):
        valid_until("localhost", port, ca_file)


def test_one_of_another_name_is_not_to_be_trusted(authority: trustme.CA, ca_file: Path) -> None:
    with showing(authority.issue_cert("elsewhere.test")) as port, pytest.raises(PermanentError, match="localhost"):
        valid_until("localhost", port, ca_file)


def test_an_expired_one_is_not_to_be_trusted(authority: trustme.CA, ca_file: Path) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    leaf = authority.issue_cert("localhost", not_before=past[0], not_after=past[1])
    with showing(leaf) as port, pytest.raises(PermanentError, match="expired"):
        valid_until("localhost", port, ca_file)


def test_where_nobody_listens_it_is_told(ca_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TemporaryError, match=f"localhost:{port} cannot be reached"):
        valid_until("localhost", port, ca_file)


def test_a_server_that_says_nothing_is_given_up(ca_file: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(TemporaryError, match="no answer in time"),
    ):
        valid_until("127.0.0.1", silent.getsockname()[1], ca_file, seconds=0.2)
