"""The databases on disk: what a school's directory holds, loaded by slapd's own tool."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mdm_sync.demo.directory.children import Children
from mdm_sync.demo.directory.content import SchoolContent, entries
from mdm_sync.demo.directory.faults import Faults
from mdm_sync.demo.directory.slapd import Database, loading_settings
from mdm_sync.demo.model import DemoSchool

_AT_A_TIME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What one school's database shall hold."""

    content: SchoolContent
    faults: Faults

    @property
    def lenient(self) -> bool:
        """Whether the database needs the lenient schema."""
        return "broken-entries" in self.faults


class Store:
    """Databases below one folder; each is named after its content and never changes once it is filled."""

    def __init__(self, folder: Path, program: Path, children: Children, password: Callable[[DemoSchool], str]) -> None:
        self._folder = folder
        self._program = program
        self._children = children
        self._password = password
        folder.mkdir(parents=True, exist_ok=True)

    def fill(self, fillings: Iterable[Filling]) -> Mapping[str, Path]:
        """Return the folder of each school's database, by school number, after filling those that are new."""
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            return dict(pool.map(self._fill, fillings))

    def keep(self, folders: Iterable[Path]) -> None:
        """Remove all databases but these."""
        for folder in set(self._folder.iterdir()).difference(folders):
            shutil.rmtree(folder)

    def _fill(self, filling: Filling) -> tuple[str, Path]:
        number = filling.content.school.number
        fresh = self._folder / f"{number}-new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        folder = self._folder / f"{number}-{self._write(filling, fresh)}"
        if folder.exists():
            shutil.rmtree(fresh)
        else:
            self._load(filling, fresh)
            fresh.rename(folder)
        return number, folder

    def _write(self, filling: Filling, folder: Path) -> str:
        """Write the text to load and the settings to load it with, and return a short digest of both."""
        school = filling.content.school
        database = Database(suffix=school.base_dn, folder=Path(), faults={})
        digest = hashlib.sha256(loading_settings(database, lenient=filling.lenient).encode())
        with (folder / "content.ldif").open("wb") as file:
            for entry in entries(filling.content, self._password(school), filling.faults):
                record = entry.ldif().encode()
                digest.update(record)
                file.write(record)
        return digest.hexdigest()[:16]

    def _load(self, filling: Filling, folder: Path) -> None:
        text, settings = folder / "content.ldif", folder / "slapd.conf"
        suffix = filling.content.school.base_dn
        database = Database(suffix=suffix, folder=folder, faults={})
        settings.write_text(loading_settings(database, lenient=filling.lenient))
        unchecked = ["-s"] if filling.lenient else []
        self._children.run(
            [str(self._program), "-T", "add", "-q", *unchecked, "-f", str(settings), "-b", suffix, "-l", str(text)],
            self._folder.parent / "load.log",
        )
        text.unlink()
        settings.unlink()
