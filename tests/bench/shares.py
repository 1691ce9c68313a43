"""Which part of a cycle takes how long: see ``sampled``."""

import json
import sys
from pathlib import Path

from tests.bench.cycles import FIRST, SECOND
from tests.bench.place import RECONCILE, Bench, Size, bench
from tests.bench.results import Row, Run, Series, row


def shares(size: Size, pairs: int) -> Row:
    """First and second cycles, each share a series; sampling makes them a little slower than those of ``cycle``."""
    series: dict[str, Series] = {}
    with bench(size) as place:
        truth = ""
        for _ in range(pairs):
            place.begin_anew()
            for name in (FIRST, SECOND):
                for part, seconds in _sampled(place).items():
                    whole = f"{name}: {part}"
                    series.setdefault(whole, Series(name=whole)).runs.append(Run(seconds=seconds))
                truth = place.truth()
                if name is FIRST:
                    place.change_some()
        return row("shares", place.words, tuple(series.values()), truth)


def _sampled(place: Bench) -> dict[str, float]:
    target = Path(place.places.folder) / "sampled.json"
    command = (sys.executable, "-m", "tests.bench.sampled", target, *RECONCILE)
    place.timed(lambda: place.run(command))
    told = json.loads(target.read_text(encoding="utf-8"))
    main = {f"main thread, {part}": seconds for part, seconds in told["main"].items()}
    threads = {f"beside it, threads: {part}": seconds for part, seconds in told["threads"].items()}
    return {"all": told["seconds"], **main, **threads, "beside it, worker processes (CPU)": told["workers_cpu"]}
