"""Files that only their owner may read, whole or not there."""

import os
from pathlib import Path

from mdm_sync.errors import PermanentError


def write_privately(file: Path, content: str) -> None:
    """Write a file for its owner alone to read; what it held before is replaced as a whole.

    Raises:
        PermanentError: it cannot be written.
    """
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
            out.write(content)
        beside.replace(file)
    except OSError as error:
        raise PermanentError(f"The file {file} cannot be written: {error.strerror}.") from error
