"""Every setting with its type, unit and default; ``example.toml`` tells what each is for."""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mdm_sync.core.retention import Kept
from mdm_sync.core.rules import Mode

SeverityWord = Literal["info", "warning", "critical"]
MatchingStep = Literal["login", "mail", "login-suffix", "name"]
SchoolNumber = Annotated[str, Field(pattern="^[0-9]{6}$")]
_LONGEST_HOLIDAY = timedelta(days=100)


def _https(value: str) -> str:
    if urlsplit(value).scheme != "https" or not urlsplit(value).hostname:
        raise ValueError("must be an https:// address")
    return value


def _proxy(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http:// or https:// address")
    if parts.username or parts.password:
        raise ValueError("must hold no login: a proxy that asks for one is not supported")
    return value


def _mail_address(value: str) -> str:
    local, _, domain = value.rpartition("@")
    if not local or not domain or any(character.isspace() for character in value):
        raise ValueError("must be a mail address")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("must be a time zone such as Europe/Berlin") from error
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"must be a regular expression: {error}") from error
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]


def _day_of_year(value: str) -> str:
    try:
        date.fromisoformat(f"2024-{value}")  # a leap year
    except ValueError as error:
        raise ValueError("must be a day as MM-DD") from error
    return value


DayOfYear = Annotated[str, AfterValidator(_day_of_year)]
ProxyUrl = Annotated[str, AfterValidator(_proxy)]
HttpsUrl = Annotated[str, AfterValidator(_https)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]


def _changes_at(clock: time, zone: ZoneInfo) -> bool:
    """Whether this time of day is left out or comes twice on some day of a sample year."""
    days = (datetime.combine(date(2026, 1, 1) + timedelta(days=number), clock, zone) for number in range(365))
    return any(day.utcoffset() != day.replace(fold=1).utcoffset() for day in days)


class Section(BaseModel):
    """A table of the settings file; an unknown key is an error, for it may be a misspelt one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StateSettings(Section):
    """Where the state is kept."""

    folder: Path = Path("/var/lib/mdm-sync")
    wait_seconds: int = Field(default=60, ge=0)


class JamfSettings(Section):
    """How Jamf Pro is read."""

    url: HttpsUrl
    client_id: str = Field(min_length=1)
    ca_file: Path | None = None
    page_size: int = Field(default=1000, ge=1, le=2000)
    connections: int = Field(default=5, ge=1, le=5)
    changes_minutes: int = Field(default=0, ge=0, le=1440)
    oldest_hours: int = Field(default=24, ge=1)


class IServSettings(Section):
    """How the schools' directories are read."""

    ca_file: Path | None = None
    page_size: int = Field(default=500, ge=1, le=1000)
    connect_seconds: int = Field(default=10, ge=1)
    answer_seconds: int = Field(default=60, ge=1)
    school_seconds: int = Field(default=120, ge=1)
    processes: int | None = Field(default=None, ge=1, le=16)
    at_a_time: int = Field(default=8, ge=1, le=64)
    class_patterns: tuple[Pattern, ...] = (r"klasse[ .](?=[^ .])(?:(?P<grade>\d{1,2}(?:[-/]\d{1,2})?)(?!\d))?[^ .]*",)
    year_patterns: tuple[Pattern, ...] = (r"jahrgang[ .](?P<grade>\d{1,2}(?:[-/]\d{1,2})?)(?!\d)",)
    oldest_hours: int = Field(default=72, ge=1)


class RingSettings(Section):
    """How large a conclusion may be before it is held back; number and share must both be exceeded."""

    opened_number: int = Field(ge=0)
    opened_percent: int = Field(ge=0, le=100)
    resolved_number: int = Field(ge=0)
    resolved_percent: int = Field(ge=0, le=100)


class SchoolRing(RingSettings):
    """One rule at one school."""

    opened_number: int = Field(default=20, ge=0)
    opened_percent: int = Field(default=10, ge=0, le=100)
    resolved_number: int = Field(default=30, ge=0)
    resolved_percent: int = Field(default=50, ge=0, le=100)


