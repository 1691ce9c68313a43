"""A mail that the service is down, while most of its settings cannot be used."""

import os
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.command_line import mdm_sync
from tests.far_side import MAIL_LOGIN, MAIL_PASSWORD, MailSide
from tests.settings_file import write_settings

pytestmark = pytest.mark.demo


@pytest.fixture
def environment(mail_server: MailSide, tmp_path: Path) -> dict[str, str]:
    """Settings that are bad but for the table [mail], and the password of the mail server."""
    settings = write_settings(
        tmp_path / "mdm-sync.toml",
        f'language = "en"\n[jamf]\nurl = "http://nowhere"\n[nonsense]\n[mail]\nhost = "localhost"\n'
        f'port = {mail_server.sink.port}\nlogin = "{MAIL_LOGIN}"\nca_file = "{mail_server.ca_file}"\n'
        'sender = "mdm-sync@it.example"\nrecipients = ["team@it.example", "boss@it.example"]\n',
    )
    (tmp_path / "mail-password").write_text(MAIL_PASSWORD)
    (tmp_path / "mail-password").chmod(0o400)
    return {**os.environ, "MDM_SYNC_CONFIG": str(settings), "CREDENTIALS_DIRECTORY": str(tmp_path)}


def test_it_reaches_all_of_the_central_team(environment: dict[str, str], mail_server: MailSide) -> None:
    ran = mdm_sync("alarm", environment=environment)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    [envelope] = mail_server.sink.messages
    assert envelope.recipients == ("team@it.example", "boss@it.example")
    [file] = mail_server.folder.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Subject"].startswith("[mdm-sync] The service is down on ")
    body = message.get_body(("plain",))
    assert body is not None
    assert "journalctl -u mdm-sync" in body.get_content()


def test_without_a_way_for_mail_it_fails_and_says_so(environment: dict[str, str]) -> None:
    settings = Path(environment["MDM_SYNC_CONFIG"])
    settings.write_text(settings.read_text().replace("[mail]", "[post]"))
    ran = mdm_sync("alarm", environment=environment)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"mdm-sync: The settings file {settings} has no table [mail] that can be used.\n"
