"""Reports of the schools come in: one export, or all that wait in the watched folder."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mdm_sync.core.incident_intake import Intake, take_in
from mdm_sync.errors import PermanentError
from mdm_sync.ports import Clock, IncidentFolder, IncidentForm, IncidentRegister, OpenQuestion, UnreadableLine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one export.

    Attributes:
        reports: how many could be read.
        questions: those that are looked after and name no known device.
    """

    file: Path
    reports: int
    intake: Intake
    unreadable: tuple[UnreadableLine, ...]
    questions: tuple[OpenQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An export that could not be imported, and why."""

    file: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """What an import works with; ``within`` is how far two reports of one incident may lie apart."""

    form: IncidentForm
    register: IncidentRegister
    within: timedelta
    clock: Clock

    def take(self, file: Path) -> Imported:
        """Import one export; importing it again changes nothing.

        Raises:
            SettingsError: the file cannot be read, or is no such export.
        """
        read = self.form.read(file, self.clock())
        intake = take_in(self.register.known(), read.reports, within=self.within)
        self.register.take(intake)
        cases = {report.case_number for report in read.reports}
        questions = tuple(one for one in self.register.questions() if one.incident.case_number in cases)
        log.info(
            "%s: %d new, %d changed, %d lines not read",
            file.name,
            len(intake.new),
            len(intake.changed),
            len(read.unreadable),
        )
        return Imported(
            file=file,
            reports=len(read.reports),
            intake=intake,
            unreadable=read.unreadable,
            questions=questions,
        )

    def take_all(self, folder: IncidentFolder) -> Iterator[Imported | Rejected]:
        """Import what waits in a folder; one bad file costs no other.

        A file is put away after it was imported: a crash between the two imports it again, which changes nothing.
        """
        for file in folder.waiting(self.clock()):
            try:
                imported = self.take(file)
            except PermanentError as error:
                folder.reject(file, (str(error),))
                yield Rejected(file=file, reason=str(error))
                continue
            why = tuple(reasons(imported.unreadable))
            if why and not imported.reports:
                folder.reject(file, why)
                yield Rejected(file=file, reason="not one line of it could be read")
            else:
                folder.done(file, why)
                yield imported


def reasons(unreadable: Sequence[UnreadableLine]) -> Iterator[str]:
    """Why each line was kept aside."""
    for one in unreadable:
        where = f"{one.field}: " if one.field else ""
        yield f"line {one.line}: {where}{one.reason}"
