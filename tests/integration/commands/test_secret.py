"""``mdm-sync secret``: secrets go in, and none comes out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import Ran
from tests.settings_file import write_settings

SECRET = "geheim-4711"
HEADINGS = "school;name;form;sites;stage;mail_domains;iserv_url;iserv_base;iserv_account"
REGISTER = f"""{HEADINGS};student_groups;teacher_groups;staff_groups
190001;Schule Nord;02;Nord;live;;ldaps://iserv.example;dc=iserv;uid=reader,dc=iserv;Schüler;Lehrer;
190002;Schule Süd;02;Süd;live;;ldaps://iserv.example;dc=iserv;uid=reader,dc=iserv;Schüler;Lehrer;
"""
KEYRING = '''
import json, pathlib
from keyring.backend import KeyringBackend
class InAFile(KeyringBackend):
    """Stands for a desktop's keyring, which a test machine has not."""
    priority = 5
    file = pathlib.Path(__file__).with_name("kept.json")
    def _kept(self): return json.loads(self.file.read_text()) if self.file.exists() else {}
    def get_password(self, service, username): return self._kept().get(username)
    def set_password(self, service, username, password):
        self.file.write_text(json.dumps({**self._kept(), username: password}))
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Settings that need a login for mail, two schools, and a keyring."""
    write_settings(
        tmp_path / "mdm-sync.toml",
        'language = "en"\n[jamf]\nurl = "https://jamf.example"\nclient_id = "x"\n[mail]\nhost = "mail.example"\n'
        'login = "mdm-sync"\nsender = "mdm-sync@it.example"\nrecipients = ["team@it.example"]\n',
    )
    (tmp_path / "schools.csv").write_text(REGISTER)
    (tmp_path / "keyring_of_a_test.py").write_text(KEYRING)
    return tmp_path


def secret(folder: Path, *arguments: str, stdin: str = "", **more: str) -> Ran:
    environment = {key: value for key, value in os.environ.items() if key != "CREDENTIALS_DIRECTORY"}
    environment |= {
        "MDM_SYNC_CONFIG": str(folder / "mdm-sync.toml"),
        "PYTHONPATH": str(folder),
        "PYTHON_KEYRING_BACKEND": "keyring_of_a_test.InAFile",
        **more,
    }
    command = [sys.executable, "-m", "mdm_sync", "secret", *arguments]
    done = subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, check=False)
    ran = Ran(done.returncode, done.stdout, done.stderr)
    assert SECRET not in ran.out + ran.err
    return ran


def kept(folder: Path) -> dict[str, bool]:
    listed = secret(folder, "list", "--format", "json")
    assert listed.code == 0
    secrets: dict[str, bool] = listed.document["secrets"]
    return secrets


def test_what_the_settings_and_the_register_need_is_listed_as_missing_until_it_is_set(folder: Path) -> None:
    needed = ("jamf-client-secret", "mail-password", "iserv-190001", "iserv-190002")
    assert kept(folder) == dict.fromkeys(needed, False)
    assert secret(folder, "set", "mail-password", stdin=f"{SECRET}\n").code == 0
    assert kept(folder) == dict.fromkeys(needed, False) | {"mail-password": True}


def test_instead_of_upstreams_token_the_key_of_a_certificate_is_kept_with_all_its_lines(folder: Path) -> None:
    settings = folder / "mdm-sync.toml"
    upstream = '[upstream]\nurl = "https://city.example/"\nclient_certificate = "mdm-sync.pem"\n'
    settings.write_text(settings.read_text() + upstream)
    key = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
    assert secret(folder, "set", "upstream-client-key", stdin=key).code == 0
    assert {name: there for name, there in kept(folder).items() if "upstream" in name} == {"upstream-client-key": True}
    assert json.loads((folder / "kept.json").read_text()) == {"upstream-client-key": key}


def test_the_passwords_of_all_schools_come_in_at_once(folder: Path) -> None:
    file = folder / "passwords.txt"
    file.write_text(f"190001 {SECRET}\n190002;{SECRET}\n")
    file.chmod(0o600)
    assert secret(folder, "import", str(file)).out == "2\n"
    assert kept(folder)["iserv-190002"]


def test_a_file_of_passwords_that_others_may_read_is_refused_with_the_way_out(folder: Path) -> None:
    file = folder / "passwords.txt"
    file.write_text(f"190001 {SECRET}\n")
    file.chmod(0o640)
    ran = secret(folder, "import", str(file))
    assert (ran.code, ran.err) == (2, f"mdm-sync: {file} may be read by others. Mend it: chmod 600 {file}\n")


def test_check_ends_with_0_only_when_nothing_is_missing(folder: Path) -> None:
    missing = secret(folder, "check")
    assert (missing.code, missing.out.count("MISSING")) == (2, 4)
    names = ("jamf-client-secret", "mail-password", "iserv-190001", "iserv-190002")
    (folder / "kept.json").write_text(json.dumps(dict.fromkeys(names, SECRET)))
    assert secret(folder, "check").code == 0


def test_a_name_that_no_secret_has_is_refused_with_the_nearest(folder: Path) -> None:
    ran = secret(folder, "set", "jamf-client-secrt", stdin=f"{SECRET}\n")
    assert ran.code == 2
    assert "Did you mean jamf-client-secret?" in ran.err


def test_nothing_on_standard_input_is_no_secret(folder: Path) -> None:
    assert secret(folder, "set", "mail-password").code == 2


def test_where_no_keyring_is_the_way_for_a_server_is_told(folder: Path) -> None:
    nothing = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    ran = secret(folder, "set", "mail-password", stdin=f"{SECRET}\n", **nothing)
    assert ran.code == 1
    assert "mdm-sync secret set --sealed mail-password" in ran.err
