"""Two public clients read the demo's Jamf Pro: ``make peers`` or ``python -m tests.peers.compare``.

A server that only our own client can read would prove nothing. How long they take is a row of ``make bench``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mdm_sync.demo.control import up
from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
from mdm_sync.demo.places import Places
from tests.peers.environments import python_with, reading

PEERS = ("jamf-pro-sdk", "jps-api-wrapper")


def _read(python: Path, places: Places, peer: str) -> dict[str, Any]:
    """What the client says that it read."""
    command, settings = reading(python, places, peer)
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main(arguments: Sequence[str] | None = None) -> None:
    """Let each client read all devices; end with 1 if one of them did not get them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=155)
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args(arguments)
    plan = Plan(schools=asked.schools, scale=asked.scale, now=datetime.now(UTC).replace(microsecond=0))
    devices = sum(device.family == "mobile" for device in generate(plan).devices)
    pythons = {peer: python_with(peer) for peer in PEERS}
    with tempfile.TemporaryDirectory(prefix="mdm-sync-peers-") as folder:
        places = Places(Path(folder) / "district")
        places.make(plan)
        with up(places):
            told = {peer: _read(python, places, peer) for peer, python in pythons.items()}
    print(f"the district has {devices} mobile devices")
    for peer, one in told.items():
        print(f"{peer}: {one['devices']} devices in {one['rows']} rows, {one['seconds']:.1f} s")
    if any(one["devices"] != devices for one in told.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
