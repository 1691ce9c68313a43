"""Which modules a command loads."""

import subprocess
import sys

import pytest
import typer

from mdm_sync.cli.app import COMMANDS, app

LOADED = "import sys, mdm_sync.cli.app; print([one for one in sys.modules if one in sys.argv])"


def test_no_command_is_loaded_before_it_is_asked_for() -> None:
    modules = {f"mdm_sync.cli.{place.partition(':')[0]}" for place in COMMANDS.values()}
    done = subprocess.run([sys.executable, "-c", LOADED, *modules], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_by_its_name(name: str) -> None:
    group = typer.main.get_command(app)
    found = group.get_command(None, name)  # type: ignore[attr-defined]  # it is a group
    assert found.name == name
