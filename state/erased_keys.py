"""Who was erased, told by keys that say nothing of the person: for copies that could not be rewritten."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex

from mdm_sync.errors import PermanentError
from state.erasure import PersonKey

_SALT_BYTES = 16


class ErasedKeys:
    """A file of salted digests of school and uuid, one for each erasure.

    A uuid is random, so nobody learns a person from its digest; whoever has the uuid can only see that it was erased.
    The file lies with the copies, not in the store: it is needed where the store is lost.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, keys: Collection[PersonKey], at: datetime) -> None:
        """Remember these; safe on the disk."""
        salts = [token_hex(_SALT_BYTES) for _ in keys]
        new = [
            {"at": at.isoformat(), "salt": salt, "key": _digest(key, salt)}
            for key, salt in zip(keys, salts, strict=True)
        ]
        self._write([*self._read(), *new])

    def among(self, keys: Collection[PersonKey], since: datetime | None) -> Sequence[PersonKey]:
        """Those of these who were erased since this moment, or ever."""
        entries = [one for one in self._read() if since is None or datetime.fromisoformat(one["at"]) >= since]
        return [key for key in keys if any(_digest(key, one["salt"]) == one["key"] for one in entries)]

    def forget(self, before: datetime) -> None:
        """Forget who was erased before this moment."""
        entries = self._read()
        left = [one for one in entries if datetime.fromisoformat(one["at"]) >= before]
        if len(left) < len(entries):
            self._write(left)

    def _read(self) -> list[dict[str, str]]:
        if not self._path.exists():
            return []
        try:
            return list(map(_entry, json.loads(self._path.read_text(encoding="utf-8"))))
        except (ValueError, KeyError, TypeError) as error:
            raise PermanentError(
                f"{self._path} is damaged: from a copy that is restored nobody could be erased again. "
                "Put it back from a copy of its folder, or delete it to forget who was erased."
            ) from error

    def _write(self, entries: list[dict[str, str]]) -> None:
        beside = self._path.with_name(f"{self._path.name}.unfinished")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            json.dump(entries, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


def _entry(stored: Mapping[str, str]) -> dict[str, str]:
    """As it was written."""
    datetime.fromisoformat(stored["at"])
    bytes.fromhex(stored["salt"])
    return {name: stored[name] for name in ("at", "salt", "key")}


def _digest(key: PersonKey, salt: str) -> str:
    return blake2b("/".join(key).encode(), salt=bytes.fromhex(salt), digest_size=32).hexdigest()
