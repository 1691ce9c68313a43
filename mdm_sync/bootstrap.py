"""The composition root: the one place that chooses adapters and hands settings over as plain arguments.

Adapters are imported where they are built: ``--help`` and ``status`` are answered at once, and a command loads only
the libraries that it uses.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mdm_sync.core.model import School, Severity
from mdm_sync.core.rules import RULES, Rule
from mdm_sync.ports import Channel, DigestComposer, Directories, Progress, State

if TYPE_CHECKING:
    from config.settings import ScheduleSettings, Settings
    from config.texts import Texts as Catalogue
    from connectors.jamf import JamfAccess
    from mdm_sync.cycle import Equipment

SETTINGS_VARIABLE = "MDM_SYNC_CONFIG"
DEFAULT_SETTINGS = Path("/etc/mdm-sync/mdm-sync.toml")


def settings_path(named: Path | None) -> Path:
    """The settings file: as named, else as the environment says, else where the package installs it."""
    return named or Path(os.environ.get(SETTINGS_VARIABLE, DEFAULT_SETTINGS))


def utc_now() -> datetime:
    """The program's clock."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that all others are handed


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

        return cls(load_settings(path, rule_ids=[rule.id for rule in RULES]))

    @cached_property
    def texts(self) -> "Catalogue":
        """Texts in the language that the settings name."""
        from config.texts import Texts as Catalogue

        return Catalogue(self.settings.language)

    @property
    def schedule(self) -> "ScheduleSettings":
        """How often the daemon works."""
        return self.settings.schedule

    def schools(self) -> tuple[School, ...]:
        """The register, read anew."""
        from connectors.schools import CsvRegister

        return CsvRegister(self.settings.schools.register_file).schools()

    def rules(self) -> Sequence[Rule]:
        """The rules that are on, with the severity that the settings give them."""
        return tuple(_with_severity(rule, self.settings) for rule in RULES if _is_enabled(rule, self.settings))

    @contextmanager
    def working_state(self) -> Iterator[State]:
        """The store, for a cycle or a delivery; one process at a time."""
        from state import Store

        store = Store.open(self.settings.state.folder)
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
        from state import Store

        with TemporaryDirectory(prefix="mdm-sync-dry-run-") as folder:
            Store.copy(self.settings.state.folder, Path(folder))
            store = Store.open(Path(folder))
            try:
                yield store
            finally:
                store.close()

    @contextmanager
    def equipment(self, state: State, progress: Progress) -> Iterator["Equipment"]:
        """All that a cycle works with."""
        from connectors.jamf import JamfFleet
        from connectors.upstream import SummaryComposer
        from mdm_sync.cycle import Equipment

        access = self._jamf_access()
        try:
            yield Equipment(
                fleet=JamfFleet(access, self.settings.jamf.page_size),
                directories=self._directories(),
                state=state,
                rules=self.rules(),
                digests=self._digests(),
                summaries=SummaryComposer() if self.settings.upstream else None,
                clock=utc_now,
                progress=progress,
            )
        finally:
            access.close()

    def channels(self) -> dict[str, Channel]:
        """The ways out of the house that the settings name."""
        from config.credentials import secret
        from connectors.mail import MailChannel, SmtpServer
        from connectors.upstream import UpstreamChannel

        channels: dict[str, Channel] = {}
        if mail := self.settings.mail:
            server = SmtpServer(host=mail.host, port=mail.port, login=mail.login, ca_file=mail.ca_file)
            channels["mail"] = MailChannel(server, lambda: secret("mail-password"))
        if upstream := self.settings.upstream:
            channels["summary"] = UpstreamChannel(
                url=upstream.url, token=lambda: secret("upstream-token"), ca_file=upstream.ca_file
            )
        return channels

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
        )

    def _directories(self) -> Directories:
        from config.credentials import secret
        from connectors.iserv import IServDirectories
        from connectors.iserv.search import Limits

        iserv = self.settings.iserv
        return IServDirectories(
            password=lambda school: secret(school.source),
            ca_file=iserv.ca_file,
            limits=Limits(
                connect_seconds=iserv.connect_seconds,
                answer_seconds=iserv.answer_seconds,
                page_size=iserv.page_size,
            ),
        )

    def _digests(self) -> DigestComposer | None:
        from connectors.mail import MailComposer

        mail = self.settings.mail
        if mail is None:
            return None
        return MailComposer(self.texts, self.texts.templates(), sender=mail.sender, recipients=mail.recipients)


def _is_enabled(rule: Rule, settings: "Settings") -> bool:
    return rule.id not in settings.rules or settings.rules[rule.id].enabled


def _with_severity(rule: Rule, settings: "Settings") -> Rule:
    chosen = settings.rules[rule.id].severity if rule.id in settings.rules else None
    return replace(rule, severity=Severity.of(chosen)) if chosen else rule
