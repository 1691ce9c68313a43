"""Memory: the SQLite store, its schema, its copies, the audit trail, and the code that reads and writes them."""

from state.lean_import import load_without

load_without("sqlite_utils", "numpy")

from state.audit import AuditTrail  # noqa: E402 - after the line above, whose point it is to come first
from state.backups import Backups  # noqa: E402
from state.inventory import inventory  # noqa: E402
from state.private_copy import private_copy  # noqa: E402
from state.store import Store  # noqa: E402

__all__ = ["AuditTrail", "Backups", "Store", "inventory", "private_copy"]
