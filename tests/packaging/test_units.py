"""The systemd unit: locked down, well formed, and without a secret in it."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.packaging.commands import ROOT, run

UNIT = ROOT / "systemd" / "mdm-sync.service"
TEXT = UNIT.read_text(encoding="utf-8")
MOST_EXPOSED = 1.5
"""On systemd's scale from 0 (locked down) to 10."""

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")


def settings(name: str) -> list[str]:
    """The values of a setting of the unit, in order."""
    return re.findall(rf"^{name}=(.*)$", TEXT, re.MULTILINE)


@needs_systemd
def test_it_is_locked_down() -> None:
    told = run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", UNIT)
    (exposure,) = re.findall(r"Overall exposure level for mdm-sync\.service: (\d+\.\d+)", told.stdout)
    assert float(exposure) <= MOST_EXPOSED
    assert told.returncode == 0


@needs_systemd
def test_it_is_well_formed(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(TEXT.replace("ExecStart=/opt/mdm-sync/bin/mdm-sync", f"ExecStart={sys.executable}"))
    told = run("systemd-analyze", "verify", "--man=no", unit)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_it_starts_the_daemon_with_its_settings() -> None:
    assert settings("ExecStart") == [
        "/opt/mdm-sync/bin/mdm-sync --config /etc/mdm-sync/mdm-sync.toml daemon",
    ]


def test_its_secrets_are_encrypted_credentials_in_files_of_their_own() -> None:
    names = ("jamf-client-secret", "mail-password", "upstream-token")
    assert settings("LoadCredentialEncrypted") == [f"{name}:/etc/credstore.encrypted/mdm-sync.{name}" for name in names]


def test_it_holds_no_secret_and_no_environment() -> None:
    told = {line.partition("=")[0].lstrip("# ") for line in TEXT.splitlines()}
    assert (
        told & {"SetCredential", "SetCredentialEncrypted", "Environment", "EnvironmentFile", "PassEnvironment"} == set()
    )


def test_its_secrets_are_those_that_the_example_settings_name() -> None:
    example = (ROOT / "config" / "example.toml").read_text(encoding="utf-8")
    named = re.findall(r"^#   (\S+)", example, re.MULTILINE)
    loaded = [value.partition(":")[0] for value in settings("LoadCredentialEncrypted")]
    assert set(named) == {*loaded, "iserv-<Schulnummer>", "jamf-locking-client-secret", "upstream-client-key"}


def test_its_state_is_where_the_settings_expect_it() -> None:
    assert (settings("StateDirectory"), settings("StateDirectoryMode"), settings("UMask")) == (
        ["mdm-sync"],
        ["0700"],
        ["0077"],
    )
