"""What the last complete reads said, school by school."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from sqlite_utils import Database

from mdm_sync.core.brakes import Hold, HoldKey
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.coverage import DistrictCounts
from mdm_sync.core.lifecycle import StoredFinding
from mdm_sync.core.looks import Altered, Look
from mdm_sync.core.model import Device, DeviceKind, Key, Person, School, SchoolClass, person_subject
from mdm_sync.core.spelling import lookup_key
from mdm_sync.core.views import Moved, Privileges, RefusedMail, Source, Twins
from mdm_sync.ports import Elsewhere, Held
from state.counts import count_all
from state.decisions import holds_in_force
from state.looks import RESTAGED, sites_naming, stored_changes, stored_looks
from state.outbox import REFUSED_MAILS, REFUSED_SUMMARY
from state.rows import DEVICE, PERSON, device_of, finding_of, mail_key, person_of
from state.schema import FLEET_SOURCE
from state.sources import stored_privileges, stored_sources

_SITES = "SELECT sites.id FROM sites WHERE sites.name IN (SELECT value FROM json_each(:sites))"
_PLACED = f"site_id IN ({_SITES})"
_NOWHERE = f"(site_id IS NULL OR site_id NOT IN ({_SITES}))"
_CURRENT_ASSIGNMENTS = """
SELECT subject, person_uuid FROM scratch.assignments WHERE person_school = :school
UNION ALL
SELECT subject, person_uuid FROM main.assignments
WHERE person_school = :school AND subject NOT IN (SELECT subject FROM scratch.assignments)
"""

_MOVED = """
WITH old AS MATERIALIZED (SELECT * FROM persons WHERE left_since IS NOT NULL)
SELECT old.school AS old_school, old.uuid, new.school, new.ref FROM persons AS new CROSS JOIN old
WHERE new.left_since IS NULL AND new.school <> old.school AND {sign} ORDER BY new.school, new.uuid
"""
"""One pass over all accounts for all who left; an index of uuids would cost each read more than it saves here."""

_SIGNS = {
    "uuid": "old.uuid = new.uuid",
    "mail": "old.mail_key = new.mail_key AND old.mail_key <> ''",
    "name": "old.family_name = new.family_name AND old.given_name = new.given_name AND old.family_name <> ''",
}
"""What two accounts at different schools have in common if they are one person's, the surest first."""