class RuleRing(RingSettings):
    """One rule at all schools."""

    opened_number: int = Field(default=200, ge=0)
    opened_percent: int = Field(default=5, ge=0, le=100)
    resolved_number: int = Field(default=300, ge=0)
    resolved_percent: int = Field(default=30, ge=0, le=100)


class AllRing(RingSettings):
    """All rules at all schools."""

    opened_number: int = Field(default=1000, ge=0)
    opened_percent: int = Field(default=5, ge=0, le=100)
    resolved_number: int = Field(default=1000, ge=0)
    resolved_percent: int = Field(default=30, ge=0, le=100)


class BrakeSettings(Section):
    """How much less than last time a source may show, and how large a conclusion may be; all by number and share."""

    shrink_percent: int = Field(default=30, ge=1, le=100)
    shrink_number: int = Field(default=10, ge=0)
    school: SchoolRing = SchoolRing()
    rule: RuleRing = RuleRing()
    all: AllRing = AllRing()


class WindowSchoolRing(RingSettings):
    """One rule at one school, while the school year changes."""

    opened_number: int = Field(default=100, ge=0)
    opened_percent: int = Field(default=75, ge=0, le=100)
    resolved_number: int = Field(default=100, ge=0)
    resolved_percent: int = Field(default=90, ge=0, le=100)


class WindowRuleRing(RingSettings):
    """One rule at all schools, while the school year changes."""

    opened_number: int = Field(default=1000, ge=0)
    opened_percent: int = Field(default=40, ge=0, le=100)
    resolved_number: int = Field(default=1000, ge=0)
    resolved_percent: int = Field(default=75, ge=0, le=100)


class WindowAllRing(RingSettings):
    """All rules at all schools, while the school year changes."""

    opened_number: int = Field(default=5000, ge=0)
    opened_percent: int = Field(default=40, ge=0, le=100)
    resolved_number: int = Field(default=5000, ge=0)
    resolved_percent: int = Field(default=75, ge=0, le=100)


class SchoolYearSettings(Section):
    """When the school year changes, each year, both days included; brakes have limits of their own then."""

    first: DayOfYear = "07-01"
    last: DayOfYear = "09-30"
    school: WindowSchoolRing = WindowSchoolRing()
    rule: WindowRuleRing = WindowRuleRing()
    all: WindowAllRing = WindowAllRing()


class ExceptionSettings(Section):
    """Findings of a rule that are meant to be so, until a day; all that is named must fit."""

    rule: str
    device: str | None = None
    name: str | None = None
    school: SchoolNumber | None = None
    person: str | None = None
    reason: str = Field(min_length=1)
    until: date

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.device or self.name or self.school or self.person):
            raise ValueError("must name a device, a name, a school or a person")
        return self


class SchoolsSettings(Section):
    """Which schools there are."""

    register_file: Path = Path("schools.csv")


class InventoryColumns(Section):
    """Under which headings the inventory has what; "" where it has no such column."""

    number: str = Field(default="Inventarnummer", min_length=1)
    kind: str = Field(default="Geräteart", min_length=1)
    school: str = Field(default="Schulnummer", min_length=1)
    serial: str = "Seriennummer"
    model: str = "Modell"
    use: str = "Verwendung"
    purchased: str = "Anschaffungsdatum"


class InventorySettings(Section):
    """Where the machines stand that Jamf Pro does not know."""

    file: Path
    columns: InventoryColumns = InventoryColumns()


class IncidentColumns(Section):
    """Under which headings the schools' form exports what; "" where it has no such column."""

    case_number: str = Field(default="Vorgangsnummer", min_length=1)
    kind: str = Field(default="Art der Meldung", min_length=1)
    serial: str = Field(default="Seriennummer", min_length=1)
    asset_tag: str = "Inventarnummer"
    school: str = Field(default="Schulnummer", min_length=1)
    happened: str = "Tag des Ereignisses"
    reported_at: str = Field(default="Gemeldet am", min_length=1)
    handling: str = "Status"


class IncidentKindWords(Section):
    """The form's words for what happened; upper and lower case are one."""

    theft: tuple[str, ...] = ("Diebstahl",)
    loss: tuple[str, ...] = ("Verlust",)
    damage: tuple[str, ...] = ("Schaden",)
    repair: tuple[str, ...] = ("Reparatur",)


