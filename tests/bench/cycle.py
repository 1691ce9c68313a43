"""Speed of a cycle beside the floor, on one district, in one run: ``make bench`` or ``python -m tests.bench.cycle``.

The floor is what the servers themselves need: the same pages by ``curl`` (page size 1000, gzip, 5 connections) and the
same trees by ``ldapsearch`` (LDAPS, the same attributes, page 500, 8 at a time). Each pair measures the floor, a first
cycle on a fresh store, and a second one after a random 1 % of the devices has changed; every cycle is a process of its
own. Told are medians with their spread, CPU and peak memory of our processes, and what the servers counted.
"""

import argparse
import csv
import json
import os
import random
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx

from connectors.iserv.accounts import PERSON_ATTRIBUTES
from connectors.iserv.groups import GROUP_ATTRIBUTES
from connectors.jamf.records import SECTIONS
from mdm_sync.core.rules import RULES
from mdm_sync.demo.control import ask, up
from mdm_sync.demo.district import generate
from mdm_sync.demo.district.truth import expected
from mdm_sync.demo.installation import CLIENT_ID
from mdm_sync.demo.model import District, Plan
from mdm_sync.demo.places import Places
from mdm_sync.demo.tour import environment
from tests.bench.memory import PeakMemory

PAGE, ENTRIES = 1000, 500
CONNECTIONS, DIRECTORIES = 5, 8
CHANGED = 0.01


