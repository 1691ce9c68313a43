"""The totals as a document: counts and nothing else, the same for people, for the history and for upstream.

Its types are its schema: ``schema_of_summary`` gives them as JSON Schema, and no field but these can be in it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from mdm_sync.core.brakes import Hold, HoldState
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.coverage import (
    Coverage,
    DistrictCounts,
    FindingCount,
    IncidentCount,
    Need,
    Standing,
    Use,
    Years,
    grouped,
)
from mdm_sync.core.model import MachineKind, School
from mdm_sync.core.school_forms import form_name
from mdm_sync.core.views import Source

_MINUTE = timedelta(minutes=1)

FEW: Literal["few"] = "few"
Count = int | Literal["few"] | None
"""A number; "few": above zero and kept back because it is small; None: not known."""
Share = float | Literal["few"] | None

SchemaName = Literal["mdm-sync/summary/1"]


class Part(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What all parts of a summary are."""


class Run(Part, frozen=True, kw_only=True):
    """When was counted.

    Attributes:
        counted_at: the moment that the counts are of.
        started_at: when the cycle began that counted; null where a person asked.
    """

    counted_at: datetime
    started_at: datetime | None


class SourceTotals(Part, frozen=True, kw_only=True):
    """How a source stands: "jamf", "inventory", or "iserv-" and a Schulnummer.

    Attributes:
        complete_at: last complete read; null: never.
        age_minutes: how long ago that was when was counted.
        read_now: whether the last attempt was complete.
        stale: whether the last complete read is too old to conclude anything new from.
        shrunk: whether a later read was refused because far less came.
    """

    name: str
    complete_at: datetime | None
    age_minutes: int | None
    read_now: bool
    stale: bool
    shrunk: bool


class IpadRow(Part, frozen=True, kw_only=True):
    """iPads of one use, all of them and by standing."""

    all: Count
    working: Count
    stolen: Count
    lost: Count
    in_repair: Count
    locked: Count
    spare: Count


class Ipads(Part, frozen=True, kw_only=True):
    """iPads by use and standing; ``unknown`` name nobody who is known to be there."""

    all: IpadRow
    student: IpadRow
    teacher: IpadRow
    pool: IpadRow
    administration: IpadRow
    unknown: IpadRow


class Supply(Part, frozen=True, kw_only=True):
    """What a target asks for and what works; what one school has too many makes up for no other's shortage."""

    needed: Count
    usable: Count
    shortage: Count
    surplus: Count
    percent: Share


class Machines(Part, frozen=True, kw_only=True):
    """Machines of the inventory; ``administration`` are those of them that the office has."""

    desktops: Count
    laptops: Count
    administration: Count


class AgeTotals(Part, frozen=True, kw_only=True):
    """iPads by full years since they were bought; null: nobody told when."""

    years: int | None
    ipads: Count


class ReplacementTotals(Part, frozen=True, kw_only=True):
    """What is to be replaced in a year; null: nobody told when it was bought."""

    year: int | None
    ipads: Count
    machines: Count


class FindingTotals(Part, frozen=True, kw_only=True):
    """Open findings of a rule and severity."""

    rule: str
    severity: Literal["info", "warning", "critical"]
    number: Count


class IncidentTotals(Part, frozen=True, kw_only=True):
    """Reports by kind and handling."""

    kind: str
    handling: str
    number: Count


class Totals(Part, frozen=True, kw_only=True):
    """Counts of one school or of several together.

    Attributes:
        schools, schools_read, schools_at_jamf: how many these are, whose people are known, and whose iPads are; a sum
            is of what is known.
        students_without_grade: those of whom it is not known what they are to have.
        supply_of_students, supply_of_teachers: working iPads beside what the targets ask for.
        supply_of_administration: machines of the inventory beside what the target asks for.
    """

    schools: int
    schools_read: int
    schools_at_jamf: int
    students: Count
    students_without_grade: Count
    teachers: Count
    staff: Count
    ipads: Ipads | None
    other_devices: Count
    supply_of_students: Supply | None
    supply_of_teachers: Supply | None
    supply_of_administration: Supply | None
    machines: Machines | None
    ages: tuple[AgeTotals, ...]
    replacement: tuple[ReplacementTotals, ...]
    findings: tuple[FindingTotals, ...]
    incidents: tuple[IncidentTotals, ...]


class DistrictTotals(Totals, frozen=True, kw_only=True):
    """All schools together; findings and incidents of no school are among these."""

    ipads_without_school: Count


class FormTotals(Totals, frozen=True, kw_only=True):
    """The schools of one Schulform, by its key; "" for schools whose form is not known."""

    form: str
    name: str


class GroupTotals(Totals, frozen=True, kw_only=True):
    """The schools of one campus or one support type; "" for those of none."""

    name: str