class HandlingWords(Section):
    """The form's words for how far a report has been dealt with; upper and lower case are one."""

    open: tuple[str, ...] = ("offen",)
    locked: tuple[str, ...] = ("gesperrt",)
    in_repair: tuple[str, ...] = ("in Reparatur",)
    recovered: tuple[str, ...] = ("wiedergefunden",)
    replaced: tuple[str, ...] = ("ersetzt",)
    written_off: tuple[str, ...] = ("ausgebucht",)
    closed: tuple[str, ...] = ("abgeschlossen",)


class IncidentSettings(Section):
    """How exports of the schools' form are read, and where they are put."""

    folder: Path | None = None
    double_days: int = Field(default=7, ge=0, le=60)
    columns: IncidentColumns = IncidentColumns()
    kinds: IncidentKindWords = IncidentKindWords()
    handlings: HandlingWords = HandlingWords()


def _quiet(value: str) -> str:
    first, dash, last = value.partition("-")
    if not dash or not (_HOUR.fullmatch(first) and _HOUR.fullmatch(last)) or first == last:
        raise ValueError("must be two different times of day as HH:MM-HH:MM")
    return value


_HOUR = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
Hour = Annotated[str, Field(pattern=f"^{_HOUR.pattern}$")]
QuietSpan = Annotated[str, AfterValidator(_quiet)]
RhythmWord = Literal["at once", "daily", "weekly"]
LanguageCode = Literal["de", "en"]


class TellingSettings(Section):
    """What a circle of recipients is told, and how often. Without ``language`` it is that of the installation."""

    rules: tuple[str, ...] = ()
    least: SeverityWord = "info"
    language: LanguageCode | None = None
    rhythm: RhythmWord = "daily"
    quiet: QuietSpan | None = None


class CentralSettings(TellingSettings):
    """What the central team is told. Without ``at_once`` those are the rules about losses and locks."""

    at_once: tuple[str, ...] | None = None
    sign_of_life: bool = True


class SchoolTellingSettings(TellingSettings):
    """What the contacts of live schools are told, each of their own school."""

    send: bool = True
    least: SeverityWord = "warning"


class CampusSettings(TellingSettings):
    """What those who look after a campus are told of its live schools."""

    campus: str = Field(min_length=1)
    recipients: tuple[MailAddress, ...] = Field(min_length=1)
    least: SeverityWord = "warning"


class IntroSettings(Section):
    """What stands above the digests of a school."""

    school: SchoolNumber
    text: str = Field(min_length=1)


