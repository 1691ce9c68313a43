"""Reads come in here: staged in scratch tables, then swapped in by set differences, changed rows only."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from mdm_sync.core.completeness import DirectoryProof, FleetProof
from mdm_sync.core.matching import mail_keys
from mdm_sync.core.model import Assignment, Device, Person, School
from mdm_sync.core.spelling import lookup_key
from mdm_sync.ports import Changes, DirectoryRead, FleetRead
from state.connection import transaction
from state.schema import FLEET_SOURCE

READS_UNTIL_GONE = 2
"""Complete reads in a row without a row, after which it is removed."""

_DEVICE_COLUMNS = ("serial", "name", "asset_tag", "kind", "model", "site_id", "shared")
_USER_COLUMNS = ("username", "real_name", "email")
_PERSON_COLUMNS = ("login", "mail", "mail_key", "role")


def _columns(names: Iterable[str], table: str = "") -> str:
    return ", ".join(f"{table}.{name}" if table else name for name in names)


def _swap(table: str, key: str, constants: str, columns: tuple[str, ...]) -> str:
    """An upsert from the scratch table of the same name that touches only rows that differ."""
    new, old = _columns(columns, "excluded"), _columns(columns, table)
    return f"""
    INSERT INTO main.{table} ({key}, {_columns(columns)}) SELECT {constants}, {_columns(columns)}
    FROM scratch.{table} WHERE true
    ON CONFLICT DO UPDATE SET ({_columns(columns)}, missed) = ({new}, 0)
    WHERE ({old}, {table}.missed) IS NOT ({new}, 0)
    """


def _count_new(table: str, match: str) -> str:
    return f"SELECT count(*) FROM scratch.{table} AS staged WHERE NOT EXISTS ({_stored(table, match)})"


def _count_changed(table: str, match: str, columns: tuple[str, ...]) -> str:
    differ = f"({_columns(columns, 'stored')}) IS NOT ({_columns(columns, 'staged')})"
    return f"SELECT count(*) FROM scratch.{table} AS staged WHERE EXISTS ({_stored(table, match)} AND {differ})"


def _stored(table: str, match: str) -> str:
    return f"SELECT 1 FROM main.{table} AS stored WHERE {match}"


_DEVICE_ALL = _DEVICE_COLUMNS + _USER_COLUMNS
_DEVICE_MATCH = "stored.id = staged.id"
_PERSON_MATCH = "stored.school = :school AND stored.uuid = staged.uuid"

_NEW_DEVICES = _count_new("devices", _DEVICE_MATCH)
_CHANGED_DEVICES = _count_changed("devices", _DEVICE_MATCH, _DEVICE_ALL)
_SWAP_DEVICES = _swap("devices", "id", "id", _DEVICE_ALL)
_NEW_PERSONS = _count_new("persons", _PERSON_MATCH)
_CHANGED_PERSONS = _count_changed("persons", _PERSON_MATCH, _PERSON_COLUMNS)
_SWAP_PERSONS = _swap("persons", "school, uuid, ref", ":school, uuid, 'P-' || hex(randomblob(6))", _PERSON_COLUMNS)


class Staging:
    """Staged reads and how they become the state; satisfies ``mdm_sync.ports.Staging``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clear_fleet(self) -> None:
        """Drop what is staged of an earlier sweep."""
        with transaction(self._database) as connection:
            connection.execute("DELETE FROM scratch.devices")
            connection.execute("DELETE FROM scratch.device_mails")

    def stage_devices(self, devices: Sequence[Device]) -> None:
        """Keep these for ``accept_fleet``; the same id again replaces the earlier record."""
        latest = {device.jamf_id: device for device in devices}
        with transaction(self._database) as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO scratch.devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                map(_device_row, latest.values()),
            )
            _stage_device_mails(connection, latest)

    def staged_devices(self) -> int:
        """How many different devices are staged."""
        return _number(self._database.conn, "SELECT count(*) FROM scratch.devices")

    def accept_fleet(self, read: FleetRead, at: datetime) -> Changes:
        """Let the staged sweep be the state. A device goes after two complete sweeps without it."""
        with transaction(self._database) as connection:
            added = _number(connection, _NEW_DEVICES)
            changed = _number(connection, _CHANGED_DEVICES)
            connection.execute(_SWAP_DEVICES)
            _swap_device_mails(connection)
            missing, removed = _count_absent_devices(connection, _present(connection, read.proof.unreadable))
            _replace_sites(connection, read.sites)
            _mark_complete(connection, FLEET_SOURCE, read.proof, at)
        return Changes(added=added, changed=changed, missing=missing, removed=removed)

    def accept_directory(self, read: DirectoryRead, at: datetime) -> Changes:
        """Let this read be the state of its school. A person goes after two complete reads without them."""
        school = {"school": read.school.number}
        with transaction(self._database) as connection:
            _stage_persons(connection, read.persons)
            added = _number(connection, _NEW_PERSONS, school)
            changed = _number(connection, _CHANGED_PERSONS, school)
            connection.execute(_SWAP_PERSONS, school)
            present = _present(connection, read.proof.unreadable)
            missing, removed = _count_absent_persons(connection, read.school, present)
            _mark_complete(connection, read.school.source, read.proof, at)
        return Changes(added=added, changed=changed, missing=missing, removed=removed)

    def clear_assignments(self) -> None:
        """Drop assignments that were staged and never committed."""
        with transaction(self._database) as connection:
            connection.execute("DELETE FROM scratch.assignments")

    def stage_assignments(self, assignments: Mapping[int, Assignment]) -> None:
        """Keep these, by Jamf id, for ``commit``."""
        with transaction(self._database) as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO scratch.assignments VALUES (?, ?, ?, ?, ?, ?)",
                (_assignment_row(jamf_id, assignment) for jamf_id, assignment in assignments.items()),
            )

    def refuse(self, source: str, error: str, at: datetime) -> None:
        """Remember why the last attempt at a source gave nothing; its snapshot stays."""
        with transaction(self._database) as connection:
            connection.execute(
                "INSERT INTO sources (name, attempted_at, error) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET (attempted_at, error) = (excluded.attempted_at, excluded.error)",
                (source, at.isoformat(), error),
            )

    def fleet_proof(self) -> FleetProof | None:
        """The proof of the last accepted sweep."""
        proof = self._proof(FLEET_SOURCE)
        return msgspec.json.decode(proof, type=FleetProof) if proof else None

    def directory_proof(self, school: School) -> DirectoryProof | None:
        """The proof of the last accepted read of a school's directory."""
        proof = self._proof(school.source)
        return msgspec.json.decode(proof, type=DirectoryProof) if proof else None

    def _proof(self, source: str) -> str | None:
        row = self._database.conn.execute("SELECT proof FROM sources WHERE name = ?", (source,)).fetchone()
        return row["proof"] if row else None


