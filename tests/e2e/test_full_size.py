"""The whole city: 155 schools, and every record of it comes when the servers' own tools ask."""

import csv
import gzip
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from mdm_sync.core.rules import RULES
from mdm_sync.demo.control import up
from mdm_sync.demo.district import generate
from mdm_sync.demo.district.truth import expected
from mdm_sync.demo.model import District, Plan
from mdm_sync.demo.places import Places
from state import Store
from tests.bench.floor import Floor
from tests.command_line import Ran
from tests.e2e.conftest import NOW, Installation
from tests.far_side import device_of, person_of, school_of
from tests.replacing import replace

pytestmark = [pytest.mark.demo, pytest.mark.verify]

CITY = Plan(schools=155, scale=1.0, now=NOW)


@pytest.fixture(scope="module")
def city() -> District:
    return generate(CITY)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    places = Places(tmp_path_factory.mktemp("city") / "demo")
    places.make(CITY)
    with up(places):
        yield Installation(places)


def test_curl_reads_every_mobile_device(whole: Installation, city: District, tmp_path: Path) -> None:
    floor = Floor(whole.places, city, tmp_path)
    floor.read_pages(tmp_path)
    bodies = [json.loads(gzip.decompress(path.read_bytes())) for path in tmp_path.glob("*.page")]
    ids = {row["mobileDeviceId"] for body in bodies for row in body["results"]}
    assert ids == {str(device.jamf_id) for device in city.devices if device.family == "mobile"}
    assert {body["totalCount"] for body in bodies} == {len(ids)}


def _entries(whole: Installation, row: dict[str, str]) -> tuple[str, Counter[str]]:
    """Entries below users and groups of one school, as ldapsearch sees them."""
    command = ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", row["iserv_url"], "-D", row["iserv_account"]]
    command += ["-y", str(whole.places.credentials / f"iserv-{row['school']}"), "-E", "pr=500/noprompt"]
    command += ["-b", row["iserv_base"], "(|(objectClass=posixAccount)(objectClass=groupOfMembers))", "1.1"]
    told = {**os.environ, "LDAPTLS_CACERT": str(whole.places.folder / "ca.pem")}
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=True)
    names = [line for line in done.stdout.splitlines() if line.startswith("dn:")]
    return row["school"], Counter("users" if ",ou=users," in name else "groups" for name in names)


def test_ldapsearch_reads_every_account_and_every_group(whole: Installation, city: District) -> None:
    with whole.places.register.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    with ThreadPoolExecutor(4) as pool:
        came = dict(pool.map(lambda row: _entries(whole, row), rows))
    users = Counter(person.school for person in city.persons)
    groups = Counter(group.school for group in city.groups)
    assert {school: (count["users"], count["groups"]) for school, count in came.items()} == {
        school.number: (users[school.number], groups[school.number]) for school in city.schools
    }


@pytest.fixture(scope="module")
def cycle(whole: Installation) -> Ran:
    """A first cycle over the whole city, the reports of its schools included."""
    assert whole.run("incidents", "import", str(whole.places.folder / "incidents.csv")).code == 0
    return whole.run("reconcile", "--format", "json")


def test_a_cycle_reads_all_of_it(cycle: Ran, city: District) -> None:
    assert cycle.code == 0, cycle.err
    rows = {source["name"]: source["rows"] for source in cycle.document["sources"]}
    assert rows["jamf"] == len(city.devices)
    connected = {school.number for school in city.schools if school.stage != "not connected"}
    of_directories = sum(count for name, count in rows.items() if name.startswith("iserv-"))
    assert of_directories == sum(person.school in connected for person in city.persons)


def test_it_finds_what_was_planted_and_nothing_else(cycle: Ran, city: District) -> None:
    found = {(one["rule"], one["subject"]) for one in cycle.document["findings"]}
    assert found == expected(city, {rule.id for rule in RULES})


def test_the_stored_devices_are_the_generated_ones_field_by_field(
    cycle: Ran, whole: Installation, city: District
) -> None:
    assert cycle.code == 0
    with closing(Store.look(whole.places.state)) as store:
        stored = {device.subject: device for device in store.snapshot.devices_nowhere(())}
    generated = [device_of(device, frozenset({"Status"})) for device in city.devices]
    assert len(stored) == len(generated)
    assert [one.subject for one in generated if stored[one.subject] != one] == []


def test_the_stored_persons_are_the_generated_ones_field_by_field(
    cycle: Ran, whole: Installation, city: District
) -> None:
    assert cycle.code == 0
    schools = {demo.number: demo for demo in city.schools if demo.stage != "not connected"}
    with closing(Store.look(whole.places.state)) as store:
        stored = {
            (one.school, one.uuid): replace(one, ref="", left_since=None)
            for demo in schools.values()
            for one in store.snapshot.persons_of(school_of(demo, "")) or ()
        }
    generated = [person_of(schools[one.school], one) for one in city.persons if one.school in schools]
    assert len(stored) == len(generated)
    assert [one.subject for one in generated if stored[one.school, one.uuid] != one] == []
