"""What was last looked at, and what changed since, as triggers of the schema wrote it down."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from mdm_sync.core.conditions import Conditions
from mdm_sync.core.looks import Altered, Look, Outcome

_HELD_OTHERWISE = """
FROM scratch.assignments AS new LEFT JOIN main.assignments AS old USING (subject)
WHERE (new.person_school, new.person_uuid) IS NOT (old.person_school, old.person_uuid)
"""
RESTAGED = f"""
SELECT new.person_school {_HELD_OTHERWISE} AND new.person_school IS NOT NULL
UNION SELECT old.person_school {_HELD_OTHERWISE} AND old.person_school IS NOT NULL
"""
"""Schools of persons whom staged assignments name otherwise than stored ones."""

_EXPIRING = "SELECT DISTINCT site_id FROM devices WHERE profile_expires >= :after AND profile_expires < :before"
_PAST_GRACE = "SELECT DISTINCT school FROM persons WHERE left_since >= :after AND left_since < :before"
_NAMING = """
WITH addresses AS MATERIALIZED (
    SELECT substr(mail_key, instr(mail_key, ' ') + 1) || '@' || substr(mail_key, 1, instr(mail_key, ' ') - 1) AS mail
    FROM persons WHERE school IN (SELECT value FROM json_each(:schools)) AND mail_key <> ''
)
SELECT DISTINCT site_id FROM device_mails JOIN devices USING (subject)
WHERE mail IN (SELECT mail FROM addresses)
OR substr(mail, instr(mail, '@') + 1) IN (SELECT value FROM json_each(:domains))
"""

_outcomes = msgspec.json.Decoder(tuple[Outcome, ...]).decode


def stored_looks(connection: sqlite3.Connection) -> dict[str, Look]:
    """The last look at each school, by Schulnummer."""
    return {
        row["school"]: Look(
            school=row["school"],
            basis=row["basis"],
            at=datetime.fromisoformat(row["at"]),
            outcomes=_outcomes(row["outcomes"]),
        )
        for row in connection.execute("SELECT * FROM looks")
    }


def note_looks(connection: sqlite3.Connection, looks: Sequence[Look] | None) -> None:
    """Write down the looks at all schools; where not all were looked at (None), what changes with the commit.

    To be called before the staged assignments are written.
    """
    if looks is None:
        connection.execute(f"INSERT OR IGNORE INTO altered SELECT 'holders', person_school FROM ({RESTAGED})")
        return
    connection.execute("DELETE FROM altered")
    connection.execute("DELETE FROM looks")
    connection.executemany(
        "INSERT INTO looks VALUES (?, ?, ?, ?)",
        ((one.school, one.basis, one.at.isoformat(), msgspec.json.encode(one.outcomes).decode()) for one in looks),
    )


def stored_changes(
    connection: sqlite3.Connection, school_by_site: Mapping[int, str], conditions: Conditions, since: datetime
) -> Altered:
    """Where something changed since ``since``; a threshold that was crossed is a change of what it is about."""
    noted: dict[str, set[str]] = {"site": set(), "persons": set(), "holders": set()}
    for row in connection.execute("SELECT * FROM altered"):
        noted[row["kind"]].add(row["key"])
    limits = conditions.thresholds
    expiring = _between(since, conditions.now, timedelta(days=limits.profile_days))
    sites = {str(site) for (site,) in connection.execute(_EXPIRING, expiring)} | noted["site"]
    past_grace = _between(since, conditions.now, -timedelta(days=limits.grace_days))
    persons = {school for (school,) in connection.execute(_PAST_GRACE, past_grace)} | noted["persons"]
    return Altered(
        devices=frozenset(school for site, school in school_by_site.items() if str(site) in sites),
        persons=frozenset(persons),
        holders=frozenset(noted["holders"]),
    )


def sites_naming(
    connection: sqlite3.Connection, schools: Collection[str], domains: Iterable[str], school_by_site: Mapping[int, str]
) -> frozenset[str]:
    """The schools in whose sites a device names a person of these schools by an address, or one at these domains."""
    values = {"schools": json.dumps(list(schools)), "domains": json.dumps(list(domains))}
    found = {site for (site,) in connection.execute(_NAMING, values)}
    return frozenset(school for site, school in school_by_site.items() if site in found)


def _between(since: datetime, now: datetime, span: timedelta) -> dict[str, str]:
    return {"after": (since + span).isoformat(), "before": (now + span).isoformat()}
