"""The judging half of a cycle: who has what, what is wrong, which steps the findings take.

School by school, so that memory follows the largest school: first all devices are matched and judged, then, when it is
known who holds what anywhere, the people, at last what only the district as a whole shows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mdm_sync.core.conditions import Conditions
from mdm_sync.core.lifecycle import StoredFinding, Transition, transitions, vanished
from mdm_sync.core.matching import Candidates, PersonIndex, match
from mdm_sync.core.model import Device, Key, School, Stage
from mdm_sync.core.rules import DEVICE_RULES, DISTRICT_RULES, PEOPLE_RULES, Needs, judge
from mdm_sync.core.rules.book import rule_ids
from mdm_sync.core.rules.rule import stale_needs
from mdm_sync.core.stock import stock_of
from mdm_sync.core.views import NOWHERE, DistrictView, PeopleView, SchoolView, Source, Stock
from mdm_sync.equipment import FLEET, Equipment

Stored = Mapping[Key, StoredFinding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """One cycle's judging.

    Attributes:
        register: all schools.
        chosen: those that are judged.
        sources: how they stand now, by name.
        read: numbers of the schools whose persons are known.
    """

    equipment: Equipment
    register: Sequence[School]
    chosen: Sequence[School]
    conditions: Conditions
    sources: Mapping[str, Source]
    read: frozenset[str]

    @classmethod
    def of(cls, equipment: Equipment, register: Sequence[School], chosen: Sequence[School]) -> "Judging":
        """Judging by what is stored now."""
        snapshot = equipment.state.snapshot
        return cls(
            equipment=equipment,
            register=register,
            chosen=chosen,
            conditions=equipment.conditions(equipment.clock()),
            sources={source.name: source for source in snapshot.sources()},
            read=snapshot.read_schools(),
        )

    def of_schools(self) -> Iterator[Transition]:
        """The steps of the findings at the chosen schools."""
        self.equipment.state.staging.clear_assignments()
        stocks: dict[str, Stock] = {}
        for number, school in enumerate(self.chosen, start=1):
            self.equipment.progress("judged", number, len(self.chosen))
            view = self._match(school)
            stocks[school.number] = stock_of(view)
            stored = self.equipment.state.snapshot.findings_of_devices(school)
            yield from self._judge_devices(view, stored)
        for school in self.chosen:
            yield from self._judge_people(school, stocks[school.number])

    def of_the_rest(self) -> Iterator[Transition]:
        """The steps of the findings that belong to no single school, or whose device is gone."""
        snapshot = self.equipment.state.snapshot
        devices = snapshot.devices_nowhere(self.register)
        view = self._view(NOWHERE, devices, Candidates(own=None))
        yield from self._judge_devices(view, snapshot.findings_nowhere(self.register))
        yield from self._judge_district()
        yield from vanished(snapshot.findings_without_subject())

    def _match(self, school: School) -> SchoolView:
        snapshot = self.equipment.state.snapshot
        persons = snapshot.persons_of(school)
        candidates = Candidates(
            own=None if persons is None else PersonIndex.of(persons, school),
            elsewhere=snapshot.persons_elsewhere(school, self.register),
            unread=tuple(
                other for other in self.register if other.number not in self.read and other.number != school.number
            ),
        )
        return self._view(school, snapshot.devices_of(school), candidates)

    def _view(self, school: School, devices: tuple[Device, ...], candidates: Candidates) -> SchoolView:
        steps = self.equipment.steps
        assignments = {device.subject: match(device, candidates, steps) for device in devices}
        self.equipment.state.staging.stage_assignments(assignments)
        return SchoolView(school=school, devices=devices, assignments=assignments, conditions=self.conditions)

    def _judge_devices(self, view: SchoolView, stored: Stored) -> Iterator[Transition]:
        rules = self.equipment.rules.device_rules(view.school)
        judgement = judge(view, rules, stale=self._stale(view.school))
        return transitions(_of(stored, rule_ids(DEVICE_RULES)), judgement)

    def _judge_people(self, school: School, stock: Stock) -> Iterator[Transition]:
        snapshot = self.equipment.state.snapshot
        persons = snapshot.persons_of(school)
        if persons is None:
            return
        held = snapshot.held(school)
        view = PeopleView(
            school=school,
            persons=persons,
            classes=snapshot.classes_of(school),
            held=held.anywhere,
            held_here=held.here,
            stock=stock,
            conditions=self.conditions,
        )
        judgement = judge(view, self.equipment.rules.people_rules(school), stale=self._stale(school))
        yield from transitions(snapshot.findings_by(rule_ids(PEOPLE_RULES), school), judgement)

    def _judge_district(self) -> Iterator[Transition]:
        snapshot = self.equipment.state.snapshot
        view = DistrictView(
            schools=tuple(self.register),
            sites=snapshot.sites(),
            twins=snapshot.twins(self.register),
            sources=tuple(self._sources_in_use()),
            privileges=snapshot.privileges(),
            conditions=self.conditions,
        )
        judgement = judge(view, self.equipment.rules.district_rules(), stale=self._stale(NOWHERE))
        return transitions(snapshot.findings_by(rule_ids(DISTRICT_RULES)), judgement)

    def _sources_in_use(self) -> Iterator[Source]:
        """Jamf Pro, and the directories of the schools that are connected."""
        connected = {school.number for school in self.register if school.stage is not Stage.NOT_CONNECTED}
        return (source for source in self.sources.values() if not source.school or source.school in connected)

    def _stale(self, school: School) -> frozenset[Needs]:
        """What is too old for new conclusions at a school; NOWHERE has no directory that could be."""
        conditions = self.conditions
        fleet = self.sources.get(FLEET)
        directory = self.sources.get(school.source)
        return stale_needs(
            fleet=_is_old(fleet, conditions.fleet_limit, conditions),
            directory=school is not NOWHERE and _is_old(directory, conditions.directory_limit, conditions),
        )


def _is_old(source: Source | None, limit: timedelta, conditions: Conditions) -> bool:
    return source is None or source.complete_at is None or source.is_older_than(limit, conditions.now)


def _of(stored: Stored, rules: Collection[str]) -> Stored:
    return {key: known for key, known in stored.items() if key[0] in rules}


def all_steps(judging: Judging, *, partly: bool) -> Iterable[Transition]:
    """All steps of a cycle; one for some schools only looks at nothing beyond them."""
    yield from judging.of_schools()
    if not partly:
        yield from judging.of_the_rest()
