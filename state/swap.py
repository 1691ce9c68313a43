"""The SQL by which a scratch table becomes the state: only rows that differ are written."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice

Values = Mapping[str, str | int]

ROWS_AT_ONCE = 50
"""Rows that one statement stages. Python lets other threads in between two steps of SQLite, and staging has to wait for
its turn again then: row by row that took three times as long beside the threads that decode Jamf Pro's pages."""


def stage(connection: sqlite3.Connection, into: str, rows: Iterable[Sequence[object]]) -> None:
    """Put rows into a table of the scratch database; a later one takes the place of an earlier one of its key."""
    waiting = iter(rows)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        one = f"({', '.join('?' * len(some[0]))})"
        connection.execute(
            f"INSERT OR REPLACE INTO scratch.{into} VALUES {', '.join([one] * len(some))}",
            list(chain.from_iterable(some)),
        )


def swap(table: str, key: str, constants: str, columns: tuple[str, ...]) -> str:
    """An upsert from the scratch table of the same name that touches only rows that differ."""
    new, old = _columns(columns, "excluded"), _columns(columns, table)
    return f"""
    INSERT INTO main.{table} ({key}, {_columns(columns)}) SELECT {constants}, {_columns(columns)}
    FROM scratch.{table} WHERE true
    ON CONFLICT DO UPDATE SET ({_columns(columns)}) = ({new}) WHERE ({old}) IS NOT ({new})
    """


def added_and_changed(connection: sqlite3.Connection, upsert: str, count: str, values: Values) -> tuple[int, int]:
    """Run the upsert; how many rows it added, by what ``count`` says before and after, and how many it changed."""
    before = number(connection, count, values)
    written = connection.execute(upsert, values).rowcount
    added = number(connection, count, values) - before
    return added, written - added


def number(connection: sqlite3.Connection, query: str, values: Values) -> int:
    """The number that a query asks for."""
    return int(connection.execute(query, values).fetchone()[0])


def _columns(names: Iterable[str], table: str = "") -> str:
    return ", ".join(f"{table}.{name}" if table else name for name in names)
