"""What the yearly report's pictures need is not loaded by those who make none."""

import subprocess
import sys


def loaded(program: str) -> bool:
    """Whether numpy is loaded after this program, in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", f"{program}; print('numpy' in sys.modules)"], capture_output=True, text=True, check=True
    )
    return told.stdout.split() == ["True"]


def test_the_store_is_loaded_without_numpy() -> None:
    assert not loaded("import sys, state, sqlite_utils")


def test_who_needs_numpy_gets_it_afterwards() -> None:
    assert loaded("import sys, state, numpy")


def test_where_it_is_loaded_already_it_stays() -> None:
    assert loaded("import sys, numpy, state")
