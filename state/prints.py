"""What a source last said, as a hash: what comes again as it was is not staged again.

A print stands for the rows that were written with it: of one device, or of all persons and classes of a school.
Triggers drop it when anybody changes these rows, so it is there only while they say what the source said.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping

import msgspec

from mdm_sync import __version__
from mdm_sync.core.model import Device
from mdm_sync.ports import DirectoryRead
from state.rows import DEVICE_COLUMNS, PERSON_COLUMNS

_BYTES = 16
_KEY = hashlib.blake2b(repr((__version__, DEVICE_COLUMNS, PERSON_COLUMNS)).encode()).digest()
"""Another version may make other rows of the same."""

_packed = msgspec.msgpack.Encoder().encode

_STORED = """
SELECT json_group_array(subject) FROM json_each(?) AS seen CROSS JOIN device_prints AS stored ON subject = seen.key
WHERE hex(print) = seen.value
"""
"""One row with all of a page: each row that is fetched would wait for its turn beside the threads that decode pages."""

_STORED_DIRECTORY = "SELECT 1 FROM directory_prints WHERE (school, print) = (?, ?)"


def print_of(device: Device) -> bytes:
    """The hash of all that is kept of a device's record."""
    return _hash(device)


def print_of_directory(read: DirectoryRead) -> bytes:
    """The hash of all that is kept of a school's directory, and of which entries could not be read."""
    return _hash((read.persons, read.classes, read.proof.unreadable))


def as_stored(connection: sqlite3.Connection, prints: Mapping[str, bytes]) -> frozenset[str]:
    """Subjects of those devices whose stored rows say the same."""
    seen = json.dumps({subject: one.hex().upper() for subject, one in prints.items()})
    return frozenset(json.loads(connection.execute(_STORED, (seen,)).fetchone()[0]))


def is_as_stored(connection: sqlite3.Connection, school: str, seen: bytes) -> bool:
    """Whether the stored rows of a school's directory say the same."""
    return connection.execute(_STORED_DIRECTORY, (school, seen)).fetchone() is not None


def keep_print(connection: sqlite3.Connection, school: str, seen: bytes) -> None:
    """Write down by which directory the rows of a school were made."""
    connection.execute("INSERT OR REPLACE INTO directory_prints VALUES (?, ?)", (school, seen))


def keep_staged_prints(connection: sqlite3.Connection) -> None:
    """Write down by which records the rows were made that have been swapped in."""
    connection.execute(
        "INSERT INTO main.device_prints SELECT subject, print FROM scratch.devices WHERE true "
        "ON CONFLICT DO UPDATE SET print = excluded.print WHERE print <> excluded.print"
    )


def _hash(content: object) -> bytes:
    return hashlib.blake2b(_packed(content), digest_size=_BYTES, key=_KEY).digest()
