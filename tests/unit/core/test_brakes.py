"""What is too large to be true is kept back, ring by ring, until a person has decided or the cause is gone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mdm_sync.core.brakes import (
    IN_SCHOOL_YEAR_WINDOW,
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
)
from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import School
from mdm_sync.core.rules import BRAKED_RULES
from tests.replacing import replace
from tests.unit.core.given import NORD, SUED, WEST, finding

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
RULE, OTHER = "unknown-user", "user-left"
OF_REPORTS = "stolen-not-locked"
"""A rule without brakes."""
WIDE = RingLimits(opened=Limit(number=1000, share=1), resolved=Limit(number=1000, share=1))
NARROW = RingLimits(opened=Limit(number=10, share=0.1), resolved=Limit(number=10, share=0.5))
SCHOOL_RING = BrakeLimits(school=NARROW, rule=WIDE, all=WIDE)
RULE_RING = BrakeLimits(school=WIDE, rule=NARROW, all=WIDE)
ALL_RING = BrakeLimits(school=WIDE, rule=WIDE, all=NARROW)
ALL_NARROW = BrakeLimits(school=NARROW, rule=NARROW, all=NARROW)
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


def look(school: School, *rules: str, subjects: int = 100) -> Looked:
    return Looked(school=school.number, rules=frozenset(rules), subjects=subjects)


BOTH_SCHOOLS = (look(NORD, RULE, OTHER), look(SUED, RULE, OTHER))
NOTHING_OPEN: Mapping[str, Mapping[str, int]] = {}


def braked(
    some: Iterable[Transition],
    limits: BrakeLimits = SCHOOL_RING,
    *holds: Hold,
    whole: bool = True,
    before: Mapping[str, Mapping[str, int]] = NOTHING_OPEN,
    looked: Sequence[Looked] = BOTH_SCHOOLS,
) -> Braked:
    brakes = Brakes(
        limits=limits,
        looked=looked,
        open_before=before,
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


USUAL, WINDOW = BrakeLimits(), IN_SCHOOL_YEAR_WINDOW


@pytest.mark.parametrize(
    ("limit", "number", "of_100_000"),
    [
        pytest.param(USUAL.school.opened, 20, 10_000, id="opened at a school"),
        pytest.param(USUAL.school.resolved, 30, 50_000, id="resolved at a school"),
        pytest.param(USUAL.rule.opened, 200, 5_000, id="opened under a rule"),
        pytest.param(USUAL.rule.resolved, 300, 30_000, id="resolved under a rule"),
        pytest.param(USUAL.all.opened, 1_000, 5_000, id="opened at all"),
        pytest.param(USUAL.all.resolved, 1_000, 30_000, id="resolved at all"),
        pytest.param(WINDOW.school.opened, 100, 75_000, id="new school year: opened at a school"),
        pytest.param(WINDOW.school.resolved, 100, 90_000, id="new school year: resolved at a school"),
        pytest.param(WINDOW.rule.opened, 1_000, 40_000, id="new school year: opened under a rule"),
        pytest.param(WINDOW.rule.resolved, 1_000, 75_000, id="new school year: resolved under a rule"),
        pytest.param(WINDOW.all.opened, 5_000, 40_000, id="new school year: opened at all"),
        pytest.param(WINDOW.all.resolved, 5_000, 75_000, id="new school year: resolved at all"),
    ],
)
def test_as_many_pass_where_nobody_set_limits_and_not_one_more(limit: Limit, number: int, of_100_000: int) -> None:
    assert (limit.trips(number, 0), limit.trips(number + 1, 0)) == (False, True)
    assert (limit.trips(of_100_000, 100_000), limit.trips(of_100_000 + 1, 100_000)) == (False, True)


def test_brakes_are_for_the_rules_that_conclude_from_what_was_read() -> None:
    of_devices = """
        device-unassigned unknown-user ambiguous-user wrong-school user-left user-moved
        device-silent device-unmanaged device-unsupervised device-without-site device-over-age mdm-profile-expiring
    """
    of_people = "student-without-device class-short-of-devices teacher-without-device several-devices"
    of_the_district = "duplicate-serial site-without-school school-without-site"
    assert {*of_devices.split(), *of_people.split(), *of_the_district.split()} == BRAKED_RULES


def test_few_findings_pass() -> None:
    assert braked(steps(10)) == Braked(passed=tuple(steps(10)))


def test_many_findings_of_one_rule_at_one_school_are_held_and_the_rest_passes() -> None:
    many, few = steps(20), steps(3, school=SUED.number)
    result = braked(many + few)
    assert (list(result.held), list(result.passed)) == (many, few)
    assert result.holds == (replace(HOLD, hold_id=0),)


def test_a_hold_is_the_same_again_by_ring_rule_school_and_direction() -> None:
    assert HOLD.key == (Ring.SCHOOL, RULE, NORD.number, Direction.OPENED)
    assert replace(HOLD, direction=Direction.RESOLVED).key == (Ring.SCHOOL, RULE, NORD.number, Direction.RESOLVED)


def test_at_each_school_the_brake_trips_by_itself() -> None:
    some = steps(20) + steps(20, school=SUED.number)
    result = braked(some)
    assert result.held == tuple(some)
    assert [hold.school for hold in result.holds] == [NORD.number, SUED.number]


def test_many_that_reopen_count_with_those_that_open() -> None:
    some = steps(6) + [replace(one, kind=TransitionKind.REOPENED) for one in steps(12)[6:]]
    assert braked(some).held == tuple(some)


def test_what_is_resolved_is_compared_with_what_was_open() -> None:
    solved = steps(11, TransitionKind.RESOLVED)
    assert braked(solved, before={NORD.number: {RULE: 22}}).held == ()
    assert braked(solved, before={NORD.number: {RULE: 21}}).held == tuple(solved)


ANY_SHARE = Limit(number=10, share=0)
OF_ANY_SHARE = RingLimits(opened=ANY_SHARE, resolved=ANY_SHARE)
RINGS = {
    Ring.SCHOOL: BrakeLimits(school=OF_ANY_SHARE, rule=WIDE, all=WIDE),
    Ring.RULE: BrakeLimits(school=WIDE, rule=OF_ANY_SHARE, all=WIDE),
    Ring.ALL: BrakeLimits(school=WIDE, rule=WIDE, all=OF_ANY_SHARE),
}
"""Limits by which a ring keeps back what is more than ten, and the other rings let it pass."""


@pytest.mark.parametrize(("ring", "of"), [(Ring.SCHOOL, 50), (Ring.RULE, 70), (Ring.ALL, 100)])
def test_the_share_of_what_opens_is_of_what_the_same_rules_looked_at(ring: Ring, of: int) -> None:
    looked = (
        look(NORD, RULE, OTHER, subjects=50),
        look(NORD, OTHER, subjects=30),
        look(SUED, RULE, subjects=20),
        look(SUED, OF_REPORTS, subjects=400),
        look(WEST, subjects=700),
    )
    assert [hold.of for hold in braked(steps(11), RINGS[ring], looked=looked).holds] == [of]


@pytest.mark.parametrize(("ring", "of"), [(Ring.SCHOOL, 30), (Ring.RULE, 50), (Ring.ALL, 95)])
def test_the_share_of_what_is_resolved_is_of_what_the_same_rules_had_open(ring: Ring, of: int) -> None:
    before = {NORD.number: {RULE: 30, OTHER: 40, OF_REPORTS: 400}, SUED.number: {RULE: 20, OTHER: 5}}
    solved = steps(11, TransitionKind.RESOLVED)
    assert [hold.of for hold in braked(solved, RINGS[ring], before=before).holds] == [of]


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
    result = braked(some, ALL_RING)
    assert result.held == tuple(some)
    assert [hold.key for hold in result.holds] == [(Ring.ALL, "", "", Direction.OPENED)]


def test_what_an_inner_ring_holds_does_not_count_in_the_outer_ones() -> None:
    result = braked(steps(20) + steps(8, school=SUED.number), ALL_NARROW)
    assert [hold.ring for hold in result.holds] == [Ring.SCHOOL]
    assert len(result.passed) == 8


def test_a_hold_stays_while_it_trips() -> None:
    assert braked(steps(20), SCHOOL_RING, HOLD).holds == ()
    assert braked(steps(25), SCHOOL_RING, HOLD).holds == (replace(HOLD, number=25),)


def test_a_hold_that_stays_tells_what_the_share_is_of_now() -> None:
    of_fewer = replace(HOLD, of=90, since=NOW - timedelta(days=2))
    assert braked(steps(20), SCHOOL_RING, of_fewer).holds == (replace(of_fewer, of=100),)


@pytest.mark.parametrize("state", [HoldState.OPEN, HoldState.ACCEPTED, HoldState.REJECTED])
def test_a_hold_closes_by_itself_when_the_cause_is_gone(state: HoldState) -> None:
    result = braked(steps(2), SCHOOL_RING, replace(HOLD, state=state))
    assert [hold.state for hold in result.holds] == [HoldState.CLOSED]
    assert len(result.passed) == 2


@pytest.mark.parametrize(
    ("ring", "rule", "school"), [(Ring.SCHOOL, RULE, NORD.number), (Ring.RULE, RULE, ""), (Ring.ALL, "", "")]
)
def test_in_every_ring_a_hold_closes_when_nothing_is_left_of_its_cause(ring: Ring, rule: str, school: str) -> None:
    hold = replace(HOLD, ring=ring, rule=rule, school=school)
    assert braked([], ALL_NARROW, hold).holds == (replace(hold, state=HoldState.CLOSED),)


@pytest.mark.parametrize(
    ("state", "kept_back"), [(HoldState.OPEN, 8), (HoldState.REJECTED, 8), (HoldState.ACCEPTED, 0)]
)
def test_what_an_inner_ring_lets_go_counts_in_the_outer_ones_unless_it_was_accepted(
    state: HoldState, kept_back: int
) -> None:
    narrower = Limit(number=7, share=0.01)
    limits = BrakeLimits(school=NARROW, rule=RingLimits(opened=narrower, resolved=narrower), all=WIDE)
    assert len(braked(steps(8), limits, replace(HOLD, state=state)).held) == kept_back


@pytest.mark.parametrize(("number", "of_it"), [(20, 22), (100, 110), (1000, 1100)])
def test_a_decision_is_one_about_a_tenth_more_as_well_and_no_further(number: int, of_it: int) -> None:
    decided = replace(HOLD, number=number)
    assert (decided.still_covers(of_it), decided.still_covers(of_it + 1)) == (True, False)


def test_what_was_accepted_passes_every_ring_if_it_has_grown_by_no_more_than_a_tenth() -> None:
    accepted = replace(HOLD, state=HoldState.ACCEPTED)
    result = braked(steps(22), ALL_NARROW, accepted)
    assert (len(result.passed), [hold.state for hold in result.holds]) == (22, [HoldState.CLOSED])
    result = braked(steps(23), ALL_NARROW, accepted)
    assert (len(result.held), [(hold.state, hold.hold_id) for hold in result.holds]) == (23, [(HoldState.OPEN, 7)])


def test_what_was_rejected_is_kept_back_quietly_until_it_grows() -> None:
    rejected = replace(HOLD, state=HoldState.REJECTED)
    quiet = braked(steps(22), SCHOOL_RING, rejected)
    assert (len(quiet.held), quiet.holds) == (22, ())
    grown = braked(steps(23), SCHOOL_RING, rejected)
    assert [(hold.state, hold.number) for hold in grown.holds] == [(HoldState.OPEN, 23)]


def test_a_hold_of_a_school_that_was_not_looked_at_stays() -> None:
    elsewhere = replace(HOLD, school="100009")
    assert braked(steps(2), SCHOOL_RING, elsewhere).holds == ()


OF_RULE, OF_ALL = replace(HOLD, ring=Ring.RULE, school=""), replace(HOLD, ring=Ring.ALL, rule="", school="")


@pytest.mark.parametrize("state", [HoldState.OPEN, HoldState.ACCEPTED, HoldState.REJECTED])
@pytest.mark.parametrize(
    ("hold", "looked"),
    [
        pytest.param(HOLD, [look(NORD, OTHER), look(SUED, RULE)], id="of a rule that could not decide at the school"),
        pytest.param(OF_RULE, [look(NORD, OTHER), look(SUED)], id="of a rule that could decide nowhere"),
        pytest.param(OF_ALL, [look(NORD, OF_REPORTS), look(SUED)], id="over all, where no rule with brakes could"),
        pytest.param(OF_ALL, [], id="over all, where nothing was looked at"),
    ],
)
def test_a_hold_stays_while_what_it_is_about_cannot_be_decided(
    hold: Hold, looked: Sequence[Looked], state: HoldState
) -> None:
    assert braked([], ALL_NARROW, replace(hold, state=state), looked=looked).holds == ()


def test_a_cycle_for_some_schools_leaves_the_outer_rings_as_they_stand() -> None:
    result = braked(steps(2), RULE_RING, OF_RULE, whole=False)
    assert (len(result.held), result.holds) == (2, ())
    assert braked(steps(90), RULE_RING, whole=False).held == ()
    for hold in (OF_RULE, OF_ALL):
        assert braked([], ALL_NARROW, hold, whole=False).holds == ()


def test_a_cycle_for_some_schools_asks_the_inner_ring_as_ever() -> None:
    assert len(braked(steps(20), SCHOOL_RING, whole=False).held) == 20
    assert braked([], SCHOOL_RING, HOLD, whole=False).holds == (replace(HOLD, state=HoldState.CLOSED),)


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


KNOWN_LOSS = replace(LOST, since=NOW - timedelta(days=2), hold_id=9)


@pytest.mark.parametrize(
    ("state", "number", "after"),
    [
        pytest.param(HoldState.OPEN, 61, replace(KNOWN_LOSS, number=61), id="open: tells the new number"),
        pytest.param(HoldState.REJECTED, 66, None, id="rejected: stays so"),
        pytest.param(HoldState.ACCEPTED, 66, None, id="accepted: stays so, for a read that is still to come"),
        pytest.param(HoldState.REJECTED, 67, replace(LOST, number=67, hold_id=9), id="rejected, and grown: asked anew"),
        pytest.param(HoldState.ACCEPTED, 67, replace(LOST, number=67, hold_id=9), id="accepted, and grown: asked anew"),
    ],
)
def test_a_read_that_is_refused_again(state: HoldState, number: int, after: Hold | None) -> None:
    known = replace(KNOWN_LOSS, state=state)
    changed = list(brake_sources([replace(LOSS, number=number)], [], {known.key: known}, NOW))
    assert changed == ([] if after is None else [after])


def test_a_source_that_is_believed_closes_its_own_hold_alone() -> None:
    other = replace(LOST, school=SUED.number)
    holds = {hold.key: hold for hold in (replace(HOLD, school=SUED.number), LOST, other)}
    assert list(brake_sources([], [SUED.number], holds, NOW)) == [replace(other, state=HoldState.CLOSED)]


def test_a_share_of_nothing_is_everything() -> None:
    assert (HOLD.share, replace(HOLD, of=0).share) == (0.2, 1.0)
