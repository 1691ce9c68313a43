"""Who is told what, and when: whole cycles over a real store, a clock set by hand, and a team, a campus and schools."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.model import School, Severity, Stage, UserFields
from mdm_sync.core.recipients import Circle, QuietHours, Recipient, Rhythm
from mdm_sync.core.rules import DISTRICT_RULES, RULES, Mode, RuleChoice
from mdm_sync.core.rules.book import RuleBook, rule_ids
from mdm_sync.leaving import mailing_of
from mdm_sync.ports import Acknowledgement, EntryState, FindingChoice
from tests.integration.cycles import NORD, SUED, CrashError, World, team

TEAM = "team@it.example"
SEVEN = time(7)
EVERY_STATE = tuple(EntryState)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def contact(school: School) -> str:
    return f"contact@{school.number}.example"


def at_school(school: School) -> Recipient:
    return Recipient(
        address=contact(school),
        circle=Circle.SCHOOL,
        place=school.number,
        schools=frozenset({school.number}) if school.stage is Stage.LIVE else frozenset(),
        rules=rule_ids(RULES) - rule_ids(DISTRICT_RULES),
        least=Severity.WARNING,
        hour=SEVEN,
    )


def everybody(schools: Sequence[School]) -> list[Recipient]:
    """The central team, told of losses at once and of the rest daily, and each live school daily."""
    live = [school for school in schools if school.stage is Stage.LIVE]
    central = replace(team(live, Rhythm.DAILY), hour=SEVEN, sign_of_life=True)
    return [central, *map(at_school, live)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two schools where all is well, looked at for the first time on a Monday at eight."""
    world = World(tmp_path / "state", pupils=6, recipients=everybody, now=MONDAY)
    world.run()
    yield world
    world.store.close()


Mail = tuple[str, dict[str, Any]]


def mails(world: World, *, every_digest: bool = False) -> list[Mail]:
    """What a cycle puts into the outbox now, by address."""
    before = {row.entry.entry_id for row in world.store.outbox.rows(EVERY_STATE)}
    world.run()
    if every_digest:
        mailing = mailing_of(world.equipment(world.store), world.schools)
        assert mailing
        world.store.mailings.put(lambda: mailing.due(every_digest=True), world.now)
    rows = [row for row in world.store.outbox.rows(EVERY_STATE) if row.entry.entry_id not in before]
    return [(row.recipient, json.loads(row.entry.content)) for row in reversed(rows)]


def deliver_hour(world: World) -> list[Mail]:
    """What is composed between two cycles, as ``mdm-sync deliver`` does."""
    before = {row.entry.entry_id for row in world.store.outbox.rows(EVERY_STATE)}
    mailing = mailing_of(world.equipment(world.store), world.schools)
    assert mailing
    world.store.mailings.put(mailing.due, world.now)
    rows = [row for row in world.store.outbox.rows(EVERY_STATE) if row.entry.entry_id not in before]
    return [(row.recipient, json.loads(row.entry.content)) for row in reversed(rows)]


def told(some: list[Mail]) -> dict[str, list[str]]:
    """Kinds of news with their subjects, by address."""
    return {
        address: [
            f"{kind} {subject}"
            for kind in ("opened", "worsened", "reopened", "due", "resolved")
            for _, subject in content.get(kind, [])
        ]
        for address, content in some
    }


def tomorrow(world: World, hour: int = 7) -> None:
    day = (world.now + timedelta(days=1)).date()
    world.now = datetime.combine(day, time(hour), UTC)


def free(world: World, jamf_id: int) -> None:
    world.change(jamf_id, user=UserFields())


