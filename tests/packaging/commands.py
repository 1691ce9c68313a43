"""Running a command to its end."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(
    *command: str | Path,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    user: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """The command's answer, whatever its exit code; only root may run it as another user."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env) if env is not None else {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        user=user,
    )
