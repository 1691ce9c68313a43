"""Reads come in here: staged in scratch tables, then swapped in by set differences, changed rows only."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from mdm_sync.core.completeness import DirectoryProof, FleetProof, InventoryProof
from mdm_sync.core.matching import mail_keys
from mdm_sync.core.model import Assignment, Device, Family, School
from mdm_sync.core.views import Privileges
from mdm_sync.ports import Changes, DirectoryRead, FleetChanges, FleetRead, InventoryRead
from state.absence import remember_roles, settle_absence, settle_absence_again
from state.connection import transaction
from state.history import note_devices, note_vanishing
from state.machines import swap_machines
from state.prints import (
    as_stored,
    is_as_stored,
    keep_print,
    keep_staged_prints,
    print_of,
    print_of_directory,
)
from state.rows import (
    DEVICE_COLUMNS,
    PERSON_COLUMNS,
    assignment_row,
    device_row,
    person_row,
)
from state.schema import FLEET_SOURCE, INVENTORY_SOURCE
from state.sources import mark_complete, mark_refused, mark_seen, note_privileges, stored_proof
from state.swap import added_and_changed, number, stage, swap

SWEEPS_UNTIL_GONE = 2
"""Complete sweeps in a row without a device, after which it is removed."""

_SWAP_DEVICES = swap("devices", "subject", "subject", DEVICE_COLUMNS)
_COUNT_DEVICES = "SELECT count(*) FROM devices"
_SWAP_PERSONS = swap("persons", "school, uuid, ref", ":school, uuid, 'P-' || hex(randomblob(8))", PERSON_COLUMNS)
_COUNT_PERSONS = "SELECT count(*) FROM persons WHERE school = :school"
_COME_BACK = f"""
UPDATE persons SET (missed, gone_since, {", ".join(PERSON_COLUMNS)}) = (
    SELECT 0, NULL, {", ".join(PERSON_COLUMNS)} FROM scratch.persons AS staged WHERE staged.uuid = persons.uuid
) WHERE school = :school AND gone_since IS NOT NULL AND uuid IN (SELECT uuid FROM scratch.persons)
"""

_PRESENT = "SELECT key FROM scratch.present"
_DEVICES_STAGED = "SELECT subject FROM scratch.devices UNION ALL SELECT subject FROM scratch.same"
"""A device is in one of the two: what its record says, or that it says the same as the stored row."""
_DEVICES_SEEN = f"{_DEVICES_STAGED} UNION ALL {_PRESENT}"
_STAGED_BEFORE = tuple(
    f"DELETE FROM scratch.{table} WHERE subject IN (SELECT value FROM json_each(?))"
    for table in ("devices", "same", "device_mails")
)
_STILL_THERE = f"""
UPDATE persons SET missed = 0 WHERE school = :school AND missed > 0 AND gone_since IS NULL
AND uuid IN (SELECT uuid FROM scratch.persons UNION ALL {_PRESENT})
"""
_ABSENT_DEVICES = f"subject NOT IN ({_DEVICES_SEEN}) AND (:computers OR subject NOT GLOB 'computer:*')"
"""Devices that a sweep which proves absence did not show; of computers it says nothing where it did not read them."""


class Staging:
    """Staged reads and how they become the state; satisfies ``mdm_sync.ports.Staging``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clear_fleet(self) -> None:
        """Drop what is staged of an earlier sweep."""
        with transaction(self._database) as connection:
            for table in ("devices", "same", "device_mails"):
                connection.execute(f"DELETE FROM scratch.{table}")

    def stage_devices(self, devices: Sequence[Device]) -> None:
        """Keep these for ``accept_fleet``; the same device again replaces the earlier record.

        Of a record that says what the stored row says no more is kept than that it came.
        """
        latest = {device.subject: device for device in devices}
        prints = {subject: print_of(device) for subject, device in latest.items()}
        with transaction(self._database) as connection:
            same = as_stored(connection, prints)
            new = {subject: device for subject, device in latest.items() if subject not in same}
            _forget_staged(connection, latest)
            connection.execute("INSERT INTO scratch.same SELECT value FROM json_each(?)", (json.dumps(list(same)),))
            rows = ((*device_row(device), prints[subject]) for subject, device in new.items())
            stage(connection, "devices", rows)
            _stage_device_mails(connection, new)

    def staged_devices(self, family: Family = Family.MOBILE) -> int:
        """How many different devices of a family are staged."""
        query = f"SELECT count(*) FROM ({_DEVICES_STAGED}) WHERE subject GLOB :family || ':*'"
        return number(self._database.conn, query, {"family": family.value})

    def overdue_devices(self, read: FleetRead) -> frozenset[str]:
        """Subjects that have now been missing from so many complete sweeps that only a query of their own is left."""
        if not read.proof.proves_absence:
            return frozenset()
        query = f"SELECT subject FROM devices WHERE {_ABSENT_DEVICES} AND missed + 1 >= :limit"
        with transaction(self._database) as connection:
            _note_present(connection, read.proof.all_unreadable)
            rows = connection.execute(query, {**_families(read.proof), "limit": SWEEPS_UNTIL_GONE}).fetchall()
        return frozenset(row["subject"] for row in rows)

    def accept_fleet(self, read: FleetRead, at: datetime, *, still_there: Collection[str] = ()) -> Changes:
        """Let the staged sweep be the state.

        A device goes after two complete sweeps without it, unless ``still_there`` names it: a query of its own, the
        last one, showed it. A sweep that only proves presence takes nothing away and counts nothing as missing.
        """
        with transaction(self._database) as connection:
            _note_present(connection, (*read.proof.all_unreadable, *((subject, "") for subject in still_there)))
            added, changed = _swap_devices(connection)
            _replace_sites(connection, read.sites)
            absent = read.proof.proves_absence
            missing, removed = _count_absent_devices(connection, read.proof, at) if absent else (0, 0)
            note_devices(connection, at)
            mark_complete(connection, FLEET_SOURCE, read.proof, at, read.server_time)
        return Changes(added=added, changed=changed, missing=missing, removed=removed)

    def accept_changes(self, read: FleetChanges, at: datetime) -> Changes:
        """Let what is staged of a read of changes update the state; it adds and changes rows and removes none."""
        with transaction(self._database) as connection:
            _note_present(connection, read.unreadable)
            added, changed = _swap_devices(connection)
            note_devices(connection, at)
            mark_seen(connection, FLEET_SOURCE, at, read.server_time)
        return Changes(added=added, changed=changed)

    def accept_records(self, at: datetime) -> Changes:
        """Let the staged records, each asked for by itself or by a loss watch, be the state of their devices.

        It says nothing of the source: neither that it was read nor that its trouble is over.
        """
        with transaction(self._database) as connection:
            added, changed = _swap_devices(connection)
            note_devices(connection, at)
        return Changes(added=added, changed=changed)

    def accept_directory(self, read: DirectoryRead, at: datetime) -> Changes:
        """Let this read be the state of its school. A person is gone after two complete reads without them."""
        school, seen = read.school, print_of_directory(read)
        with transaction(self._database) as connection:
            if is_as_stored(connection, school.number, seen):
                missing, removed = settle_absence_again(connection, school.number, at.isoformat())
                changes = Changes(missing=missing, removed=removed)
            else:
                changes = _accept_persons(connection, read, at)
            keep_print(connection, school.number, seen)
            mark_complete(connection, school.source, read.proof, at)
        return changes

    def accept_inventory(self, read: InventoryRead, proof: InventoryProof, at: datetime) -> Changes:
        """Let this inventory be the state; what does not stand in it any more is gone at once, for people keep it."""
        with transaction(self._database) as connection:
            changes = swap_machines(connection, read.machines)
            mark_complete(connection, INVENTORY_SOURCE, proof, at)
        return changes

    def clear_assignments(self) -> None:
        """Drop assignments that were staged and never committed."""
        with transaction(self._database) as connection:
            connection.execute("DELETE FROM scratch.assignments")

    def stage_assignments(self, assignments: Mapping[str, Assignment]) -> None:
        """Keep these, by subject of the device, for ``commit``."""
        with transaction(self._database) as connection:
            stage(connection, "assignments", (assignment_row(*one) for one in assignments.items()))

    def refuse(self, source: str, error: str, at: datetime, *, shrunk: bool = False) -> None:
        """Remember why the last attempt at a source gave nothing; its snapshot stays."""
        with transaction(self._database) as connection:
            mark_refused(connection, source, error, at, shrunk=shrunk)

    def note_privileges(self, privileges: Privileges) -> None:
        """Remember what the API client may do beside what it needs."""
        with transaction(self._database) as connection:
            note_privileges(connection, FLEET_SOURCE, privileges)

    def fleet_proof(self) -> FleetProof | None:
        """The proof of the last accepted sweep."""
        proof = stored_proof(self._database.conn, FLEET_SOURCE)
        return msgspec.json.decode(proof, type=FleetProof) if proof else None

    def inventory_proof(self) -> InventoryProof | None:
        """The proof of the last accepted inventory."""
        proof = stored_proof(self._database.conn, INVENTORY_SOURCE)
        return msgspec.json.decode(proof, type=InventoryProof) if proof else None

    def directory_proof(self, school: School) -> DirectoryProof | None:
        """The proof of the last accepted read of a school's directory."""
        proof = stored_proof(self._database.conn, school.source)
        return msgspec.json.decode(proof, type=DirectoryProof) if proof else None


