"""The fingerprint of a plan: the same where the plan is the same, another where anything of it is another."""

from datetime import UTC, datetime
from itertools import combinations

import pytest

from mdm_sync.core.brakes import Direction, Hold, HoldState, Ring
from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import Severity
from mdm_sync.core.plan import fingerprint
from tests.replacing import replace
from tests.unit.core.given import SUED, finding

FOUND = finding(details={"serial": "DMPX1", "person": "P-7", "near": "P-8"})
STEP = Transition(kind=TransitionKind.OPENED, finding=FOUND)
OTHER_STEP = Transition(kind=TransitionKind.RESOLVED, finding=finding(subject="device:2"))
HOLD = Hold(
    ring=Ring.SCHOOL,
    rule="unknown-user",
    school="100001",
    direction=Direction.OPENED,
    number=60,
    of=80,
    since=datetime(2026, 11, 23, 10, 30, tzinfo=UTC),
)
OTHER_HOLD = replace(HOLD, school="100002")


def test_steps_holds_and_what_leaves_may_come_in_any_order() -> None:
    assert fingerprint([STEP, OTHER_STEP], [HOLD, OTHER_HOLD], ["mail", "summary"]) == fingerprint(
        [OTHER_STEP, STEP], [OTHER_HOLD, HOLD], ["summary", "mail"]
    )


def test_the_facts_of_a_finding_may_come_in_any_order() -> None:
    one, other = (
        replace(STEP, finding=finding(details=details))
        for details in ({"serial": "DMPX1", "model": "iPad"}, {"model": "iPad", "serial": "DMPX1"})
    )

    assert fingerprint([one], [], []) == fingerprint([other], [], [])


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({"serial": "DMPX1", "person": "P-90", "near": "P-91"}, id="drawn otherwise"),
        pytest.param({"serial": "DMPX1"}, id="not drawn yet"),
    ],
)
def test_references_that_each_store_draws_for_itself_make_no_other_plan(details: dict[str, str]) -> None:
    elsewhere = replace(STEP, finding=replace(FOUND, details=details))

    assert fingerprint([elsewhere], [], []) == fingerprint([STEP], [], [])


@pytest.mark.parametrize(
    "hold",
    [
        pytest.param(replace(HOLD, since=datetime(2026, 11, 24, 6, 0, tzinfo=UTC)), id="at another moment"),
        pytest.param(replace(HOLD, hold_id=9), id="under another number"),
    ],
)
def test_when_and_under_which_number_a_hold_was_kept_makes_no_other_plan(hold: Hold) -> None:
    assert fingerprint([], [hold], []) == fingerprint([], [HOLD], [])


def test_every_step_makes_another_plan() -> None:
    steps = [
        STEP,
        OTHER_STEP,
        replace(STEP, kind=TransitionKind.REOPENED),
        replace(STEP, baseline=True),
        replace(STEP, finding=replace(FOUND, rule="wrong-school")),
        replace(STEP, finding=replace(FOUND, subject="device:3")),
        replace(STEP, finding=replace(FOUND, school=SUED.number)),
        replace(STEP, finding=replace(FOUND, severity=Severity.CRITICAL)),
        replace(STEP, finding=replace(FOUND, details={"serial": "DMPX2"})),
        replace(STEP, finding=replace(FOUND, details={})),
    ]

    assert_all_differ([fingerprint([], [], []), *(fingerprint([step], [], []) for step in steps)])


def test_every_hold_makes_another_plan() -> None:
    holds = [
        HOLD,
        OTHER_HOLD,
        replace(HOLD, ring=Ring.RULE),
        replace(HOLD, rule="wrong-school"),
        replace(HOLD, direction=Direction.RESOLVED),
        replace(HOLD, state=HoldState.CLOSED),
        replace(HOLD, number=61),
        replace(HOLD, of=81),
    ]

    assert_all_differ([fingerprint([], [], []), *(fingerprint([], [hold], []) for hold in holds)])


def test_what_is_to_leave_the_house_makes_another_plan() -> None:
    leaving = [[], ["mail"], ["summary"], ["mail", "summary"], ["mail", "mail"]]

    assert_all_differ([fingerprint([], [], kinds) for kinds in leaving])


def test_steps_holds_and_what_leaves_all_count_together() -> None:
    assert_all_differ(
        [
            fingerprint([STEP], [HOLD], ["mail"]),
            fingerprint([], [HOLD], ["mail"]),
            fingerprint([STEP], [], ["mail"]),
            fingerprint([STEP], [HOLD], []),
        ]
    )


def assert_all_differ(prints: list[str]) -> None:
    assert [pair for pair in combinations(enumerate(prints), 2) if pair[0][1] == pair[1][1]] == []
