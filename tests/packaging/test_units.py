"""The systemd units: locked down, well formed, and without a secret in them."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from mdm_sync.cli.exits import Exit
from mdm_sync.service import LONGEST_END_SECONDS, TICK_SECONDS
from tests.packaging.commands import ROOT, run

UNIT = ROOT / "systemd" / "mdm-sync.service"
ALARM = UNIT.with_name("mdm-sync-alarm.service")
UNITS = pytest.mark.parametrize("unit", [UNIT, ALARM], ids=lambda unit: unit.stem)
TEXT = UNIT.read_text(encoding="utf-8")
MOST_EXPOSED = 1.5
"""On systemd's scale from 0 (locked down) to 10."""

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")


def settings(name: str) -> list[str]:
    """The values of a setting of the unit, in order."""
    return re.findall(rf"^{name}=(.*)$", TEXT, re.MULTILINE)


@needs_systemd
@UNITS
def test_it_is_locked_down(unit: Path) -> None:
    told = run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", unit)
    (exposure,) = re.findall(rf"Overall exposure level for {unit.name}: (\d+\.\d+)", told.stdout)
    assert float(exposure) <= MOST_EXPOSED
    assert told.returncode == 0


@needs_systemd
def test_they_are_well_formed(tmp_path: Path) -> None:
    units = [tmp_path / unit.name for unit in (UNIT, ALARM)]
    for unit in units:
        text = UNIT.with_name(unit.name).read_text(encoding="utf-8")
        unit.write_text(text.replace("ExecStart=/opt/mdm-sync/bin/mdm-sync", f"ExecStart={sys.executable}"))
    told = run("systemd-analyze", "verify", "--man=no", *units)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


@needs_systemd
def test_its_user_can_be_made() -> None:
    told = run("systemd-sysusers", "--dry-run", UNIT.with_name("mdm-sync.sysusers.conf"))
    assert (told.returncode, "Creating user 'mdm-sync'" in told.stderr) == (0, True)
    (user,) = settings("User")
    made = re.findall(r"^u (\S+) ", UNIT.with_name("mdm-sync.sysusers.conf").read_text(encoding="utf-8"), re.MULTILINE)
    assert made == [user]


@UNITS
def test_every_relaxed_line_says_why(unit: Path) -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()
    relaxed = [number for number, line in enumerate(lines) if line.startswith("RestrictAddressFamilies=")]
    assert [lines[number - 1].startswith("# ") for number in relaxed] == [True]


def test_it_says_that_it_is_ready_and_alive_and_who_mails_when_it_is_not() -> None:
    names = ("Type", "NotifyAccess", "OnFailure", "Restart", "RestartPreventExitStatus", "KillMode")
    assert {name: settings(name) for name in names} == {
        "Type": ["notify"],
        "NotifyAccess": ["main"],
        "OnFailure": [ALARM.name],
        "Restart": ["on-failure"],
        "RestartPreventExitStatus": [str(int(Exit.USAGE))],
        "KillMode": ["mixed"],
    }
    assert len(settings("WatchdogSec")) == 1


def test_it_is_given_more_time_to_end_than_it_takes() -> None:
    (given,) = settings("TimeoutStopSec")
    assert given.endswith("min")
    assert 60 * int(given.removesuffix("min")) >= LONGEST_END_SECONDS + TICK_SECONDS


def test_it_starts_the_daemon_with_its_settings() -> None:
    assert settings("ExecStart") == [
        "/opt/mdm-sync/bin/mdm-sync --config /etc/mdm-sync/mdm-sync.toml daemon",
    ]


def test_its_secrets_are_encrypted_credentials_in_files_of_their_own() -> None:
    names = ("jamf-client-secret", "mail-password", "upstream-token", "iserv-passwords")
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
