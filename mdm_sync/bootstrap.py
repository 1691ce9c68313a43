"""The composition root: the one place that chooses adapters and hands settings over as plain arguments.

Adapters are imported where they are built: ``--help`` and ``status`` are answered at once, and a command loads only
the libraries that it uses.
"""

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from mdm_sync.core.completeness import ShrinkLimit
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.lock_decisions import LockLimits
from mdm_sync.core.loss_figures import YearFigures
from mdm_sync.core.model import School, Stage
from mdm_sync.core.night import Night
from mdm_sync.core.recipients import Circle, Recipient
from mdm_sync.core.retention import Kept, limits
from mdm_sync.core.rules import DISTRICT_RULES, RULES
from mdm_sync.core.rules.book import RuleBook, rule_ids
from mdm_sync.core.year_facts import EarlierYears
from mdm_sync.errors import SettingsError
from mdm_sync.ports import (
    AuditTrail,
    Backups,
    Channel,
    Directories,
    Fleet,
    IncidentFolder,
    IncidentForm,
    Inventory,
    LockMails,
    OutboxEntry,
    Progress,
    PublishedRead,
    Register,
    Replaces,
    State,
    StoredColumn,
    SummaryComposer,
)

if TYPE_CHECKING:
    from config.settings import MailSettings, ScheduleSettings, Settings
    from config.texts import Texts as Catalogue
    from connectors.iserv.classes import GroupNames
    from connectors.jamf import JamfAccess
    from connectors.mail import MailChannel, MailComposer, SmtpServer
    from connectors.monitoring import Display
    from connectors.upstream import UpstreamChannel
    from mdm_sync.equipment import Checkup, Equipment
    from mdm_sync.locking import Locking
    from mdm_sync.mailing import Mailing

log = logging.getLogger(__name__)

SETTINGS_VARIABLE = "MDM_SYNC_CONFIG"
HTTPS_PORT = 443
DEFAULT_SETTINGS = Path("/etc/mdm-sync/mdm-sync.toml")
LOCKING_SECRET = "jamf-locking-client-secret"  # noqa: S105 - its name, not itself
UPSTREAM_KEY = "upstream-client-key"


def settings_path(named: Path | None) -> Path:
    """The settings file: as named, else as the environment says, else where the package installs it."""
    return named or Path(os.environ.get(SETTINGS_VARIABLE, DEFAULT_SETTINGS))


def texts_in(language: str) -> "Catalogue":
    """Texts in this language, where there are no settings yet."""
    from config.texts import Texts as Catalogue

    return Catalogue(language, "Europe/Berlin")


def write_first_settings(path: Path, answers: Mapping[tuple[str, str], str | list[str]], language: str) -> None:
    """Write a first settings file: the example with these answers, by table and option.

    Raises:
        SettingsError: there is one already, or the answers make no good settings.
        PermanentError: it cannot be written.
    """
    from config.first import first_settings, write_first

    write_first(path, first_settings(answers, language))


def write_schema(folder: Path) -> Path:
    """Write the JSON Schema of the settings into this folder; returns its file.

    Raises:
        PermanentError: it cannot be written.
    """
    from config import first

    return first.write_schema(folder)


@dataclass(frozen=True, slots=True)
class SecretStore:
    """Where secrets are kept; none is ever told back.

    Attributes:
        keep: puts one, by name, into the system's keyring.
        seal: encrypts one, by name, for systemd on this machine, into a folder; returns the file.
        is_kept: whether one is there.
        school_passwords: of a text with a line for each school; the name of the text stands in errors.
    """

    keep: Callable[[str, str], None]
    seal: Callable[[str, str, Path], Path]
    is_kept: Callable[[str], bool]
    school_passwords: Callable[[str, str], dict[str, str]]


def secret_store() -> SecretStore:
    """The secret store of this machine."""
    from config import credentials

    return SecretStore(
        keep=credentials.keep,
        seal=credentials.seal,
        is_kept=credentials.is_kept,
        school_passwords=credentials.school_passwords,
    )


