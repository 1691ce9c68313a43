"""Two public clients read the demo's Jamf Pro: ``make peers`` or ``python -m tests.peers.compare``.

A server that only our own client can read would prove nothing. The clients live in a virtual environment of their own,
pinned in ``requirements/peers.txt``; they are no dependency of the project.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mdm_sync.demo.control import up
from mdm_sync.demo.district import generate
from mdm_sync.demo.installation import CLIENT_ID
from mdm_sync.demo.model import Plan
from mdm_sync.demo.places import Places

PEERS = ("jamf-pro-sdk", "jps-api-wrapper")
READER = Path(__file__).with_name("read_all.py")
PINNED = Path("requirements/peers.txt")


def _environment_with_peers(folder: Path) -> Path:
    """The Python of a new virtual environment that holds the clients."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", PINNED], check=True)
    return python


def _read(python: Path, places: Places, peer: str) -> str:
    """What the client says that it read."""
    url = tomllib.loads(places.settings.read_text())["jamf"]["url"]
    secret = (places.credentials / "jamf-client-secret").read_text()
    done = subprocess.run(
        [python, READER, url, CLIENT_ID, peer],
        env={**os.environ, "REQUESTS_CA_BUNDLE": str(places.folder / "ca.pem"), "JAMF_CLIENT_SECRET": secret},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Let each client read all devices; end with 1 if one of them did not get them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=155)
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args(arguments)
    plan = Plan(schools=asked.schools, scale=asked.scale, now=datetime.now(UTC).replace(microsecond=0))
    devices = sum(device.family == "mobile" for device in generate(plan).devices)
    with tempfile.TemporaryDirectory(prefix="mdm-sync-peers-") as folder:
        python = _environment_with_peers(Path(folder) / "venv")
        places = Places(Path(folder) / "district")
        places.make(plan)
        with up(places):
            told = [_read(python, places, peer) for peer in PEERS]
    print(f"the district has {devices} mobile devices", *told, sep="\n")
    if not all(f" {devices} devices " in line for line in told):
        sys.exit(1)


if __name__ == "__main__":
    main()
