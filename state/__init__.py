"""Memory: the SQLite store, its schema, and the code that reads and writes it."""

from state.store import Store

__all__ = ["Store"]
