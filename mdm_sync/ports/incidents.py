"""The schools' reports, and what is kept of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from mdm_sync.core.incident_intake import Intake, KnownReports
from mdm_sync.core.incidents import Incident
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import School
from mdm_sync.core.views import LossCase
from mdm_sync.ports.sources import UnreadableLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsRead:
    """The reports in an export of the schools' online form, in its order, and the lines that could not be read."""

    reports: tuple[Incident, ...]
    unreadable: tuple[UnreadableLine, ...] = ()


class IncidentForm(Protocol):
    """Exports of the schools' online form."""

    def read(self, file: Path, now: datetime) -> ReportsRead:
        """All reports of one export; a bad line, or one from the future, is kept aside and costs no other.

        Raises:
            SettingsError: the file cannot be read, or is no such export.
        """


class IncidentFolder(Protocol):
    """A folder into which exports are put."""

    def waiting(self, now: datetime) -> tuple[Path, ...]:
        """The files that are complete, by name; one that may still be written to is left alone.

        Raises:
            SettingsError: there is no such folder.
        """

    def done(self, file: Path, reasons: Sequence[str]) -> Path:
        """Put away a file that was imported, with what was kept aside of it; returns where it lies now."""

    def reject(self, file: Path, reasons: Sequence[str]) -> Path:
        """Put away a file that could not be imported, with the reasons; returns where it lies now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A report that is looked after and names no device that Jamf Pro ever showed.

    Attributes:
        nearest: the serial number that is clearly nearest, or "".
        tagged: the serial number of the one device with the report's asset tag, or "".
    """

    incident: Incident
    nearest: str = ""
    tagged: str = ""


class IncidentRegister(Protocol):
    """What was reported from outside Jamf Pro, and which devices it is about."""

    def incidents(self) -> tuple[Incident, ...]:
        """All of them, by number."""

    def incident(self, number: int) -> Incident | None:
        """One by its number."""

    def known(self) -> KnownReports:
        """What an import is compared with."""

    def take(self, intake: Intake) -> None:
        """Keep what an import brought, all of it or nothing."""

    def add(self, incident: Incident) -> Incident:
        """Keep a report that was entered by hand; returned with its number."""

    def change(self, incident: Incident) -> None:
        """Keep other values of an incident, by its number."""

    def questions(self) -> tuple[OpenQuestion, ...]:
        """Reports that are looked after and name no known device; none while Jamf Pro has never been read."""

    def ipads(self) -> int:
        """How many iPads Jamf Pro knows."""

    def serials_to_watch(self, rules: Collection[str]) -> tuple[str, ...]:
        """Serial numbers of what is reported as stolen or lost and is looked after.

        And of the devices of which a finding of these rules is open.
        """

    def management_ids_to_watch(self) -> tuple[str, ...]:
        """The same devices, as MDM commands name them."""

    def keep_commands(self, management_ids: Collection[str], commands: Iterable[LockCommand], at: datetime) -> None:
        """Keep what Jamf Pro said at a moment of the commands of these devices."""

    def loss_cases(
        self, schools: Iterable[School], rules: Collection[str], commands_since: datetime
    ) -> tuple[LossCase, ...]:
        """All that the rules about losses look at.

        Args:
            schools: the register; a device belongs to the school of its site.
            rules: a device of which a finding of these is open is looked at as well.
            commands_since: commands that were read earlier are not known any more.
        """
