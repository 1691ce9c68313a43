"""The register of the district's schools in a CSV file with ``;``, one line a school."""

from collections.abc import Iterable
from pathlib import Path

from connectors.csv_file import content_of
from connectors.schools.columns import COLUMNS
from connectors.schools.cross_checks import warnings
from connectors.schools.entries import problems, school_of
from connectors.schools.replacing import replace_file
from connectors.schools.sheet import Sheet
from mdm_sync.core.model import School, Stage
from mdm_sync.core.register_plan import RegisterPlan
from mdm_sync.errors import PermanentError, SettingsError
from mdm_sync.ports import RegisterCheck, RegisterNote

BYTE_ORDER_MARK = "\ufeff"


class CsvRegister:
    """A register in a file; satisfies ``mdm_sync.ports.Register``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def schools(self) -> tuple[School, ...]:
        """All schools, ordered by number.

        Raises:
            SettingsError: the register cannot be read; all its problems at once, with line numbers.
        """
        return self._schools(self._sheet(self._text()))

    def known(self) -> tuple[School, ...]:
        """All schools; none where there is no register yet.

        Raises:
            SettingsError: there is one and it cannot be read.
        """
        return self.schools() if self._path.exists() else ()

    def check(self) -> RegisterCheck:
        """All that is wrong or odd, ordered by line.

        Raises:
            SettingsError: there is no register, or it is no text.
        """
        sheet = self._sheet(self._text())
        wrong = _all_problems(sheet)
        bad = {note.line for note in wrong}
        rows = [entry for entry in sheet.entries if sheet.complete and entry.line not in bad]
        odd = warnings([(entry.line, school_of(entry.cells)) for entry in rows])
        return RegisterCheck(schools=len(sheet.entries), problems=wrong, warnings=_by_line(odd))

    def update(self, plan: RegisterPlan) -> Path | None:
        """Take the plan's new schools and changed fields over, all of them or nothing; all else stays as it is.

        Returns:
            Where the register as it was before lies now; None where there was none.

        Raises:
            SettingsError: it cannot be read, or is no longer what the plan was made from.
            PermanentError: it cannot be written; it is as it was.
        """
        path = self._path.resolve()  # a link to the register stays a link
        exists = path.exists()
        text = self._text() if exists else ";".join(COLUMNS) + "\n"
        after = self._updated(text, plan)
        self._schools(self._sheet(after))
        backup = path.with_name(f"{path.name}.bak") if exists else None
        like = path.stat() if exists else None
        try:
            if backup:
                replace_file(backup, text.encode(), like=like)
            replace_file(path, after.encode(), like=like)
        except OSError as error:
            raise PermanentError(f"The register {path} cannot be written: {error.strerror}.") from error
        return backup

    def _updated(self, text: str, plan: RegisterPlan) -> str:
        sheet = self._sheet(text)
        self._schools(sheet)
        lines = {entry.cells["school"]: entry for entry in sheet.entries}
        changes: dict[int, dict[str, str]] = {}
        for change in plan.changed:
            entry = lines.get(change.school)
            if entry is None or entry.cells[change.field] != change.old:
                raise self._has_changed()
            changes.setdefault(entry.line, {})[change.field] = change.new
        if any(school.number in lines for school in plan.added):
            raise self._has_changed()
        rows = [
            sheet.row({"school": new.number, "name": new.name, "form": new.form, "stage": Stage.NOT_CONNECTED})
            for new in plan.added
        ]
        mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
        return mark + sheet.with_cells(changes) + (sheet.line_end if rows else "") + "".join(rows)

    def _has_changed(self) -> SettingsError:
        return SettingsError(
            f"The register {self._path} was changed while the import was looked at; nothing is written. "
            "Run mdm-sync schools import again."
        )

    def _text(self) -> str:
        try:
            return content_of(self._path, "The register").decode()
        except UnicodeDecodeError as error:
            raise SettingsError(
                f"The register {self._path} is no CSV file in UTF-8: {error}. Save it again as CSV with UTF-8."
            ) from error

    def _sheet(self, text: str) -> Sheet:
        return Sheet.of(text.removeprefix(BYTE_ORDER_MARK))

    def _schools(self, sheet: Sheet) -> tuple[School, ...]:
        if wrong := _all_problems(sheet):
            raise SettingsError(f"The register {self._path} has problems:\n" + "\n".join(f"  {one}" for one in wrong))
        return tuple(sorted((school_of(entry.cells) for entry in sheet.entries), key=lambda school: school.number))


def _all_problems(sheet: Sheet) -> tuple[RegisterNote, ...]:
    """Where columns are missing every row would lack them, so only the header is told."""
    return _by_line([*sheet.problems, *problems(sheet.entries)] if sheet.complete else sheet.problems)


def _by_line(notes: Iterable[RegisterNote]) -> tuple[RegisterNote, ...]:
    return tuple(sorted(notes, key=lambda note: note.line))
