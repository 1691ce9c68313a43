"""What is stored and why: the comments of the schema, column by column."""

import re
from collections.abc import Iterator

from sqlite_utils import Database, Migrations

from mdm_sync.ports import StoredColumn
from state.schema import audit_migrations, migrations

_OF_TABLE = re.compile(
    r"CREATE TABLE \w+ \(\s*-- (?P<purpose>[^\n]+)\n\s*-- source: (?P<source>[^;\n]+); kept: (?P<kept>[^\n]+)"
)
_OF_COLUMN = r"(?<![\w(])%s (?:TEXT|INTEGER|BLOB)[^\n]*?(?:-- (?P<line>[^\n]+)|/\* (?P<block>.+?) \*/)"
BOOKKEEPING = "_sqlite_migrations"
"""The library's own table: which migrations ran, and when."""


def inventory() -> tuple[StoredColumn, ...]:
    """Every column of store and audit trail; a word that no comment gives is ""."""
    return tuple(_columns("state.db", _made(migrations))) + tuple(_columns("audit.db", _made(audit_migrations)))


def _made(plan: Migrations) -> Database:
    database = Database(memory=True)
    plan.apply(database)
    return database


def _columns(file: str, database: Database) -> Iterator[StoredColumn]:
    tables = database.conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall()
    for table, sql in tables:
        if table == BOOKKEEPING or table.startswith("sqlite_"):
            continue
        said = _OF_TABLE.match(sql)
        for column in database[table].columns:
            yield StoredColumn(
                file=file,
                table=table,
                column=column.name,
                purpose=_purpose(sql, column.name),
                source=said["source"] if said else "",
                kept=said["kept"] if said else "",
            )


def _purpose(sql: str, column: str) -> str:
    found = re.search(_OF_COLUMN % re.escape(column), sql)
    return (found["line"] or found["block"]).strip() if found else ""
