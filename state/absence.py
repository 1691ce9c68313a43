"""Who left a school: from when on, and whether they are gone from its directory."""

import sqlite3

from mdm_sync.core.model import Role

READS_UNTIL_GONE = 2
"""Complete reads in a row without somebody, after which they count as gone."""

_WITH_CLAIM = f"('{Role.STUDENT.value}', '{Role.TEACHER.value}')"
_LOST_ROLE = f"(role = '{Role.UNKNOWN.value}' AND role_before IS NOT NULL)"
_NOT_THERE = f"(missed > 0 OR leaver OR {_LOST_ROLE})"

_REMEMBER_ROLES = f"""
UPDATE persons SET role_before = role WHERE school = :school AND role IN {_WITH_CLAIM}
AND uuid IN (SELECT uuid FROM scratch.persons WHERE role = '{Role.UNKNOWN.value}')
"""
_COUNT_MISSING = """
UPDATE persons SET missed = missed + 1 WHERE school = :school AND gone_since IS NULL
AND uuid NOT IN (SELECT uuid FROM scratch.persons) AND uuid NOT IN (SELECT key FROM scratch.present)
"""
_STILL_MISSING = """
UPDATE persons SET missed = missed + 1 WHERE school = :school AND gone_since IS NULL AND missed > 0
"""
_LEFT = f"UPDATE persons SET left_since = :at WHERE school = :school AND left_since IS NULL AND {_NOT_THERE}"
_CAME_BACK = f"""
UPDATE persons SET (left_since, role_before) = (NULL, NULL)
WHERE school = :school AND (left_since, role_before) IS NOT (NULL, NULL) AND NOT {_NOT_THERE}
"""
_GONE = f"""
UPDATE persons SET gone_since = :at WHERE school = :school AND gone_since IS NULL AND missed >= {READS_UNTIL_GONE}
"""
_MISSING = "SELECT count(*) FROM persons WHERE school = :school AND missed > 0 AND gone_since IS NULL"


def remember_roles(connection: sqlite3.Connection, school: str) -> None:
    """Keep the role of those who are about to lose it; called before the staged persons are swapped in."""
    connection.execute(_REMEMBER_ROLES, {"school": school})


def settle_absence(connection: sqlite3.Connection, school: str, at: str) -> tuple[int, int]:
    """Write down who left and who came back, after the staged persons were swapped in.

    Returns:
        How many are missing and not yet gone, and how many are gone since this read.
    """
    values = {"school": school, "at": at}
    for statement in (_COUNT_MISSING, _LEFT, _CAME_BACK):
        connection.execute(statement, values)
    return _settled(connection, values)


def settle_absence_again(connection: sqlite3.Connection, school: str, at: str) -> tuple[int, int]:
    """The same after a read that said what the last one had said: who was missing then is missing once more."""
    values = {"school": school, "at": at}
    if connection.execute(_STILL_MISSING, values).rowcount == 0:
        return 0, 0
    return _settled(connection, values)


def _settled(connection: sqlite3.Connection, values: dict[str, str]) -> tuple[int, int]:
    gone = connection.execute(_GONE, values).rowcount
    return int(connection.execute(_MISSING, values).fetchone()[0]), gone
