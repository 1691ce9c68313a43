"""Run a command of ours and write down where its time went: ``python -m tests.bench.parts FILE COMMAND …``.

The parts of a cycle are timed where they begin and end, each without the parts inside it, in the main thread. What
runs beside it, in the threads that read Jamf Pro and in the worker processes that read directories, is told apart, as
seconds of processor: the main thread works or waits meanwhile.
"""

import json
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from connectors.iserv.answers import Answers
from connectors.jamf.fleet import JamfFleet
from connectors.jamf.pages import PageReader
from mdm_sync import cycle, judging
from mdm_sync.cli import main
from mdm_sync.judging import Judging
from mdm_sync.leaving import Leaving
from state.snapshot import Snapshot
from state.staging import Staging
from state.store import Store

JAMF, DIRECTORIES, STAGING, STORE = (
    "Jamf Pro: waiting for pages",
    "directories: waiting",
    "staging",
    "reading the store",
)
MATCH, RULES, COMMIT, LEAVING = "match", "rules, life cycle, brakes", "commit", "mails and totals"
REST = "start, settings, output"
DECODE, WORKERS = "beside it: decode of Jamf Pro's pages (CPU)", "beside it: directories, worker processes (CPU)"

PARTS: tuple[tuple[Any, tuple[str, ...], str], ...] = (
    (JamfFleet, ("sweep", "lock_commands"), JAMF),
    (Answers, ("take",), DIRECTORIES),
    (
        Staging,
        ("clear_fleet", "stage_devices", "accept_fleet", "accept_directory", "accept_inventory", "stage_assignments"),
        STAGING,
    ),
    (
        Snapshot,
        (
            *("persons_of", "persons_gone", "persons_elsewhere", "devices_of", "devices_nowhere", "classes_of", "held"),
            *("moved", "findings_of_devices", "findings_nowhere", "findings_by", "findings_without_subject"),
            *("restaged_holders", "altered", "naming_persons_of", "looks", "open_counts"),
        ),
        STORE,
    ),
    (Judging, ("_view",), MATCH),
    (judging, ("judge", "transitions"), RULES),
    (cycle, ("conclude", "everything_judged"), RULES),
    (Store, ("commit",), COMMIT),
    (Leaving, ("compose",), LEAVING),
)
"""Where, by which names, a part is entered. A function that gives its results one by one counts while it makes them."""


class Clockwork:
    """Seconds of the main thread by part, each moment counted for the innermost part that it falls into."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._open: list[str] = [REST]
        self._since = time.monotonic()

    @contextmanager
    def inside(self, part: str) -> Iterator[None]:
        """What is done inside counts for this part."""
        self._turn(part)
        try:
            yield
        finally:
            self._turn(None)

    def end(self) -> dict[str, float]:
        """All parts until now."""
        self._count()
        return dict(self.seconds)

    def _turn(self, into: str | None) -> None:
        self._count()
        if into is None:
            self._open.pop()
        else:
            self._open.append(into)

    def _count(self) -> None:
        now = time.monotonic()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now


def timed(work: Callable[..., Any], part: str, clock: Clockwork) -> Callable[..., Any]:
    """The same function, counted for a part where the main thread calls it."""

    @wraps(work)
    def counted(*arguments: Any, **named: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            return work(*arguments, **named)
        with clock.inside(part):
            made = work(*arguments, **named)
        return _one_by_one(made, part, clock) if isinstance(made, Iterator) else made

    return counted


def _one_by_one(made: Iterator[Any], part: str, clock: Clockwork) -> Iterator[Any]:
    while True:
        with clock.inside(part):
            try:
                one = next(made)
            except StopIteration:
                return
        yield one


def decoding(read: Callable[..., Any], used: list[float]) -> Callable[..., Any]:
    """The same function, with the processor's time of each call put into the list."""

    @wraps(read)
    def counted(*arguments: Any) -> Any:
        before = time.thread_time()
        try:
            return read(*arguments)
        finally:
            used.append(time.thread_time() - before)

    return counted


def _run(target: Path, arguments: list[str]) -> None:
    clock, decoded = Clockwork(), list[float]()
    for owner, names, part in PARTS:
        for name in names:
            setattr(owner, name, timed(getattr(owner, name), part, clock))
    setattr(PageReader, "read", decoding(PageReader.read, decoded))  # noqa: B010 - a method takes no assignment
    sys.argv = ["mdm-sync", *arguments]
    try:
        main()
    finally:
        workers = resource.getrusage(resource.RUSAGE_CHILDREN)
        beside = {DECODE: sum(decoded), WORKERS: workers.ru_utime + workers.ru_stime}
        target.write_text(json.dumps(clock.end() | beside), encoding="utf-8")


if __name__ == "__main__":
    _run(Path(sys.argv[1]), sys.argv[2:])
