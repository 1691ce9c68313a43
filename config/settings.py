"""Every setting with its type, unit and default; ``example.toml`` tells what each is for."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SeverityWord = Literal["info", "warning", "critical"]


def _https(value: str) -> str:
    if urlsplit(value).scheme != "https" or not urlsplit(value).hostname:
        raise ValueError("must be an https:// address")
    return value


def _mail_address(value: str) -> str:
    local, _, domain = value.rpartition("@")
    if not local or not domain or any(character.isspace() for character in value):
        raise ValueError("must be a mail address")
    return value


HttpsUrl = Annotated[str, AfterValidator(_https)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]


class Section(BaseModel):
    """A table of the settings file; an unknown key is an error, for it may be a misspelt one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StateSettings(Section):
    """Where the state is kept."""

    folder: Path = Path("/var/lib/mdm-sync")


class JamfSettings(Section):
    """How Jamf Pro is read."""

    url: HttpsUrl
    client_id: str = Field(min_length=1)
    ca_file: Path | None = None
    page_size: int = Field(default=1000, ge=1, le=2000)
    connections: int = Field(default=5, ge=1, le=5)


class IServSettings(Section):
    """How the schools' directories are read."""

    ca_file: Path | None = None
    page_size: int = Field(default=500, ge=1, le=1000)
    connect_seconds: int = Field(default=10, ge=1)
    answer_seconds: int = Field(default=60, ge=1)


class SchoolsSettings(Section):
    """Which schools there are."""

    register_file: Path = Path("schools.csv")


class MailSettings(Section):
    """How and to whom mail goes out."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    login: str | None = None
    ca_file: Path | None = None
    sender: MailAddress
    recipients: tuple[MailAddress, ...] = Field(min_length=1)


class UpstreamSettings(Section):
    """Where the totals are pushed to."""

    url: HttpsUrl
    ca_file: Path | None = None


class ScheduleSettings(Section):
    """How often the daemon works."""

    reconcile_minutes: int = Field(default=30, ge=1)
    deliver_minutes: int = Field(default=1, ge=1)


class RuleSettings(Section):
    """How one rule is applied."""

    enabled: bool = True
    severity: SeverityWord | None = None


class Settings(Section):
    """All settings. ``mail`` and ``upstream`` may be left out: then nothing goes that way."""

    language: Literal["de", "en"] = "de"
    state: StateSettings = StateSettings()
    jamf: JamfSettings
    iserv: IServSettings = IServSettings()
    schools: SchoolsSettings = SchoolsSettings()
    mail: MailSettings | None = None
    upstream: UpstreamSettings | None = None
    schedule: ScheduleSettings = ScheduleSettings()
    rules: dict[str, RuleSettings] = {}
