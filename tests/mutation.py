"""Change the core in one place at a time and see that a test notices: ``make mutation``.

mutmut itself ends with 0 whatever survives; here a survivor ends with 1 and is named.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

LOG = Path("mutants") / "run.log"


def main() -> None:
    """Run, count, name the survivors. Results of an earlier run would stay where only the tests changed."""
    shutil.rmtree(LOG.parent, ignore_errors=True)
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log:
        done = subprocess.run([sys.executable, "-m", "mutmut", "run"], stdout=log, stderr=log, check=False)
    if done.returncode:
        sys.exit(f"mutmut could not run; see {LOG}")
    changes = re.findall(r"\d+/(\d+)", LOG.read_text(encoding="utf-8"))[-1]
    results = subprocess.run([sys.executable, "-m", "mutmut", "results"], capture_output=True, text=True, check=True)
    survivors = [line.strip() for line in results.stdout.splitlines() if line.strip()]
    print(f"{changes} changes to the core, {len(survivors)} survived", *survivors, sep="\n")
    sys.exit(bool(survivors))


if __name__ == "__main__":
    main()
