"""The SQL by which a scratch table becomes the state: only rows that differ are written."""

import sqlite3
from collections.abc import Iterable, Mapping


def swap(table: str, key: str, constants: str, columns: tuple[str, ...]) -> str:
    """An upsert from the scratch table of the same name that touches only rows that differ."""
    new, old = _columns(columns, "excluded"), _columns(columns, table)
    return f"""
    INSERT INTO main.{table} ({key}, {_columns(columns)}) SELECT {constants}, {_columns(columns)}
    FROM scratch.{table} WHERE true
    ON CONFLICT DO UPDATE SET ({_columns(columns)}, missed) = ({new}, 0)
    WHERE ({old}, {table}.missed) IS NOT ({new}, 0)
    """


def count_new(table: str, match: str) -> str:
    """A query for the number of staged rows that are not stored."""
    return f"SELECT count(*) FROM scratch.{table} AS staged WHERE NOT EXISTS ({_stored(table, match)})"


def count_changed(table: str, match: str, columns: tuple[str, ...]) -> str:
    """A query for the number of staged rows that are stored otherwise."""
    differ = f"({_columns(columns, 'stored')}) IS NOT ({_columns(columns, 'staged')})"
    return f"SELECT count(*) FROM scratch.{table} AS staged WHERE EXISTS ({_stored(table, match)} AND {differ})"


def number(connection: sqlite3.Connection, query: str, values: Mapping[str, str] | None = None) -> int:
    """The number that a query asks for."""
    return int(connection.execute(query, values or {}).fetchone()[0])


def _columns(names: Iterable[str], table: str = "") -> str:
    return ", ".join(f"{table}.{name}" if table else name for name in names)


def _stored(table: str, match: str) -> str:
    return f"SELECT 1 FROM main.{table} AS stored WHERE {match}"
