from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_sync.core.lifecycle import (
    CLOSING,
    ENDS_ACKNOWLEDGEMENT,
    StoredFinding,
    Transition,
    TransitionKind,
    transitions,
    vanished,
)
from mdm_sync.core.model import Finding, Key, Severity
from mdm_sync.core.rules import Judgement
from tests.unit.core.given import SUED, finding

FINDING = finding(details={"serial": "DMPX1"})
OTHER_DETAILS = finding(details={"serial": "DMPX2"})
OTHER_SCHOOL = finding(details={"serial": "DMPX1"}, school=SUED)
KEY = FINDING.key

OPEN = StoredFinding(finding=FINDING, open=True)
CLOSED = StoredFinding(finding=FINDING, open=False)

WRONG = Judgement(findings=(FINDING,))
UNCLEAR = Judgement(unclear=frozenset({KEY}))
FINE = Judgement()


def step(kind: TransitionKind, what: Finding = FINDING) -> Transition:
    return Transition(kind=kind, finding=what)


@pytest.mark.parametrize(
    ("known", "judgement", "steps"),
    [
        pytest.param(None, WRONG, [step(TransitionKind.OPENED)], id="never seen, wrong: opened"),
        pytest.param(None, UNCLEAR, [], id="never seen, unclear: nothing"),
        pytest.param(None, FINE, [], id="never seen, fine: nothing"),
        pytest.param(OPEN, WRONG, [], id="open, wrong as before: nothing"),
        pytest.param(
            OPEN,
            Judgement(findings=(OTHER_DETAILS,)),
            [step(TransitionKind.CHANGED, OTHER_DETAILS)],
            id="open, wrong with other details: changed",
        ),
        pytest.param(
            OPEN,
            Judgement(findings=(OTHER_SCHOOL,)),
            [step(TransitionKind.CHANGED, OTHER_SCHOOL)],
            id="open, wrong at another school: changed",
        ),
        pytest.param(OPEN, UNCLEAR, [], id="open, unclear: stays open"),
        pytest.param(OPEN, FINE, [step(TransitionKind.RESOLVED)], id="open, fine: resolved"),
        pytest.param(CLOSED, WRONG, [step(TransitionKind.REOPENED)], id="closed, wrong again: reopened"),
        pytest.param(
            CLOSED,
            Judgement(findings=(OTHER_DETAILS,)),
            [step(TransitionKind.REOPENED, OTHER_DETAILS)],
            id="closed, wrong again with other details: reopened with them",
        ),
        pytest.param(CLOSED, UNCLEAR, [], id="closed, unclear: stays closed"),
        pytest.param(CLOSED, FINE, [], id="closed, fine: nothing"),
    ],
)
def test_one_step_in_the_life_of_a_finding(
    known: StoredFinding | None, judgement: Judgement, steps: list[Transition]
) -> None:
    stored = {} if known is None else {KEY: known}

    assert list(transitions(stored, judgement)) == steps


WORSE = finding(details={"serial": "DMPX1"}, severity=Severity.CRITICAL)
LOOKED_AFTER = StoredFinding(finding=FINDING, open=True, acknowledged_until=date(2026, 11, 23))


def test_a_finding_whose_severity_rises_has_got_worse() -> None:
    assert list(transitions({KEY: OPEN}, Judgement(findings=(WORSE,)))) == [step(TransitionKind.WORSENED, WORSE)]
    worse = StoredFinding(finding=WORSE, open=True)
    assert list(transitions({KEY: worse}, WRONG)) == [step(TransitionKind.CHANGED)]


def test_an_acknowledged_finding_is_due_on_the_day_after_the_last() -> None:
    assert list(transitions({KEY: LOOKED_AFTER}, WRONG, date(2026, 11, 23))) == []
    assert list(transitions({KEY: LOOKED_AFTER}, WRONG, date(2026, 11, 24))) == [step(TransitionKind.DUE)]
    assert list(transitions({KEY: LOOKED_AFTER}, UNCLEAR, date(2026, 11, 24))) == []


def test_what_settings_take_out_is_withdrawn_and_not_resolved() -> None:
    for judgement in (Judgement(excepted=frozenset({KEY})), Judgement(rules_off=frozenset({FINDING.rule}))):
        assert list(transitions({KEY: OPEN}, judgement)) == [step(TransitionKind.WITHDRAWN)]
        assert list(transitions({KEY: CLOSED}, judgement)) == []


@pytest.mark.parametrize(
    ("kind", "open_after", "acknowledged_after"),
    [
        (TransitionKind.OPENED, True, True),
        (TransitionKind.REOPENED, True, True),
        (TransitionKind.CHANGED, True, True),
        (TransitionKind.WORSENED, True, False),
        (TransitionKind.DUE, True, False),
        (TransitionKind.RESOLVED, False, False),
        (TransitionKind.WITHDRAWN, False, False),
    ],
)
def test_which_steps_close_a_finding_and_which_end_its_acknowledgement(
    kind: TransitionKind, *, open_after: bool, acknowledged_after: bool
) -> None:
    assert (kind not in CLOSING, kind not in ENDS_ACKNOWLEDGEMENT) == (open_after, acknowledged_after)