def utc_now() -> datetime:
    """The program's clock."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that all others are handed


@dataclass(frozen=True, slots=True)
class AlarmBell:
    """The way to the central team that needs no more of the settings than where mail goes.

    Attributes:
        texts: in the language of the installation.
    """

    texts: "Catalogue"
    ring: Callable[[str, str], None]

    @classmethod
    def of(cls, path: Path) -> "AlarmBell":
        """The one of this settings file, whatever else is wrong with it.

        Raises:
            SettingsError: the file cannot be read, or its table [mail] cannot be used.
        """
        from config.credentials import secret
        from config.loader import load_mail
        from config.texts import Texts as Catalogue
        from connectors.mail import MailChannel, plain_mail

        mail, language = load_mail(path)
        channel = MailChannel(_smtp_server(mail), lambda: secret("mail-password"))

        def ring(subject: str, text: str) -> None:
            """Send this to all recipients; raises ``MdmSyncError`` where it cannot be handed over."""
            content = plain_mail(mail.sender, mail.recipients, subject, text)
            key = secrets.token_hex(16)
            channel.send(OutboxEntry(entry_id=0, key=key, kind="mail", content=content, attempts=0))

        return cls(texts=Catalogue(language, "Europe/Berlin"), ring=ring)


def _smtp_server(mail: "MailSettings") -> "SmtpServer":
    from connectors.mail import SmtpServer

    return SmtpServer(
        host=mail.host,
        port=mail.port,
        login=mail.login,
        ca_file=mail.ca_file,
        tls=mail.security == "tls",
        seconds=mail.answer_seconds,
    )


def inventory() -> tuple[StoredColumn, ...]:
    """Every column that is stored, and what it is for."""
    from state import inventory as stored

    return stored()


def open_data(file: Path) -> PublishedRead:
    """The schools in a file of the state's open data."""
    from connectors.schools import read_open_data

    return read_open_data(file)


def display(pages: Mapping[str, Callable[[], tuple[int, str, str]]]) -> "Display":
    """Pages for monitors by their path (status, kind of content, text), shown nowhere at first."""
    from connectors.monitoring import Display

    return Display(pages)


