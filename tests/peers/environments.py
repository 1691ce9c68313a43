"""Virtual environments for the clients of other projects, one for each; they are no dependency of this one.

What each holds is pinned in ``requirements/peers``. An environment stays in ``.venv/peers`` for the next time.
"""

import hashlib
import os
import shutil
import subprocess
import venv
from collections.abc import Mapping
from pathlib import Path

from mdm_sync.demo.installation import CLIENT_ID
from mdm_sync.demo.places import Places
from tests.bench.floor import jamf_secret, jamf_url

READER = Path(__file__).with_name("read_all.py")
PINNED = Path("requirements/peers")
KEPT = Path(".venv/peers")


def python_with(peer: str) -> Path:
    """The Python of the environment that holds this client; made now unless it is there as it is pinned."""
    pins, folder = PINNED / f"{peer}.txt", KEPT / peer
    mark, digest = folder / "pinned", hashlib.sha256(pins.read_bytes()).hexdigest()
    python = (folder / "bin" / "python").absolute()
    if not mark.exists() or mark.read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "--require-hashes", "--no-deps", "-r", pins], check=True)
        mark.write_text(digest)
    return python


def reading(
    python: Path, places: Places, peer: str, most: int | None = None
) -> tuple[list[str | Path], Mapping[str, str]]:
    """The command by which a client reads the district's devices, and the environment that it needs."""
    limit = [str(most)] if most else []
    settings = {"REQUESTS_CA_BUNDLE": str(places.folder / "ca.pem"), "JAMF_CLIENT_SECRET": jamf_secret(places)}
    return [python, READER, jamf_url(places), CLIENT_ID, peer, *limit], {**os.environ, **settings}
