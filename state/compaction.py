"""What was deleted goes from the files as well: from the write-ahead log, and as room that a file holds for nothing."""

from sqlite_utils import Database

LEAST_FREE_PAGES = 1000
LARGEST_FREE_SHARE = 0.25
"""A file is written anew only where that gives back a good part of it: it costs the whole file once."""


def settle_files(database: Database) -> bool:
    """Empty the write-ahead log, and give back free pages where there are many. Not inside a transaction.

    SQLite overwrites deleted content in the file by itself (``secure_delete``); the log holds pages from before.

    Returns:
        Whether the log is empty; it is not while another process reads what stands in it.
    """
    if _is_hollow(database):
        return write_anew(database)
    return _empty_log(database)


def write_anew(database: Database) -> bool:
    """The same, with every page of the file written anew, so that none holds a trace of what stood there before."""
    database.conn.execute("VACUUM main")
    return _empty_log(database)


def _empty_log(database: Database) -> bool:
    row = database.conn.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchone()
    return not row["busy"]


def _is_hollow(database: Database) -> bool:
    free, pages = (
        database.conn.execute(f"PRAGMA main.{name}").fetchone()[0] for name in ("freelist_count", "page_count")
    )
    return bool(free >= LEAST_FREE_PAGES and free >= LARGEST_FREE_SHARE * pages)
