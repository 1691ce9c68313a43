"""The command line: ``mdm-sync``."""

import gc
import os
import sys

from mdm_sync.cli.app import app
from mdm_sync.cli.exits import Exit
from mdm_sync.errors import MdmSyncError, SettingsError, crashes_told_by_place, told_by_place

FEW_COLLECTIONS = (50_000, 20, 20)
"""Thresholds of the garbage collector: records come by the thousand and hold no cycles, and looking for some in all
devices of a city again and again takes a twentieth of a cycle's time."""

TRACEBACK_VARIABLE = "MDM_SYNC_TRACEBACK"


def main() -> None:
    """Run the command that the arguments name; expected errors end as one message and an exit code."""
    gc.set_threshold(*FEW_COLLECTIONS)
    if os.environ.get(TRACEBACK_VARIABLE):
        _run()
    else:
        with crashes_told_by_place(_say):
            _run()


def _run() -> None:
    try:
        app()
    except SettingsError as error:
        _end(error, Exit.USAGE)
    except MdmSyncError as error:
        _end(error, Exit.FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe has gone; there is nobody to tell
        sys.exit(Exit.FAILED)
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        hint = f"{TRACEBACK_VARIABLE}=1 shows all of it; look through it for names before you pass it on"
        _end(f"{told_by_place(error)}. This is a mistake in the program; {hint}.", Exit.FAILED)


def _end(told: MdmSyncError | str, code: Exit) -> None:
    _say(told)
    sys.exit(code)


def _say(told: MdmSyncError | str) -> None:
    print(f"mdm-sync: {told}", file=sys.stderr)