class MailSettings(Section):
    """How and to whom mail goes out."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls"] = "starttls"
    answer_seconds: int = Field(default=30, ge=1, le=600)
    login: str | None = None
    ca_file: Path | None = None
    sender: MailAddress
    recipients: tuple[MailAddress, ...] = Field(min_length=1)
    digest_at: Hour = "06:30"
    weekly_on: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    central: CentralSettings = CentralSettings()
    schools: SchoolTellingSettings = SchoolTellingSettings()
    campuses: tuple[CampusSettings, ...] = ()
    intros: tuple[IntroSettings, ...] = ()

    def named_rules(self) -> frozenset[str]:
        """Ids of all rules that are named here."""
        circles: tuple[TellingSettings, ...] = (self.central, self.schools, *self.campuses)
        return frozenset(rule for circle in circles for rule in circle.rules) | frozenset(self.central.at_once or ())


_NARROWEST_STEP = 5


def _wide_enough(value: int) -> int:
    """In narrower steps sums of a few parts would tell the part that is kept back."""
    if 0 < value < _NARROWEST_STEP:
        raise ValueError(f"must be 0, or {_NARROWEST_STEP} and more: less would keep nothing back")
    return value


class UpstreamSettings(Section):
    """Where the totals are pushed to."""

    url: HttpsUrl
    ca_file: Path | None = None
    client_certificate: Path | None = None
    proxy: ProxyUrl | None = None
    few_below: Annotated[int, AfterValidator(_wide_enough)] = Field(default=0, ge=0, le=100)
    after_outage: Literal["newest", "daily"] = "newest"


class ScheduleSettings(Section):
    """When the daemon works; clock times are those at the schools."""

    incidents_minutes: int = Field(default=1, ge=1, le=1440)
    losses_minutes: int = Field(default=5, ge=1, le=1440)
    changes_minutes: int = Field(default=30, ge=1, le=1440)
    deliver_minutes: int = Field(default=1, ge=1, le=1440)
    sweep_at: Hour = "00:30"
    schools_from: Hour = "03:00"
    schools_until: Hour = "05:30"
    schools_minutes: int = Field(default=5, ge=1, le=1440)
    care_at: Hour = "23:30"


def _listening(value: str) -> str:
    """Metrics have no login: whoever reaches the address reads them."""
    path = value.removeprefix("unix:")
    host, _, port = value.rpartition(":")
    on_loopback = host in {"127.0.0.1", "localhost"} and port.isdecimal() and int(port) <= _LAST_PORT
    if not (on_loopback or (path != value and path.startswith("/"))):
        raise ValueError("must be a port of this machine alone such as 127.0.0.1:9477, or unix: and a full path")
    return value


_LAST_PORT = 65535


class MonitoringSettings(Section):
    """How the service is looked at from outside, and whom it tells that it lives."""

    listen: Annotated[str, AfterValidator(_listening)] | None = None
    ping_url: HttpsUrl | None = None
    ping_minutes: int = Field(default=5, ge=1, le=1440)
    silent_minutes: int = Field(default=120, ge=1, le=10080)


class SchoolRuleSettings(Section):
    """How one rule is applied at one school, where that differs."""

    mode: Mode | None = None
    severity: SeverityWord | None = None


class RuleSettings(Section):
    """How one rule is applied. ``schools`` is by Schulnummer."""

    mode: Mode = Mode.ON
    severity: SeverityWord | None = None
    schools: dict[SchoolNumber, SchoolRuleSettings] = {}


class ThresholdSettings(Section):
    """From when on something is wrong; each is crossed when it is exceeded."""

    silent_school_days: int = Field(default=20, ge=1, le=200)
    over_age_years: int = Field(default=5, ge=1, le=20)
    profile_days: int = Field(default=30, ge=1, le=365)
    grace_days: int = Field(default=14, ge=0, le=365)
    repair_school_days: int = Field(default=30, ge=1, le=200)
    lock_pending_hours: int = Field(default=24, ge=1, le=720)


class Holiday(Section):
    """Days without school; both ends are included."""

    name: str
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.first <= self.last <= self.first + _LONGEST_HOLIDAY:
            raise ValueError("must end on its first day or later, and within 100 days")
        return self


class CalendarSettings(Section):
    """Which days are school days."""

    zone: Annotated[str, AfterValidator(_zone)] = "Europe/Berlin"
    holidays: tuple[Holiday, ...] = ()


class SharingSettings(Section):
    """How many students of a form may share one device; without grades it holds for all of them."""

    form: str = Field(pattern="^[0-9A-Z]{2}$")
    grades: frozenset[int] = frozenset()
    students_per_device: int = Field(ge=1, le=100)
    taught_percent: int = Field(default=100, ge=1, le=100)


class AllowanceSettings(Section):
    """How many devices a person of each role may have."""

    student: int = Field(default=1, ge=0)
    teacher: int = Field(default=1, ge=0)
    staff: int = Field(default=1, ge=0)
    unknown: int = Field(default=1, ge=0)


class TargetSettings(Section):
    """Who is to have how many devices; forms and grades that are not named have one for each student."""

    sharing: tuple[SharingSettings, ...] = (
        SharingSettings(form="02", grades=frozenset({1, 2}), students_per_device=2),
        SharingSettings(form="30", students_per_device=2),
    )
    allowances: AllowanceSettings = AllowanceSettings()
    staff_per_office_machine: int = Field(default=5, ge=1, le=100)
    office_uses: tuple[str, ...] = ("Verwaltung",)


class MatchingSettings(Section):
    """By which steps a device's person is found, in this order."""

    steps: tuple[MatchingStep, ...] = Field(default=("login", "mail", "login-suffix", "name"), min_length=1)
    moved_by_name: bool = False


class RepairSettings(Section):
    """By which extension attribute at Jamf Pro a device shows that it is away in repair; none: no device does."""

    attribute: str | None = None
    values: tuple[str, ...] = ()


