import ssl
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import trustme

from tests.integration.demo.jamf_world import DETAIL, Server, Tls, ipad, running

pytestmark = pytest.mark.demo


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    tls = Tls(context=context, authority=str(tmp_path / "ca.pem"))
    with running(*(ipad(number) for number in range(1, 61)), tls=tls) as server:
        yield server


def test_devices_are_read_over_tls(server: Server) -> None:
    assert server.url.startswith("https://")
    assert server.ids() == list(range(1, 61))
    assert server.steer("GET", "counters")["connections_highest"] >= 1


def test_a_body_cut_under_tls_is_an_error_for_the_client(server: Server) -> None:
    server.switch("cut-body")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        server.get(DETAIL)


def test_a_gzip_body_that_ends_early_under_tls_ends_silently(server: Server) -> None:
    server.switch("truncated-gzip")
    with server.session.get(server.url + DETAIL, stream=True, timeout=10) as answer:
        packed = answer.raw.read(decode_content=False)
    unpacker = zlib.decompressobj(wbits=31)
    assert unpacker.decompress(packed).startswith(b'{"totalCount":60')
    assert not unpacker.eof