class Snapshot:
    """The state as the core looks at it; satisfies ``mdm_sync.ports.Snapshot``."""

    def __init__(self, database: Database) -> None:
        self._connection = database.conn

    def devices_of(self, school: School) -> tuple[Device, ...]:
        """The devices in the school's sites."""
        query = f"SELECT {DEVICE} FROM devices WHERE {_PLACED} ORDER BY subject"
        return tuple(map(device_of, _bare(self._connection.execute(query, _sites((school,))))))

    def devices_nowhere(self, schools: Iterable[School]) -> tuple[Device, ...]:
        """The devices in no site of any of these schools."""
        query = f"SELECT {DEVICE} FROM devices WHERE {_NOWHERE} ORDER BY subject"
        return tuple(map(device_of, _bare(self._connection.execute(query, _sites(schools)))))

    def persons_of(self, school: School) -> tuple[Person, ...] | None:
        """The school's persons; None while its directory has never been read completely."""
        if school.number not in self.read_schools():
            return None
        return self._persons(school, "gone_since IS NULL")

    def persons_gone(self, school: School) -> tuple[Person, ...]:
        """The persons who are gone from the school's directory and still known."""
        return self._persons(school, "gone_since IS NOT NULL")

    def moved(self, *, by_name: bool) -> Mapping[str, Moved]:
        """Where those who left a school seem to be now, by subject of the person; the surest sign counts."""
        found: dict[str, Moved] = {}
        for sign in (sign for sign in _SIGNS if by_name or sign != "name"):
            for row in self._connection.execute(_MOVED.format(sign=_SIGNS[sign])):
                moved = Moved(school=row["school"], ref=row["ref"], by=sign)
                found.setdefault(person_subject(row["old_school"], row["uuid"]), moved)
        return found

    def classes_of(self, school: School) -> tuple[SchoolClass, ...]:
        """The school's class groups."""
        rows = self._connection.execute("SELECT * FROM classes WHERE school = ? ORDER BY account", (school.number,))
        return tuple(SchoolClass(account=row["account"], name=row["name"]) for row in rows)

    def persons_elsewhere(self, school: School, schools: Iterable[School]) -> Elsewhere:
        """Persons of the other schools whose full address a device of this school names, by that address."""
        mails = self._mails_named_at(school)
        there: defaultdict[str, tuple[Person, ...]] = defaultdict(tuple)
        gone: defaultdict[str, tuple[Person, ...]] = defaultdict(tuple)
        for mail, person in (*self._by_own_address(school, mails), *self._by_login_at(school, schools, mails)):
            found = gone if person.gone else there
            if person not in found[mail]:
                found[mail] += (person,)
        return Elsewhere(there=dict(there), gone=dict(gone))

    def held(self, school: School) -> Held:
        """What the school's persons hold, by the assignments that are staged, else by those of earlier cycles."""
        query = f"""
        SELECT person_uuid, count(*) AS everywhere, sum({_PLACED} AND lost_mode IS NOT 1) AS here,
        sum(missed) AS missed FROM ({_CURRENT_ASSIGNMENTS}) JOIN devices USING (subject) WHERE kind = :ipad
        GROUP BY person_uuid
        """
        values = {"school": school.number, "ipad": DeviceKind.IPAD.value, **_sites((school,))}
        rows = self._connection.execute(query, values).fetchall()
        return Held(
            anywhere={row["person_uuid"]: row["everywhere"] for row in rows},
            here={row["person_uuid"]: row["here"] for row in rows if row["here"]},
            unsure=frozenset(row["person_uuid"] for row in rows if row["missed"]),
        )

    def findings_of_devices(self, school: School) -> Mapping[Key, StoredFinding]:
        """Earlier findings about the devices that now stand in the school's sites."""
        return self._findings(f"subject IN (SELECT subject FROM devices WHERE {_PLACED})", _sites((school,)))

    def findings_nowhere(self, schools: Iterable[School]) -> Mapping[Key, StoredFinding]:
        """Earlier findings about the devices that now stand in no site of any of these schools."""
        return self._findings(f"subject IN (SELECT subject FROM devices WHERE {_NOWHERE})", _sites(schools))

    def findings_by(self, rules: Iterable[str], school: School | None = None) -> Mapping[Key, StoredFinding]:
        """Earlier findings of these rules, of one school or of all."""
        values = {"rules": json.dumps(list(rules)), "school": school.number if school else ""}
        of_school = "school = :school AND" if school else ""
        return self._findings(f"{of_school} rule IN (SELECT value FROM json_each(:rules))", values)

    def findings_without_subject(self) -> tuple[StoredFinding, ...]:
        """Earlier findings about devices that are no longer there."""
        about = "(subject GLOB 'device:*' OR subject GLOB 'computer:*')"
        gone = self._findings(f"open AND {about} AND subject NOT IN (SELECT subject FROM devices)", {})
        return tuple(gone.values())

    def judged(self) -> frozenset[tuple[str, str]]:
        """School and rule of each look that could decide, ever since the rule was switched on there."""
        return frozenset((row["school"], row["rule"]) for row in self._connection.execute("SELECT * FROM judged"))

    def looks(self) -> Mapping[str, Look]:
        """The last look at each school that was not overtaken by a change which nobody can trace."""
        return stored_looks(self._connection)

    def altered(self, schools: Iterable[School], conditions: Conditions, since: datetime) -> Altered:
        """Where something changed since the schools were last looked at, which was at ``since`` or later."""
        return stored_changes(self._connection, self._school_by_site(schools), conditions, since)

    def naming_persons_of(self, numbers: Collection[str], schools: Iterable[School]) -> frozenset[str]:
        """Where a device names the address of a person of one of these schools, or one at their domains."""
        if not numbers:
            return frozenset()
        register = tuple(schools)
        domains = {lookup_key(name) for one in register if one.number in numbers for name in one.mail_domains}
        return sites_naming(self._connection, numbers, domains, self._school_by_site(register))

    def restaged_holders(self) -> frozenset[str]:
        """Schools of persons whom staged assignments name otherwise than those of earlier cycles."""
        return frozenset(school for (school,) in self._connection.execute(RESTAGED))

    def holds(self) -> Mapping[HoldKey, Hold]:
        """The holds that are not closed."""
        return holds_in_force(self._connection)

    def read_schools(self) -> frozenset[str]:
        """Numbers of the schools whose directory has been read completely at least once."""
        query = "SELECT substr(name, 7) AS school FROM sources WHERE name LIKE 'iserv-%' AND complete_at IS NOT NULL"
        return frozenset(row["school"] for row in self._connection.execute(query))

    def sites(self) -> Mapping[int, str] | None:
        """Names of the Jamf sites by id; None while Jamf Pro has never been read completely."""
        query = "SELECT 1 FROM sources WHERE name = ? AND complete_at IS NOT NULL"
        if self._connection.execute(query, (FLEET_SOURCE,)).fetchone() is None:
            return None
        return {row["id"]: row["name"] for row in self._connection.execute("SELECT * FROM sites ORDER BY id")}

    def twins(self, schools: Iterable[School]) -> tuple[Twins, ...]:
        """Device records that share a serial number."""
        school_of = self._school_by_site(schools)
        twice = "SELECT serial FROM devices WHERE serial <> '' GROUP BY serial HAVING count(*) > 1"
        records: defaultdict[str, list[tuple[str, int | None]]] = defaultdict(list)
        missing: set[str] = set()
        query = (
            f"SELECT serial, subject, site_id, missed FROM devices WHERE serial IN ({twice}) ORDER BY serial, subject"
        )
        for row in self._connection.execute(query):
            records[row["serial"]].append((row["subject"], row["site_id"]))
            missing |= {row["serial"]} if row["missed"] else set()
        return tuple(
            Twins(
                serial=serial,
                subjects=tuple(subject for subject, _ in found),
                schools=tuple(school_of.get(site, "") if site is not None else "" for _, site in found),
                missing=serial in missing,
            )
            for serial, found in records.items()
        )

    def counts(self, schools: Iterable[School], conditions: Conditions) -> DistrictCounts:
        """What stands at each of these schools, by the assignments of the last cycle, and iPads that stand at none."""
        return count_all(self._connection, schools, conditions)

    def open_counts(self) -> dict[str, dict[str, int]]:
        """Open findings by school and rule."""
        counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
        query = "SELECT school, rule, count(*) AS number FROM findings WHERE open GROUP BY school, rule"
        for row in self._connection.execute(query):
            counts[row["school"]][row["rule"]] = row["number"]
        return dict(counts)

    def sources(self) -> tuple[Source, ...]:
        """How each source stands."""
        return stored_sources(self._connection)

    def refused_summary(self) -> str | None:
        """Why the last summary that was tried was refused for good, or cannot go until somebody mends it."""
        row = self._connection.execute(REFUSED_SUMMARY).fetchone()
        return row["error"] if row else None

    def refused_mails(self) -> tuple[RefusedMail, ...]:
        """Of each address that refuses mail, the first refused one since one was last taken."""
        return tuple(
            RefusedMail(entry=row["id"], answer=row["error"]) for row in self._connection.execute(REFUSED_MAILS)
        )

    def privileges(self) -> Privileges:
        """What the API client may do beside what it needs, as last told."""
        return stored_privileges(self._connection, FLEET_SOURCE)

    def _by_own_address(self, school: School, mails: Iterable[str]) -> Iterator[tuple[str, Person]]:
        """Persons by the address that IServ itself gives them."""
        written = {mail_key(mail): mail for mail in mails}
        query = f"""
        SELECT {PERSON} FROM persons WHERE school <> ? AND mail_key IN (SELECT value FROM json_each(?))
        ORDER BY school, uuid
        """
        for row in self._connection.execute(query, (school.number, json.dumps(list(written)))):
            yield written[row["mail_key"]], person_of(row)

    def _by_login_at(
        self, school: School, schools: Iterable[School], mails: Collection[str]
    ) -> Iterator[tuple[str, Person]]:
        """Persons by their login at any domain of their school; these are few beside those by their own address."""
        domains = {mail.rpartition("@")[2] for mail in mails}
        for other in schools:
            aliases = {lookup_key(domain) for domain in other.mail_domains} & domains
            if other.number == school.number or not aliases:
                continue
            mails_of = self._addresses_at(other, aliases, mails)
            named = "uuid IN (SELECT value FROM json_each(:uuids))"
            for person in self._persons(other, named, uuids=json.dumps(list(mails_of))) if mails_of else ():
                yield from ((mail, person) for mail in mails_of[person.uuid])

    def _addresses_at(self, school: School, domains: Collection[str], mails: Collection[str]) -> dict[str, list[str]]:
        """Which of these addresses are somebody's login at these domains of their school, by the person's uuid."""
        query = "SELECT uuid, login FROM persons WHERE school = ? ORDER BY uuid"
        found: dict[str, list[str]] = {}
        for uuid, login in self._connection.execute(query, (school.number,)):
            addresses = (f"{lookup_key(login)}@{domain}" for domain in domains)
            if named := [address for address in addresses if address in mails]:
                found[uuid] = named
        return found

    def _mails_named_at(self, school: School) -> frozenset[str]:
        query = f"SELECT mail FROM device_mails JOIN devices USING (subject) WHERE {_PLACED}"
        return frozenset(mail for (mail,) in self._connection.execute(query, _sites((school,))))

    def _persons(self, school: School, condition: str, **values: str) -> tuple[Person, ...]:
        query = f"SELECT {PERSON} FROM persons WHERE school = :school AND {condition} ORDER BY uuid"
        return tuple(map(person_of, _bare(self._connection.execute(query, {"school": school.number, **values}))))

    def _findings(self, condition: str, values: Mapping[str, str]) -> dict[Key, StoredFinding]:
        query = f"""
        SELECT findings.*, until FROM findings
        LEFT JOIN acknowledgements ON acknowledgements.finding = findings.id AND ended_at IS NULL WHERE {condition}
        """
        stored = (
            StoredFinding(
                finding=finding_of(row),
                open=bool(row["open"]),
                acknowledged_until=date.fromisoformat(row["until"]) if row["until"] else None,
            )
            for row in self._connection.execute(query, values)
        )
        return {known.finding.key: known for known in stored}

    def _school_by_site(self, schools: Iterable[School]) -> dict[int, str]:
        names = {site: school.number for school in schools for site in school.sites}
        return {number: names[name] for number, name in (self.sites() or {}).items() if name in names}


def _sites(schools: Iterable[School]) -> dict[str, str]:
    return {"sites": json.dumps([site for school in schools for site in school.sites])}


def _bare(rows: sqlite3.Cursor) -> sqlite3.Cursor:
    """The same rows as plain tuples: all of a city's are read by place, and names cost a fifth more."""
    rows.row_factory = None
    return rows
