"""A folder of numbered files: 0001, 0002 and so on."""

from pathlib import Path


class Numbered:
    """Gives out the next number; it goes on where the files that are there end."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._last = max((int(file.stem) for file in folder.iterdir() if file.stem.isdigit()), default=0)

    def next(self) -> Path:
        """Return the path, without suffix, that the next thing is kept under."""
        self._last += 1
        return self._folder / f"{self._last:04}"
