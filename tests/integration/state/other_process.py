"""Another process that works with the store and is killed: ``python -m ... FOLDER JOB``.

It writes a line when it is where it should be.
"""

import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import NoReturn

from mdm_sync.ports import FleetRead, NewEntry
from state import Store, private_copy
from tests.integration.state.given import (
    MORNING,
    NORD,
    SITES,
    commit,
    device,
    finding,
    fleet_proof,
    opened,
    person,
    read,
    sweep,
)
from tests.replacing import replace

FLEET = 300
MANY = 100_000
"""More than fits into SQLite's page cache: pages of an open transaction reach the disk."""
NEWS = 20
"""Findings of each cycle."""


def hold(folder: Path) -> NoReturn:
    """Work with the store, and stay."""
    store = Store.open(folder, command="reconcile")
    say_and_wait(f"open {store.outbox.totals().waiting}")


def in_commit(folder: Path) -> None:
    """Stay in the middle of a commit, after findings were written and before entries are."""
    commit(
        Store.open(folder), opened(*(finding(about=1000 + number) for number in range(NEWS))), _entries_that_never_come
    )


def in_accept(folder: Path) -> None:
    """Stay in the middle of accepting a sweep, when its devices are written."""
    devices = [replace(device(number), name="new") for number in range(1, MANY)]
    store = Store.open(folder)
    store.staging.stage_devices(devices)
    store.staging.accept_fleet(FleetRead(proof=fleet_proof(devices), sites=_SitesThatNeverCome()), MORNING)


def loop(folder: Path) -> None:
    """One generation after the other: all devices and persons renamed, twenty findings, one mail."""
    store = Store.open(folder)
    for generation in count(1):
        sweep(store, *(replace(device(number), name=str(generation)) for number in range(1, FLEET)))
        read(store, NORD, *(replace(person(f"s{number}"), mail=str(generation)) for number in range(FLEET)))
        news = opened(*(finding(about=generation * NEWS + number) for number in range(NEWS)))
        commit(store, news, partial(_one_mail, str(generation)))
        say(str(generation))


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def say_and_wait(word: str) -> NoReturn:
    say(word)
    while True:
        signal.pause()


def _one_mail(content: str) -> Sequence[NewEntry]:
    return [NewEntry(kind="mail", content=content)]


def _entries_that_never_come() -> Sequence[NewEntry]:
    say_and_wait("inside")


class _SitesThatNeverCome(Mapping[int, str]):
    def __getitem__(self, key: int) -> str:
        return SITES[key]

    def __iter__(self) -> Iterator[int]:
        say_and_wait("inside")

    def __len__(self) -> int:
        return len(SITES)


def dry_run(folder: Path) -> None:
    """Stay in the middle of a dry run."""
    with private_copy(folder):
        say_and_wait("inside")


JOBS = {"hold": hold, "in-commit": in_commit, "in-accept": in_accept, "loop": loop, "dry-run": dry_run}

if __name__ == "__main__":
    JOBS[sys.argv[2]](Path(sys.argv[1]))
