"""Secrets: systemd's credentials where they are, else the keyring; a message never holds one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordSetError

from config.credentials import SystemdCredentials, is_kept, keep, school_passwords, seal, secret
from mdm_sync.errors import PermanentError

NAME = "iserv-100001"
SECRET = "geheim-4711"


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that systemd hands to a service, with keyring set to look there."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    before = keyring.get_keyring()
    keyring.set_keyring(SystemdCredentials())  # type: ignore[no-untyped-call]  # the library has no types
    yield folder
    keyring.set_keyring(before)


def put(folder: Path, content: str, *, name: str = NAME, mode: int = 0o400) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


class TestWhichBackendIsChosen:
    """By keyring itself, in a process of its own."""

    ASK = "import keyring; chosen = type(keyring.get_keyring()); print(chosen.__module__, chosen.__name__)"

    def chosen(self, home: Path, **more: str) -> str:
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], **more}
        command = [sys.executable, "-c", self.ASK]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return answer.stdout.strip()

    def test_systemd_s_where_it_has_handed_credentials_over(self, tmp_path: Path) -> None:
        assert self.chosen(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path)) == "config.credentials SystemdCredentials"

    def test_another_one_where_it_has_not(self, tmp_path: Path) -> None:
        assert "SystemdCredentials" not in self.chosen(tmp_path)


class TestASecret:
    def test_it_comes_from_the_file_of_its_name(self, credentials: Path) -> None:
        put(credentials, SECRET)
        put(credentials, "another", name="iserv-100002")
        assert secret(NAME) == SECRET

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
    def test_a_newline_at_its_end_is_not_part_of_it(self, credentials: Path, end: str) -> None:
        put(credentials, SECRET + end)
        assert secret(NAME) == SECRET

    def test_white_space_elsewhere_is(self, credentials: Path) -> None:
        put(credentials, " ge heim\t\n")
        assert secret(NAME) == " ge heim\t"

    def test_it_may_hold_any_character(self, credentials: Path) -> None:
        put(credentials, "pässwört-€")
        assert secret(NAME) == "pässwört-€"

    @pytest.mark.parametrize("content", [None, "", "\n"])
    def test_a_missing_or_empty_one_is_told_with_the_ways_to_set_it(
        self, credentials: Path, content: str | None
    ) -> None:
        if content is not None:
            put(credentials, content)
        with pytest.raises(PermanentError) as refusal:
            secret(NAME)
        assert str(refusal.value) == (
            "The secret iserv-100001 is not there. Hand it to the service as a systemd credential of that name, "
            "or keep it in the system's keyring: mdm-sync secret set iserv-100001"
        )

    def test_where_no_secret_store_can_be_used_it_is_told(self) -> None:
        before = keyring.get_keyring()
        keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]  # the library has no types
        try:
            with pytest.raises(PermanentError) as refusal:
                secret(NAME)
        finally:
            keyring.set_keyring(before)
        assert str(refusal.value) == "No secret store can be used to get iserv-100001 (NoKeyringError)."


class TestAFileThatOthersMayRead:
    @pytest.mark.parametrize("mode", [0o404, 0o402, 0o401, 0o644, 0o666])
    def test_it_is_refused_with_the_way_out(self, credentials: Path, mode: int) -> None:
        path = put(credentials, SECRET, mode=mode)
        with pytest.raises(PermanentError) as refusal:
            secret(NAME)
        assert str(refusal.value) == (
            f"The secret file {path} is open to others (mode {mode:04o}). Mend it: chmod 400 {path}"
        )

    @pytest.mark.parametrize("mode", [0o400, 0o600, 0o440])
    def test_the_mask_of_an_access_list_shows_as_group_bits_and_is_fine(self, credentials: Path, mode: int) -> None:
        put(credentials, SECRET, mode=mode)
        assert secret(NAME) == SECRET


class TestThePasswordsOfAllSchoolsInOne:
    def test_a_school_s_stands_behind_its_number(self, credentials: Path) -> None:
        put(credentials, "100001 geheim-4711\n100002 zwei Wörter\n", name="iserv-passwords")
        assert (secret("iserv-100001"), secret("iserv-100002")) == ("geheim-4711", "zwei Wörter")

    def test_a_file_of_its_own_comes_first(self, credentials: Path) -> None:
        put(credentials, "100001 old\n", name="iserv-passwords")
        put(credentials, "new")
        assert secret(NAME) == "new"

    def test_one_that_does_not_stand_there_is_missing(self, credentials: Path) -> None:
        put(credentials, "100001 x\n", name="iserv-passwords")
        with pytest.raises(PermanentError, match="The secret iserv-100009 is not there"):
            secret("iserv-100009")

    def test_comments_and_empty_lines_are_passed_over_and_a_semicolon_is_a_blank(self) -> None:
        assert school_passwords("# all\n\n100001;a;b\n100002\tc\n", "x") == {"100001": "a;b", "100002": "c"}

    def test_what_is_wrong_is_told_all_at_once_and_without_its_content(self) -> None:
        with pytest.raises(PermanentError) as refusal:
            school_passwords("geheim-4711\n100001 geheim-4711\n100001 geheim-4712\n10001 x\n", "passwords.txt")
        assert str(refusal.value) == (
            "passwords.txt cannot be used: line 1 is no Schulnummer, a blank and a password; "
            "line 3: the school 100001 stood there before; line 4 is no Schulnummer, a blank and a password."
        )


class TestAPlainTextKeyring:
    """keyrings.alt brings some; keyring takes them by itself where it finds no other."""

    PLAIN = type("PlaintextKeyring", (NoKeyring,), {"__module__": "keyrings.alt.file"})

    class Several(NoKeyring):
        """Asks one after another, as keyring's own chain does."""

        backends: tuple[object, ...] = ()

    @pytest.fixture(params=["alone", "among others"])
    def plain(self, request: pytest.FixtureRequest) -> Iterator[None]:
        several = self.Several()  # type: ignore[no-untyped-call]  # the library has no types
        several.backends = (NoKeyring(), self.PLAIN())  # type: ignore[no-untyped-call]  # the library has no types
        before = keyring.get_keyring()
        keyring.set_keyring(several if request.param == "among others" else self.PLAIN())
        yield
        keyring.set_keyring(before)

    @pytest.mark.usefixtures("plain")
    def test_it_is_refused_for_reading_and_for_writing(self) -> None:
        for use in (lambda: secret(NAME), lambda: keep(NAME, SECRET), lambda: is_kept(NAME)):
            with pytest.raises(PermanentError, match="keeps secrets as plain text") as refusal:
                use()
            assert SECRET not in str(refusal.value)


