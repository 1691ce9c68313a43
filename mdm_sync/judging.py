"""The judging half of a cycle: who has what, what is wrong, which steps the findings take.

School by school, so that memory follows the largest school: first all devices are matched and judged, then, when it is
known who holds what anywhere, the people, at last what only the district as a whole shows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mdm_sync.core.brakes import Looked
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.exceptions import StandingException, without_excepted
from mdm_sync.core.lifecycle import StoredFinding, Transition, TransitionKind, transitions, vanished
from mdm_sync.core.looks import Look, Outcome, Sparing
from mdm_sync.core.matching import Candidates, PersonIndex, match
from mdm_sync.core.model import Device, Key, School, Stage
from mdm_sync.core.rules import (
    BRAKED_RULES,
    DEVICE_RULES,
    DISTRICT_RULES,
    LOSS_RULES,
    PEOPLE_RULES,
    Judgement,
    Needs,
    judge,
)
from mdm_sync.core.rules.book import rule_ids
from mdm_sync.core.rules.rule import stale_needs
from mdm_sync.core.stock import stock_of
from mdm_sync.core.views import NOWHERE, DistrictView, LossCase, LossView, Moved, PeopleView, SchoolView, Source, Stock
from mdm_sync.equipment import FLEET, Equipment

Stored = Mapping[Key, StoredFinding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rules said of one place.

    Attributes:
        looked: what they looked at, and which of them could decide; None: nothing was looked at.
        off: ids of the rules that are not applied there.
        undecided: ids of those that could not decide.
        used: standing exceptions that covered something.
        lasting: while nothing changes that it rests on, it comes to the same again.
    """

    steps: tuple[Transition, ...]
    looked: Looked | None = None
    off: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    used: frozenset[StandingException] = frozenset()
    lasting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """One cycle's judging.

    Attributes:
        register: all schools.
        chosen: those that are judged.
        sources: how they stand now, by name.
        read: numbers of the schools whose persons are known.
        judged: school and rule of each look that could decide in earlier cycles.
        moved: where persons who left a school are now, by the subject of the person.
    """

    equipment: Equipment
    register: Sequence[School]
    chosen: Sequence[School]
    conditions: Conditions
    sources: Mapping[str, Source]
    read: frozenset[str]
    judged: frozenset[tuple[str, str]]
    moved: Mapping[str, Moved]

    @classmethod
    def of(cls, equipment: Equipment, register: Sequence[School], chosen: Sequence[School]) -> "Judging":
        """Judging by what is stored now."""
        snapshot, conditions = equipment.state.snapshot, equipment.conditions(equipment.clock())
        return cls(
            equipment=equipment,
            register=register,
            chosen=chosen,
            conditions=conditions,
            sources={source.name: source for source in snapshot.sources()},
            read=snapshot.read_schools(),
            judged=snapshot.judged(),
            moved=snapshot.moved(by_name=conditions.moved_by_name),
        )

    @property
    def today(self) -> date:
        """The day at the schools."""
        return self.conditions.calendar.day(self.conditions.now)

    def of_schools(self, sparing: Sparing, *, partly: bool) -> Iterator[Judged]:
        """What the rules say of the chosen schools, and unless ``partly`` of the devices that stand in none.

        These are matched before the people are judged: a device that left its school's site is no longer held there.
        What is spared comes to what it came to before, without a step.
        """
        self.equipment.state.staging.clear_assignments()
        stocks: dict[str, Stock] = {}
        for number, school in enumerate(self.chosen, start=1):
            self.equipment.progress("judged", number, len(self.chosen))
            if school.number in sparing.devices:
                yield self._judge_devices_of(school, stocks)
        if not partly:
            yield self._judge_nowhere()
            yield from map(self._let_go, self._not_connected())
        holders = sparing.holders | self.equipment.state.snapshot.restaged_holders()
        for school in self.chosen:
            if school.number not in stocks and school.number not in holders:
                yield from self._as_before(sparing.looks[school.number])
                continue
            if school.number not in stocks:
                yield self._judge_devices_of(school, stocks)
            yield from self._judge_people(school, stocks[school.number])

    def _judge_devices_of(self, school: School, stocks: dict[str, Stock]) -> Judged:
        view = self._match(school)
        stocks[school.number] = stock_of(view)
        judged = self._judge_devices(view, self.equipment.state.snapshot.findings_of_devices(school))
        return replace(judged, lasting=True)

    def _as_before(self, look: Look) -> Iterator[Judged]:
        for one in look.outcomes:
            yield Judged(
                steps=(),
                looked=Looked(school=look.school, rules=one.rules, subjects=one.subjects),
                off=one.off,
                undecided=one.undecided,
                used=frozenset(known for known in self.equipment.exceptions if known.title in one.used),
                lasting=True,
            )

    def of_the_rest(self) -> Iterator[Judged]:
        """What they say of the district as a whole, and the steps of findings whose device is gone."""
        yield self._judge_district()
        gone = self.equipment.state.snapshot.findings_without_subject()
        of_losses = rule_ids(LOSS_RULES)  # an incident outlives the record of its device
        yield Judged(steps=tuple(vanished(one for one in gone if one.finding.rule not in of_losses)))

    def _judge_nowhere(self) -> Judged:
        snapshot = self.equipment.state.snapshot
        view = self._view(NOWHERE, snapshot.devices_nowhere(self.register), Candidates(own=None))
        return self._judge_devices(view, snapshot.findings_nowhere(self.register))

    def of_losses(self, *, partly: bool) -> Iterator[Judged]:
        """What the rules say of losses and locks; ``partly`` leaves out devices in no school's site."""
        state, rules = self.equipment.state, rule_ids(LOSS_RULES)
        since = self.conditions.now - self.conditions.fleet_limit
        cases: defaultdict[str, list[LossCase]] = defaultdict(list)
        for case in state.incidents.loss_cases(self.register, rules, since):
            cases[case.school].append(case)
        place = {case.subject: case.school for some in cases.values() for case in some}
        stored: defaultdict[str, dict[Key, StoredFinding]] = defaultdict(dict)
        for key, known in state.snapshot.findings_by(rules).items():
            stored[place.get(known.finding.subject, known.finding.school)][key] = known
        for school in self.chosen if partly else (*self.chosen, NOWHERE):
            number = school.number
            yield self._judge_losses(school, tuple(cases[number]), stored[number])
        for school in () if partly else self._not_connected():
            yield self._withdrawn(school, rules, stored[school.number])

    def _not_connected(self) -> Iterator[School]:
        return (school for school in self.register if school.stage is Stage.NOT_CONNECTED)

    def _let_go(self, school: School) -> Judged:
        """What was found there while the school was connected is withdrawn; connected again, it is looked at anew."""
        snapshot, of_people = self.equipment.state.snapshot, rule_ids(PEOPLE_RULES)
        stored = {**snapshot.findings_of_devices(school), **snapshot.findings_by(of_people, school)}
        return self._withdrawn(school, of_people | rule_ids(DEVICE_RULES), stored)

    def _withdrawn(self, school: School, rules: frozenset[str], stored: Stored) -> Judged:
        """None of these rules is applied at the school, as if settings had switched them off there."""
        return self._judged(
            school=school.number, judgement=Judgement(), rules=(rules, frozenset()), stored=stored, subjects={}
        )

    def _match(self, school: School) -> SchoolView:
        snapshot = self.equipment.state.snapshot
        persons, elsewhere = snapshot.persons_of(school), snapshot.persons_elsewhere(school, self.register)
        candidates = Candidates(
            own=None if persons is None else PersonIndex.of(persons, school),
            elsewhere=elsewhere.there,
            former=PersonIndex.of(snapshot.persons_gone(school), school),
            former_elsewhere=elsewhere.gone,
            unread=tuple(
                other for other in self.register if other.number not in self.read and other.number != school.number
            ),
        )
        return self._view(school, snapshot.devices_of(school), candidates)

    def _view(self, school: School, devices: tuple[Device, ...], candidates: Candidates) -> SchoolView:
        steps = self.equipment.steps
        assignments = {device.subject: match(device, candidates, steps) for device in devices}
        state = self.equipment.state
        state.staging.stage_assignments(assignments)
        return SchoolView(
            school=school,
            devices=devices,
            assignments=assignments,
            conditions=self.conditions,
            moved=self.moved,
        )

    def _judge_devices(self, view: SchoolView, stored: Stored) -> Judged:
        rules = self.equipment.rules.device_rules(view.school)
        return self._judged(
            school=view.school.number,
            judgement=judge(view, rules, stale=self.stale(view.school)),
            rules=(rule_ids(DEVICE_RULES), rule_ids(rules)),
            stored=stored,
            subjects={device.subject: device.name for device in view.devices},
        )

    def _judge_losses(self, school: School, cases: tuple[LossCase, ...], stored: Stored) -> Judged:
        fleet = self.sources.get(FLEET)
        read_at = fleet.server_time if fleet else None
        view = LossView(school=school, cases=cases, conditions=self.conditions, read_at=read_at)
        rules = self.equipment.rules.loss_rules(school)
        return self._judged(
            school=school.number,
            judgement=judge(view, rules, stale=self.stale(school)),
            rules=(rule_ids(LOSS_RULES), rule_ids(rules)),
            stored=stored,
            subjects={case.subject: case.device.name if case.device else "" for case in cases},
        )

    def _judge_people(self, school: School, stock: Stock) -> Iterator[Judged]:
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
            unsure=held.unsure,
            stock=stock,
            conditions=self.conditions,
        )
        rules = self.equipment.rules.people_rules(school)
        judged = self._judged(
            school=school.number,
            judgement=judge(view, rules, stale=self.stale(school)),
            rules=(rule_ids(PEOPLE_RULES), rule_ids(rules)),
            stored=snapshot.findings_by(rule_ids(PEOPLE_RULES), school),
            subjects=dict.fromkeys((person.subject for person in persons), ""),
        )
        yield replace(judged, lasting=True)

    def _judge_district(self) -> Judged:
        snapshot = self.equipment.state.snapshot
        view = DistrictView(
            schools=tuple(self.register),
            sites=snapshot.sites(),
            twins=snapshot.twins(self.register),
            sources=tuple(self._sources_in_use()),
            privileges=snapshot.privileges(),
            refused_mails=snapshot.refused_mails(),
            refused_summary=snapshot.refused_summary(),
            conditions=self.conditions,
        )
        rules = self.equipment.rules.district_rules()
        return self._judged(
            school="",
            judgement=judge(view, rules, stale=self.stale(NOWHERE)),
            rules=(rule_ids(DISTRICT_RULES), rule_ids(rules)),
            stored=snapshot.findings_by(rule_ids(DISTRICT_RULES)),
            subjects=dict.fromkeys((school.number for school in self.register), ""),
        )

    def _judged(
        self,
        *,
        school: str,
        judgement: Judgement,
        rules: tuple[frozenset[str], frozenset[str]],
        stored: Stored,
        subjects: Mapping[str, str],
    ) -> Judged:
        """What a judgement comes to.

        Args:
            school: Schulnummer of the place, "" for none.
            judgement: what the rules that are on said.
            rules: ids of all rules of this kind, and of those that are on.
            stored: earlier findings about the place.
            subjects: what was looked at, with the names of devices.
        """
        of_kind, on = rules
        exceptions = [one for one in self.equipment.exceptions if one.holds_on(self.today)]
        kept, used = without_excepted(replace(judgement, rules_off=of_kind - on), exceptions, subjects)
        decided = on - judgement.undecided_rules
        first = {rule for rule in decided & BRAKED_RULES if (school, rule) not in self.judged}
        of_rules = {key: known for key, known in stored.items() if key[0] in of_kind}
        return Judged(
            steps=tuple(_baseline(step, first) for step in transitions(of_rules, kept, self.today)),
            looked=Looked(school=school, rules=decided, subjects=len(subjects)),
            off=of_kind - on,
            undecided=judgement.undecided_rules,
            used=used,
        )

    def _sources_in_use(self) -> Iterator[Source]:
        """Jamf Pro, and the directories of the schools that are connected."""
        connected = {school.number for school in self.register if school.stage is not Stage.NOT_CONNECTED}
        return (source for source in self.sources.values() if not source.school or source.school in connected)

    def stale(self, school: School) -> frozenset[Needs]:
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