@dataclass
class Measured:
    """One kind of run: wall seconds of each, and of the cycles CPU seconds and peak memory."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)

    def row(self, name: str, floor: float) -> str:
        """A row of the table."""
        middle = median(self.seconds)
        spread = f"{min(self.seconds):.1f} to {max(self.seconds):.1f}"
        cpu = f"{median(self.cpu):.1f}" if self.cpu else ""
        memory = f"{max(self.mebibytes):.0f}" if self.mebibytes else ""
        return f"| {name} | {middle:.1f} | {spread} | {middle / floor:.2f} | {cpu} | {memory} |"


class Floor:
    """Reads all that a cycle reads, by curl and ldapsearch, and keeps nothing."""

    def __init__(self, places: Places, district: District, folder: Path) -> None:
        self._places = places
        self._district = district
        self._jamf = _setting(places, "jamf", "url")
        self._environment = {**os.environ, "LDAPTLS_CACERT": str(places.folder / "ca.pem")}
        self._curl = folder / "curl.conf"
        self._searches = folder / "searches.txt"
        self._write_searches()

    def read(self) -> None:
        """Read everything once."""
        self.read_pages(None)
        with self._searches.open() as searches:
            subprocess.run(
                ["xargs", "-P", str(DIRECTORIES), "-L", "1", "ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no"],
                stdin=searches,
                stdout=subprocess.DEVNULL,
                env=self._environment,
                check=True,
            )

    def read_pages(self, kept: Path | None) -> None:
        """Read all pages of devices; keep them as ``<number>.page`` in a folder if one is named."""
        self._write_urls(kept)
        curl = ["curl", "-Z", "--fail", "--no-progress-meter", "--parallel-max", str(CONNECTIONS), "-K"]
        subprocess.run([*curl, self._curl], check=True, stdout=subprocess.DEVNULL)

    def _write_urls(self, kept: Path | None) -> None:
        token = self._token()
        devices = sum(device.family == "mobile" for device in self._district.devices)
        query = "&".join(f"section={section}" for section in SECTIONS)
        lines = [
            f'url = "{self._jamf}/api/v2/mobile-devices/detail?{query}&page={page}&page-size={PAGE}'
            f'&sort=mobileDeviceId:asc"\noutput = "{kept / f"{page}.page" if kept else os.devnull}"'
            for page in range(-(-devices // PAGE))
        ]
        options = f'header = "Authorization: Bearer {token}"\nheader = "Accept-Encoding: gzip"\n'
        ca_file = f'cacert = "{self._places.folder / "ca.pem"}"\n'
        self._curl.write_text(options + ca_file + "\n".join(lines), encoding="utf-8")

    def _token(self) -> str:
        secret = (self._places.credentials / "jamf-client-secret").read_text()
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": secret}
        answer = httpx.post(f"{self._jamf}/api/v1/oauth/token", data=form, verify=_trust(self._places))
        return str(answer.json()["access_token"])

    def _write_searches(self) -> None:
        lines: list[str] = []
        for row in _register(self._places):
            password = self._places.credentials / f"iserv-{row['school']}"
            bind = f"-H {row['iserv_url']} -D {row['iserv_account']} -y {password} -E pr={ENTRIES}/noprompt"
            users, groups = f"-b ou=users,{row['iserv_base']}", f"-b ou=groups,{row['iserv_base']}"
            lines.append(f"{bind} {users} (objectClass=posixAccount) {' '.join(PERSON_ATTRIBUTES)}")
            lines.append(f"{bind} {groups} (cn=*) {' '.join(GROUP_ATTRIBUTES)}")
        self._searches.write_text("\n".join(lines), encoding="utf-8")


@dataclass(frozen=True)
class Bench:
    """A district that is up, and what is measured on it."""

    places: Places
    district: District
    floor: Floor
    chance: random.Random

    def run(self, pairs: int) -> dict[str, Measured]:
        """Measure floor, first and second cycle in turn."""
        measured = {name: Measured() for name in ("floor", "first cycle", "second cycle, 1 % changed")}
        self.floor.read()
        for number in range(1, pairs + 1):
            print(f"pair {number} of {pairs}", file=sys.stderr)
            measured["floor"].seconds.append(_timed(self.floor.read))
            shutil.rmtree(self.places.state, ignore_errors=True)
            _command(self.places, "incidents", "import", str(self.places.folder / "incidents.csv"))
            self._cycle(measured["first cycle"])
            self._change_some()
            self._cycle(measured["second cycle, 1 % changed"])
        return measured

    def counters(self) -> dict[str, object]:
        """What Jamf Pro counted during one more cycle."""
        ask(self.places, "POST", "/jamf/counters/reset")
        self._cycle(Measured())
        counters = ask(self.places, "GET", "/jamf/counters")
        return {name: counters[name] for name in ("requests", "rows", "tokens", "connections_highest")}

    def truth(self) -> str:
        """How the findings compare with what was planted."""
        done = _command(self.places, "findings", "list", "--format", "json")
        found = {(one["rule"], one["subject"]) for one in json.loads(done.stdout)["findings"]}
        planted = expected(self.district, {rule.id for rule in RULES})
        return f"{len(found & planted)} of {len(planted)} planted findings, {len(found - planted)} not planted"

    def _cycle(self, measured: Measured) -> None:
        before = os.times()
        started = time.monotonic()
        with PeakMemory() as memory:
            done = _command(self.places, "reconcile", "--format", "json")
        measured.seconds.append(time.monotonic() - started)
        after = os.times()
        if done.returncode != 0:
            raise SystemExit(f"a timed cycle ended with {done.returncode}: {done.stderr}")
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        measured.cpu.append(cpu)
        measured.mebibytes.append(memory.mebibytes)

    def _change_some(self) -> None:
        mobile = [device for device in self.district.devices if device.family == "mobile"]
        for device in self.chance.sample(mobile, max(1, round(len(mobile) * CHANGED))):
            tag = f"IT-{self.chance.randrange(10**6):06}"
            ask(self.places, "POST", f"/jamf/devices/{device.jamf_id}", {"asset_tag": tag})
        self.floor.read()


def _command(places: Places, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mdm_sync", *arguments]
    return subprocess.run(command, env=environment(places), capture_output=True, text=True, check=False)


def _timed(work: Callable[[], None]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _setting(places: Places, section: str, name: str) -> str:
    return str(tomllib.loads(places.settings.read_text())[section][name])


def _register(places: Places) -> list[dict[str, str]]:
    with places.register.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter=";") if row["stage"] != "not connected"]


def _trust(places: Places) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(places.folder / "ca.pem"))


@contextmanager
def _bench(plan: Plan) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="mdm-sync-bench-") as folder:
        places = Places(Path(folder) / "district")
        places.make(plan)
        district = generate(plan)
        with up(places):
            yield Bench(places, district, Floor(places, district, Path(folder)), random.Random(plan.seed))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=155)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args(arguments)
    plan = Plan(schools=asked.schools, scale=asked.scale, now=datetime.now(UTC).replace(microsecond=0))
    with _bench(plan) as bench:
        measured = bench.run(asked.pairs)
        floor = median(measured["floor"].seconds)
        sizes = len(bench.district.devices), len(bench.district.persons)
        counts = f"{asked.schools} schools, {sizes[0]} devices, {sizes[1]} accounts"
        print(f"{counts}; {asked.pairs} pairs; {os.cpu_count()} cores\n")
        print("| | seconds, median | spread | × floor | CPU s | peak MiB (PSS) |\n|---|---|---|---|---|---|")
        print("\n".join(one.row(name, floor) for name, one in measured.items()))
        print(f"\nJamf Pro counted in one cycle: {json.dumps(bench.counters())}")
        print(f"Truth: {bench.truth()}")


if __name__ == "__main__":
    main()