class TestSealing:
    """With systemd-creds itself, where it is and may be used; systemd decrypts what comes of it."""

    @pytest.mark.skipif(
        shutil.which("systemd-creds") is None or os.geteuid() != 0, reason="needs systemd-creds(1) and root"
    )
    def test_systemd_reads_what_was_sealed_under_its_name_alone(self, tmp_path: Path) -> None:
        path = seal("mail-password", SECRET, tmp_path / "credstore")
        assert (path.name, path.stat().st_mode & 0o777) == ("mdm-sync.mail-password", 0o600)
        assert SECRET.encode() not in path.read_bytes()
        asked = ["systemd-creds", "decrypt", "--name=mail-password", str(path), "-"]
        assert subprocess.run(asked, capture_output=True, check=True).stdout.decode() == SECRET
        asked[2] = "--name=upstream-token"
        assert subprocess.run(asked, capture_output=True, check=False).returncode != 0

    def test_where_systemd_is_not_it_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(PermanentError, match="systemd-creds is not here"):
            seal("mail-password", SECRET, tmp_path)


class TestTheBackend:
    def test_it_knows_nothing_of_other_services(self, credentials: Path) -> None:
        put(credentials, SECRET)
        assert keyring.get_password("mdm-sync", NAME) == SECRET
        assert keyring.get_password("another", NAME) is None

    def test_it_sets_nothing(self, credentials: Path) -> None:
        with pytest.raises(PasswordSetError, match=r"see systemd-creds\(1\)") as refusal:
            keyring.set_password("mdm-sync", NAME, SECRET)
        assert SECRET not in str(refusal.value)
        assert list(credentials.iterdir()) == []


class TestAMessage:
    @pytest.mark.parametrize("mode", [0o404, 0o400])
    def test_it_never_holds_the_secret(self, credentials: Path, mode: int) -> None:
        put(credentials, SECRET, mode=mode)
        put(credentials, SECRET, name="mail-password", mode=0o404)
        for name in ("mail-password", "missing"):
            with pytest.raises(PermanentError) as refusal:
                secret(name)
            assert SECRET not in str(refusal.value)

    def test_a_secret_that_is_no_utf_8_is_told_without_its_content(self, credentials: Path) -> None:
        path = credentials / NAME
        path.write_bytes("pässwort".encode("latin-1"))
        path.chmod(0o400)
        with pytest.raises(PermanentError, match=NAME) as refusal:
            secret(NAME)
        assert "sswort" not in str(refusal.value)
