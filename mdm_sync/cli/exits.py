"""Exit codes, for scripts; the first that applies, in this order."""

from enum import IntEnum


class Exit(IntEnum):
    """What a command ends with. FAILED and USAGE come before all others, then HELD, UNREAD, FINDINGS, DONE."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNREAD = 3
    FINDINGS = 4
    HELD = 5
