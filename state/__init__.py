"""Memory: the SQLite store, its schema, its copies, and the code that reads and writes it."""

from state.backups import Backups
from state.store import Store

__all__ = ["Backups", "Store"]
