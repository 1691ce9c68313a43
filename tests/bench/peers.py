"""Reading all devices beside clients of other projects that install from PyPI."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.bench.place import Bench, Size, bench
from tests.bench.results import Row, Series, row
from tests.peers.environments import python_with, reading

OURS = "mdm-sync, its connector alone"
PEERS = ("jps-api-wrapper", "cartography", "jamf-pro-sdk", "python-jamf")
ONE_BY_ONE, MOST = "python-jamf", 1000


def peers(size: Size, pairs: int) -> Row:
    """Ours and theirs in turn, after a read of each that is weighed and not timed."""
    pythons = {peer: python_with(peer) for peer in PEERS}
    with bench(size) as place:
        devices = sum(device.family == "mobile" for device in place.district.devices)
        readers: dict[str, Callable[[], None]] = {OURS: partial(_read_ours, place, devices)}
        for peer, python in pythons.items():
            most = min(MOST, devices) if peer == ONE_BY_ONE else None
            command, settings = reading(python, place.places, peer, most)
            readers[peer] = partial(_read, place, command, settings, most or devices)
        place.floor.read_pages()
        series = {name: Series(name=name) for name in ("curl", *readers)}
        for name, read in readers.items():
            series[name].mebibytes, series[name].counted = place.weighed(read)
        series[ONE_BY_ONE].note = f"{min(MOST, devices):,} devices of {devices:,}, one call for each"
        for _ in range(pairs):
            for name, read in {"curl": place.floor.read_pages, **readers}.items():
                series[name].runs.append(place.timed(read))
        return row("peers", place.words, tuple(series.values()))


def _read_ours(place: Bench, wanted: int) -> None:
    _read(place, (sys.executable, "-m", "tests.bench.read_ours"), {}, wanted)


def _read(place: Bench, command: Sequence[str | Path], settings: Mapping[str, str], wanted: int) -> None:
    """A client that did not get all devices is no result."""
    told = json.loads(place.run(command, settings))
    if told["devices"] != wanted:
        raise SystemExit(f"{command[-1]} read {told['devices']} of {wanted} devices")
