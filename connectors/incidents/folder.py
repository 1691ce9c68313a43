"""The folder into which exports are put: each file is looked at once, then lies in ``done`` or ``rejected``."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from mdm_sync.errors import PermanentError, SettingsError

SETTLED = timedelta(seconds=5)
"""A file that was written to less long ago may not be complete."""
UNFINISHED = frozenset({".part", ".tmp", ".crdownload", ".filepart"})
"""Endings under which programs write what they rename when it is complete."""
DONE, REJECTED, REASONS = "done", "rejected", ".reasons.txt"


class WatchedFolder:
    """Satisfies ``mdm_sync.ports.IncidentFolder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def waiting(self, now: datetime) -> tuple[Path, ...]:
        """The files that are complete, by name; hidden ones and those that may still be written to are left alone.

        Raises:
            SettingsError: there is no such folder.
        """
        try:
            files = [path for path in self._folder.iterdir() if path.is_file()]
        except OSError as error:
            raise SettingsError(f"The folder of incidents {self._folder} cannot be read: {error.strerror}.") from error
        latest = (now - SETTLED).timestamp()
        return tuple(sorted(path for path in files if _is_named_whole(path) and path.stat().st_mtime <= latest))

    def done(self, file: Path, reasons: Sequence[str]) -> Path:
        """Put away a file that was imported, with what was kept aside of it; returns where it lies now."""
        return self._put_away(file, DONE, reasons)

    def reject(self, file: Path, reasons: Sequence[str]) -> Path:
        """Put away a file that could not be imported, with the reasons; returns where it lies now."""
        return self._put_away(file, REJECTED, reasons)

    def _put_away(self, file: Path, where: str, reasons: Sequence[str]) -> Path:
        folder = self._folder / where
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            target = _free(folder, file)
            if reasons:
                target.with_name(target.name + REASONS).write_text("\n".join(reasons) + "\n", encoding="utf-8")
            file.rename(target)
        except OSError as error:
            raise PermanentError(
                f"{file} was looked at and cannot be moved to {folder}: {error.strerror}. Let the program write there."
            ) from error
        return target


def _is_named_whole(path: Path) -> bool:
    return not path.name.startswith((".", "~")) and path.suffix.lower() not in UNFINISHED


def _free(folder: Path, file: Path) -> Path:
    """A name in the folder that no earlier file has."""
    taken = {path.name for path in folder.iterdir()}
    names = (file.name, *(f"{file.stem}-{number}{file.suffix}" for number in range(2, len(taken) + 3)))
    return folder / next(name for name in names if name not in taken and name + REASONS not in taken)
