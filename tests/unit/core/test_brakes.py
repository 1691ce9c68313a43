"""What is too large to be true is kept back, ring by ring, until a person has decided or the cause is gone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mdm_sync.core.brakes import (
    Braked,
    BrakeLimits,
    Brakes,
    Direction,
    Hold,
    HoldState,
    Limit,
    Looked,
    Loss,
    Ring,
    RingLimits,
    brake_sources,
    source_hold,
    to_tell,
)
from mdm_sync.core.lifecycle import Transition, TransitionKind
from tests.unit.core.given import NORD, SUED, finding

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
RULE, OTHER = "unknown-user", "user-left"
WIDE = RingLimits(opened=Limit(number=1000, share=1), resolved=Limit(number=1000, share=1))
NARROW = RingLimits(opened=Limit(number=10, share=0.1), resolved=Limit(number=10, share=0.5))
SCHOOL_RING = BrakeLimits(school=NARROW, rule=WIDE, all=WIDE)
RULE_RING = BrakeLimits(school=WIDE, rule=NARROW, all=WIDE)
ALL_RING = BrakeLimits(school=WIDE, rule=WIDE, all=NARROW)
KEY = (Ring.SCHOOL, RULE, NORD.number, Direction.OPENED)
HOLD = Hold(
    ring=Ring.SCHOOL, rule=RULE, school=NORD.number, direction=Direction.OPENED, number=20, of=100, since=NOW, hold_id=7
)


def steps(
    number: int, kind: TransitionKind = TransitionKind.OPENED, *, rule: str = RULE, school: str = NORD.number
) -> list[Transition]:
    return [
        Transition(kind=kind, finding=replace(finding(rule, f"device:{school}{one}"), school=school))
        for one in range(number)
    ]


def braked(
    some: Iterable[Transition], limits: BrakeLimits = SCHOOL_RING, *holds: Hold, whole: bool = True, before: int = 0
) -> Braked:
    looked = [Looked(school=one.number, rules=frozenset({RULE, OTHER}), subjects=100) for one in (NORD, SUED)]
    brakes = Brakes(
        limits=limits,
        looked=looked,
        open_before={NORD.number: {RULE: before}},
        braked_rules=frozenset({RULE, OTHER}),
        holds={hold.key: hold for hold in holds},
        now=NOW,
        whole=whole,
    )
    return brakes.apply(some)


@pytest.mark.parametrize(
    ("number", "of", "trips"), [(10, 10, False), (11, 110, False), (11, 109, True), (0, 0, False), (11, 0, True)]
)
def test_a_limit_trips_where_number_and_share_are_both_exceeded(number: int, of: int, *, trips: bool) -> None:
    assert Limit(number=10, share=0.1).trips(number, of) is trips


def test_few_findings_pass() -> None:
    assert braked(steps(10)) == Braked(passed=tuple(steps(10)))


def test_many_findings_of_one_rule_at_one_school_are_held_and_the_rest_passes() -> None:
    many, few = steps(20), steps(3, school=SUED.number)
    result = braked(many + few)
    assert (list(result.held), list(result.passed)) == (many, few)
    assert result.holds == (replace(HOLD, hold_id=0),)


def test_many_that_reopen_count_with_those_that_open() -> None:
    some = steps(6) + [replace(one, kind=TransitionKind.REOPENED) for one in steps(12)[6:]]
    assert braked(some).held == tuple(some)


def test_what_is_resolved_is_compared_with_what_was_open() -> None:
    solved = steps(11, TransitionKind.RESOLVED)
    assert braked(solved, before=22).held == ()
    assert braked(solved, before=21).held == tuple(solved)


@pytest.mark.parametrize("kind", [TransitionKind.CHANGED, TransitionKind.WORSENED, TransitionKind.WITHDRAWN])
def test_other_steps_are_not_braked(kind: TransitionKind) -> None:
    assert braked(steps(90, kind)).held == ()


def test_a_first_look_is_not_braked() -> None:
    assert braked(replace(one, baseline=True) for one in steps(90)).held == ()


def test_rules_about_sources_are_not_braked() -> None:
    assert braked(steps(90, rule="source-stale")).held == ()


def test_one_rule_at_many_schools_is_held_everywhere() -> None:
    some = steps(11) + steps(11, school=SUED.number)
    result = braked(some, RULE_RING)
    assert result.held == tuple(some)
    assert [hold.key for hold in result.holds] == [(Ring.RULE, RULE, "", Direction.OPENED)]


def test_many_rules_together_are_held() -> None:
    some = steps(11) + steps(11, rule=OTHER)
    assert braked(some, ALL_RING).held == tuple(some)


def test_what_an_inner_ring_holds_does_not_count_in_the_outer_ones() -> None:
    limits = BrakeLimits(school=NARROW, rule=NARROW, all=NARROW)
    result = braked(steps(20) + steps(8, school=SUED.number), limits)
    assert [hold.ring for hold in result.holds] == [Ring.SCHOOL]
    assert len(result.passed) == 8


def test_a_hold_stays_while_it_trips() -> None:
    assert braked(steps(20), SCHOOL_RING, HOLD).holds == ()
    assert braked(steps(25), SCHOOL_RING, HOLD).holds == (replace(HOLD, number=25),)


@pytest.mark.parametrize("state", [HoldState.OPEN, HoldState.ACCEPTED, HoldState.REJECTED])
def test_a_hold_closes_by_itself_when_the_cause_is_gone(state: HoldState) -> None:
    result = braked(steps(2), SCHOOL_RING, replace(HOLD, state=state))
    assert [hold.state for hold in result.holds] == [HoldState.CLOSED]
    assert len(result.passed) == 2


def test_what_was_accepted_passes_every_ring_if_it_has_grown_by_no_more_than_a_tenth() -> None:
    limits = BrakeLimits(school=NARROW, rule=NARROW, all=NARROW)
    accepted = replace(HOLD, state=HoldState.ACCEPTED)
    result = braked(steps(22), limits, accepted)
    assert (len(result.passed), [hold.state for hold in result.holds]) == (22, [HoldState.CLOSED])
    result = braked(steps(23), limits, accepted)
    assert (len(result.held), [(hold.state, hold.hold_id) for hold in result.holds]) == (23, [(HoldState.OPEN, 7)])


def test_what_was_rejected_is_kept_back_quietly_until_it_grows() -> None:
    rejected = replace(HOLD, state=HoldState.REJECTED)
    quiet = braked(steps(22), SCHOOL_RING, rejected)
    assert (len(quiet.held), quiet.holds) == (22, ())
    grown = braked(steps(23), SCHOOL_RING, rejected)
    assert to_tell(grown.holds, {rejected.key: rejected}) == grown.holds


def test_a_hold_of_a_school_that_was_not_looked_at_stays() -> None:
    elsewhere = replace(HOLD, school="100009")
    assert braked(steps(2), SCHOOL_RING, elsewhere).holds == ()


def test_a_cycle_for_some_schools_leaves_the_outer_rings_as_they_stand() -> None:
    of_rule = replace(HOLD, ring=Ring.RULE, school="")
    result = braked(steps(2), RULE_RING, of_rule, whole=False)
    assert (len(result.held), result.holds) == (2, ())
    assert braked(steps(90), RULE_RING, whole=False).held == ()


def test_only_new_holds_and_reopened_ones_are_told() -> None:
    grown = replace(HOLD, number=25)
    assert to_tell([HOLD], {}) == (HOLD,)
    assert to_tell([grown], {HOLD.key: HOLD}) == ()
    assert to_tell([replace(HOLD, state=HoldState.CLOSED)], {HOLD.key: HOLD}) == ()


LOSS = Loss(school=NORD.number, number=60, of=100)
LOST = Hold(
    ring=Ring.SOURCE,
    rule="source-shrunk",
    school=NORD.number,
    direction=Direction.LOST,
    number=60,
    of=100,
    since=NOW,
)


def test_a_read_that_shrank_is_a_hold_until_the_source_is_believed_again() -> None:
    assert list(brake_sources([LOSS], [], {}, NOW)) == [LOST]
    assert list(brake_sources([LOSS], [], {LOST.key: LOST}, NOW)) == []
    assert list(brake_sources([], [], {LOST.key: LOST}, NOW)) == []
    assert list(brake_sources([], [NORD.number], {LOST.key: LOST}, NOW)) == [replace(LOST, state=HoldState.CLOSED)]
    assert LOST.key == source_hold(NORD.number)


def test_a_share_of_nothing_is_everything() -> None:
    assert (HOLD.share, replace(HOLD, of=0).share) == (0.2, 1.0)
