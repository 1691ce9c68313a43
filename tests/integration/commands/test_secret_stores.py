"""Secret stores as desktops have them, real ones: the Secret Service of a D-Bus session, and one of plain text."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import Ran
from tests.settings_file import write_settings

SECRET = "geheim-4711"
DEBIANS_LIBRARIES = Path("/usr/lib/python3/dist-packages")
PLAIN_TEXT = sorted(DEBIANS_LIBRARIES.glob("keyrings.alt-*-info"))
IN_A_SESSION = 'printf opens | gnome-keyring-daemon --unlock --components=secrets >&2; exec "$@"'
IN_A_LOCKED_SESSION = 'gnome-keyring-daemon --start --components=secrets >&2; exec "$@"'

pytestmark = pytest.mark.verify
needs_secret_service = pytest.mark.skipif(
    not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")),
    reason="no Secret Service here: apt-get install dbus-daemon gnome-keyring",
)
needs_plain_text = pytest.mark.skipif(not PLAIN_TEXT, reason="apt-get install python3-keyrings.alt")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of somebody who keeps secrets; settings that need three, and no school."""
    write_settings(
        tmp_path / "mdm-sync.toml",
        'language = "en"\n[jamf]\nurl = "https://jamf.example"\nclient_id = "x"\n[mail]\nhost = "mail.example"\n'
        'login = "mdm-sync"\nsender = "mdm-sync@it.example"\nrecipients = ["team@it.example"]\n',
    )
    headings = "school;name;form;sites;stage;mail_domains;iserv_url;iserv_base;iserv_account"
    (tmp_path / "schools.csv").write_text(f"{headings};student_groups;teacher_groups;staff_groups\n")
    return tmp_path


def secret(home: Path, *arguments: str, session: str = "", stdin: str = "", **more: str) -> Ran:
    """Call ``mdm-sync secret`` as this user; in a D-Bus session of its own that begins with this shell command."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "MDM_SYNC_CONFIG": str(home / "mdm-sync.toml"),
        **more,
    }
    command = [sys.executable, "-m", "mdm_sync", "secret", *arguments]
    if session:
        command = ["dbus-run-session", "--", "sh", "-c", session, "sh", *command]
    done = subprocess.run(
        command, env=environment, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )
    ran = Ran(done.returncode, done.stdout, done.stderr)
    assert SECRET not in ran.out + ran.err
    return ran


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@needs_secret_service
class TestTheSecretService:
    def test_keeps_a_secret_encrypted_beyond_the_session(self, home: Path) -> None:
        kept = secret(home, "set", "mail-password", session=IN_A_SESSION, stdin=f"{SECRET}\n")
        assert kept.code == 0, kept.err
        listed = secret(home, "list", "--format", "json", session=IN_A_SESSION)
        assert listed.document["secrets"] == {"jamf-client-secret": False, "mail-password": True}
        assert list((home / ".local/share/keyrings").glob("*.keyring"))
        assert SECRET.encode() not in everything_in(home)

    def test_that_is_locked_is_told_and_nobody_waits(self, home: Path) -> None:
        assert secret(home, "set", "mail-password", session=IN_A_SESSION, stdin=f"{SECRET}\n").code == 0
        locked = secret(home, "check", session=IN_A_LOCKED_SESSION)
        assert locked.code == 1
        assert "No secret store can be used" in locked.err


@needs_plain_text
def test_a_keyring_of_plain_text_that_the_system_has_is_refused_and_left_empty(home: Path) -> None:
    """Debian's, which keyring takes by itself where there is no other."""
    libraries = home / "libraries"
    libraries.mkdir()
    for path in (*PLAIN_TEXT, DEBIANS_LIBRARIES / "keyrings"):
        (libraries / path.name).symlink_to(path)
    for arguments in (("set", "mail-password"), ("check",)):
        refused = secret(home, *arguments, stdin=f"{SECRET}\n", PYTHONPATH=str(libraries))
        assert refused.code == 1
        assert "keeps secrets as plain text (keyrings.alt.file.PlaintextKeyring)" in refused.err
    assert SECRET.encode() not in everything_in(home)