def _number(connection: sqlite3.Connection, query: str, values: Mapping[str, str] | None = None) -> int:
    return int(connection.execute(query, values or {}).fetchone()[0])


def _device_row(device: Device) -> tuple[object, ...]:
    user = device.user
    names = (user.username, user.real_name, user.email) if user else (None, None, None)
    plain = (device.jamf_id, device.serial, device.name, device.asset_tag, device.kind.value, device.model)
    return (*plain, device.site_id, device.shared, *names)


def _assignment_row(jamf_id: int, assignment: Assignment) -> tuple[object, ...]:
    person = assignment.person
    key = (person.school, person.uuid) if person else (None, None)
    return (jamf_id, assignment.state.value, assignment.step, *key, assignment.reason)


def _stage_persons(connection: sqlite3.Connection, persons: Iterable[Person]) -> None:
    connection.execute("DELETE FROM scratch.persons")
    connection.executemany(
        "INSERT OR REPLACE INTO scratch.persons VALUES (?, ?, ?, ?, ?)",
        ((one.uuid, one.login, one.mail, lookup_key(one.mail), one.role.value) for one in persons),
    )


def _stage_device_mails(connection: sqlite3.Connection, devices: Mapping[int, Device]) -> None:
    """Addresses of an earlier record of the same device go: it may have named somebody else."""
    connection.executemany("DELETE FROM scratch.device_mails WHERE device_id = ?", ((key,) for key in devices))
    connection.executemany(
        "INSERT OR IGNORE INTO scratch.device_mails VALUES (?, ?)",
        ((key, mail) for key, device in devices.items() if device.user for mail in mail_keys(device.user)),
    )


