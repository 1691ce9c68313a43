"""Errors, by what happens next.

    MdmSyncError
    ├── PermanentError      trying again is useless: somebody must mend something
    │   └── SettingsError   ... in the settings or in how the command was called
    ├── TemporaryError      the same call may succeed later
    └── RecordError         one record cannot be read; all others go on

A message names what went wrong, where, and the way out. It carries no name of a person and no secret:
messages reach logs.
"""

import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class MdmSyncError(Exception):
    """Whatever the program itself reports as an error; shown as its message, without a traceback."""


class PermanentError(MdmSyncError):
    """Trying again is useless until somebody has mended the cause."""


class SettingsError(PermanentError):
    """A setting, a register entry or a command line argument is wrong; ends with exit code 2."""


class TemporaryError(MdmSyncError):
    """The same call may succeed later.

    Attributes:
        retry_after: seconds that the other side asked to wait, or None.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RecordError(MdmSyncError):
    """One record cannot be read.

    Attributes:
        key: what identifies the record at its source, free of personal data.
    """

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


def told_by_place(error: BaseException) -> str:
    """An error that nobody expected, by its kind and the way to it; its message may hold what no log may."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    way = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames)
    return f"unexpected {type(error).__name__} in {way}"


@contextmanager
def crashes_told_by_place(tell: Callable[[str], None]) -> Iterator[None]:
    """Let what ends a thread, or comes where nobody can catch it, be told by its place."""
    before = threading.excepthook, sys.unraisablehook

    def told(crash: "threading.ExceptHookArgs | sys.UnraisableHookArgs") -> None:
        if crash.exc_value:
            tell(told_by_place(crash.exc_value))

    threading.excepthook = sys.unraisablehook = told
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = before
