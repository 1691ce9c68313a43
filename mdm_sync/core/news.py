"""What leaves the house after a cycle: the digest for the admins and the summary for upstream.

Both are built from values that carry no personal data but references.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mdm_sync.core.brakes import Hold
from mdm_sync.core.incidents import Incident
from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.lock_orders import LockOrder
from mdm_sync.core.model import Family, Finding, School, Severity, Stage
from mdm_sync.core.views import Source

SUMMARY_SCHEMA = "mdm-sync/summary/1"

_NO_NEWS = frozenset({TransitionKind.CHANGED, TransitionKind.WITHDRAWN})
_NAMING = ("serial", "class", "person", "site", "sites", "privilege", "record", "source")
"""Details by which the thing that a finding is about is named; the first that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A finding with what a reader needs to find the device: never a name, never a login."""

    finding: Finding
    school_name: str

    @property
    def about(self) -> str:
        """What it is about, as a reader finds it; "" for a device whose record names no serial number."""
        kind, _, key = self.finding.subject.partition(":")
        if kind in set(Family):
            return self.serial
        details = self.finding.details
        return next((details[name] for name in _NAMING if details.get(name)), key)

    @property
    def serial(self) -> str:
        """Serial number of the device, or ""."""
        return self.finding.details.get("serial", "")

    @property
    def asset_tag(self) -> str:
        """Inventory number of the device, or ""."""
        return self.finding.details.get("asset_tag", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the first look of rules at a school found, by rule; the school is "" for what belongs to none."""

    school: str
    school_name: str
    found: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A conclusion that waits for a person, with the name of its school, "" where it is of no single one."""

    hold: Hold
    school_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLock:
    """A lock that was to be sent without a person and now waits for one, with the report behind it."""

    order: LockOrder
    incident: Incident
    school_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One mail's worth of news; ``still_open`` counts all open findings by rule, the new ones among them.

    Attributes:
        due: still there when their acknowledgement ended.
        baselines: first looks, each told as a whole.
    """

    opened: tuple[Place, ...]
    reopened: tuple[Place, ...]
    resolved: tuple[Place, ...]
    still_open: Mapping[str, int]
    worsened: tuple[Place, ...] = ()
    due: tuple[Place, ...] = ()
    baselines: tuple[Baseline, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolTotals:
    """Counts of one school. None is "not known", never zero: the school has not been read."""

    school: School
    devices: int
    students: int | None
    teachers: int | None
    findings: Mapping[str, int]


def may_leave(schools: Iterable[School]) -> frozenset[str]:
    """Numbers of the schools whose news may leave the house: the live ones."""
    return frozenset(school.number for school in schools if school.stage is Stage.LIVE)


def newsworthy(transitions: Iterable[Transition], live: frozenset[str]) -> tuple[Transition, ...]:
    """The transitions that somebody must be told of."""
    return tuple(step for step in transitions if step.finding.school in live and step.kind not in _NO_NEWS)


def digest_of(news: Sequence[Transition], schools: Iterable[School], still_open: Mapping[str, int]) -> Digest:
    """One mail's worth of these transitions; first looks are counted, not listed."""
    names = {school.number: school.name for school in schools}
    one_by_one = [step for step in news if not step.baseline]

    def places(kind: TransitionKind) -> tuple[Place, ...]:
        return tuple(
            Place(finding=step.finding, school_name=names.get(step.finding.school, ""))
            for step in one_by_one
            if step.kind is kind
        )

    return Digest(
        opened=places(TransitionKind.OPENED),
        reopened=places(TransitionKind.REOPENED),
        resolved=places(TransitionKind.RESOLVED),
        worsened=places(TransitionKind.WORSENED),
        due=places(TransitionKind.DUE),
        baselines=tuple(_baselines((step for step in news if step.baseline), names)),
        still_open=still_open,
    )


def _baselines(steps: Iterable[Transition], names: Mapping[str, str]) -> Iterator[Baseline]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for step in steps:
        found[step.finding.school][step.finding.rule] += 1
    for school, rules in sorted(found.items()):
        yield Baseline(school=school, school_name=names.get(school, ""), found=dict(sorted(rules.items())))


def severity_of(findings: Iterable[Finding]) -> Severity | None:
    """The highest severity among the findings, or None where there is none."""
    return max((finding.severity for finding in findings), default=None)


def summary(schools: Iterable[SchoolTotals], sources: Iterable[Source], unplaced_devices: int) -> dict[str, object]:
    """The counts that are pushed upstream: live schools in detail, and no person.

    Shape: ``schema``; ``district`` (counts); ``schools`` (one object each, by number); ``sources`` (name, whether it
    was ever read, whether the last attempt was complete). It holds no moment of the run, so that equal states give
    equal summaries.
    """
    all_schools = tuple(schools)
    told = sorted((one for one in all_schools if one.school.stage is Stage.LIVE), key=lambda one: one.school.number)
    kept_back = {one.school.source for one in all_schools if one.school.stage is not Stage.LIVE}
    return {
        "schema": SUMMARY_SCHEMA,
        "district": _district(told, unplaced_devices),
        "schools": [_school(one) for one in told],
        "sources": [_source(one) for one in sorted(sources, key=lambda one: one.name) if one.name not in kept_back],
    }


def _district(schools: list[SchoolTotals], unplaced_devices: int) -> dict[str, object]:
    findings: Counter[str] = Counter()
    for one in schools:
        findings.update(one.findings)
    return {
        "schools": len(schools),
        "schools_read": sum(one.students is not None for one in schools),
        "devices": sum(one.devices for one in schools),
        "devices_without_school": unplaced_devices,
        "students": sum(one.students or 0 for one in schools),
        "teachers": sum(one.teachers or 0 for one in schools),
        "findings": dict(sorted(findings.items())),
    }


def _school(one: SchoolTotals) -> dict[str, object]:
    return {
        "number": one.school.number,
        "form": one.school.form,
        "devices": one.devices,
        "students": one.students,
        "teachers": one.teachers,
        "findings": dict(sorted(one.findings.items())),
    }


def _source(one: Source) -> dict[str, object]:
    return {"name": one.name, "ever_read": one.complete_at is not None, "read_now": one.error is None}