def _swap_device_mails(connection: sqlite3.Connection) -> None:
    """Addresses of staged devices are replaced where they differ; those of devices that did not come stay."""
    connection.execute(
        "DELETE FROM main.device_mails WHERE device_id IN (SELECT id FROM scratch.devices) "
        "AND (device_id, mail) NOT IN (SELECT device_id, mail FROM scratch.device_mails)"
    )
    connection.execute("INSERT OR IGNORE INTO main.device_mails SELECT device_id, mail FROM scratch.device_mails")


def _present(connection: sqlite3.Connection, unreadable: Iterable[tuple[str, str]]) -> str:
    """Stage the keys of records that came but could not be read: they are there. Returns a query for them."""
    connection.execute("DELETE FROM scratch.present")
    connection.executemany("INSERT OR IGNORE INTO scratch.present VALUES (?)", ((record[0],) for record in unreadable))
    return "SELECT key FROM scratch.present"


def _count_absent_devices(connection: sqlite3.Connection, present: str) -> tuple[int, int]:
    # A key that could not be read may be no number, so the ids become text and not the keys numbers.
    absent = f"id NOT IN (SELECT id FROM scratch.devices) AND CAST(id AS TEXT) NOT IN ({present})"
    connection.execute(f"UPDATE devices SET missed = 0 WHERE missed > 0 AND CAST(id AS TEXT) IN ({present})")
    connection.execute(f"UPDATE devices SET missed = missed + 1 WHERE {absent}")
    gone = connection.execute("DELETE FROM devices WHERE missed >= ?", (READS_UNTIL_GONE,)).rowcount
    connection.execute("DELETE FROM device_mails WHERE device_id NOT IN (SELECT id FROM devices)")
    return _number(connection, "SELECT count(*) FROM devices WHERE missed > 0"), gone


def _count_absent_persons(connection: sqlite3.Connection, school: School, present: str) -> tuple[int, int]:
    there = f"school = ? AND missed > 0 AND uuid IN ({present})"
    absent = f"school = ? AND uuid NOT IN (SELECT uuid FROM scratch.persons) AND uuid NOT IN ({present})"
    connection.execute(f"UPDATE persons SET missed = 0 WHERE {there}", (school.number,))
    connection.execute(f"UPDATE persons SET missed = missed + 1 WHERE {absent}", (school.number,))
    query = "DELETE FROM persons WHERE school = ? AND missed >= ?"
    gone = connection.execute(query, (school.number, READS_UNTIL_GONE)).rowcount
    missing = "SELECT count(*) FROM persons WHERE school = :school AND missed > 0"
    return _number(connection, missing, {"school": school.number}), gone


def _replace_sites(connection: sqlite3.Connection, sites: Mapping[int, str]) -> None:
    connection.execute("DELETE FROM sites")
    connection.executemany("INSERT INTO sites VALUES (?, ?)", sites.items())


def _mark_complete(
    connection: sqlite3.Connection, source: str, proof: FleetProof | DirectoryProof, at: datetime
) -> None:
    moment = at.isoformat()
    connection.execute(
        "INSERT INTO sources (name, complete_at, proof, attempted_at, error) VALUES (?, ?, ?, ?, NULL) "
        "ON CONFLICT DO UPDATE SET (complete_at, proof, attempted_at, error) = "
        "(excluded.complete_at, excluded.proof, excluded.attempted_at, NULL)",
        (source, moment, msgspec.json.encode(proof).decode(), moment),
    )
