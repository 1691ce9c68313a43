"""``sqlite_utils`` asks for numpy, which comes with the yearly report's pictures, to store types that we never have.

numpy costs each command and each worker a tenth of a second and 20 MiB, so ``sqlite_utils`` is loaded as if it were
not installed. Whoever needs numpy loads it afterwards.
"""

import importlib
import sys


def load_without(library: str, other: str) -> None:
    """Load a library that does without another one where that is not installed, without the other one."""
    if library in sys.modules or other in sys.modules:
        return
    sys.modules[other] = None  # type: ignore[assignment]  # the way to say "not installed" (import system, sys.modules)
    try:
        importlib.import_module(library)
    finally:
        del sys.modules[other]
