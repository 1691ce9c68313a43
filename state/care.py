"""Care of the stored data: retention, what is stored of a person, erasure."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlite_utils import Database

from mdm_sync.core.model import Person
from mdm_sync.core.retention import Kept
from mdm_sync.ports import Dossier, Erased, Mention, OpenFinding, Purged
from state import findings
from state.compaction import settle_files, write_anew
from state.connection import transaction
from state.erasure import erase_person, know_words, mentions, words_of
from state.history import holder_spans
from state.incidents import LOOKED_AFTER
from state.retention import delete_outlived
from state.rows import DEVICE, PERSON, device_of, person_of

_NAMED = f"""
SELECT {PERSON} FROM persons WHERE uuid IN (
    SELECT uuid FROM persons WHERE :school IN ('', school)
    AND (ref = upper(:named) OR uuid = :named OR casefold(login) = casefold(:named))
) ORDER BY school, uuid
"""
_THEIRS = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:persons)"
_DEVICES = f"""
SELECT {DEVICE} FROM devices WHERE subject IN (
    SELECT subject FROM main.assignments WHERE (person_school, person_uuid) IN ({_THEIRS})
) OR mentions(username) OR mentions(real_name) OR mentions(email) ORDER BY subject
"""
_HOLDINGS = f"""
SELECT holder_spans.*, persons.ref FROM holder_spans JOIN persons ON school = person_school AND uuid = person_uuid
WHERE (person_school, person_uuid) IN ({_THEIRS}) ORDER BY since DESC, subject
"""
_FINDINGS = """
SELECT DISTINCT subject FROM findings WHERE subject = :subject OR mentions(details)
"""
_EVIDENCE = f"""
SELECT number FROM incidents WHERE {LOOKED_AFTER} AND (
    number IN (SELECT incident FROM incident_devices WHERE subject IN (
        SELECT subject FROM holder_spans WHERE (person_school, person_uuid) IN ({_THEIRS})))
    OR serial <> '' AND serial IN (SELECT serial FROM device_spans WHERE subject IN (
        SELECT subject FROM holder_spans WHERE (person_school, person_uuid) IN ({_THEIRS})))
) ORDER BY number
"""


class Care:
    """Care of the store; satisfies ``mdm_sync.ports.Care``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge(self, limits: Mapping[Kept, datetime], at: datetime) -> Purged:
        """Delete what is older than the moment of its kind, all of it or nothing; gone from the file as well."""
        with transaction(self._database) as connection:
            removed = delete_outlived(connection, limits, at)
        return Purged(removed=removed, lingering=not settle_files(self._database))

    def persons(self, named: str, school: str = "") -> tuple[Person, ...]:
        """The records of the person with this reference, uuid or login, those of the same uuid at other schools too."""
        values = {"named": named.strip(), "school": school}
        return tuple(map(person_of, self._database.conn.execute(_NAMED, values)))

    def dossier(self, person: Person) -> Dossier:
        """All that is stored of them."""
        connection = self._database.conn
        _know(connection, person)
        values = _values([person])
        about = [row["subject"] for row in connection.execute(_FINDINGS, {"subject": person.subject})]
        told = findings.about(connection, about, ())
        places = (Mention(table=table, column=column, rows=rows) for table, column, rows in mentions(connection))
        return Dossier(
            person=person,
            devices=tuple(map(device_of, connection.execute(_DEVICES, values))),
            holdings=tuple(holder_spans(connection.execute(_HOLDINGS, values))),
            findings=tuple(one for one in told if person.subject == one.place.finding.subject or _names(one, person)),
            mentions=tuple(places),
        )

    def evidence(self, persons: Collection[Person]) -> tuple[int, ...]:
        """Numbers of the incidents that somebody looks after, and whose devices named one of these."""
        return tuple(row["number"] for row in self._database.conn.execute(_EVIDENCE, _values(persons)))

    def erase(self, persons: Collection[Person]) -> Erased:
        """Erase them, all of it or nothing; gone from the file as well."""
        connection = self._database.conn
        serials: set[str] = set()
        records: dict[str, int] = {}
        with transaction(self._database):
            for person in persons:
                _know(connection, person)
                serials.update(device_of(row).serial for row in connection.execute(_DEVICES, _values([person])))
                for table, rows in erase_person(connection, (person.school, person.uuid)).items():
                    records[table] = records.get(table, 0) + rows
        there = sum(not person.gone for person in persons)
        return Erased(
            records=records, there=there, serials=tuple(sorted(serials)), lingering=not write_anew(self._database)
        )


def _values(persons: Collection[Person]) -> dict[str, str]:
    return {"persons": json.dumps([(person.school, person.uuid) for person in persons])}


def _know(connection: sqlite3.Connection, person: Person) -> None:
    """Teach the connection by which words this person is named."""
    key = (person.school, person.uuid)
    know_words(connection, {*words_of(connection, key), person.uuid})


def _names(found: OpenFinding, person: Person) -> bool:
    return person.ref in found.place.finding.details.values()
