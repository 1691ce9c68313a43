"""A backup, restore, migration or erasure that ``kill -9`` ends at one of its steps: ``python -m ... FOLDER JOB STEP``.

A step is whatever Python does to a file below the folder: open, rename, remove, connect. Where there are fewer, the job
comes to its end.
"""

import os
import signal
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

from state import Backups, Store
from state.connection import open_for_work
from tests.integration.state.given import EVENING
from tests.integration.state.planted import MIA
from tests.integration.state.test_migration import plan_with, rename

STEPS = {"open", "os.rename", "os.remove", "os.utime", "os.chmod", "sqlite3.connect", "sqlite3.connect/handle"}


def die_at(folder: Path, step: int) -> None:
    """From now on the process ends at this step."""
    numbers = count(1)

    def look(event: str, arguments: tuple[object, ...]) -> None:
        is_ours = event == "sqlite3.connect/handle" or str(folder) in str(arguments[:1])
        if event in STEPS and is_ours and next(numbers) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def work(folder: Path, job: str) -> None:
    """Do the job on the store in the folder ``state``, with the copy ``given`` beside it."""
    backups = Backups(folder / "state", folder / "copies")
    match job:
        case "backup":
            backups.make_next(EVENING)
        case "restore":
            backups.restore(folder / "given", None, EVENING)
        case "migration":
            open_for_work(folder / "state", plan=plan_with(rename)).conn.close()
        case "update":
            open_for_work(folder / "state").conn.close()
        case "erasure":
            with closing(Store.open(folder / "state")) as store:
                persons = store.care.persons(MIA.uuid)
                with backups.erasing(persons, EVENING):
                    store.care.erase(persons)


if __name__ == "__main__":
    die_at(Path(sys.argv[1]), int(sys.argv[3]))
    work(Path(sys.argv[1]), sys.argv[2])
