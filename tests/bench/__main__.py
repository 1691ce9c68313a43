"""Speed beside what the servers themselves need, and beside other projects: ``make bench``, ``python -m tests.bench``.

Rows, all unless some are named: cycle (first and second full cycle beside the floor), slow (the same on slow
servers), peers (reading all devices beside other clients), growth (a tenth of the district to ten of it), shares
(which part of a cycle takes how long), answers (--help, status, loss watch). Every run is a process of its own; a run
that does not find what was planted ends the measuring.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench.cycles import cycles, slow
from tests.bench.growth import growth
from tests.bench.peers import peers
from tests.bench.place import Size
from tests.bench.report import page, table
from tests.bench.results import Row, keep, read
from tests.bench.shares import shares
from tests.bench.small import answers

ROWS: Mapping[str, tuple[Callable[[Size, int], Row], int]] = {
    "cycle": (cycles, 5),
    "slow": (slow, 3),
    "peers": (peers, 3),
    "growth": (growth, 5),
    "shares": (shares, 3),
    "answers": (answers, 10),
}
"""What measures a row, and how many runs of each kind it makes unless told otherwise."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--schools", type=int, default=155, help="155 is the whole city; growth has its own numbers")
    parser.add_argument("--scale", type=float, default=1.0, help="size of each school; 1 is the real one")
    parser.add_argument("--pairs", type=int, help="runs of each kind")
    parser.add_argument("--into", type=Path, default=Path(".venv/performance.json"), help="the file of results")
    parser.add_argument("--page", type=Path, help="write table and picture into this page as well")
    parser.add_argument("--first", action="store_true", help="go before all other processes (root, in a session alone)")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.rows) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    size = Size(schools=asked.schools, scale=asked.scale, first=asked.first)
    for name in asked.rows or ROWS:
        measure, usual = ROWS[name]
        print(f"measuring {name}", file=sys.stderr)
        measured = measure(size, asked.pairs or usual)
        keep(asked.into, measured)
        print(table(measured))
    if asked.page:
        page(asked.page, read(asked.into))


if __name__ == "__main__":
    main()
