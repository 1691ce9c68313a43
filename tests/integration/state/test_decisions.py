"""What people decide about findings: which ones they mean, who took them upon themselves, until when and why."""

from dataclasses import replace
from datetime import date

import pytest

from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.ports import Acknowledgement, FindingChoice
from state import Store
from tests.integration.state.given import DISTRICT, NOON, NORD, SUED, commit, finding, opened, steps

ACK = Acknowledgement(until=date(2025, 12, 24), who="eva", why="ordered", at=NOON)


@pytest.fixture
def four(store: Store) -> Store:
    """Findings 1 to 4, of two rules at two schools; the third is about the same device as the first."""
    of_one = (finding(about=1), finding("wrong-school", about=1))
    of_another = (finding(about=2, school=SUED, serial="DMPX2"), finding("wrong-school", about=2, serial="DMPX2"))
    commit(store, opened(of_one[0], of_another[0], of_one[1], of_another[1]))
    return store


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        (FindingChoice(numbers=(2, 4, 99)), (2, 4)),
        (FindingChoice(rule="unknown-user"), (1, 2)),
        (FindingChoice(school=NORD.number), (1, 3, 4)),
        (FindingChoice(device="DMPX1"), (1, 3)),
        (FindingChoice(rule="wrong-school", device="DMPX1"), (3,)),
        (FindingChoice(numbers=(1,), rule="wrong-school"), ()),
    ],
    ids=str,
)
def test_those_are_meant_that_fit_all_that_is_named(four: Store, choice: FindingChoice, meant: tuple[int, ...]) -> None:
    assert four.decisions.chosen(choice) == meant


def test_what_is_resolved_cannot_be_meant(four: Store) -> None:
    commit(four, steps(TransitionKind.RESOLVED, finding(about=2, school=SUED)), at=NOON)

    assert four.decisions.chosen(FindingChoice(rule="unknown-user")) == (1,)


def test_who_acknowledged_until_when_and_why_is_kept(four: Store) -> None:
    four.decisions.acknowledge((1, 3), ACK)

    told = [four.inquiry.finding(number, DISTRICT) for number in (1, 2, 3)]
    assert [one.acknowledged for one in told if one] == [ACK, None, ACK]


def test_a_later_acknowledgement_takes_the_place_of_an_earlier_one(four: Store) -> None:
    later = replace(ACK, who="kim", until=date(2026, 1, 31))
    four.decisions.acknowledge((1,), ACK)
    four.decisions.acknowledge((1,), later)

    told = four.inquiry.finding(1, DISTRICT)
    assert told is not None
    assert told.acknowledged == later


def test_given_back_nobody_looks_after_it_and_those_that_nobody_did_are_not_counted(four: Store) -> None:
    four.decisions.acknowledge((1, 3), ACK)

    assert four.decisions.unacknowledge((1, 2), NOON) == 1
    assert four.inquiry.health().acknowledged == 1
