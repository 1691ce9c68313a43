# ruff: noqa: E402 - what comes before the other imports has its point in coming before them
"""Memory: the SQLite store, its schema, its copies, the audit trail, and the code that reads and writes them."""

from state.lean_import import load_without

load_without("sqlite_utils", "numpy")

from state.audit import AuditTrail
from state.backups import Backups
from state.inventory import inventory
from state.private_copy import private_copy
from state.store import Store

__all__ = ["AuditTrail", "Backups", "Store", "inventory", "private_copy"]