def _baseline(step: Transition, first: Collection[str]) -> Transition:
    opens = step.kind in {TransitionKind.OPENED, TransitionKind.REOPENED}
    return replace(step, baseline=True) if opens and step.finding.rule in first else step


def everything_judged(judging: Judging, sparing: Sparing, *, partly: bool) -> Iterator[Judged]:
    """All that the rules say in a cycle; one for some schools only looks at nothing beyond them."""
    yield from judging.of_schools(sparing, partly=partly)
    yield from judging.of_losses(partly=partly)
    if not partly:
        yield from judging.of_the_rest()


def looks_of(judging: Judging, sparing: Sparing, judged: Iterable[Judged]) -> tuple[Look, ...]:
    """What is to be known of this cycle's looks at schools when the next one asks what it may spare itself."""
    outcomes: defaultdict[str, list[Outcome]] = defaultdict(list)
    for one in judged:
        if one.lasting and one.looked:
            used = frozenset(known.title for known in one.used)
            outcome = Outcome(
                rules=one.looked.rules, subjects=one.looked.subjects, off=one.off, undecided=one.undecided, used=used
            )
            outcomes[one.looked.school].append(outcome)
    return tuple(
        Look(school=number, basis=sparing.bases[number], at=judging.conditions.now, outcomes=tuple(found))
        for number, found in outcomes.items()
    )
