"""A district that is up, and what can be measured on it."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mdm_sync.core.rules import RULES
from mdm_sync.demo.control import ask, up
from mdm_sync.demo.district import generate
from mdm_sync.demo.district.truth import expected
from mdm_sync.demo.model import District, Plan
from mdm_sync.demo.places import Places
from mdm_sync.demo.tour import environment
from tests.bench.floor import Floor
from tests.bench.memory import PeakMemory
from tests.bench.priority import go_first
from tests.bench.results import Run

CHANGED = 0.01
PATIENCE_SECONDS = 3600
COMMAND = (sys.executable, "-m", "mdm_sync")
RECONCILE = ("reconcile", "--full", "--format", "json")
Count = dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a district is that is measured, and whether its processes go before all others of the machine."""

    schools: int = 155
    scale: float = 1.0
    first: bool = False


@dataclass(frozen=True)
class Bench:
    """A district that is up."""

    places: Places
    district: District
    floor: Floor
    chance: random.Random
    first: bool

    @property
    def words(self) -> str:
        """Its size."""
        district = self.district
        return (
            f"{len(district.schools):,} schools, {len(district.devices):,} devices, "
            f"{len(district.persons):,} accounts, {len(district.groups):,} groups"
        )

    def begin_anew(self) -> None:
        """A fresh store, in which the reports of thefts and losses are."""
        shutil.rmtree(self.places.state, ignore_errors=True)
        self.command("incidents", "import", str(self.places.folder / "incidents.csv"))

    def change_some(self) -> None:
        """Change a random 1 % of the mobile devices at Jamf Pro, and let it prepare its answers anew."""
        mobile = [device for device in self.district.devices if device.family == "mobile"]
        for device in self.chance.sample(mobile, max(1, round(len(mobile) * CHANGED))):
            tag = f"IT-{self.chance.randrange(10**6):06}"
            ask(self.places, "POST", f"/jamf/devices/{device.jamf_id}", {"asset_tag": tag})
        self.floor.read_pages()

    def command(self, *arguments: str) -> str:
        """Standard output of a command of ours; a command that fails ends the measuring."""
        return self.run((*COMMAND, *arguments))

    def run(self, command: Sequence[str | Path], more: Mapping[str, str] | None = None) -> str:
        """The same for any command."""
        settings = {**environment(self.places), **(more or {})}
        done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def timed(self, work: Callable[[], object]) -> Run:
        """Time a piece of work and the processes that it starts and ends."""
        if self.first:
            go_first()
        before, started = os.times(), time.monotonic()
        work()
        seconds, after = time.monotonic() - started, os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return Run(seconds=seconds, cpu=cpu)

    def weighed(self, work: Callable[[], object]) -> tuple[float, Count]:
        """Peak memory of the processes that the work starts, in MiB, and what the servers counted meanwhile."""
        before = self._counters()
        with PeakMemory() as memory:
            work()
        after = self._counters()
        return memory.mebibytes, {name: number - before.get(name, 0) for name, number in after.items()}

    def reconcile(self) -> None:
        """One full cycle, as a process of its own."""
        self.command(*RECONCILE)

    def truth(self) -> str:
        """How the findings compare with what was planted; what is not as planted ends the measuring."""
        found = {(one["rule"], one["subject"]) for one in json.loads(self.command(*FINDINGS))["findings"]}
        planted = expected(self.district, {rule.id for rule in RULES})
        told = f"{len(found & planted)} of {len(planted)} planted findings, {len(found - planted)} not planted"
        if found != planted:
            raise SystemExit(f"A run that does not find what was planted is no result: {told}.")
        return told

    def _counters(self) -> Count:
        jamf = ask(self.places, "GET", "/jamf/counters")
        schools = ask(self.places, "GET", "/directories/counters").values()
        return {
            "Jamf Pro requests": sum(jamf["requests"].values()),
            "Jamf Pro rows": jamf["rows"],
            **{f"LDAP {name}": sum(one[name] for one in schools) for name in ("connections", "searches", "entries")},
        }


FINDINGS = ("findings", "list", "--format", "json")


@contextmanager
def bench(size: Size) -> Iterator[Bench]:
    """A district of this size, up inside."""
    plan = Plan(schools=size.schools, scale=size.scale, now=datetime.now(UTC).replace(microsecond=0))
    with tempfile.TemporaryDirectory(prefix="mdm-sync-bench-") as folder:
        places = Places(Path(folder) / "district")
        places.make(plan)
        district = generate(plan)
        with up(places, within_seconds=PATIENCE_SECONDS):
            yield Bench(places, district, Floor(places, district, Path(folder)), random.Random(plan.seed), size.first)
