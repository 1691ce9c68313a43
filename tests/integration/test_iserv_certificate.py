"""A certificate that is wrong is refused before the password leaves."""

import gc
import warnings
from pathlib import Path

import pytest

from connectors.iserv.limits import Deadline
from connectors.iserv.search import Way, directory
from connectors.trust import trust as trusting
from mdm_sync.core.model import DirectoryAddress
from mdm_sync.errors import PermanentError, TemporaryError
from mdm_sync.ports import DirectoryFailure
from tests.far_side import GOOD, QUICK, WRONG_CERTIFICATES, IServSide, Trust, listening
from tests.integration.demo.background_loop import BackgroundLoop

pytestmark = pytest.mark.demo

NORD = "194011"


class TestCertificate:
    @pytest.mark.parametrize("wrong", WRONG_CERTIFICATES)
    def test_that_is_wrong_is_refused_and_the_server_sees_no_bind(self, iserv: IServSide, wrong: str) -> None:
        with iserv.faulty(f"certificate-{wrong}", NORD):
            before = iserv.binds(NORD)
            answer = iserv.read([iserv.school(NORD)])[NORD]
            after = iserv.binds(NORD)

        assert after == before
        assert isinstance(answer, DirectoryFailure)
        assert "no password was sent" in answer.error

    def test_that_is_right_lets_the_server_see_a_bind(self, iserv: IServSide) -> None:
        before = iserv.binds(NORD)
        iserv.read([iserv.school(NORD)])

        assert iserv.binds(NORD) == before + 1

    @pytest.mark.parametrize("wrong", WRONG_CERTIFICATES)
    def test_that_is_wrong_gets_no_byte_of_ours(self, background: BackgroundLoop, trust: Trust, wrong: str) -> None:
        with listening(background, trust.contexts[wrong]) as server, pytest.raises(PermanentError, match="not trusted"):
            bind(server.port, trust.ca_file)

        assert b"".join(server.heard) == b""

    def test_that_is_right_gets_the_password(self, background: BackgroundLoop, trust: Trust) -> None:
        with listening(background, trust.contexts[GOOD]) as server, pytest.raises(TemporaryError):
            bind(server.port, trust.ca_file)

        assert b"bind-geheim" in b"".join(server.heard)

    def test_that_is_wrong_leaves_no_connection_open(self, background: BackgroundLoop, trust: Trust) -> None:
        with (
            listening(background, trust.contexts["wrong-name"]) as server,
            warnings.catch_warnings(record=True) as told,
        ):
            warnings.simplefilter("always")
            with pytest.raises(PermanentError):
                bind(server.port, trust.ca_file)
            gc.collect()

        assert [str(warning.message) for warning in told if warning.category is ResourceWarning] == []

    def test_of_our_own_authority_is_refused_without_its_file(self, iserv: IServSide) -> None:
        before = iserv.binds(NORD)
        answer = iserv.read([iserv.school(NORD)], ca_file=None)[NORD]

        assert isinstance(answer, DirectoryFailure)
        assert "iserv.ca_file" in answer.error
        assert iserv.binds(NORD) == before

    def test_file_that_is_missing_is_told_for_each_school(self, iserv: IServSide, tmp_path: Path) -> None:
        answers = iserv.read(iserv.schools, ca_file=tmp_path / "missing.pem")

        errors = [answer.error for answer in answers.values() if isinstance(answer, DirectoryFailure)]
        assert len(errors) == 2
        assert all("missing.pem" in error for error in errors)


def bind(port: int, ca_file: Path) -> None:
    address = DirectoryAddress(
        url=f"ldaps://localhost:{port}", base_dn="dc=gs-nord,dc=test", account_dn="cn=mdm-sync,dc=gs-nord,dc=test"
    )
    way = Way(trust=trusting(ca_file, "iserv.ca_file"), limits=QUICK, deadline=Deadline(QUICK.total_seconds))
    with directory(address, "bind-geheim", way):
        pass
