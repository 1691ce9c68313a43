"""Measuring undisturbed on a machine where others work: Linux shares processors between sessions first of all.

See sched(7), "The autogroup feature". Whoever measures has to be root, and the leader of a session of their own.
"""

import os
from pathlib import Path

from tests.bench.memory import descendants

FIRST = "-20"


def go_first() -> None:
    """Put the sessions of this process and of all that it started before those of others."""
    for process in (os.getpid(), *descendants()):
        Path(f"/proc/{process}/autogroup").write_text(FIRST, encoding="utf-8")
