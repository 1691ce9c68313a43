"""Read all devices by our own connector, keep nothing but the ids, and print how many came, as JSON.

What other projects' clients are timed beside: ``python -m tests.bench.read_ours``, an installation in its environment.
"""

import json
import sys
import time
from collections.abc import Sequence

from mdm_sync.bootstrap import Installation, settings_path
from mdm_sync.core.model import Device, Family


def main() -> None:
    """Print distinct ids of mobile devices, rows and seconds."""
    start = time.monotonic()
    ids: list[str] = []

    def take(devices: Sequence[Device]) -> None:
        ids.extend(device.subject for device in devices if device.family is Family.MOBILE)

    Installation.of(settings_path(None)).fleet().sweep(take, lambda *_: None)
    told = {"devices": len(set(ids)), "rows": len(ids), "seconds": time.monotonic() - start}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
