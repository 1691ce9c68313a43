"""Who decides: the user of the system, behind ``sudo`` the one who called it."""

import getpass
import os


def deciding_user() -> str:
    """Name of the user whose decision is recorded."""
    return os.environ.get("SUDO_USER") or getpass.getuser()
