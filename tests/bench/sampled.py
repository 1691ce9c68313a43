"""Run a command of ours and write down where its time went: ``python -m tests.bench.sampled FILE COMMAND …``.

Every few milliseconds is looked where the main thread stands, and the time since the last look is put down to the
innermost of our modules there. Timers around single functions would have to follow each change of the code, and
cProfile would make small functions look dear. Decoding in the threads that read Jamf Pro runs while the main thread
works or waits, so it is told apart, and so is what the worker processes use.
"""

import json
import resource
import signal
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

from mdm_sync.cli import main

EVERY_SECONDS = 0.002
HERE = Path(__file__).resolve().parents[2]

DECODE, PAGES, IMPORTS, REST = "decode", "Jamf Pro: waiting and unpacking", "imports", "start and end"
SHARES = (
    *(
        (f"connectors/jamf/{name}.py", DECODE)
        for name in ("pages", "records", "listings", "computers", "wanted", "moments")
    ),
    ("connectors/jamf/", PAGES),
    ("connectors/iserv/", "directories"),
    ("connectors/mail/", "mails and summary"),
    ("connectors/upstream/", "mails and summary"),
    ("mdm_sync/delivery.py", "mails and summary"),
    ("mdm_sync/mailing.py", "mails and summary"),
    ("mdm_sync/totalling.py", "mails and summary"),
    ("state/counts.py", "mails and summary"),
    ("state/staging.py", "staging"),
    ("state/swap.py", "staging"),
    ("state/absence.py", "staging"),
    ("mdm_sync/reading.py", "staging"),
    ("mdm_sync/core/matching", "match"),
    ("mdm_sync/core/texts.py", "match"),
    ("mdm_sync/core/rules/", "rules"),
    ("mdm_sync/core/", "rules"),
    ("mdm_sync/judging.py", "rules"),
    ("state/snapshot.py", "store: reading for match and rules"),
    ("mdm_sync/leaving.py", "commit"),
    ("mdm_sync/restraint.py", "commit"),
    ("mdm_sync/cycle.py", "commit"),
    ("state/store.py", "commit"),
)
"""The first that fits the innermost of our modules that is listed here."""


def share(frame: FrameType | None) -> str | None:
    """To which share a thread's time is put down; None where none of ours is at work."""
    while frame:
        path = frame.f_code.co_filename.removeprefix(f"{HERE}/")
        if path.startswith("<frozen importlib"):
            return IMPORTS
        for part, name in SHARES:
            if path.startswith(part):
                return name
        frame = frame.f_back
    return None


class Sampler:
    """Looks at the threads of this process until ``end``, by a timer's signal: the main thread looks at itself.

    At full size a sampled cycle has so far ended with an InterfaceError of sqlite3 while devices were staged, with this
    way and with a thread that looked; cycles that were not sampled never did. The cause is not known.
    """

    def __init__(self) -> None:
        self.main: defaultdict[str, float] = defaultdict(float)
        self.others: defaultdict[str, float] = defaultdict(float)
        self._here = threading.get_ident()
        self._last = time.monotonic()
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, EVERY_SECONDS, EVERY_SECONDS)

    def end(self) -> None:
        """Look no more."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)

    def _look(self, _: int, here: FrameType | None) -> None:
        now = time.monotonic()
        self.main[share(here) or REST] += now - self._last
        for thread, frame in sys._current_frames().items():  # noqa: SLF001 - the way that sampling profilers go
            if thread != self._here and share(frame) == DECODE:
                self.others[DECODE] += now - self._last
        self._last = now


def _run(target: Path, arguments: list[str]) -> None:
    sys.argv = ["mdm-sync", *arguments]
    started, sampler = time.monotonic(), Sampler()
    try:
        main()
    finally:
        sampler.end()
        workers = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = {
            "seconds": time.monotonic() - started,
            "main": dict(sampler.main),
            "threads": dict(sampler.others),
            "workers_cpu": workers.ru_utime + workers.ru_stime,
        }
        target.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    _run(Path(sys.argv[1]), sys.argv[2:])
