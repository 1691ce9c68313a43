"""A whole district that is up, and the real commands on it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mdm_sync.demo.control import ask, up
from mdm_sync.demo.model import Plan
from mdm_sync.demo.places import Places
from mdm_sync.demo.tour import environment
from tests.command_line import Ran, mdm_sync, mdm_sync_here, terminal_that_says

NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the commands look at the real clock
"""The district begins now."""


@dataclass(frozen=True)
class Installation:
    """A district and the installation of mdm-sync that belongs to it."""

    places: Places

    def run(self, *arguments: str, **variables: str) -> Ran:
        """Run a command of mdm-sync as its user would."""
        return mdm_sync(*arguments, environment={**environment(self.places), **variables})

    def answer(self, answer: str, *arguments: str) -> Ran:
        """The same on a terminal, on which somebody answers its question."""
        with terminal_that_says(answer) as terminal:
            return mdm_sync(*arguments, environment=environment(self.places), stdin=terminal)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the district's control API."""
        return ask(self.places, method, path, body)

    def fault(self, server: str, name: str, *, on: bool, school: str | None = None) -> None:
        """Switch a fault of one of the district's servers."""
        body: dict[str, object] = {"on": on} | ({"school": school} if server == "directories" else {})
        self.ask("PUT", f"/{server}/faults/{name}", body)

    @property
    def mails(self) -> list[Path]:
        return sorted(self.places.mails.glob("*.eml"))

    @property
    def summaries(self) -> list[Any]:
        return [json.loads(path.read_text())["body"] for path in sorted(self.places.summaries.glob("*.json"))]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A small district, up for the tests of one module; the store is empty at first."""
    places = Places(tmp_path_factory.mktemp("district") / "demo")
    places.make(Plan(now=NOW))
    with up(places):
        yield Installation(places)


def open_findings(installation: Installation) -> set[tuple[str, str]]:
    """What is open now, as (rule, subject); asked so often that no process is started for it."""
    listed = mdm_sync_here("findings", "list", "--format", "json", environment=environment(installation.places))
    return {(found["rule"], found["subject"]) for found in listed.document["findings"]}


def steps(ran: Ran) -> dict[str, int]:
    """The steps that findings took in a cycle, those that none took left out."""
    return {kind: number for kind, number in ran.document["transitions"].items() if number}


def stored(installation: Installation, query: str, *values: str) -> list[tuple[Any, ...]]:
    """Rows of the store, read past the program."""
    with closing(sqlite3.connect(installation.places.state / "state.db")) as store:
        return store.execute(query, values).fetchall()
