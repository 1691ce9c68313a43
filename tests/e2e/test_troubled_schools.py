"""Seven schools in trouble at once: the others are reconciled in the time of the slowest limit, each cause is named."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mdm_sync.demo.control import up
from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
from mdm_sync.demo.places import Places
from tests.command_line import Ran
from tests.e2e.conftest import NOW, Installation

pytestmark = pytest.mark.demo

PLAN = Plan(schools=12, scale=0.1, now=NOW)
CONNECTED = [school.number for school in generate(PLAN).schools if school.stage != "not connected"]
TROUBLES = {
    CONNECTED[0]: ("stopped", "cannot be reached"),
    CONNECTED[1]: ("stopped", "cannot be reached"),
    CONNECTED[2]: ("stopped", "cannot be reached"),
    CONNECTED[3]: ("hanging", "was not read within|cannot be reached"),
    CONNECTED[4]: ("size-limit-paged", "size limit"),
    CONNECTED[5]: ("empty-tree", "group members are among the users read"),
    CONNECTED[6]: ("certificate-wrong-name", "not trusted; no password was sent"),
}
SCHOOL_SECONDS = 6


@dataclass(frozen=True)
class Troubled:
    """What became of a cycle with all of these troubles, and how often each directory was sent a password."""

    ran: Ran
    seconds: float
    binds: dict[str, int]


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    places = Places(tmp_path_factory.mktemp("troubled") / "demo")
    places.make(PLAN)
    with up(places):
        installation = Installation(places)
        limits = f"[iserv]\nconnect_seconds = 3\nanswer_seconds = 3\nschool_seconds = {SCHOOL_SECONDS}\n"
        places.settings.write_text(places.settings.read_text().replace("[iserv]\n", limits))
        for school, (fault, _) in TROUBLES.items():
            installation.fault("directories", fault, on=True, school=school)
        started = time.monotonic()
        ran = installation.run("reconcile", "--format", "json")
        seconds = time.monotonic() - started
        counters = installation.ask("GET", "/directories/counters")
        yield Troubled(ran, seconds, {school: one["binds"] for school, one in counters.items()})


def test_each_is_named_with_its_cause(troubled: Troubled) -> None:
    errors = {one["school"]: one["error"] for one in troubled.ran.document["sources"] if one["error"]}
    assert set(errors) == set(TROUBLES)
    assert [school for school, error in errors.items() if not re.search(TROUBLES[school][1], error)] == []


def test_it_is_told_by_the_exit_code(troubled: Troubled) -> None:
    assert troubled.ran.code == 3


def test_all_others_are_read_and_judged(troubled: Troubled) -> None:
    others = set(CONNECTED) - set(TROUBLES)
    read = {one["school"] for one in troubled.ran.document["sources"] if one["school"] and not one["error"]}
    assert read == others
    about_people = {one["school"] for one in troubled.ran.document["findings"] if one["subject"].startswith("person:")}
    assert about_people
    assert about_people <= others


@pytest.mark.verify
def test_it_takes_no_longer_than_the_slowest_limit_allows(troubled: Troubled) -> None:
    assert troubled.seconds < 4 * SCHOOL_SECONDS


def test_no_password_reached_the_server_of_another_name(troubled: Troubled) -> None:
    assert troubled.binds[CONNECTED[6]] == 0
    assert troubled.binds[CONNECTED[4]] > 0
