"""Copies of the store: made while others write, checked, encrypted where a key is given, and let back in."""

import os
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from mdm_sync.core.model import Person
from mdm_sync.errors import PermanentError, TemporaryError
from mdm_sync.ports import Backup, ErasedCopies, Restored
from state.compaction import write_anew
from state.connection import LOCK_NAME, STORE_NAME, connect
from state.erased_keys import ErasedKeys
from state.erasure import PersonKey, erase_person, words_of
from state.migration import refuse_newer
from state.private_copy import remove_left_copies
from state.schema import migrations
from state.trouble import plain_errors
from state.writer import Told, WriterLock

ENDING = ".backup"
ENCRYPTED = ".age"
UNFINISHED = ".unfinished"
_BACKUP_LOCK = "backup.lock"
_AGE = "age"
_HEADERS_OF_AGE = (b"age-encryption.org/", b"-----BEGIN AGE")


class Backups:
    """Copies of the store in one folder; satisfies ``mdm_sync.ports.Backups``.

    Args:
        store: folder of the store.
        folder: where regular copies are kept; made where it is not there.
        recipient: public key of ``age`` to encrypt to; "" for none.
        wait_seconds: how long a restore waits while another process works with the store.
        told: is told once whom it waits for.
    """

    def __init__(
        self, store: Path, folder: Path, *, recipient: str = "", wait_seconds: float = 0, told: Told = lambda _: None
    ) -> None:
        self._store = store
        self._folder = folder
        self._recipient = recipient
        self._wait_seconds = wait_seconds
        self._told = told
        self._erased = ErasedKeys(folder / "erased.json")

    def make(self, file: Path, at: datetime) -> Backup:
        """Copy the store into this file as it is at one moment, while others may be writing; checked, or not there."""
        if not (self._store / STORE_NAME).exists():
            raise PermanentError(f"There is no state store at {self._store / STORE_NAME} yet: nothing to copy.")
        if file.is_dir():
            file = file / self._name(at)
        self._refuse_what_is_ours(file)
        unfinished = file.with_name(file.name + UNFINISHED)
        with self._alone(), plain_errors(file, is_copy=True):
            plain = self._store / f"copy{UNFINISHED}" if self._recipient else unfinished
            try:
                _copy(self._store / STORE_NAME, plain)
                _check(plain)
                if self._recipient:
                    _age("--encrypt", "--recipient", self._recipient, source=plain, target=unfinished)
                _flush(unfinished)
                os.utime(unfinished, (at.timestamp(), at.timestamp()))
                unfinished.replace(file)
                _flush(file.parent)
            finally:
                for left in (plain, unfinished):
                    left.unlink(missing_ok=True)
        return Backup(file=file, made_at=at, encrypted=bool(self._recipient))

    def make_next(self, at: datetime) -> Backup:
        """The same, beside the earlier ones."""
        with plain_errors(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.make(self._folder / self._name(at), at)

    def _name(self, at: datetime) -> str:
        return f"state-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}{ENCRYPTED if self._recipient else ''}"

    def _refuse_what_is_ours(self, file: Path) -> None:
        """In our folders a copy must be known as one: else it would replace the store, or outlive its time."""
        is_ours = file.resolve().parent in {self._store.resolve(), self._folder.resolve()}
        if is_ours and not file.name.endswith((ENDING, ENDING + ENCRYPTED)):
            raise PermanentError(f"{file}: in the folders of the store and its copies, a copy must end with {ENDING}.")

    def kept(self) -> Sequence[Backup]:
        """All copies that the program made by itself: regular ones, before a migration, before a restore."""
        folders = dict.fromkeys((self._store, self._folder))
        found = (
            path for folder in folders for path in folder.glob(f"*{ENDING}*") if path.suffix in {ENDING, ENCRYPTED}
        )
        return tuple(
            Backup(
                file=path,
                made_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
                encrypted=_is_encrypted(path),
            )
            for path in sorted(found)
        )

    def remove(self, backups: Collection[Backup]) -> None:
        """Delete these, and what a copy left that was broken off."""
        with self._alone(), plain_errors(self._folder):
            for one in backups:
                self._delete(one)
            self._remove_unfinished()

    @staticmethod
    def _delete(backup: Backup) -> None:
        backup.file.unlink(missing_ok=True)
        for left in ("-wal", "-shm", "-journal"):  # of a damaged store, kept with it; of an erasure that was broken off
            backup.file.with_name(backup.file.name + left).unlink(missing_ok=True)

    @contextmanager
    def erasing(self, persons: Collection[Person], at: datetime) -> Iterator[ErasedCopies]:
        """Erase persons from the copies, and remember to do so when one is restored; none is made before the end."""
        keys = [(person.school, person.uuid) for person in persons]
        with self._alone():
            with plain_errors(self._folder):
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._remove_unfinished()
                self._erased.add(keys, at)
                copies = self._erase_from_copies(keys)
            yield copies

    def _erase_from_copies(self, keys: Collection[PersonKey]) -> ErasedCopies:
        words = self._words_now(keys)
        kept, removed = self.kept(), []
        for backup in kept:
            if backup.encrypted:
                continue
            if _is_whole(backup.file):
                _erase_from(backup.file, keys, words)
                os.utime(backup.file, (backup.made_at.timestamp(), backup.made_at.timestamp()))
            else:
                self._delete(backup)
                removed.append(backup)
        return ErasedCopies(encrypted=[one for one in kept if one.encrypted], removed=removed)

    def forget(self, before: datetime) -> None:
        """Forget whom to erase from copies that are older than any that is kept."""
        with self._alone(), plain_errors(self._folder):
            self._erased.forget(before)

    def restore(self, file: Path, identity: Path | None, at: datetime) -> Restored:
        """Let this copy be the store; the present one is kept beside, and erasures since are applied again."""
        with plain_errors(self._store):
            self._store.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = WriterLock.take(
                self._store / LOCK_NAME, command="restore", wait_seconds=self._wait_seconds, told=self._told
            )
        try:
            with self._alone():
                return self._restore(file, identity, at)
        finally:
            lock.release()

    def _restore(self, file: Path, identity: Path | None, at: datetime) -> Restored:
        new, present = self._store / f"restore{UNFINISHED}", self._store / STORE_NAME
        try:
            with plain_errors(new):
                _take_in(file, identity, new)
                _check(new, of=file)
                as_of = _last_cycle(new)
                erased = self._erase_again(new, as_of)
                _flush(new)
                kept = self._keep(present, at) if present.exists() else None
                new.replace(present)
                _flush(self._store)
        finally:
            new.unlink(missing_ok=True)
        return Restored(kept=kept, erased=erased, as_of=as_of)

    def _erase_again(self, new: Path, since: datetime | None) -> int:
        """Who was erased before its last cycle stood in IServ still, and came back as what that knows."""
        with closing(connect(new)) as connection:
            rows = connection.execute("SELECT school, uuid FROM persons").fetchall()
        keys = self._erased.among([(row["school"], row["uuid"]) for row in rows], since)
        if keys:
            _erase_from(new, keys, {})
        return len(keys)

    def _keep(self, present: Path, at: datetime) -> Path:
        """A copy of the present store beside it; afterwards no write-ahead log is left that could reach the new one.

        A store that is damaged is kept as it is, with its log.
        """
        kept = present.with_name(f"state-before-restore-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}")
        unfinished = kept.with_name(kept.name + UNFINISHED)
        log = present.with_name(f"{STORE_NAME}-wal")
        try:
            _copy(present, unfinished)
        except PermanentError:
            shutil.copyfile(present, unfinished)
            if log.exists():
                shutil.copyfile(log, kept.with_name(f"{kept.name}-wal"))
        else:
            _empty_log(present)
        unfinished.chmod(0o600)
        _flush(unfinished)
        os.utime(unfinished, (at.timestamp(), at.timestamp()))
        unfinished.replace(kept)
        for left in (log, present.with_name(f"{STORE_NAME}-shm")):
            left.unlink(missing_ok=True)
        return kept

    def _remove_unfinished(self) -> None:
        remove_left_copies(self._store)
        for folder in (self._store, self._folder):
            for left in folder.glob(f"*{UNFINISHED}*"):
                left.unlink(missing_ok=True)

    def _words_now(self, keys: Collection[PersonKey]) -> dict[PersonKey, frozenset[str]]:
        """How they are called now, for copies that know them by an earlier name."""
        if not (self._store / STORE_NAME).exists():
            return {}
        with closing(connect(self._store / STORE_NAME)) as connection:
            return {key: words_of(connection, key) for key in keys}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time works on copies; cycles go on meanwhile."""
        path = self._store / _BACKUP_LOCK
        with plain_errors(path):
            lock = WriterLock.take(path, command="backup", wait_seconds=self._wait_seconds, told=self._told)
        try:
            yield
        finally:
            lock.release()


def _copy(source: Path, target: Path) -> None:
    """A database as it is at one moment, in one file of its own."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    with closing(connect(source)) as old, closing(connect(target)) as new:
        with plain_errors(source):
            old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")


def _check(copy: Path, *, of: Path | None = None) -> None:
    """Refuse a copy that is damaged, no store, or of a newer version; ``of`` is what it is a copy of."""
    named = of or copy
    if not _is_whole(copy):
        raise PermanentError(f"{named} is damaged, or no copy of a state store. Nothing was changed.")
    with closing(connect(copy)) as connection:
        refuse_newer(Database(connection), migrations, named)


def _is_whole(copy: Path) -> bool:
    try:
        with closing(connect(copy)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            tables = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master")}
    except PermanentError:  # the first page is damaged, or it never was a database
        return False
    return found == ["ok"] and "persons" in tables


def _erase_from(copy: Path, keys: Collection[PersonKey], words: dict[PersonKey, frozenset[str]]) -> None:
    with closing(connect(copy)) as connection:
        database = Database(connection)
        with database.atomic():
            for key in keys:
                erase_person(connection, key, words.get(key, ()))
        write_anew(database)
        connection.execute("PRAGMA journal_mode = DELETE")


def _is_encrypted(file: Path) -> bool:
    """Whether age wrote it, whatever it is called."""
    with file.open("rb") as opened:
        return opened.read(max(map(len, _HEADERS_OF_AGE))).startswith(_HEADERS_OF_AGE)


def _last_cycle(copy: Path) -> datetime | None:
    """When the last cycle ended that it holds."""
    with closing(connect(copy)) as connection:
        row = connection.execute("SELECT max(finished_at) AS last FROM cycles").fetchone()
    return datetime.fromisoformat(row["last"]) if row["last"] else None


def _take_in(file: Path, identity: Path | None, new: Path) -> None:
    """Bring a copy, decrypted, to where the store is."""
    try:
        is_encrypted = _is_encrypted(file)
    except OSError as error:
        raise PermanentError(f"The backup {file} cannot be read: {error.strerror}.") from error
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL, 0o600))
    if not is_encrypted:
        shutil.copyfile(file, new)
    elif identity is None:
        raise PermanentError(f"{file} is encrypted: name the file of its private key with --identity.")
    else:
        _age("--decrypt", "--identity", str(identity), source=file, target=new)


def _age(*options: str, source: Path, target: Path) -> None:
    """Run ``age``; keys are named, never given, on its command line: a public one, or the file of a private one."""
    command = [_AGE, *options, "--output", str(target), str(source)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, our options
    except OSError as error:
        raise PermanentError("The program age is needed for encrypted backups: apt-get install age.") from error
    if done.returncode:
        said = done.stderr.strip().splitlines()[:1]
        raise PermanentError(f"age could not do its work on {source}: {''.join(said)}")
    target.chmod(0o600)


def _empty_log(present: Path) -> None:
    with closing(connect(present)) as connection:
        if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()["busy"]:
            raise TemporaryError(f"Another process is reading {present}. Nothing was changed; try again when it ends.")


def _flush(path: Path) -> None:
    """Let it be on the disk before anything rests on it."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