def _forget_staged(connection: sqlite3.Connection, subjects: Iterable[str]) -> None:
    """Drop what earlier records of the same sweep said of these."""
    listed = (json.dumps(list(subjects)),)
    for statement in _STAGED_BEFORE:
        connection.execute(statement, listed)


def _stage_device_mails(connection: sqlite3.Connection, devices: Mapping[str, Device]) -> None:
    mails = ((subject, mail) for subject, one in devices.items() if one.user for mail in mail_keys(one.user))
    stage(connection, "device_mails", mails)


def _swap_devices(connection: sqlite3.Connection) -> tuple[int, int]:
    """Swap in what is staged; returns how many are new and how many changed."""
    connection.execute(f"UPDATE devices SET missed = 0 WHERE missed > 0 AND subject IN ({_DEVICES_SEEN})")
    added, changed = added_and_changed(connection, _SWAP_DEVICES, _COUNT_DEVICES, {})
    _swap_device_mails(connection)
    keep_staged_prints(connection)
    return added, changed


def _swap_device_mails(connection: sqlite3.Connection) -> None:
    """Addresses of staged devices are replaced where they differ; those of devices that did not come stay."""
    connection.execute(
        "DELETE FROM main.device_mails AS stored WHERE subject IN (SELECT subject FROM scratch.devices) AND NOT EXISTS "
        "(SELECT 1 FROM scratch.device_mails AS s WHERE s.subject = stored.subject AND s.mail = stored.mail)"
    )
    connection.execute("INSERT OR IGNORE INTO main.device_mails SELECT subject, mail FROM scratch.device_mails")


