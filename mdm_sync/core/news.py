"""What leaves the house: news for those who can mend it, a sign of life, and the summary for upstream.

News are what a recipient was not told yet, held against what the store says now: whatever happened in between and
is over is no news.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mdm_sync.core.brakes import Hold
from mdm_sync.core.incidents import Incident
from mdm_sync.core.lock_orders import LockOrder
from mdm_sync.core.model import Family, Finding, School, Severity, Stage

MOST_OF_A_RULE = 20
"""News of one kind and rule that are told one by one in a mail; more become one line."""

MOST_IN_ALL = 60
"""News that are told one by one in a mail, critical ones apart; where more are left, each rule is a line."""

_BESIDE_OTHERS = frozenset({"source-stale"})
"""Rules whose solved findings are told beside other news and make no mail of their own: nobody has mended anything, and
155 servers that were down and are back are one mail."""

_NAMING = ("serial", "class", "person", "site", "sites", "privilege", "record", "source")
"""Details by which the thing that a finding is about is named; the first that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A finding with what a reader needs to find the device.

    Attributes:
        number: by which lists show the finding; 0 where it has none.
        label: what its subject is called, where the store knows: a device's or a class's name.
        room: building and room of the device, as Jamf Pro names them.
    """

    finding: Finding
    school_name: str
    number: int = 0
    opened_at: datetime | None = None
    label: str = ""
    room: str = ""

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


class NewsKind(StrEnum):
    """What is new about a finding, for one recipient. DUE: it is still there when its acknowledgement has ended."""

    OPENED = "opened"
    WORSENED = "worsened"
    REOPENED = "reopened"
    DUE = "due"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a recipient was last told of a finding; ``mail`` is the key of that mail, "" where it is no longer kept."""

    severity: Severity
    open: bool
    mail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """How a finding stands, and what one recipient knows of it.

    Attributes:
        baseline: it last opened in a first look of its rule at its school.
        due: its acknowledgement has ended since the recipient was told.
        back: it was solved and came back since then.
        told: None: nothing yet.
    """

    place: Place
    open: bool
    baseline: bool = False
    due: bool = False
    back: bool = False
    told: Told | None = None

    @property
    def news(self) -> NewsKind | None:
        """What is new about it; None: nothing.

        What went and came back in between is no news, unless it is critical, a device that is stolen again, or that
        it went could not be told by itself.
        """
        told = self.told
        if told is None:
            return NewsKind.OPENED if self.open else None
        if not self.open:
            return NewsKind.RESOLVED if told.open else None
        finding = self.place.finding
        if not told.open or (self.back and (finding.severity is Severity.CRITICAL or finding.rule in _BESIDE_OTHERS)):
            return NewsKind.REOPENED
        if finding.severity > told.severity:
            return NewsKind.WORSENED
        return NewsKind.DUE if self.due else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """So many news of one kind and rule that they are told as one.

    Attributes:
        severity: the highest among them.
        schools: at how many schools.
        school_name: of the only one, "" where there are several.
    """

    kind: NewsKind
    rule: str
    severity: Severity
    number: int
    schools: int
    school_name: str = ""


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
        storms: what is too much to be told one by one.
    """

    opened: tuple[Place, ...]
    reopened: tuple[Place, ...]
    resolved: tuple[Place, ...]
    still_open: Mapping[str, int]
    worsened: tuple[Place, ...] = ()
    due: tuple[Place, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    storms: tuple[Storm, ...] = ()

    def places(self, kind: NewsKind) -> tuple[Place, ...]:
        """The news of one kind that are told one by one."""
        places: tuple[Place, ...] = getattr(self, kind.value)
        return places

    def count(self, kind: NewsKind) -> int:
        """How many news of one kind there are, those told as one among them."""
        return len(self.places(kind)) + sum(storm.number for storm in self.storms if storm.kind is kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAge:
    """How old what a source said is.

    Attributes:
        school_name: "" for Jamf Pro and the inventory.
        complete_at: None: it was never read.
        stale: too old for new conclusions.
        failed: the last attempt gave nothing.
    """

    name: str
    school_name: str
    complete_at: datetime | None
    stale: bool
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOfLife:
    """That the program works, and how everything stands.

    Attributes:
        sources: those that are read.
        waiting, given_up: entries of the outbox that wait, and that will not leave by themselves.
        holds: conclusions that wait for a person.
        still_open: open findings by rule.
    """

    now: datetime
    last_cycle: datetime | None
    sources: tuple[SourceAge, ...]
    waiting: int
    given_up: int
    holds: int
    still_open: Mapping[str, int]


def may_leave(schools: Iterable[School]) -> frozenset[str]:
    """Numbers of the schools whose news may leave the house: the live ones."""
    return frozenset(school.number for school in schools if school.stage is Stage.LIVE)


def digest_of(reported: Iterable[Reported], still_open: Mapping[str, int]) -> Digest | None:
    """One mail's worth of what is new; None where nothing is that is worth a mail.

    First looks are counted, not listed, and so is what comes in such numbers that nobody would read it; what is
    critical is always told one by one.
    """
    news = [(one.news, one) for one in reported]
    first = [one.place for kind, one in news if kind is NewsKind.OPENED and one.baseline]
    rest = [(kind, one.place) for kind, one in news if kind and not (kind is NewsKind.OPENED and one.baseline)]
    if not first and all(kind is NewsKind.RESOLVED and place.finding.rule in _BESIDE_OTHERS for kind, place in rest):
        return None
    groups: defaultdict[tuple[NewsKind, str], list[Place]] = defaultdict(list)
    for kind, place in rest:
        groups[kind, place.finding.rule].append(place)
    storms = [_storm(kind, rule, places) for (kind, rule), places in _too_many(groups).items()]
    in_storm = {(storm.kind, storm.rule) for storm in storms}

    def places(kind: NewsKind) -> tuple[Place, ...]:
        return tuple(place for which, place in rest if which is kind and (kind, place.finding.rule) not in in_storm)

    return Digest(
        opened=places(NewsKind.OPENED),
        reopened=places(NewsKind.REOPENED),
        resolved=places(NewsKind.RESOLVED),
        worsened=places(NewsKind.WORSENED),
        due=places(NewsKind.DUE),
        baselines=tuple(_baselines(first)),
        storms=tuple(sorted(storms, key=lambda one: (-one.severity, one.kind, one.rule))),
        still_open=still_open,
    )


_Groups = Mapping[tuple[NewsKind, str], Sequence[Place]]


def _too_many(groups: _Groups) -> _Groups:
    """Those that are told as one."""
    mild = {key: places for key, places in groups.items() if not _calls_for_each(key[0], places)}
    many = {key: places for key, places in mild.items() if len(places) > MOST_OF_A_RULE}
    few = sum(len(places) for key, places in mild.items() if key not in many) <= MOST_IN_ALL
    return many if few else mild


def _calls_for_each(kind: NewsKind, places: Iterable[Place]) -> bool:
    return kind is not NewsKind.RESOLVED and severity_of(place.finding for place in places) is Severity.CRITICAL


def _storm(kind: NewsKind, rule: str, places: Sequence[Place]) -> Storm:
    names = {place.finding.school: place.school_name for place in places}
    return Storm(
        kind=kind,
        rule=rule,
        severity=max(place.finding.severity for place in places),
        number=len(places),
        schools=len(names),
        school_name=next(iter(names.values())) if len(names) == 1 else "",
    )


def _baselines(places: Iterable[Place]) -> Iterator[Baseline]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    names: dict[str, str] = {}
    for place in places:
        found[place.finding.school][place.finding.rule] += 1
        names[place.finding.school] = place.school_name
    for school, rules in sorted(found.items()):
        yield Baseline(school=school, school_name=names[school], found=dict(sorted(rules.items())))


def severity_of(findings: Iterable[Finding]) -> Severity | None:
    """The highest severity among the findings, or None where there is none."""
    return max((finding.severity for finding in findings), default=None)
