"""The command line: ``mdm-sync``."""

import sys

from mdm_sync.cli.app import app
from mdm_sync.cli.exits import Exit
from mdm_sync.errors import MdmSyncError, SettingsError


def main() -> None:
    """Run the command that the arguments name; expected errors end as one message and an exit code."""
    try:
        app()
    except SettingsError as error:
        _end(error, Exit.USAGE)
    except MdmSyncError as error:
        _end(error, Exit.FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe has gone; there is nobody to tell
        sys.exit(Exit.FAILED)


def _end(error: MdmSyncError, code: Exit) -> None:
    print(f"mdm-sync: {error}", file=sys.stderr)
    sys.exit(code)
