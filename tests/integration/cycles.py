"""Whole cycles over a real store, with Jamf Pro and the directories in memory and a clock that is set by hand."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mdm_sync.core.brakes import BrakeLimits, Limit, RingLimits
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.exceptions import StandingException
from mdm_sync.core.model import (
    Device,
    DeviceKind,
    DirectoryAddress,
    Person,
    Role,
    School,
    UserFields,
)
from mdm_sync.core.news import Digest, HeldBack, Place, SignOfLife
from mdm_sync.core.recipients import Circle, Recipient, Rhythm
from mdm_sync.core.rules import LOSS_RULES, RULES
from mdm_sync.core.rules.book import RuleBook, rule_ids
from mdm_sync.cycle import EVERYTHING, CycleResult, Scope, run_cycle
from mdm_sync.equipment import Equipment
from mdm_sync.ports import NewEntry
from state import Store
from tests.fakes.directories import FakeDirectories
from tests.fakes.fleet import FakeFleet
from tests.replacing import replace

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ADDRESS = DirectoryAddress(url="ldaps://iserv.example", base_dn="dc=iserv", account_dn="uid=mdm,dc=iserv")
NORD = School(number="100001", name="Schule Nord", form="10", sites=("Nord",), directory=ADDRESS)
SUED = School(number="100002", name="Schule Süd", form="10", sites=("Süd",), directory=ADDRESS)
SCHOOLS = (NORD, SUED)
PUPILS = 16

_SMALL = RingLimits(opened=Limit(number=4, share=0.2), resolved=Limit(number=4, share=0.5))
LIMITS = BrakeLimits(school=_SMALL, rule=_SMALL, all=_SMALL)


class CrashError(Exception):
    """The process dies in the middle of the commit."""


def pupil(school: School, number: int, *, mail: str = "") -> Person:
    login = f"pupil.{school.number}.{number:03d}"
    return Person(
        school=school.number,
        uuid=f"uuid-{school.number}-{number}",
        login=login,
        mail=mail or f"{login}@{school.number}.example",
        role=Role.STUDENT,
        grade=5,
    )


def ipad(jamf_id: int, site: int, login: str) -> Device:
    return Device(
        jamf_id=jamf_id,
        serial=f"DMPX{jamf_id}",
        name=f"iPad {jamf_id}",
        asset_tag=f"INV-{jamf_id}",
        kind=DeviceKind.IPAD,
        model="iPad (9. Generation)",
        site_id=site,
        shared=False,
        user=UserFields(username=login),
        managed=True,
        supervised=True,
        lost_mode=False,
        last_contact=START,
    )


class Letters:
    """Composes news as plain lists, so that a test can read what was told; it can be told to crash."""

    def __init__(self) -> None:
        self.crash = False

    def digest(self, recipient: Recipient, digest: Digest, earlier: Sequence[str], at: datetime) -> NewEntry:
        del at
        if self.crash:
            raise CrashError
        told = {
            "opened": _keys(digest.opened),
            "reopened": _keys(digest.reopened),
            "resolved": _keys(digest.resolved),
            "worsened": _keys(digest.worsened),
            "due": _keys(digest.due),
            "baselines": {one.school: dict(one.found) for one in digest.baselines},
            "storms": [[one.kind.value, one.rule, one.number] for one in digest.storms],
            "still_open": dict(digest.still_open),
            "earlier": list(earlier),
        }
        return NewEntry(kind="mail", content=json.dumps(told), recipient=recipient.address)

    def holds(self, recipient: Recipient, holds: Sequence[HeldBack], at: datetime) -> NewEntry:
        del at
        told = {"holds": ["/".join(one.hold.key) for one in holds]}
        return NewEntry(kind="mail", content=json.dumps(told), recipient=recipient.address)

    def sign_of_life(self, recipient: Recipient, life: SignOfLife) -> NewEntry:
        told = {"life": {source.name: source.stale for source in life.sources}}
        return NewEntry(kind="mail", content=json.dumps(told), recipient=recipient.address)


def team(schools: Sequence[School], rhythm: Rhythm = Rhythm.AT_ONCE) -> Recipient:
    """A central team that is told of everything."""
    return Recipient(
        address="team@it.example",
        circle=Circle.CENTRAL,
        schools=frozenset(school.number for school in schools) | {""},
        rules=rule_ids(RULES),
        rhythm=rhythm,
        urgent=rule_ids(LOSS_RULES),
        holds=True,
    )


def _keys(places: Sequence[Place]) -> list[list[str]]:
    return [list(place.finding.key) for place in places]


@dataclass
class World:
    """Two schools of pupils with an iPad each, the store in a folder, and the clock."""

    folder: Path
    schools: tuple[School, ...] = SCHOOLS
    pupils: int = PUPILS
    now: datetime = START
    limits: BrakeLimits = LIMITS
    exceptions: tuple[StandingException, ...] = ()
    rules: RuleBook = field(default_factory=RuleBook)
    letters: Letters = field(default_factory=Letters)
    recipients: Callable[[Sequence[School]], Sequence[Recipient]] = lambda schools: [team(schools)]

    def __post_init__(self) -> None:
        numbers = range(self.pupils)
        people = {school.number: [pupil(school, number) for number in numbers] for school in self.schools}
        self.directories = FakeDirectories(people)
        everybody = [person for some in people.values() for person in some]
        self.fleet = FakeFleet(
            [ipad(1 + place, self.site_of(person.school), person.login) for place, person in enumerate(everybody)],
            {self.site_of(school.number): school.sites[0] for school in self.schools},
        )
        self.store = Store.open(self.folder)

    def site_of(self, school: str) -> int:
        """Id of the school's site at Jamf Pro."""
        return 10 * (1 + [one.number for one in self.schools].index(school))

    def run(self, scope: Scope = EVERYTHING, store: Store | None = None) -> CycleResult:
        return run_cycle(self.equipment(store or self.store), self.schools, scope)

    def equipment(self, store: Store) -> Equipment:
        return Equipment(
            fleet=self.fleet,
            directories=self.directories,
            state=store,
            rules=self.rules,
            conditions=lambda now: Conditions(now=now),
            mails=self.letters,
            recipients=self.recipients,
            summaries=None,
            clock=lambda: self.now,
            progress=lambda *_: None,
            brakes=lambda _: self.limits,
            exceptions=self.exceptions,
        )

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)

    def change(self, jamf_id: int, **changes: object) -> None:
        self.fleet.devices = [replace(one, **changes) if one.jamf_id == jamf_id else one for one in self.fleet.devices]

    def leaves(self, school: School, *numbers: int) -> None:
        gone = {f"uuid-{school.number}-{number}" for number in numbers}
        people = self.directories.persons
        people[school.number] = [one for one in people[school.number] if one.uuid not in gone]

    def open_findings(self, store: Store | None = None) -> set[tuple[str, str]]:
        found = (store or self.store).inquiry.open_findings(self.schools)
        return {one.place.finding.key for one in found}

    def of(self, rule: str) -> set[str]:
        return {subject for which, subject in self.open_findings() if which == rule}

    def restart(self) -> None:
        self.store.close()
        self.store = Store.open(self.folder)
