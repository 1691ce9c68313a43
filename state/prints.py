"""What Jamf Pro last said of each device, as a hash: what comes again as it was is not staged again.

A print stands for the row that was written with it. Triggers drop it when anybody changes the row or its addresses, so
it is there only while the row says what Jamf Pro said.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping

import msgspec

from mdm_sync import __version__
from mdm_sync.core.model import Device
from state.rows import DEVICE_COLUMNS

_BYTES = 16
_KEY = hashlib.blake2b(repr((__version__, DEVICE_COLUMNS)).encode()).digest()
"""Another version may make another row of the same record."""

_packed = msgspec.msgpack.Encoder().encode

_STORED = "SELECT subject, print FROM device_prints WHERE subject IN (SELECT value FROM json_each(?))"


def print_of(device: Device) -> bytes:
    """The hash of all that is kept of a device's record."""
    return hashlib.blake2b(_packed(device), digest_size=_BYTES, key=_KEY).digest()


def as_stored(connection: sqlite3.Connection, prints: Mapping[str, bytes]) -> frozenset[str]:
    """Subjects of those devices whose stored rows say the same."""
    stored = connection.execute(_STORED, (json.dumps(list(prints)),))
    return frozenset(subject for subject, known in stored if prints[subject] == known)


def keep_staged_prints(connection: sqlite3.Connection) -> None:
    """Write down by which records the rows were made that have been swapped in."""
    connection.execute(
        "INSERT INTO main.device_prints SELECT subject, print FROM scratch.devices WHERE true "
        "ON CONFLICT DO UPDATE SET print = excluded.print WHERE print <> excluded.print"
    )
