"""The change of the school year: inside the window nothing is held, outside of it what is too much at once is."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mdm_sync.core.rules import RULES
from mdm_sync.demo.control import up
from mdm_sync.demo.district import generate
from mdm_sync.demo.district.truth import expected
from mdm_sync.demo.model import District, Plan
from mdm_sync.demo.places import Places
from tests.command_line import Ran
from tests.e2e.conftest import NOW, Installation

pytestmark = pytest.mark.demo

IDS = {rule.id for rule in RULES}
FIRST, CHANGED, DUE = 1, 4, 20
"""Days of the district: as it is first seen, as the school year has changed, and when whoever left is due."""
OF_LEAVERS = {"user-left", "user-moved"}
Keys = set[tuple[str, str]]


@dataclass(frozen=True)
class Year:
    """A district before and after the change, and two installations that know it from before."""

    plan: Plan
    installation: Installation
    first: Ran

    def on(self, day: int) -> District:
        return generate(replace(self.plan, day=day))

    def cycle(self, side: str, grace_days: int = 14) -> Ran:
        """A cycle of the installation whose window is now ("inside") or half a year away ("outside")."""
        places = self.installation.places
        middle = NOW if side == "inside" else NOW + timedelta(days=180)
        settings = places.folder / f"{side}.toml"
        text = re.sub('folder = "state"', f'folder = "{side}"', places.settings.read_text())
        settings.write_text(f"{text}\n{_window(middle)}\n[thresholds]\ngrace_days = {grace_days}\n")
        return self.run(side, "reconcile", "--format", "json")

    def run(self, side: str, *arguments: str) -> Ran:
        """A command of one of the installations, once it has been through a cycle."""
        return self.installation.run(*arguments, MDM_SYNC_CONFIG=str(self.installation.places.folder / f"{side}.toml"))


def _window(middle: datetime) -> str:
    first, last = middle - timedelta(days=2), middle + timedelta(days=2)
    return f'[school_year]\nfirst = "{first:%m-%d}"\nlast = "{last:%m-%d}"\n'


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(Plan(schools=2, scale=0.6, now=NOW), id="two-schools"),
        pytest.param(Plan(schools=155, scale=1.0, now=NOW), id="the-city", marks=pytest.mark.verify),
    ],
)
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """The district has been read as it was first, and shows the new school year, of which the reports are known."""
    places = Places(tmp_path_factory.mktemp("year") / "demo")
    places.make(request.param)
    with up(places):
        installation = Installation(places)
        reports = ("incidents", "import", str(places.folder / "incidents.csv"))
        assert installation.run(*reports).code == 0
        first = installation.run("reconcile", "--format", "json")
        installation.ask("PUT", "/district/day", {"day": CHANGED})
        assert installation.run(*reports).code == 0
        for side in ("inside", "outside"):
            shutil.copytree(places.state, places.folder / side)
        yield Year(request.param, installation, first)


def found(ran: Ran) -> Keys:
    return {(one["rule"], one["subject"]) for one in ran.document["findings"]}


def test_inside_the_window_nothing_is_held_and_who_left_is_told_past_the_grace_period(year: Year) -> None:
    before, changed, due = (expected(year.on(day), IDS) for day in (FIRST, CHANGED, DUE))
    assert (year.first.code, found(year.first)) == (0, before)
    assert OF_LEAVERS.isdisjoint(rule for rule, _ in changed)
    assert Counter(rule for rule, _ in due)["user-moved"] > 2

    once = year.cycle("inside")
    assert (once.code, once.document["holds"]) == (0, [])
    assert found(once) - before <= changed

    twice = year.cycle("inside")
    assert (twice.code, twice.document["holds"]) == (0, [])
    assert found(twice) == changed

    later = year.cycle("inside", grace_days=0)
    assert (later.code, later.document["holds"]) == (0, [])
    assert found(later) == due


def test_outside_of_it_what_is_too_much_is_held_until_a_person_accepts_it(year: Year) -> None:
    year.cycle("outside")
    ran = year.cycle("outside", grace_days=0)
    holds = [hold for hold in ran.document["holds"] if hold["state"] == "open"]
    assert ran.code == 5
    assert "user-left" in {hold["rule"] for hold in holds}

    due = {(one.rule, one.subject): one.school for one in year.on(DUE).truth if one.finding}
    before = {(one["rule"], one["subject"]): one["school"] for one in year.first.document["findings"]}
    opens = Counter((rule, school) for (rule, subject), school in due.items() if (rule, subject) not in before)
    by_school = [hold for hold in holds if hold["ring"] == "school" and hold["direction"] == "opened"]
    assert [hold["number"] for hold in by_school] == [opens[hold["rule"], hold["school"]] for hold in by_school]

    kept = {key: _is_held(holds, "opened", key[0], due[key]) for key in due.keys() - before.keys()}
    stays = {key: _is_held(holds, "resolved", key[0], before[key]) for key in before.keys() - due.keys()}
    new = {key for key, held in kept.items() if not held}
    over = {key for key, held in stays.items() if not held}
    assert found(ran) == (before.keys() - over) | new

    for hold in holds:
        assert year.run("outside", "holds", "accept", str(hold["id"]), "--why", "the new school year").code == 0
    accepted = year.cycle("outside", grace_days=0)
    assert (accepted.code, accepted.document["holds"]) == (0, [])
    assert found(accepted) == due.keys()


def _is_held(holds: list[dict[str, Any]], direction: str, rule: str, school: str | None) -> bool:
    """Whether one of the holds keeps such a step back."""
    return any(
        hold["direction"] == direction and hold["rule"] in {rule, ""} and hold["school"] in {school, ""}
        for hold in holds
    )