@dataclass(frozen=True)
class Installation:
    """One installation of the program, as its settings file describes it."""

    settings: "Settings"

    @classmethod
    def of(cls, path: Path) -> "Installation":
        """The installation that this settings file describes.

        Raises:
            SettingsError: the file cannot be read or holds wrong values; all of them are named.
        """
        from config.loader import load_settings

        return cls(load_settings(path, rule_ids=rule_ids(RULES), district_rule_ids=rule_ids(DISTRICT_RULES)))

    @cached_property
    def texts(self) -> "Catalogue":
        """Texts in the language that the settings name."""
        from config.texts import Texts as Catalogue

        return Catalogue(self.settings.language, self.settings.calendar.zone)

    def texts_in(self, language: str) -> "Catalogue":
        """Texts in another language: ``de`` or ``en``."""
        from config.texts import Texts as Catalogue

        return Catalogue(language, self.settings.calendar.zone)

    @property
    def schedule(self) -> "ScheduleSettings":
        """When the daemon works."""
        return self.settings.schedule

    @property
    def night(self) -> Night:
        """When the daemon reads the schools' directories."""
        schedule = self.settings.schedule
        return Night(
            first=time_of_day.fromisoformat(schedule.schools_from),
            until=time_of_day.fromisoformat(schedule.schools_until),
            every=timedelta(minutes=schedule.schools_minutes),
            least=self.settings.iserv.at_a_time,
            zone=ZoneInfo(self.settings.calendar.zone),
        )

    def secret_names(self) -> tuple[str, ...]:
        """The secrets that these settings and the register need, by name."""
        settings = self.settings
        wanted = {
            "jamf-client-secret": True,
            LOCKING_SECRET: settings.locking.enabled,
            "mail-password": bool(settings.mail and settings.mail.login),
            "upstream-token": bool(settings.upstream and not settings.upstream.client_certificate),
            UPSTREAM_KEY: bool(settings.upstream and settings.upstream.client_certificate),
        }
        connected = (school for school in self.schools() if school.stage is not Stage.NOT_CONNECTED)
        return (*(name for name, needed in wanted.items() if needed), *(school.source for school in connected))

    def schools(self) -> tuple[School, ...]:
        """The register, read anew."""
        return self.register().schools()

    def register(self) -> Register:
        """The register, to be checked or updated."""
        from connectors.schools import CsvRegister

        return CsvRegister(self.settings.schools.register_file)

    def inventory(self) -> Inventory | None:
        """The machines that Jamf Pro does not know, where the settings name a file of them."""
        from connectors.inventory import CsvInventory

        inventory = self.settings.inventory
        return CsvInventory(inventory.file, inventory.columns.model_dump()) if inventory else None

    def incident_form(self) -> IncidentForm:
        """Exports of the schools' online form."""
        from config.conditions import handling_words, incident_kind_words
        from connectors.incidents import CsvForm

        return CsvForm(
            self.settings.incidents.columns.model_dump(),
            kinds=incident_kind_words(self.settings),
            handlings=handling_words(self.settings),
            zone=ZoneInfo(self.settings.calendar.zone),
        )

    def incident_folder(self) -> IncidentFolder:
        """The folder into which exports are put.

        Raises:
            SettingsError: the settings name none.
        """
        from connectors.incidents import WatchedFolder

        folder = self.settings.incidents.folder
        if folder is None:
            raise SettingsError("The settings name no folder of incidents: set incidents.folder.")
        return WatchedFolder(folder)

    def at_the_schools(self, told: datetime) -> datetime:
        """The moment that a clock at the schools showed, in UTC."""
        return told.replace(tzinfo=ZoneInfo(self.settings.calendar.zone)).astimezone(UTC)

    @property
    def doubles_within(self) -> timedelta:
        """How far two reports of one incident may lie apart."""
        return timedelta(days=self.settings.incidents.double_days)

    def earlier_years(self, file: Path) -> tuple[YearFigures, ...]:
        """Counts of earlier years in a small file."""
        from connectors.incidents import read_earlier_years

        return read_earlier_years(file)

    def earlier_report(self, file: Path) -> EarlierYears:
        """The same with the iPads in schools, for the yearly report."""
        from connectors.incidents import read_earlier_report

        return read_earlier_report(file)

    def rules(self) -> RuleBook:
        """All rules, with what the settings choose."""
        from config.conditions import rule_choices, rule_choices_by_school

        return RuleBook(for_all=rule_choices(self.settings), by_school=rule_choices_by_school(self.settings))

    def conditions(self, now: datetime) -> Conditions:
        """What the rules compare with at this moment."""
        from config.conditions import conditions

        return conditions(self.settings, now)

    @property
    def changes_within(self) -> timedelta:
        """For how long after a sweep of Jamf Pro a read of what changed does."""
        return timedelta(minutes=self.settings.jamf.changes_minutes)

    @contextmanager
    def working_state(self, command: str, told: Callable[[str], None] = log.warning) -> Iterator[State]:
        """The store, for a cycle or a delivery; one process at a time.

        Args:
            command: what it is opened for, told to whoever waits meanwhile.
            told: hears for whom this one waits.
        """
        from state import Store

        state = self.settings.state
        store = Store.open(state.folder, command=command, wait_seconds=state.wait_seconds, told=told)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def state_to_ask(self) -> Iterator[State]:
        """The store as it is, for questions; others may be working with it."""
        from state import Store

        store = Store.look(self.settings.state.folder)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def throw_away_state(self) -> Iterator[State]:
        """A private copy of the store, gone at the end: what is done to it leaves nothing."""
        from state import Store, private_copy

        with private_copy(self.settings.state.folder) as folder:
            store = Store.open(folder)
            try:
                yield store
            finally:
                store.close()

    def equipment(self, state: State, progress: Progress) -> "Equipment":
        """All that a cycle works with."""
        from config.conditions import brake_limits, matching_steps, standing_exceptions
        from mdm_sync.equipment import Equipment

        return Equipment(
            fleet=self.fleet(),
            directories=self._directories(),
            state=state,
            rules=self.rules(),
            conditions=self.conditions,
            steps=matching_steps(self.settings),
            shrink_limit=self._shrink_limit(),
            inventory=self.inventory(),
            brakes=lambda day: brake_limits(self.settings, day),
            exceptions=standing_exceptions(self.settings),
            mails=self._mail_composer(),
            recipients=self._recipients,
            summaries=self._summaries(),
            clock=utc_now,
            progress=progress,
        )

    def fleet(self) -> Fleet:
        """The device records at Jamf Pro."""
        from connectors.jamf import JamfFleet

        return JamfFleet(
            self._jamf_access(),
            self.settings.jamf.page_size,
            wanted_groups=self._is_wanted_group,
            wanted_attributes=self._wanted_attributes(),
        )

    def locking(self, state: State) -> "Locking":
        """All that switching Lost Mode works with.

        Raises:
            SettingsError: locking is not enabled.
        """
        from connectors.jamf import JamfCommands, LostModeScreen
        from mdm_sync.locking import Locking

        lost = self.settings.locking
        if not lost.enabled:
            raise SettingsError(
                "Locking is not enabled: set locking.enabled, client_id, message and phone in the settings."
            )
        screen = LostModeScreen(message=lost.message, phone=lost.phone, footnote=lost.footnote)
        commands = JamfCommands(self._locking_access(), screen, sleep=time.sleep, stale_seconds=lost.stale_seconds)
        return Locking(commands=commands, orders=state.lock_orders, clock=utc_now)

    @property
    def lock_limits(self) -> LockLimits | None:
        """What is locked without a person; None: nothing is."""
        lost = self.settings.locking
        return LockLimits(per_day=lost.automatic_per_day, days=lost.automatic_days) if lost.automatic else None

    def backups(self, told: Callable[[str], None] = log.warning) -> Backups:
        """Copies of the store."""
        from state import Backups as StoredBackups

        state, backup = self.settings.state, self.settings.backup
        return StoredBackups(
            state.folder,
            backup.folder or state.folder / "backups",
            recipient=backup.encrypt_to,
            wait_seconds=state.wait_seconds,
            told=told,
        )

    def audit(self) -> AuditTrail:
        """Who ran what that changed or revealed something."""
        from state import AuditTrail as StoredTrail

        return StoredTrail(self.settings.state.folder)

    @property
    def backups_kept(self) -> int:
        """How many copies of the store are kept."""
        return self.settings.backup.keep

    def kept_for(self, kind: Kept) -> timedelta:
        """How long this kind of data is kept."""
        return self.settings.retention.spans()[kind]

    def limits(self, now: datetime) -> dict[Kept, datetime]:
        """The moment before which each kind of data has had its time."""
        return limits(self.settings.retention.spans(), now)

    def checkup(self) -> "Checkup":
        """All that looking at the sources takes; the store is not touched."""
        from connectors.jamf import JamfFleet
        from mdm_sync.equipment import Checkup

        return Checkup(
            fleet=JamfFleet(self._jamf_access(), self.settings.jamf.page_size),
            fleet_url=self.settings.jamf.url,
            directories=self._directories(),
            certificate_end=self._certificate_end,
            clock=utc_now,
            ways_out=self._ways_out(),
        )

    def _certificate_end(self, url: str) -> datetime:
        from connectors.iserv.search import LDAPS_PORT
        from connectors.trust import valid_until

        parts = urlsplit(url)
        jamf, iserv = self.settings.jamf, self.settings.iserv
        port, ca_file = (LDAPS_PORT, iserv.ca_file) if parts.scheme == "ldaps" else (HTTPS_PORT, jamf.ca_file)
        return valid_until(parts.hostname or "", parts.port or port, ca_file, seconds=iserv.connect_seconds)

    @contextmanager
    def channels(self) -> Iterator[dict[str, Channel]]:
        """The ways out of the house that the settings name; while they are in use, mails share a connection."""
        from connectors.mail import MailChannel

        ways = self._ways_out()
        with ExitStack() as open_ways:
            for way in ways.values():
                if isinstance(way, MailChannel):
                    open_ways.enter_context(way.kept_open())
            yield {**ways}

    def ping(self) -> None:
        """Tell the monitor of the settings that the service lives."""
        from connectors.monitoring import ping

        if url := self.settings.monitoring.ping_url:
            ping(url)

    def _ways_out(self) -> "dict[str, MailChannel | UpstreamChannel]":
        from config.credentials import secret
        from connectors.mail import MailChannel
        from connectors.upstream import ClientCertificate, UpstreamChannel

        ways: dict[str, MailChannel | UpstreamChannel] = {}
        if mail := self.settings.mail:
            ways["mail"] = MailChannel(_smtp_server(mail), lambda: secret("mail-password"))
        if upstream := self.settings.upstream:
            shown = upstream.client_certificate
            ways["summary"] = UpstreamChannel(
                url=upstream.url,
                ca_file=upstream.ca_file,
                token=None if shown else lambda: secret("upstream-token"),
                certificate=ClientCertificate(shown, lambda: secret(UPSTREAM_KEY)) if shown else None,
                proxy=upstream.proxy,
            )
        return ways

    def legible(self, entry: OutboxEntry) -> str:
        """What an entry of the outbox says, as people read it: of a mail the plain text.

        Raises:
            RecordError: the entry is no mail that this version can read.
        """
        from connectors.mail import read_mail

        return read_mail(entry.content, entry.key).text if entry.kind == "mail" else entry.content

    def _summaries(self) -> SummaryComposer | None:
        from connectors.upstream import SummaryComposer as Composer

        upstream = self.settings.upstream
        if upstream is None:
            return None
        replaces = Replaces.SAME_DAY if upstream.after_outage == "daily" else Replaces.WAITING
        return Composer(few_below=upstream.few_below, replaces=replaces)

    def _shrink_limit(self) -> ShrinkLimit:
        brakes = self.settings.brakes
        return ShrinkLimit(share=brakes.shrink_percent / 100, number=brakes.shrink_number)

    def _jamf_access(self) -> "JamfAccess":
        from config.credentials import secret
        from connectors.jamf import JamfAccess

        jamf = self.settings.jamf
        return JamfAccess(
            url=jamf.url,
            client_id=jamf.client_id,
            client_secret=lambda: secret("jamf-client-secret"),
            ca_file=jamf.ca_file,
            connections=jamf.connections,
            slots_folder=self.settings.state.folder / "locks",
        )

    def _locking_access(self) -> "JamfAccess":
        """The second API client, which is asked for single devices alone."""
        from config.credentials import secret
        from connectors.jamf import JamfAccess, Limits

        jamf, locking = self.settings.jamf, self.settings.locking
        seconds = locking.answer_seconds
        return JamfAccess(
            url=jamf.url,
            client_id=locking.client_id,
            client_secret=lambda: secret(LOCKING_SECRET),
            client_named=f"locking.client_id and the secret {LOCKING_SECRET}",
            ca_file=jamf.ca_file,
            connections=1,
            limits=Limits(read=seconds, call=seconds),
            slots_folder=self.settings.state.folder / "locks",
        )

    def _group_names(self) -> "GroupNames":
        from connectors.iserv.classes import GroupNames

        iserv = self.settings.iserv
        return GroupNames(classes=iserv.class_patterns, years=iserv.year_patterns)

    def _is_wanted_group(self, name: str) -> bool:
        """Groups of Jamf Pro are kept where they are named as a class, or a school's pool devices are known by them."""
        return name in self._pool_groups or self._group_names().class_grades(name, name) is not None

    @cached_property
    def _pool_groups(self) -> frozenset[str]:
        return frozenset(group for school in self.schools() for group in school.pool.groups)

    def _wanted_attributes(self) -> frozenset[str]:
        """Extension attributes that tell a device in repair or of a pool."""
        named = (attribute.partition("=")[0] for school in self.schools() for attribute in school.pool.attributes)
        return frozenset(named) | {self.settings.repair.attribute or ""} - {""}

    def _directories(self) -> Directories:
        from config.credentials import secret
        from connectors.iserv.directories import IServDirectories
        from connectors.iserv.limits import Limits

        iserv = self.settings.iserv
        return IServDirectories(
            password=lambda school: secret(school.source),
            ca_file=iserv.ca_file,
            limits=Limits(
                connect_seconds=iserv.connect_seconds,
                answer_seconds=iserv.answer_seconds,
                total_seconds=iserv.school_seconds,
                page_size=iserv.page_size,
            ),
            names=self._group_names(),
            processes=iserv.processes,
            at_a_time=iserv.at_a_time,
        )

    def mailing(self, state: State) -> "Mailing":
        """What composing mails works with now.

        Raises:
            SettingsError: the settings name no mail server.
        """
        from mdm_sync.mailing import Mailing

        composer = self._mail_composer()
        if composer is None:
            raise SettingsError("The settings have no table [mail]: no mail is sent.")
        schools = self.schools()
        return Mailing(
            state=state,
            composer=composer,
            recipients=self._recipients(schools),
            schools=schools,
            rules=self.rules(),
            conditions=self.conditions(utc_now()),
        )

    def lock_mails(self, *, also_in_quiet_hours: bool = False) -> LockMails | None:
        """What tells of locks that wait for a person; None where nobody is to be told, or not at this moment."""
        from connectors.mail import CentralLockMails

        composer = self._mail_composer()
        if composer is None:
            return None
        now, zone = utc_now(), ZoneInfo(self.settings.calendar.zone)
        central = [
            one
            for one in self._recipients(self.schools())
            if one.circle is Circle.CENTRAL and (also_in_quiet_hours or one.may_be_disturbed(now, zone))
        ]
        return CentralLockMails(composer, central, utc_now) if central else None

    def _recipients(self, schools: Sequence[School]) -> Sequence[Recipient]:
        from config.recipients import recipients

        return recipients(self.settings, schools)

    def _mail_composer(self) -> "MailComposer | None":
        from connectors.mail import Language, MailComposer

        mail = self.settings.mail
        if mail is None:
            return None

        @cache
        def language(code: str) -> Language:
            from config.texts import Texts as Catalogue

            texts = Catalogue(code, self.settings.calendar.zone)
            return Language(texts=texts, templates=texts.templates())

        return MailComposer(language, sender=mail.sender, reply_to=mail.recipients[0])

    def mail_test(self, address: str) -> OutboxEntry:
        """A mail to this address that says no more than that mails arrive; it is in no outbox.

        Raises:
            SettingsError: the settings name no mail server.
        """
        composer = self._mail_composer()
        if composer is None:
            raise SettingsError("The settings have no table [mail]: no mail is sent.")
        nothing: frozenset[str] = frozenset()
        recipient = Recipient(
            address=address, circle=Circle.CENTRAL, schools=nothing, rules=nothing, language=self.settings.language
        )
        mail = composer.test(recipient, utc_now())
        return OutboxEntry(entry_id=0, key=secrets.token_hex(16), kind=mail.kind, content=mail.content, attempts=0)

    def mail_files(self, content: str, key: str) -> dict[str, bytes]:
        """A composed mail as files, by the end of their names: the whole message, its HTML, its text."""
        from connectors.mail import mail_files

        return mail_files(content, key)