def test_the_same_subject_under_another_rule_is_another_finding() -> None:
    other = finding("wrong-school")

    assert list(transitions({KEY: OPEN}, Judgement(findings=(other,)))) == [
        step(TransitionKind.OPENED, other),
        step(TransitionKind.RESOLVED),
    ]


def test_another_subject_under_the_same_rule_is_another_finding() -> None:
    other = finding(subject="device:2")

    assert list(transitions({KEY: CLOSED}, Judgement(findings=(other,)))) == [step(TransitionKind.OPENED, other)]


def test_unclear_under_one_rule_keeps_nothing_open_under_another() -> None:
    judgement = Judgement(unclear=frozenset({("wrong-school", "device:1")}))

    assert list(transitions({KEY: OPEN}, judgement)) == [step(TransitionKind.RESOLVED)]


def test_what_is_said_last_of_a_resolved_finding_is_what_was_stored() -> None:
    stored = {KEY: StoredFinding(finding=OTHER_DETAILS, open=True)}

    assert list(transitions(stored, FINE)) == [step(TransitionKind.RESOLVED, OTHER_DETAILS)]


def test_open_findings_of_subjects_that_are_gone_are_resolved() -> None:
    second = finding(subject="device:2")
    stored = [OPEN, CLOSED, StoredFinding(finding=second, open=True)]

    assert list(vanished(stored)) == [step(TransitionKind.RESOLVED), step(TransitionKind.RESOLVED, second)]


def test_nothing_stored_and_nothing_wrong_is_no_news() -> None:
    assert list(transitions({}, FINE)) == []


# Any history over a few keys: a judgement says of each that it is fine, unclear, or wrong in one of two ways.

KEYS: tuple[Key, ...] = (("unknown-user", "device:1"), ("unknown-user", "device:2"), ("wrong-school", "device:1"))
Said = Mapping[Key, str]
Store = dict[Key, StoredFinding]

histories = st.lists(
    st.fixed_dictionaries(dict.fromkeys(KEYS, st.sampled_from(("fine", "unclear", "wrong", "wrong otherwise")))),
    min_size=1,
    max_size=8,
)
no_deadline = settings(deadline=None)


def found(key: Key, said: str) -> Finding:
    rule, subject = key
    return finding(rule, subject, details={"how": said})


def judgement_of(said: Said) -> Judgement:
    return Judgement(
        findings=tuple(found(key, word) for key, word in said.items() if word.startswith("wrong")),
        unclear=frozenset(key for key, word in said.items() if word == "unclear"),
    )


def after(store: Store, steps: list[Transition]) -> Store:
    told = {
        one.finding.key: StoredFinding(finding=one.finding, open=one.kind is not TransitionKind.RESOLVED)
        for one in steps
    }
    return store | told


def open_in(store: Store) -> dict[Key, Finding]:
    return {key: known.finding for key, known in store.items() if known.open}


def expected(before: dict[Key, Finding], said: Said) -> dict[Key, Finding]:
    kept = {key: known for key, known in before.items() if said[key] == "unclear"}
    return kept | {key: found(key, word) for key, word in said.items() if word.startswith("wrong")}


@no_deadline
@given(histories)
def test_what_is_open_is_what_the_last_clear_word_on_each_subject_said(history: list[Said]) -> None:
    store: Store = {}
    for said in history:
        before = open_in(store)
        store = after(store, list(transitions(store, judgement_of(said))))

        assert open_in(store) == expected(before, said)


@no_deadline
@given(histories)
def test_the_same_judgement_again_is_no_news(history: list[Said]) -> None:
    store: Store = {}
    for said in history:
        store = after(store, list(transitions(store, judgement_of(said))))

        assert list(transitions(store, judgement_of(said))) == []


@no_deadline
@given(histories)
def test_every_step_starts_from_the_state_that_its_kind_needs(history: list[Said]) -> None:
    needed = {
        TransitionKind.OPENED: None,
        TransitionKind.REOPENED: False,
        TransitionKind.CHANGED: True,
        TransitionKind.RESOLVED: True,
    }
    store: Store = {}
    for said in history:
        steps = list(transitions(store, judgement_of(said)))
        started = [(one.kind, store[one.finding.key].open if one.finding.key in store else None) for one in steps]
        store = after(store, steps)

        assert started == [(one.kind, needed[one.kind]) for one in steps]


@no_deadline
@given(histories)
def test_a_cycle_tells_at_most_one_step_of_a_finding(history: list[Said]) -> None:
    store: Store = {}
    for said in history:
        steps = list(transitions(store, judgement_of(said)))
        store = after(store, steps)

        assert len({one.finding.key for one in steps}) == len(steps)


def test_what_a_rule_said_stays_while_it_cannot_be_decided_and_of_no_other_rule() -> None:
    other = finding("wrong-school")
    known = {one.key: StoredFinding(finding=one, open=True) for one in (FINDING, other)}

    steps = list(transitions(known, Judgement(undecided_rules=frozenset({FINDING.rule}))))

    assert steps == [step(TransitionKind.RESOLVED, other)]
