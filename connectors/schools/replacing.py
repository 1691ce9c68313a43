"""Replacing a file so that a reader, or a crash, finds the old one or the new one and never a part."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, content: bytes, *, like: os.stat_result | None) -> None:
    """Write ``content`` under this name.

    Args:
        path: the file, which may be there already; no symbolic link.
        content: all of it.
        like: mode and owner that it gets; None: those of a new file.

    Raises:
        OSError: it could not be written; the file is as it was.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666), "wb") as file:
            if like is not None:
                _keep(file.fileno(), like)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _keep(descriptor: int, like: os.stat_result) -> None:
    with suppress(PermissionError):  # only root gives files away; who may write here keeps what they write
        os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, like.st_mode & 0o7777)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
