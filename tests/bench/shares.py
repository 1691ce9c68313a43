"""Which part of a cycle takes how long: see ``parts``."""

import json
import sys
from pathlib import Path

from tests.bench.cycles import FIRST, SECOND
from tests.bench.place import RECONCILE, Bench, Size, bench
from tests.bench.results import Row, Run, Series, row


def shares(size: Size, pairs: int) -> Row:
    """First and second cycles, each part a series."""
    series: dict[str, Series] = {}
    with bench(size) as place:
        truth = ""
        for _ in range(pairs):
            place.begin_anew()
            for name in (FIRST, SECOND):
                for part, seconds in _parts(place).items():
                    whole = f"{name}: {part}"
                    series.setdefault(whole, Series(name=whole)).runs.append(Run(seconds=seconds))
                truth = place.truth()
                if name is FIRST:
                    place.change_some()
        return row("shares", place.words, tuple(series.values()), truth)


def _parts(place: Bench) -> dict[str, float]:
    target = Path(place.places.folder) / "parts.json"
    place.timed(lambda: place.run((sys.executable, "-m", "tests.bench.parts", target, *RECONCILE)))
    told: dict[str, float] = json.loads(target.read_text(encoding="utf-8"))
    return told