class LockingSettings(Section):
    """Whether and how Lost Mode may be switched; nothing is unless it is enabled."""

    enabled: bool = False
    client_id: str = ""
    message: str = Field(default="", max_length=500)
    phone: str = Field(default="", max_length=50)
    footnote: str = Field(default="", max_length=200)
    automatic: bool = False
    automatic_per_day: int = Field(default=5, ge=1, le=50)
    automatic_days: int = Field(default=3, ge=1, le=30)
    answer_seconds: int = Field(default=30, ge=1, le=300)
    stale_seconds: int = Field(default=60, ge=0, le=600)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [name for name in ("client_id", "message", "phone") if not getattr(self, name).strip()]
        if self.enabled and missing:
            raise ValueError(f"enabled needs {', '.join(missing)}")
        if self.automatic and not self.enabled:
            raise ValueError("automatic needs enabled")
        return self


class RetentionSettings(Section):
    """For how many days each kind of data is kept after its purpose has ended; ``example.toml`` tells why so long."""

    persons_days: int = Field(default=90, ge=1, le=3650)
    holders_days: int = Field(default=365, ge=1, le=3650)
    places_days: int = Field(default=1096, ge=1, le=3650)
    findings_days: int = Field(default=365, ge=1, le=3650)
    incidents_days: int = Field(default=1461, ge=1, le=3650)
    locks_days: int = Field(default=365, ge=1, le=3650)
    totals_days: int = Field(default=1827, ge=1, le=3650)
    sent_days: int = Field(default=30, ge=1, le=3650)
    failed_days: int = Field(default=90, ge=1, le=3650)
    backups_days: int = Field(default=30, ge=1, le=3650)
    audit_days: int = Field(default=1096, ge=90, le=3650)

    def spans(self) -> dict[Kept, timedelta]:
        """How long each kind of data is kept."""
        return {kind: timedelta(days=getattr(self, f"{kind}_days")) for kind in Kept}


class BackupSettings(Section):
    """Where copies of the store lie, how many, and to which public key they are encrypted."""

    folder: Path | None = None
    keep: int = Field(default=14, ge=1, le=1000)
    encrypt_to: str = Field(default="", pattern="^(age1[a-z0-9]+)?$")


class Settings(Section):
    """All settings. ``inventory``, ``mail`` and ``upstream`` may be left out: then nothing comes or goes that way."""

    language: LanguageCode = "de"
    state: StateSettings = StateSettings()
    jamf: JamfSettings
    iserv: IServSettings = IServSettings()
    schools: SchoolsSettings = SchoolsSettings()
    brakes: BrakeSettings = BrakeSettings()
    school_year: SchoolYearSettings = SchoolYearSettings()
    exceptions: tuple[ExceptionSettings, ...] = ()
    inventory: InventorySettings | None = None
    incidents: IncidentSettings = IncidentSettings()
    mail: MailSettings | None = None
    upstream: UpstreamSettings | None = None
    schedule: ScheduleSettings = ScheduleSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    rules: dict[str, RuleSettings] = {}
    thresholds: ThresholdSettings = ThresholdSettings()
    calendar: CalendarSettings = CalendarSettings()
    targets: TargetSettings = TargetSettings()
    matching: MatchingSettings = MatchingSettings()
    repair: RepairSettings = RepairSettings()
    locking: LockingSettings = LockingSettings()
    retention: RetentionSettings = RetentionSettings()
    backup: BackupSettings = BackupSettings()

    @model_validator(mode="after")
    def _times_of_every_day(self) -> Self:
        """A time that a change of summer time leaves out or repeats would come never or twice on that day."""
        times, zone = self.schedule, ZoneInfo(self.calendar.zone)
        for name in ("sweep_at", "schools_from", "schools_until", "care_at"):
            if _changes_at(time.fromisoformat(getattr(times, name)), zone):
                raise ValueError(f"schedule.{name} must be a time that every day in {self.calendar.zone} has once")
        return self

    @model_validator(mode="after")
    def _two_clients(self) -> Self:
        if self.locking.enabled and self.locking.client_id == self.jamf.client_id:
            raise ValueError("locking.client_id must name another API client than jamf.client_id")
        return self
