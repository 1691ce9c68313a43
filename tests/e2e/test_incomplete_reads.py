"""An incomplete read never becomes a conclusion, and one school's trouble stays that school's."""

from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
from tests.command_line import Ran
from tests.e2e.conftest import NOW, Installation, open_findings, stored

pytestmark = pytest.mark.demo

SCHOOL = generate(Plan(now=NOW)).schools[0].number
OTHER = generate(Plan(now=NOW)).schools[1].number


@pytest.fixture(scope="module")
def before(installation: Installation) -> set[tuple[str, str]]:
    assert installation.run("reconcile").code == 0
    return open_findings(installation)


@pytest.fixture
def fault(
    request: pytest.FixtureRequest, installation: Installation, before: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    server, name = request.param
    school = SCHOOL if server == "directories" else None
    assert before
    installation.fault(server, name, on=True, school=school)
    yield server, name
    installation.fault(server, name, on=False, school=school)
    after = installation.run("reconcile", "--format", "json")
    assert (after.code, after.document["holds"]) == (0, [])
    assert open_findings(installation) == before


_MISSED = """
SELECT 'person', uuid FROM persons WHERE missed OR gone_since IS NOT NULL OR left_since IS NOT NULL
UNION ALL SELECT 'device', subject FROM devices WHERE missed ORDER BY 1, 2
"""


def _missed(installation: Installation) -> list[tuple[str, ...]]:
    """Which persons and devices were missing from a read, or have left: of them a false user-left would come."""
    return stored(installation, _MISSED)


def _errors(ran: Ran) -> dict[str, str]:
    return {source["name"]: source["error"] for source in ran.document["sources"] if source["error"]}


QUICK = {"stopped", "empty-tree", "half-fleet", "truncated-gzip"}
"""What the quick run tries; make verify tries all of them."""


def _case(server: str, name: str) -> ParameterSet:
    return pytest.param((server, name), id=name, marks=() if name in QUICK else pytest.mark.verify)


DIRECTORY_FAULTS = [
    "stopped",
    "size-limit-paged",
    "no-rights",
    "referral",
    "certificate-wrong-name",
    "certificate-expired",
    "certificate-unknown",
    "empty-tree",
    "teachers-only",
    "wrong-password",
]


@pytest.mark.parametrize("fault", [_case("directories", name) for name in DIRECTORY_FAULTS], indirect=True)
def test_a_directory_that_cannot_be_believed_is_named_and_changes_nothing(
    installation: Installation, before: set[tuple[str, str]], fault: tuple[str, str]
) -> None:
    assert fault
    missed = _missed(installation)
    ran = installation.run("reconcile", "--format", "json")
    assert ran.code == 3
    assert set(_errors(ran)) == {f"iserv-{SCHOOL}"}
    assert open_findings(installation) == before
    assert _missed(installation) == missed
    assert ran.document["outbox"]["new"] in ([], ["summary"])


SHRUNK = ("source-shrunk", "source:jamf")
JAMF_FAULTS: dict[str, set[tuple[str, str]]] = {
    "total-lies": set(),
    "empty-fleet": {SHRUNK},
    "half-fleet": {SHRUNK},
    "fewer-sites": {SHRUNK},
    "lost-privileges": {("privilege-missing", "privilege:Read Mobile Devices")},
    "truncated-gzip": set(),
}
"""What each fault adds to what was found before."""


@pytest.mark.parametrize("fault", [_case("jamf", name) for name in JAMF_FAULTS], indirect=True)
def test_a_sweep_that_cannot_be_believed_is_refused_and_said_to_be_so(
    installation: Installation, before: set[tuple[str, str]], fault: tuple[str, str]
) -> None:
    missed = _missed(installation)
    ran = installation.run("reconcile", "--format", "json")
    shrunk = SHRUNK in JAMF_FAULTS[fault[1]]
    assert ran.code == (5 if shrunk else 3)
    assert [(hold["ring"], hold["state"]) for hold in ran.document["holds"]] == [("source", "open")] * shrunk
    assert set(_errors(ran)) == {"jamf"}
    assert open_findings(installation) == before | JAMF_FAULTS[fault[1]]
    assert _missed(installation) == missed


def test_when_the_faults_end_all_is_read_again(installation: Installation, before: set[tuple[str, str]]) -> None:
    ran = installation.run("reconcile", "--format", "json")
    assert (ran.code, _errors(ran)) == (0, {})
    assert open_findings(installation) == before
