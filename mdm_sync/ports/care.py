"""What is done for the data that are kept: they go when their time is over or their person wants it, and are saved."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from mdm_sync.core.model import Device, Person
from mdm_sync.core.retention import Kept
from mdm_sync.ports.questions import HolderSpan, OpenFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a purge deleted.

    Attributes:
        removed: rows or files by kind of data; kinds of which nothing was deleted are left out.
        lingering: another process was reading the store, so its write-ahead log may still hold what was deleted.
    """

    removed: Mapping[Kept, int] = field(default_factory=dict)
    lingering: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in the store that names a person, beside their own record."""

    table: str
    column: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is stored of one person.

    Attributes:
        devices: those whose user fields name them, with what they say.
        holdings: which devices named them, from when to when; the latest first.
        findings: about them, or that name them.
        mentions: every place in the store where a text names them.
    """

    person: Person
    devices: tuple[Device, ...]
    holdings: tuple[HolderSpan, ...]
    findings: tuple[OpenFinding, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure did; it names nobody.

    Attributes:
        records: rows deleted or changed, by table.
        there: how many of the persons stood in the last read of their school.
        serials: serial numbers of the devices that named them.
        lingering: as with a purge.
    """

    records: Mapping[str, int]
    there: int
    serials: tuple[str, ...]
    lingering: bool


class Care(Protocol):
    """Care of the stored data."""

    def purge(self, limits: Mapping[Kept, datetime], at: datetime) -> Purged:
        """Delete what is older than the moment of its kind, all of it or nothing; gone from the file as well.

        What an incident rests on that somebody still looks after stays, however old it is, and so does a person whom a
        device names. What is not deleted of a person who is, no longer tells whom it was about.
        """

    def persons(self, named: str, school: str = "") -> tuple[Person, ...]:
        """The records of the person with this reference, uuid or login, those of the same uuid at other schools too.

        Args:
            named: reference, uuid or login, in any case of letters.
            school: Schulnummer; "" for any.
        """

    def dossier(self, person: Person) -> Dossier:
        """All that is stored of them."""

    def evidence(self, persons: Collection[Person]) -> tuple[int, ...]:
        """Numbers of the incidents that somebody looks after, and whose devices named one of these."""

    def erase(self, persons: Collection[Person]) -> Erased:
        """Erase them, all of it or nothing; gone from the file as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy of the store."""

    file: Path
    made_at: datetime
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedCopies:
    """What became of copies from which somebody was erased and that could not be rewritten.

    Attributes:
        encrypted: those that are; they hold the person still.
        removed: those that were deleted, for they are damaged: nobody could restore them either.
    """

    encrypted: Sequence[Backup]
    removed: Sequence[Backup]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did.

    Attributes:
        kept: the store that was there before; None: there was none.
        erased: how many persons were erased again.
        as_of: when the last cycle ended that the copy holds; None: none ever did.
    """

    kept: Path | None
    erased: int
    as_of: datetime | None


class Backups(Protocol):
    """Copies of the store; one process at a time works on them."""

    def make(self, file: Path, at: datetime) -> Backup:
        """Copy the store into this file as it is at one moment, while others may be writing; checked, or not there.

        In a folder the copy gets a name of its own.

        Raises:
            PermanentError: there is no store, it is damaged, or the copy cannot be written or encrypted.
        """

    def make_next(self, at: datetime) -> Backup:
        """The same, beside the earlier ones."""

    def kept(self) -> Sequence[Backup]:
        """All copies that the program made by itself: regular ones, before a migration, before a restore."""

    def remove(self, backups: Collection[Backup]) -> None:
        """Delete these, and what a copy left that was broken off."""

    def erasing(self, persons: Collection[Person], at: datetime) -> AbstractContextManager[ErasedCopies]:
        """Erase persons from the copies, and remember to do so when one is restored.

        No copy is made until the context ends: inside it they are erased from the store.
        """

    def forget(self, before: datetime) -> None:
        """Forget whom to erase from restored copies, of the erasures before this moment: no copy is older."""

    def restore(self, file: Path, identity: Path | None, at: datetime) -> Restored:
        """Let this copy be the store; the present one is kept beside, and erasures since are applied again.

        Args:
            file: a copy, encrypted or not.
            identity: file of the private key, for one that is encrypted.
            at: now.

        Raises:
            PermanentError: the copy is damaged, of a newer version, or cannot be decrypted; the store is as it was.
            TemporaryError: another process works with the store.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredColumn:
    """A column of a table, and what it is for.

    Attributes:
        file: in the folder of the store.
        kept: how long, in words and by the name of the setting.
    """

    file: str
    table: str
    column: str
    purpose: str
    source: str
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that was changed or revealed.

    Attributes:
        who: user of the system.
        act: the command.
        about: numbers, serial numbers, references; never a name.
    """

    at: datetime
    who: str
    act: str
    about: str


class AuditTrail(Protocol):
    """Who ran what; only added to."""

    def note(self, entry: AuditEntry) -> None:
        """Add a line, safe on the disk, before what it tells of is done.

        Raises:
            MdmSyncError: it cannot be written; then nothing may be changed or revealed.
        """

    def entries(self, since: datetime | None = None) -> Sequence[AuditEntry]:
        """The lines since a moment, or all, the latest first."""

    def forget(self, before: datetime) -> int:
        """Delete the lines from before a moment; returns how many."""