class OneSchool(Totals, frozen=True, kw_only=True):
    """One school, by its Schulnummer."""

    number: str
    form: str
    campus: str
    support: str


class HoldTotals(Part, frozen=True, kw_only=True):
    """Conclusions that brakes keep back: those that wait for a person, and those that were decided and still stand."""

    waiting: int
    accepted: int
    rejected: int


class Summary(Part, frozen=True, kw_only=True):
    """All totals.

    Attributes:
        few_below: counts above zero and below this are told as "few", others in steps of it; 0: all as they are.
    """

    schema: SchemaName
    run: Run
    few_below: int
    sources: tuple[SourceTotals, ...]
    district: DistrictTotals
    forms: tuple[FormTotals, ...]
    campuses: tuple[GroupTotals, ...]
    supports: tuple[GroupTotals, ...]
    schools: tuple[OneSchool, ...]
    holds: HoldTotals


class _Sources(Struct, frozen=True, kw_only=True):
    """As much of a summary as tells how the sources stood; the rest is passed over."""

    schema: SchemaName
    sources: tuple[SourceTotals, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a summary is made of.

    Attributes:
        conditions: their moment is the one of counting.
        started_at: when the cycle began that counts; None where a person asks.
    """

    counts: DistrictCounts
    sources: Sequence[Source]
    holds: Sequence[Hold]
    conditions: Conditions
    started_at: datetime | None = None


Tells = Callable[[str, str], bool]
"""Whether findings of a rule at a school are told."""


def summary_of(
    facts: Facts, *, only: Callable[[School], bool] = lambda _: True, tells: Tells = lambda *_: True
) -> Summary:
    """The totals of the schools that are wanted, all counts as they are; sums are those of these schools."""
    counts = [one for one in facts.counts.schools if only(one.school)]
    groups = grouped(counts, facts.conditions.targets)
    wanted = {one.school.number for one in counts} | {""}
    unwanted = {one.school.source for one in facts.counts.schools if one.school.number not in wanted}
    making = _Making(
        findings=[one for one in facts.counts.findings if one.school in wanted and tells(one.rule, one.school)],
        incidents=[one for one in facts.counts.incidents if one.school in wanted],
    )
    schools = sorted(groups.schools, key=lambda pair: pair[0].number)

    def numbers(name: str, value: str) -> frozenset[str]:
        return frozenset(school.number for school, _ in schools if getattr(school, name) == value)

    return Summary(
        schema="mdm-sync/summary/1",
        run=Run(counted_at=facts.conditions.now, started_at=facts.started_at),
        few_below=0,
        sources=tuple(
            _source(one, facts.conditions)
            for one in sorted(facts.sources, key=lambda one: one.name)
            if one.name not in unwanted
        ),
        district=DistrictTotals(
            **making.totals(groups.district, frozenset(wanted)),
            ipads_without_school=facts.counts.ipads_without_school,
        ),
        forms=tuple(
            FormTotals(**making.totals(coverage, numbers("form", form)), form=form, name=form_name(form))
            for form, coverage in groups.forms.items()
        ),
        campuses=tuple(
            GroupTotals(**making.totals(coverage, numbers("campus", name)), name=name)
            for name, coverage in groups.campuses.items()
        ),
        supports=tuple(
            GroupTotals(**making.totals(coverage, numbers("support", name)), name=name)
            for name, coverage in groups.supports.items()
        ),
        schools=tuple(
            OneSchool(
                **making.totals(coverage, frozenset({school.number})),
                number=school.number,
                form=school.form,
                campus=school.campus,
                support=school.support,
            )
            for school, coverage in schools
        ),
        holds=_holds(facts.holds),
    )


def apart_from_time(summary: Summary) -> tuple[object, ...]:
    """What the summary says beside its moments: two that are equal in it tell nothing new of the schools."""
    said = (getattr(summary, name) for name in summary.__struct_fields__ if name not in {"run", "sources"})
    sources = (structs.replace(one, complete_at=None, age_minutes=None) for one in summary.sources)
    return (*said, *sources)


def written(summary: Summary) -> str:
    """The summary as one line of JSON."""
    return msgspec.json.encode(summary).decode()


def written_out(summary: Summary) -> object:
    """The summary as plain values, as JSON has them."""
    return msgspec.to_builtins(summary)


def read_summary(text: str) -> Summary | None:
    """The summary that was written so; None where another version wrote it."""
    try:
        return msgspec.json.decode(text, type=Summary)
    except msgspec.ValidationError:
        return None


def read_sources(text: str) -> tuple[SourceTotals, ...] | None:
    """How the sources stood in the summary that was written so; None where another version wrote it."""
    try:
        return msgspec.json.decode(text, type=_Sources).sources
    except msgspec.ValidationError:
        return None


def schema_of_summary() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a summary."""
    schema = msgspec.json.schema(Summary)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    parsed: dict[str, Any] = json.loads(json.dumps(schema))
    return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """Turns coverage into totals."""

    findings: Sequence[FindingCount]
    incidents: Sequence[IncidentCount]

    def totals(self, coverage: Coverage, numbers: frozenset[str]) -> dict[str, Any]:
        """The fields of ``Totals``; findings and incidents are those of these Schulnummern."""
        return {
            "schools": coverage.schools,
            "schools_read": coverage.schools_read,
            "schools_at_jamf": coverage.schools_at_jamf,
            "students": coverage.students,
            "students_without_grade": coverage.students_without_grade,
            "teachers": coverage.teachers,
            "staff": coverage.staff,
            "ipads": None if coverage.ipads is None else self._ipads(coverage),
            "other_devices": coverage.other_devices,
            "supply_of_students": self._supply(coverage.for_students),
            "supply_of_teachers": self._supply(coverage.for_teachers),
            "supply_of_administration": self._supply(coverage.for_administration),
            "machines": self._machines(coverage),
            "ages": tuple(AgeTotals(years=years, ipads=number) for years, number in _in_order(coverage.ages or {})),
            "replacement": tuple(self._replacement(coverage)),
            "findings": tuple(self._findings(numbers)),
            "incidents": tuple(self._incidents(numbers)),
        }

    def _ipads(self, coverage: Coverage) -> Ipads:
        return Ipads(all=self._row(coverage, None), **{use.value: self._row(coverage, use) for use in Use})

    def _row(self, coverage: Coverage, use: Use | None) -> IpadRow:
        by_standing = {
            standing.value.replace(" ", "_"): coverage.ipads_by(use=use, standing=standing) for standing in Standing
        }
        return IpadRow(all=coverage.ipads_by(use=use), **by_standing)

    def _supply(self, need: Need | None) -> Supply | None:
        if need is None:
            return None
        return Supply(
            needed=need.needed,
            usable=need.usable,
            shortage=need.shortage,
            surplus=need.surplus,
            percent=None if need.percent is None else float(need.percent),
        )

    def _machines(self, coverage: Coverage) -> Machines | None:
        if coverage.machines is None:
            return None
        return Machines(
            desktops=coverage.machines.get(MachineKind.DESKTOP, 0),
            laptops=coverage.machines.get(MachineKind.LAPTOP, 0),
            administration=coverage.office_machines,
        )

    def _replacement(self, coverage: Coverage) -> Iterable[ReplacementTotals]:
        ipads, machines = coverage.replacement, coverage.machine_replacement
        for year, _ in _in_order({**(ipads or {}), **(machines or {})}):
            yield ReplacementTotals(
                year=year,
                ipads=None if ipads is None else ipads.get(year, 0),
                machines=None if machines is None else machines.get(year, 0),
            )

    def _findings(self, numbers: frozenset[str]) -> Iterable[FindingTotals]:
        found: Counter[tuple[str, Literal["info", "warning", "critical"]]] = Counter()
        for one in self.findings:
            if one.school in numbers:
                found[one.rule, one.severity] += one.number
        for (rule, severity), number in sorted(found.items()):
            yield FindingTotals(rule=rule, severity=severity, number=number)

    def _incidents(self, numbers: frozenset[str]) -> Iterable[IncidentTotals]:
        found: defaultdict[tuple[str, str], int] = defaultdict(int)
        for one in self.incidents:
            if one.school in numbers:
                found[one.kind, one.handling] += one.number
        for (kind, handling), number in sorted(found.items()):
            yield IncidentTotals(kind=kind, handling=handling, number=number)


def _in_order(years: Years) -> list[tuple[int | None, int]]:
    """By year, what is not known last."""
    return sorted(years.items(), key=lambda item: (item[0] is None, item[0] or 0))


def _source(source: Source, conditions: Conditions) -> SourceTotals:
    age = conditions.now - source.complete_at if source.complete_at else None
    limit = conditions.directory_limit if source.school else conditions.fleet_limit
    return SourceTotals(
        name=source.name,
        complete_at=source.complete_at,
        age_minutes=None if age is None else max(0, age // _MINUTE),
        read_now=source.error is None,
        stale=source.is_older_than(limit, conditions.now),
        shrunk=source.shrunk,
    )


def _holds(holds: Iterable[Hold]) -> HoldTotals:
    states = Counter(hold.state for hold in holds)
    return HoldTotals(
        waiting=states[HoldState.OPEN], accepted=states[HoldState.ACCEPTED], rejected=states[HoldState.REJECTED]
    )