def give(world: World, jamf_id: int) -> None:
    number = (jamf_id - 1) % world.pupils
    school = world.schools[(jamf_id - 1) // world.pupils]
    world.change(jamf_id, user=UserFields(username=f"pupil.{school.number}.{number:03d}"))


def stolen(world: World) -> Incident:
    world.change(1, management_id="mdm-1")
    report = Incident(
        case_number="", kind=IncidentKind.THEFT, serial="DMPX1", school=NORD.number, reported_at=world.now
    )
    return world.store.incidents.add(report)


class TestADailyDigest:
    def test_waits_for_its_hour_and_comes_without_a_cycle(self, world: World) -> None:
        free(world, 2)
        assert mails(world) == []
        world.now = datetime(2026, 11, 24, 6, 59, tzinfo=UTC)
        assert deliver_hour(world) == []
        world.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
        news = ["opened device:2", "opened person:100001/uuid-100001-1"]
        assert told(deliver_hour(world)) == {TEAM: news, contact(NORD): news}
        assert deliver_hour(world) == []

    def test_goes_to_nobody_when_nothing_changed(self, world: World) -> None:
        for _ in range(3):
            tomorrow(world)
            assert mails(world) == []

    def test_tells_nothing_of_what_came_and_went_in_between(self, world: World) -> None:
        free(world, 2)
        world.run()
        give(world, 2)
        tomorrow(world)
        assert mails(world) == []

    def test_tells_what_is_solved_and_what_came_back_with_the_mails_before(self, world: World) -> None:
        free(world, 2)
        tomorrow(world)
        (first, *_) = mails(world)
        give(world, 2)
        tomorrow(world)
        (second, *_) = mails(world)
        free(world, 2)
        tomorrow(world)
        (third, *_) = mails(world)
        assert [len(told([one])[TEAM]) for one in (first, second, third)] == [2, 2, 2]
        assert [one[1]["resolved"] for one in (first, third)] == [[], []]
        assert third[1]["opened"] == []
        keys = [row.entry.key for row in world.store.outbox.rows(EVERY_STATE) if row.recipient == TEAM][::-1]
        assert [one[1]["earlier"] for one in (first, second, third)] == [[], [keys[0]], [keys[1]]]

    def test_tells_each_school_of_itself_alone(self, world: World) -> None:
        free(world, 2)
        free(world, 8)
        tomorrow(world)
        found = told(mails(world))
        assert found[contact(NORD)] == ["opened device:2", "opened person:100001/uuid-100001-1"]
        assert found[contact(SUED)] == ["opened device:8", "opened person:100002/uuid-100002-1"]
        assert sorted(found[TEAM]) == sorted(found[contact(NORD)] + found[contact(SUED)])

    def test_says_what_stays_open(self, world: World) -> None:
        free(world, 2)
        tomorrow(world)
        world.run()
        free(world, 3)
        tomorrow(world)
        (_, school) = mails(world)
        assert school[1]["still_open"] == {"device-unassigned": 2, "student-without-device": 2}

    def test_is_not_lost_when_its_composing_breaks_off(self, world: World) -> None:
        free(world, 2)
        tomorrow(world)
        world.letters.crash = True
        with pytest.raises(CrashError):
            world.run()
        world.letters.crash = False
        assert set(told(mails(world))) == {TEAM, contact(NORD)}


class TestWhoIsNotToldOfWhat:
    def test_an_observed_rule_mails_nobody(self, world: World) -> None:
        world.rules = RuleBook(for_all={"device-unassigned": RuleChoice(mode=Mode.OBSERVE)})
        free(world, 2)
        tomorrow(world)
        assert told(mails(world))[contact(NORD)] == ["opened person:100001/uuid-100001-1"]

    def test_a_rule_that_is_observed_no_more_is_told(self, world: World) -> None:
        world.rules = RuleBook(for_all={"device-unassigned": RuleChoice(mode=Mode.OBSERVE)})
        free(world, 2)
        tomorrow(world)
        world.run()
        world.rules = RuleBook()
        tomorrow(world)
        assert told(mails(world))[contact(NORD)] == ["opened device:2"]

    def test_an_observed_school_mails_nobody_and_is_told_when_it_is_live(self, tmp_path: Path) -> None:
        observed = replace(NORD, stage=Stage.OBSERVED)
        world = World(tmp_path / "state", schools=(observed, SUED), pupils=6, recipients=everybody, now=MONDAY)
        free(world, 2)
        assert mails(world, every_digest=True) == []
        world.schools = (NORD, SUED)
        (central, school) = mails(world, every_digest=True)
        assert central[1]["baselines"] == school[1]["baselines"]
        assert school[1]["baselines"] == {NORD.number: {"device-unassigned": 1, "student-without-device": 1}}
        world.store.close()

    def test_what_somebody_looks_after_is_told_when_that_is_over(self, world: World) -> None:
        free(world, 2)
        world.run()
        decisions, until = world.store.decisions, (world.now + timedelta(days=2)).date()
        chosen = decisions.chosen(FindingChoice(school=NORD.number))
        decisions.acknowledge(chosen, Acknowledgement(until=until, who="eva", why="ordered", at=world.now))
        tomorrow(world)
        assert mails(world) == []
        tomorrow(world)
        tomorrow(world)
        assert set(told(mails(world))) == {TEAM, contact(NORD)}

    def test_what_was_told_and_is_due_again_is_told_as_such(self, world: World) -> None:
        free(world, 2)
        tomorrow(world)
        world.run()
        decisions, until = world.store.decisions, world.now.date()
        chosen = decisions.chosen(FindingChoice(rule="device-unassigned"))
        decisions.acknowledge(chosen, Acknowledgement(until=until, who="eva", why="ordered", at=world.now))
        tomorrow(world)
        assert told(mails(world))[contact(NORD)] == ["due device:2"]

    def test_what_settings_withdrew_is_not_told_as_solved(self, world: World) -> None:
        free(world, 2)
        tomorrow(world)
        world.run()
        world.rules = RuleBook(for_all={"device-unassigned": RuleChoice(mode=Mode.OFF)})
        tomorrow(world)
        assert mails(world) == []

    def test_mild_findings_are_told_to_those_who_want_them(self, world: World) -> None:
        world.rules = RuleBook(for_all={"device-unassigned": RuleChoice(severity=Severity.INFO)})
        free(world, 2)
        tomorrow(world)
        found = told(mails(world))
        assert "opened device:2" in found[TEAM]
        assert found[contact(NORD)] == ["opened person:100001/uuid-100001-1"]


class TestATheft:
    def test_is_told_to_the_centre_at_once_and_to_the_school_in_its_digest(self, world: World) -> None:
        stolen(world)
        assert told(mails(world)) == {TEAM: ["opened device:1"]}
        assert mails(world) == []
        tomorrow(world)
        assert told(mails(world))[contact(NORD)][0] == "opened device:1"

    def test_is_told_as_solved_in_the_next_digest(self, world: World) -> None:
        report = stolen(world)
        world.run()
        (row,) = [row for row in world.store.outbox.rows(EVERY_STATE) if row.recipient == TEAM]
        world.store.incidents.change(replace(report, handling=Handling.CLOSED))
        assert mails(world) == []
        tomorrow(world)
        ((address, content),) = mails(world)
        assert (address, content["resolved"], content["earlier"]) == (
            TEAM,
            [["stolen-not-locked", "device:1"]],
            [row.entry.key],
        )

    def test_of_a_device_that_was_found_the_same_day_is_told_again(self, world: World) -> None:
        report = stolen(world)
        world.run()
        world.store.incidents.change(replace(report, handling=Handling.RECOVERED))
        assert mails(world) == []
        stolen(world)
        assert told(mails(world)) == {TEAM: ["reopened device:1"]}
        assert mails(world) == []

    def test_in_quiet_hours_waits_for_their_end(self, world: World) -> None:
        night = QuietHours(first=time(20), last=time(6))
        world.recipients = lambda schools: [replace(one, quiet=night) for one in everybody(schools)]
        world.now = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
        stolen(world)
        assert mails(world) == []
        world.now = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
        assert told(deliver_hour(world)) == {TEAM: ["opened device:1"]}

    def test_is_not_in_the_digest_of_a_preview_as_well(self, world: World) -> None:
        stolen(world)
        free(world, 2)
        world.run()
        mailing = mailing_of(world.equipment(world.store), world.schools)
        assert mailing
        before = len(world.store.outbox.rows(EVERY_STATE))
        shown = [json.loads(entry.content) for entry in mailing.preview() if entry.recipient == TEAM]
        (urgent, digest, life) = shown
        assert (urgent["opened"], "life" in life) == ([["stolen-not-locked", "device:1"]], True)
        assert ["stolen-not-locked", "device:1"] not in digest["opened"]
        assert ["device-unassigned", "device:2"] in digest["opened"]
        assert len(world.store.outbox.rows(EVERY_STATE)) == before


class TestAHold:
    def change_many(self, world: World) -> None:
        for number in range(1, 7):
            world.change(number, user=UserFields(username="nobody.knows"))

    def test_is_told_to_the_centre_at_once_and_to_nobody_else(self, world: World) -> None:
        self.change_many(world)
        (held, *_) = mails(world)
        assert (held[0], "holds" in held[1]) == (TEAM, True)
        assert mails(world) == []

    def test_in_quiet_hours_waits_for_their_end(self, world: World) -> None:
        night = QuietHours(first=time(20), last=time(6))
        world.recipients = lambda schools: [replace(one, quiet=night) for one in everybody(schools)]
        world.now = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
        self.change_many(world)
        assert mails(world) == []
        world.now = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
        assert "holds" in deliver_hour(world)[0][1]


def test_the_sign_of_life_comes_every_week_to_the_centre_with_the_age_of_each_source(world: World) -> None:
    lives = []
    for _ in range(15):
        tomorrow(world)
        lives += [(world.now.date().isoformat(), *one) for one in mails(world) if "life" in one[1]]
    assert [(day, address) for day, address, _ in lives] == [("2026-11-30", TEAM), ("2026-12-07", TEAM)]
    assert lives[0][2]["life"] == {"jamf": False, "iserv-100001": False, "iserv-100002": False}


def test_a_hundred_and_fifty_five_schools_that_were_down_and_are_back_are_one_mail_to_the_centre(
    tmp_path: Path,
) -> None:
    schools = tuple(
        replace(NORD, number=f"{100001 + one}", name=f"Schule {one}", sites=(f"Site {one}",)) for one in range(155)
    )
    world = World(tmp_path / "state", schools=schools, pupils=1, recipients=everybody, now=MONDAY)
    world.run()
    world.directories.failures = {school.number: "The server does not answer." for school in schools}
    for _ in range(3):
        tomorrow(world, hour=6)
        assert mails(world) == []
    world.now += timedelta(hours=3)
    ((address, down),) = mails(world)
    assert (address, down["storms"], down["opened"]) == (TEAM, [["opened", "source-stale", 155]], [])
    world.directories.failures = {}
    for _ in range(2):
        tomorrow(world)
        assert mails(world) == []
    world.change(1, user=UserFields())
    tomorrow(world)
    told = dict(mails(world))
    assert set(told) == {TEAM, contact(schools[0])}
    assert told[TEAM]["storms"] == [["resolved", "source-stale", 155]]
    assert ["device-unassigned", "device:1"] in told[TEAM]["opened"]
    world.store.close()


def test_a_school_that_is_down_again_before_anybody_was_told_that_it_was_back_is_told_as_back_again(
    world: World,
) -> None:
    for hours in (4, 5):
        world.directories.failures = {NORD.number: "The server does not answer."}
        for _ in range(3):
            tomorrow(world, hour=6)
            assert mails(world) == []
        world.now += timedelta(hours=hours)
        found = told(mails(world))
        world.directories.failures = {}
        assert mails(world) == []
    assert found == {TEAM: ["reopened source:iserv-100001"]}