def _accept_persons(connection: sqlite3.Connection, read: DirectoryRead, at: datetime) -> Changes:
    connection.execute("DELETE FROM scratch.persons")
    stage(connection, "persons", map(person_row, read.persons))
    _note_present(connection, read.proof.unreadable)
    remember_roles(connection, read.school.number)
    added, changed = _swap_persons(connection, read.school)
    missing, removed = settle_absence(connection, read.school.number, at.isoformat())
    _replace_classes(connection, read)
    return Changes(added=added, changed=changed, missing=missing, removed=removed)


def _swap_persons(connection: sqlite3.Connection, school: School) -> tuple[int, int]:
    """Swap in what is staged of a school; returns how many are new and how many changed."""
    here = {"school": school.number}
    connection.execute(_STILL_THERE, here)
    came_back = connection.execute(_COME_BACK, here).rowcount
    added, changed = added_and_changed(connection, _SWAP_PERSONS, _COUNT_PERSONS, here)
    return added + came_back, changed


def _note_present(connection: sqlite3.Connection, records: Iterable[tuple[str, str]]) -> None:
    """Stage the keys of records that are there although they did not come, or could not be read."""
    connection.execute("DELETE FROM scratch.present")
    connection.executemany("INSERT OR IGNORE INTO scratch.present VALUES (?)", ((record[0],) for record in records))


def _families(proof: FleetProof) -> dict[str, int]:
    return {"computers": proof.computers is not None}


def _count_absent_devices(connection: sqlite3.Connection, proof: FleetProof, at: datetime) -> tuple[int, int]:
    connection.execute(f"UPDATE devices SET missed = missed + 1 WHERE {_ABSENT_DEVICES}", _families(proof))
    note_vanishing(connection, at, SWEEPS_UNTIL_GONE)
    gone = connection.execute("DELETE FROM devices WHERE missed >= ?", (SWEEPS_UNTIL_GONE,)).rowcount
    if gone:
        connection.execute("DELETE FROM device_mails WHERE subject NOT IN (SELECT subject FROM devices)")
        connection.execute("DELETE FROM assignments WHERE subject NOT IN (SELECT subject FROM devices)")
    return number(connection, "SELECT count(*) FROM devices WHERE missed > 0", {}), gone


def _replace_sites(connection: sqlite3.Connection, sites: Mapping[int, str]) -> None:
    connection.execute("DELETE FROM sites")
    connection.executemany("INSERT INTO sites VALUES (?, ?)", sites.items())


def _replace_classes(connection: sqlite3.Connection, read: DirectoryRead) -> None:
    """Where they are as before nothing is written: a school whose classes change is looked at again."""
    school = read.school.number
    stored = connection.execute("SELECT account, name FROM classes WHERE school = ?", (school,))
    if {one.account: one.name for one in read.classes} == {row["account"]: row["name"] for row in stored}:
        return
    connection.execute("DELETE FROM classes WHERE school = ?", (school,))
    connection.executemany(
        "INSERT OR REPLACE INTO classes VALUES (?, ?, ?)", ((school, one.account, one.name) for one in read.classes)
    )
