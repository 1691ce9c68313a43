"""A cycle that ``kill -9`` ends just before one of its SQL statements: ``python -m ... FOLDER STATEMENT``.

The statement is named by its number, or by how it begins. A cycle that has no such statement comes to its end.
"""

import os
import signal
import sys
from itertools import count
from pathlib import Path

from mdm_sync.cycle import run_cycle
from mdm_sync.ports import State
from state import Store
from state.connection import open_for_work
from tests.replacing import replace
from tests.unit.cycle_given import DISTRICT, MONDAY, FakeDirectories, FakeFleet, World, device, person

PEOPLE = 4
DEVICES = 8


def world(state: State, day: int) -> World:
    """The district on a day: each one brings another name for all, one more device, one more that names a stranger."""
    devices = [
        replace(device(number, f"stranger{number}" if number <= day else f"p{number % PEOPLE}"), name=f"day {day}")
        for number in range(1, DEVICES + day)
    ]
    people = {
        school: [replace(person(f"p{number}", school), given_name=f"day {day}") for number in range(PEOPLE + day)]
        for school in DISTRICT
    }
    made = World(state, FakeFleet(*devices), FakeDirectories(people), now=MONDAY)
    made.later(days=day)
    return made


def run_day(state: State, day: int) -> None:
    """One whole cycle."""
    run_cycle(world(state, day).equipment, DISTRICT)


def die_at(folder: Path, statement: str, day: int) -> None:
    """A cycle that ends before this statement."""
    numbers = count(1)

    def look(sql: str) -> None:
        if statement == str(next(numbers)) or " ".join(sql.split()).startswith(statement):
            os.kill(os.getpid(), signal.SIGKILL)

    database = open_for_work(folder)
    database.conn.set_trace_callback(look)
    store = Store(database)
    run_day(store, day)
    store.close()


if __name__ == "__main__":
    die_at(Path(sys.argv[1]), sys.argv[2], day=2)
