"""Whatever happens to the sources, the process and the findings: what is open is what a fresh look would find."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mdm_sync.core.brakes import HoldState
from mdm_sync.core.lifecycle import CLOSING
from mdm_sync.core.model import NO_SITE, UserFields
from mdm_sync.cycle import CycleResult, Reads, Scope
from mdm_sync.errors import TemporaryError
from mdm_sync.ports import Acknowledgement, FindingChoice
from state import Store
from tests.integration.cycles import NORD, PUPILS, SCHOOLS, CrashError, World, pupil

Key = tuple[str, str]
OF_SOURCES = {"source-stale", "source-shrunk", "privilege-missing"}
UNSURE = """
SELECT 'person:' || school || '/' || uuid FROM persons WHERE missed > 0 AND gone_since IS NULL
UNION SELECT 'person:' || person_school || '/' || person_uuid FROM assignments JOIN devices USING (subject)
WHERE missed > 0 AND person_uuid IS NOT NULL
UNION SELECT 'serial:' || serial FROM devices WHERE missed > 0
UNION SELECT subject FROM assignments JOIN persons ON school = person_school AND uuid = person_uuid
WHERE missed > 0 AND gone_since IS NULL
"""
devices = st.integers(1, 2 * PUPILS)
schools = st.sampled_from(SCHOOLS)
numbers = st.integers(0, PUPILS - 1)


class Cycles(RuleBasedStateMachine):
    """The real cycle and the real store; Jamf Pro, the directories and the clock are in hand."""

    @initialize()
    def begins(self) -> None:
        self.folder = Path(mkdtemp())
        self.world = World(self.folder / "state")
        self.left: set[str] = set()
        self.told_open: set[Key] = set()
        self.over_untold: set[Key] = set()
        self.mails_read = 0
        self.last: CycleResult | None = None
        self.halved: dict[str, list[Any]] = {}

    def teardown(self) -> None:
        self.world.store.close()
        shutil.rmtree(self.folder)

    @rule()
    def cycle(self) -> None:
        self.last = self.world.run()
        self.hear()

    @rule(reads=st.sampled_from([Reads.FLEET, Reads.DIRECTORIES]), full=st.booleans())
    def cycle_of_some_sources(self, reads: Reads, full: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        self.last = self.world.run(Scope(reads=reads, full=full, changes_within=timedelta(days=2)))
        self.hear()

    @rule(school=schools)
    def cycle_of_one_school(self, school: Any) -> None:
        self.world.run(Scope(only=(school.number,)))
        self.last = None
        self.hear()

    @rule()
    def a_crash_inside_the_commit(self) -> None:
        self.world.letters.crash = True
        before = self.steps()
        try:
            self.world.run()
            self.hear()
        except CrashError:
            assert self.steps() == before
        self.world.letters.crash = False
        self.last = None
        self.world.restart()

    @rule()
    def restarts(self) -> None:
        self.world.restart()

    @rule(hours=st.sampled_from([1, 20, 100, 400]))
    def time_passes(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)
        self.last = None

    @rule(fails=st.booleans())
    def jamf_fails_or_answers(self, fails: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        self.world.fleet.error = TemporaryError("no answer") if fails else None

    @rule(school=schools, fails=st.booleans())
    def a_directory_fails_or_answers(self, school: Any, fails: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        self.world.directories.failures = {school.number: "no answer"} if fails else {}

    @rule(school=schools)
    def half_a_directory_vanishes(self, school: Any) -> None:
        people = self.world.directories.persons
        looked_at = (school.number, "user-left") in self.world.store.snapshot.judged()  # a first look passes the brakes
        if looked_at and school.number not in self.halved:
            self.halved[school.number] = people[school.number]
            people[school.number] = people[school.number][::3]

    @rule()
    def half_the_fleet_vanishes(self) -> None:
        if "" not in self.halved:
            self.halved[""] = self.world.fleet.devices
            self.world.fleet.devices = self.world.fleet.devices[::3]

    @rule()
    @precondition(lambda self: self.halved)
    def the_halves_come_back(self) -> None:
        for school, everything in self.halved.items():
            if school:
                kept = [one for one in everything if one.uuid not in self.left]
                self.world.directories.persons[school] = kept
            else:
                self.world.fleet.devices = everything
        self.halved = {}

    @rule(school=schools, number=numbers)
    def somebody_leaves(self, school: Any, number: int) -> None:
        self.left.add(pupil(school, number).uuid)
        self.world.leaves(school, number)

    @rule(school=schools, number=numbers)
    def somebody_comes_back(self, school: Any, number: int) -> None:
        person = pupil(school, number)
        people = self.world.directories.persons[school.number]
        if person.uuid in self.left and school.number not in self.halved:
            self.left.discard(person.uuid)
            people.append(person)

    @rule(device=devices, site=st.sampled_from([10, 20, NO_SITE]))
    def a_device_moves(self, device: int, site: int) -> None:
        self.world.change(device, site_id=site)

    @rule(device=devices, school=schools, number=numbers)
    def a_device_gets_another_name(self, device: int, school: Any, number: int) -> None:
        self.world.change(device, user=UserFields(username=pupil(school, number).login))

    @rule(device=devices, hours=st.none() | st.sampled_from([0, 24, 24 * 40]))
    def a_device_reports(self, device: int, hours: int | None) -> None:
        at = None if hours is None else self.world.now - timedelta(hours=hours)
        self.world.change(device, last_inventory=at, last_contact=at)

    @rule(device=devices, hours=st.sampled_from([24 * 30 - 1, 24 * 30 + 1, 24 * 30 + 30]))
    def a_profile_is_renewed(self, device: int, hours: int) -> None:
        self.world.change(device, profile_expires=self.world.now + timedelta(hours=hours))

    @rule(device=devices, school=schools, number=numbers)
    def a_device_names_an_address(self, device: int, school: Any, number: int) -> None:
        self.world.change(device, user=UserFields(email=pupil(school, number).mail))

    @rule(device=devices, login=st.sampled_from(["", "nobody.knows"]))
    def a_device_loses_its_person(self, device: int, login: str) -> None:
        self.world.change(device, user=UserFields(username=login))

    @rule(days=st.integers(0, 20))
    def somebody_acknowledges(self, days: int) -> None:
        decisions = self.world.store.decisions
        until = (self.world.now + timedelta(days=days)).date()
        chosen = decisions.chosen(FindingChoice(school=NORD.number))[:3]
        decisions.acknowledge(chosen, Acknowledgement(until=until, who="eva", why="ordered", at=self.world.now))

    @rule(accepted=st.booleans())
    def somebody_decides_about_findings(self, accepted: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        for hold in self.world.store.decisions.holds():
            if hold.ring != "source":
                state = HoldState.ACCEPTED if accepted else HoldState.REJECTED
                decided = type(hold)(**{name: getattr(hold, name) for name in hold.__slots__} | {"state": state})
                self.world.store.decisions.decide(decided, self.world.now)
        self.last = None

    @invariant()
    def what_is_open_is_what_a_fresh_look_finds(self) -> None:
        if self.last is None or self.stale():
            return
        opening = {step.finding.key for step in self.last.held if step.kind not in CLOSING}
        closing = {step.finding.key for step in self.last.held if step.kind in CLOSING}
        expected = (self.fresh() - opening) | closing
        found = self.world.open_findings()
        unsure = {key for key in found - expected if key[1] in self.unsure()}
        assert _lasting(found - unsure) == _lasting(expected)
        self.last = None

    @invariant()
    def whoever_did_not_leave_is_not_said_to_have_left(self) -> None:
        if not hasattr(self, "world"):
            return
        listed = self.world.store.inquiry.open_findings(SCHOOLS)
        refs = {one.place.finding.details["person"] for one in listed if one.place.finding.rule == "user-left"}
        persons = {self.world.store.inquiry.person(ref) for ref in refs}
        assert {person.uuid for person in persons if person} <= self.left | self.came_back()

    def came_back(self) -> set[str]:
        """Who is back since the last read of their school that was believed."""
        here = {one.uuid for some in self.world.directories.persons.values() for one in some}
        gone = {person.uuid for school in SCHOOLS for person in self.world.store.snapshot.persons_gone(school)}
        return here & gone

    def fresh(self) -> set[Key]:
        """What rules say of the stored snapshots when nothing was ever said before."""
        copy = Path(mkdtemp(dir=self.folder))
        Store.copy(self.world.folder, copy)
        with closing(sqlite3.connect(copy / "state.db")) as store:
            of_findings = ("acknowledgements", "finding_steps", "told", "findings")
            for table in (*of_findings, "told_holds", "holds", "judged", "outbox", "looks"):
                store.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
            store.commit()
        fresh = Store.open(copy)
        try:
            self.world.run(Scope(offline=True), fresh)
            return self.world.open_findings(fresh)
        finally:
            fresh.close()

    def unsure(self) -> set[str]:
        """Subjects of which nothing new is concluded, so that what was said before stays and a fresh look says nothing.

        They are, or depend on, a person or a device that the last read did not show and the next one may settle.
        """
        return {subject for (subject,) in self.rows(UNSURE)}

    def stale(self) -> bool:
        found = self.world.open_findings()
        never = any(source.complete_at is None for source in self.world.store.snapshot.sources())
        return never or any(which == "source-stale" for which, _ in found)

    def steps(self) -> int:
        return int(self.rows("SELECT count(*) FROM finding_steps")[0][0])

    def rows(self, query: str, *values: int) -> list[Any]:
        with closing(sqlite3.connect(self.world.folder / "state.db")) as store:
            return store.execute(query, values).fetchall()

    def hear(self) -> None:
        """Take in the new mails: nothing may be told twice, and nothing that is open be untold."""
        query = "SELECT id, content FROM outbox WHERE id > ? ORDER BY id"
        first = 0
        for number, content in self.rows(query, self.mails_read):
            self.mails_read = number
            mail = json.loads(content)
            for key in map(tuple, mail.get("opened", []) + mail.get("reopened", [])):
                assert key not in self.told_open
                self.told_open.add(key)
                self.over_untold.discard(key)
            for key in map(tuple, mail.get("resolved", [])):
                assert key in self.told_open | self.over_untold
                self.told_open.discard(key)
                self.over_untold.discard(key)
            for key in map(tuple, mail.get("worsened", []) + mail.get("due", [])):
                assert key in self.told_open
            first += sum(sum(found.values()) for found in mail.get("baselines", {}).values())
            first += sum(number for kind, _, number in mail.get("storms", []) if kind in {"opened", "reopened"})
            for kind, of_rule, _ in mail.get("storms", []):
                assert kind in {"opened", "reopened", "resolved"}
                if kind == "resolved":
                    over = {key for key in self.told_open - self.world.open_findings() if key[0] == of_rule}
                    self.told_open -= over
        untold = self.world.open_findings() - self.told_open
        assert len(untold) == first
        over = self.told_open - self.world.open_findings()
        assert {which for which, _ in over} <= {"source-stale"}  # that it is over waits for the next mail
        self.told_open -= over
        self.over_untold |= over
        self.told_open |= untold


def _lasting(found: set[Key]) -> set[Key]:
    return {key for key in found if key[0] not in OF_SOURCES}


FEW = settings(max_examples=15, stateful_step_count=25, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=200, stateful_step_count=40)


def test_some_sequences() -> None:
    run_state_machine_as_test(Cycles, settings=FEW)


@pytest.mark.verify
def test_many_sequences() -> None:
    run_state_machine_as_test(Cycles, settings=MANY)
