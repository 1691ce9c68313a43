"""Brakes: a conclusion that is too large to be true waits for a person.

Three rings are asked one after another: one rule at one school, one rule everywhere, everything together. What an inner
ring stops, or a person has accepted there, does not count in the outer ones. Findings that open and findings that are
resolved are counted apart. A brake trips where both the number and the share are exceeded.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mdm_sync.core.lifecycle import Transition, TransitionKind

TOLERANCE = 1.1
"""How much larger than what a person decided about the same conclusion may be without being asked about anew."""


class Ring(StrEnum):
    """What a brake looks at. SOURCE stands for a read that was refused because far less came than before."""

    SOURCE = "source"
    SCHOOL = "school"
    RULE = "rule"
    ALL = "all"


class Direction(StrEnum):
    """Which way findings go; LOST: records of a source that did not come."""

    OPENED = "opened"
    RESOLVED = "resolved"
    LOST = "lost"


class HoldState(StrEnum):
    """How a hold stands. It closes when it was accepted and applied, or when its cause is gone."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CLOSED = "closed"


_DIRECTIONS = {
    TransitionKind.OPENED: Direction.OPENED,
    TransitionKind.REOPENED: Direction.OPENED,
    TransitionKind.RESOLVED: Direction.RESOLVED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How large a conclusion may be; both must be exceeded. ``share`` is of 1."""

    number: int
    share: float

    def trips(self, number: int, of: int) -> bool:
        """Whether so many of so many are too many."""
        return number > self.number and number > self.share * of


@dataclass(frozen=True, slots=True, kw_only=True)
class RingLimits:
    """Limits of one ring: shares of the subjects looked at, and of what was open before."""

    opened: Limit
    resolved: Limit

    def of(self, direction: Direction) -> Limit:
        """The limit for one direction."""
        return self.opened if direction is Direction.OPENED else self.resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class BrakeLimits:
    """Limits of the three rings."""

    school: RingLimits = RingLimits(
        opened=Limit(number=20, share=0.1),
        resolved=Limit(number=30, share=0.5),
    )
    rule: RingLimits = RingLimits(
        opened=Limit(number=200, share=0.05),
        resolved=Limit(number=300, share=0.3),
    )
    all: RingLimits = RingLimits(
        opened=Limit(number=1000, share=0.05),
        resolved=Limit(number=1000, share=0.3),
    )


IN_SCHOOL_YEAR_WINDOW = BrakeLimits(
    school=RingLimits(opened=Limit(number=100, share=0.75), resolved=Limit(number=100, share=0.9)),
    rule=RingLimits(opened=Limit(number=1000, share=0.4), resolved=Limit(number=1000, share=0.75)),
    all=RingLimits(opened=Limit(number=5000, share=0.4), resolved=Limit(number=5000, share=0.75)),
)
"""Limits while classes are renamed, leavers leave and newcomers come."""


HoldKey = tuple[Ring, str, str, Direction]
"""Ring, rule, school, direction; "" where the ring has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A conclusion that was kept back.

    Attributes:
        rule: id of the rule, "" in the ring over all.
        school: Schulnummer, "" where it is of no single school.
        number: how many findings, or records of a source.
        of: what the share is taken of.
        since: when it was first kept back, or grew beyond what was decided.
        who, why: who decided, and for which reason.
    """

    ring: Ring
    rule: str
    school: str
    direction: Direction
    number: int
    of: int
    since: datetime
    state: HoldState = HoldState.OPEN
    hold_id: int = 0
    who: str = ""
    why: str = ""

    @property
    def key(self) -> HoldKey:
        """What makes it the same hold in the next cycle."""
        return (self.ring, self.rule, self.school, self.direction)

    @property
    def share(self) -> float:
        """Of 1; all where nothing is known to take a share of."""
        return self.number / self.of if self.of else 1.0

    def still_covers(self, number: int) -> bool:
        """Whether a decision about it is one about so many as well."""
        return number <= TOLERANCE * self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look of some rules was at.

    Attributes:
        rules: ids of the rules that could decide.
        subjects: how many devices, or persons.
    """

    school: str
    rules: frozenset[str]
    subjects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A read that was refused because far less came than before; ``school`` is "" for Jamf Pro."""

    school: str
    number: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Braked:
    """What a cycle may conclude, and what not.

    Attributes:
        passed: steps to be taken.
        held: steps that are kept back; nothing of them is written.
        holds: holds that are new, or stand otherwise than before.
    """

    passed: tuple[Transition, ...]
    held: tuple[Transition, ...] = ()
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brakes:
    """The brakes of one cycle.

    Attributes:
        looked: what the rules looked at.
        open_before: open findings by school and rule, before this cycle.
        braked_rules: ids of the rules that brakes are for.
        holds: those that are not closed, by key.
        whole: all schools were judged; else the outer rings stay as they stand.
    """

    limits: BrakeLimits
    looked: Sequence[Looked]
    open_before: Mapping[str, Mapping[str, int]]
    braked_rules: Collection[str]
    holds: Mapping[HoldKey, Hold]
    now: datetime
    whole: bool = True

    def apply(self, steps: Iterable[Transition]) -> Braked:
        """What passes and what is kept back. First looks of a rule at a school always pass."""
        all_steps = tuple(steps)
        rest = tuple(step for step in all_steps if self._is_braked(step))
        held: list[Transition] = []
        changed: list[Hold] = []
        for ring, limits in (
            (Ring.SCHOOL, self.limits.school),
            (Ring.RULE, self.limits.rule),
            (Ring.ALL, self.limits.all),
        ):
            kept, rest, holds = self._ask(ring, limits, rest)
            held += kept
            changed += holds
        kept_back = {step.finding.key for step in held}
        passed = tuple(step for step in all_steps if step.finding.key not in kept_back)
        return Braked(passed=passed, held=tuple(held), holds=tuple(changed))

    def _is_braked(self, step: Transition) -> bool:
        return step.kind in _DIRECTIONS and not step.baseline and step.finding.rule in self.braked_rules

    def _ask(
        self, ring: Ring, limits: RingLimits, steps: Iterable[Transition]
    ) -> tuple[list[Transition], tuple[Transition, ...], list[Hold]]:
        """What this ring keeps back, what the next one is asked about, and the holds that now stand otherwise."""
        groups = _grouped(steps, lambda step: _key(ring, step))
        standing = (key for key in self.holds if key[0] is ring and any(self._looks(key)))
        held: list[Transition] = []
        rest: list[Transition] = []
        changed: list[Hold] = []
        for key in dict.fromkeys((*groups, *standing)):
            some, known = groups.get(key, []), self.holds.get(key)
            of = self._of(key)
            hold = self._next(key, known, len(some), of, limits.of(key[3]).trips(len(some), of))
            if hold and hold != known:
                changed.append(hold)
            if hold and hold.state in {HoldState.OPEN, HoldState.REJECTED}:
                held += some
            elif not (known and known.state is HoldState.ACCEPTED):
                rest += some
        return held, tuple(rest), changed

    def _looks(self, key: HoldKey) -> Iterator[Looked]:
        """The looks from which a conclusion may come; a look that could decide nothing of it is none."""
        ring, rule, school, _ = key
        rules = self._rules(rule)
        return (
            one
            for one in self.looked
            if (ring is not Ring.SCHOOL or one.school == school) and not rules.isdisjoint(one.rules)
        )

    def _rules(self, rule: str) -> frozenset[str]:
        """The rules that a conclusion is of; one over all is of those that brakes are for."""
        return frozenset({rule}) if rule else frozenset(self.braked_rules)

    def _next(self, key: HoldKey, known: Hold | None, number: int, of: int, trips: bool) -> Hold | None:  # noqa: FBT001 - one question
        """How the hold of a conclusion stands now; None where there is none."""
        if key[0] is not Ring.SCHOOL and not self.whole:
            return known
        return next_hold(key, known, number=number, of=of, now=self.now) if trips else _closed(known)

    def _of(self, key: HoldKey) -> int:
        ring, rule, school, direction = key
        if direction is Direction.OPENED:
            return sum(one.subjects for one in self._looks(key))
        rules = self._rules(rule)
        return sum(
            number
            for where, open_there in self.open_before.items()
            for which, number in open_there.items()
            if (ring is not Ring.SCHOOL or where == school) and which in rules
        )


def brake_sources(
    losses: Iterable[Loss], believed: Collection[str], holds: Mapping[HoldKey, Hold], now: datetime
) -> Iterator[Hold]:
    """The holds of sources that now stand otherwise.

    Args:
        losses: reads that were refused now.
        believed: schools whose read was accepted now, "" for Jamf Pro.
        holds: those that are not closed, by key.
        now: the moment of the cycle.
    """
    for loss in losses:
        key = source_hold(loss.school)
        hold = next_hold(key, holds.get(key), number=loss.number, of=loss.of, now=now)
        if hold != holds.get(key):
            yield hold
    for key, known in holds.items():
        if key[0] is Ring.SOURCE and key[2] in believed:
            yield replace(known, state=HoldState.CLOSED)


def source_hold(school: str) -> HoldKey:
    """Key of the hold of a source: a school's directory, or with "" Jamf Pro."""
    return (Ring.SOURCE, "source-shrunk", school, Direction.LOST)


def next_hold(key: HoldKey, known: Hold | None, *, number: int, of: int, now: datetime) -> Hold:
    """How a conclusion that trips its brake stands.

    A conclusion that has grown beyond what was decided about is asked about anew. What was accepted is closed with it:
    it passes.
    """
    ring, rule, school, direction = key
    fresh = Hold(ring=ring, rule=rule, school=school, direction=direction, number=number, of=of, since=now)
    if known is None:
        return fresh
    if known.state is HoldState.OPEN:
        return replace(known, number=number, of=of)
    if not known.still_covers(number):
        return replace(fresh, hold_id=known.hold_id)
    return replace(known, state=HoldState.CLOSED) if _may_pass(known) else known


def _may_pass(known: Hold) -> bool:
    return known.state is HoldState.ACCEPTED and known.ring is not Ring.SOURCE


def _closed(known: Hold | None) -> Hold | None:
    return replace(known, state=HoldState.CLOSED) if known else None


def _key(ring: Ring, step: Transition) -> HoldKey:
    direction = _DIRECTIONS[step.kind]
    match ring:
        case Ring.SCHOOL:
            return (ring, step.finding.rule, step.finding.school, direction)
        case Ring.RULE:
            return (ring, step.finding.rule, "", direction)
        case _:
            return (ring, "", "", direction)


def _grouped(steps: Iterable[Transition], key_of: Callable[[Transition], HoldKey]) -> dict[HoldKey, list[Transition]]:
    groups: dict[HoldKey, list[Transition]] = {}
    for step in steps:
        groups.setdefault(key_of(step), []).append(step)
    return groups
