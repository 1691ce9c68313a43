"""Erasing a person from a database: their record, what tells of them, and every text that names them."""

import html
import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from state.rows import mail_key

ERASED = "[…]"
"""Stands in a text where a person was named."""

PersonKey = tuple[str, str]
"""Schulnummer and uuid."""

_OF_PERSON = "(person_school, person_uuid) = (:school, :uuid)"
_SUBJECT = "subject = 'person:' || :school || '/' || :uuid"
_THEIR_FINDINGS = f"SELECT id FROM findings WHERE {_SUBJECT}"
_THEIR_DEVICES = f"SELECT subject FROM main.assignments WHERE {_OF_PERSON}"
_HANGS_ON_FINDINGS = ("finding_steps", "acknowledgements", "told")
_RECORDS: Mapping[str, str] = {
    "devices": f"""
    UPDATE devices SET (username, real_name, email) = (NULL, NULL, NULL)
    WHERE subject IN ({_THEIR_DEVICES}) OR mentions(username) OR mentions(real_name) OR mentions(email)
    """,
    "device_mails": f"DELETE FROM device_mails WHERE subject IN ({_THEIR_DEVICES}) OR mentions(mail)",
    "assignments": f"DELETE FROM main.assignments WHERE {_OF_PERSON}",
    "holder_spans": f"UPDATE holder_spans SET person_uuid = '' WHERE {_OF_PERSON}",
    **{table: f"DELETE FROM {table} WHERE finding IN ({_THEIR_FINDINGS})" for table in _HANGS_ON_FINDINGS},
    "outbox": """
    UPDATE outbox SET (state, closed_at) = ('dropped', created_at) WHERE state = 'waiting' AND mentions(recipient)
    """,
    "findings": f"DELETE FROM findings WHERE {_SUBJECT}",
    "persons": "DELETE FROM persons WHERE (school, uuid) = (:school, :uuid)",
}
"""What is done to each table, in this order."""
_SAME = """
SELECT 1 FROM persons WHERE (login = :login OR (given_name, family_name) = (:given_name, :family_name))
AND (school, uuid) <> (:school, :uuid)
"""


def erase_person(connection: sqlite3.Connection, key: PersonKey, words: Iterable[str] = ()) -> dict[str, int]:
    """Erase one person, inside a transaction of the caller's.

    What tells only of them is deleted. A device's history keeps its spans without the person; texts that name the
    person keep their other words. What is shared with others, such as a name, stays where it may be about them.

    Args:
        connection: to the store, or to a backup of this or an earlier version.
        key: of the person, who need not stand in it.
        words: by which they are known elsewhere.

    Returns:
        How much was deleted or changed, by table.
    """
    values = {"school": key[0], "uuid": key[1]}
    know_words(connection, {*words, *words_of(connection, key), key[1]})
    texts = text_columns(connection)
    touched = {
        table: connection.execute(statement, values).rowcount
        for table, statement in _RECORDS.items()
        if table in texts and (table != "outbox" or "recipient" in texts[table])  # earlier versions
    }
    for table, columns in texts.items():
        if table != "persons":
            rows = connection.execute(_redaction(table, columns)).rowcount
            touched[table] = touched.get(table, 0) + rows
    return {table: rows for table, rows in touched.items() if rows}


def words_of(connection: sqlite3.Connection, key: PersonKey) -> frozenset[str]:
    """By which words a person is named: reference, login, addresses, full name; without those of others as well."""
    row = connection.execute("SELECT * FROM persons WHERE (school, uuid) = (?, ?)", key).fetchone()
    if row is None:
        return frozenset()
    words = {row["ref"], row["mail"], row["mail_key"], mail_key(row["mail"])}
    if connection.execute(_SAME, dict(row)).fetchone() is None:
        given, family = row["given_name"], row["family_name"]
        words |= {row["login"]}
        words |= {f"{given} {family}", f"{family} {given}", f"{family}, {given}"} if given and family else set()
    return frozenset(words - {""})


def know_words(connection: sqlite3.Connection, words: Iterable[str]) -> None:
    """Teach the connection ``mentions`` and ``redact``: whether a text holds one of these words; it without them."""
    longest_first = sorted(_spellings(words), key=len, reverse=True)
    # not within another word or number; an underscore parts words in names of devices
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest_first))})(?![^\W_])", re.IGNORECASE)

    def redact(text: str | None) -> str | None:
        return None if text is None else _redacted(text, pattern)

    connection.create_function("redact", 1, redact, deterministic=True)
    connection.create_function("mentions", 1, lambda text: redact(text) != text, deterministic=True)


def text_columns(connection: sqlite3.Connection) -> Mapping[str, tuple[str, ...]]:
    """The columns that hold text, by table."""
    tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    columns = {
        row["name"]: tuple(
            column["name"]
            for column in connection.execute("SELECT * FROM pragma_table_info(?)", (row["name"],))
            if column["type"] == "TEXT"
        )
        for row in tables
    }
    return {table: names for table, names in columns.items() if names}


def mentions(connection: sqlite3.Connection) -> Iterator[tuple[str, str, int]]:
    """Table and column of each text that holds one of the words that the connection knows, and in how many rows."""
    for table, columns in text_columns(connection).items():
        for column in columns:
            query = f'SELECT count(*) AS number FROM main."{table}" WHERE mentions("{column}")'
            if number := connection.execute(query).fetchone()["number"]:
                yield table, column, number


def _redaction(table: str, columns: Iterable[str]) -> str:
    """Rows that become equal by it are one."""
    settings = ", ".join(f'"{column}" = redact("{column}")' for column in columns)
    condition = " OR ".join(f'mentions("{column}")' for column in columns)
    return f'UPDATE OR REPLACE main."{table}" SET {settings} WHERE {condition}'


def _spellings(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        for form in ("NFC", "NFD"):
            spelt = unicodedata.normalize(form, word)
            yield from (spelt, html.escape(spelt))


def _redacted(text: str, pattern: re.Pattern[str]) -> str:
    """Of JSON each string by itself: in its text an escaped line end would hide where a word begins."""
    if text[:1] in {"{", "["}:
        try:
            value = json.loads(text)
        except ValueError:
            return pattern.sub(ERASED, text)
        without = _without(value, pattern)
        return text if without == value else json.dumps(without)
    return pattern.sub(ERASED, text)


def _without(value: Any, pattern: re.Pattern[str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    match value:
        case str():
            return pattern.sub(ERASED, value)
        case list():
            return [_without(one, pattern) for one in value]
        case dict():
            return {_without(name, pattern): _without(one, pattern) for name, one in value.items()}
    return value
