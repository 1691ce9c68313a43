"""What each recipient was told, held against how the findings stand."""

from dataclasses import replace

import pytest

from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import Severity
from mdm_sync.core.news import Reported, Told
from mdm_sync.core.views import RefusedMail
from mdm_sync.ports import Commit, NewEntry, Telling, Turn, Wanted
from state import Store
from tests.integration.state.given import (
    DISTRICT,
    MORNING,
    NOON,
    NORD,
    SUED,
    commit,
    device,
    finding,
    opened,
    person,
    read,
    sweep,
)

TEAM, BOSS = "central//team@it.example", "central//boss@it.example"
EVERYWHERE = ("100001", "100002", "100003")


def wanted(recipient: str = TEAM, **more: object) -> Wanted:
    asked = Wanted(recipient=recipient, schools=EVERYWHERE, rules=("unknown-user", "user-left"), least=Severity.WARNING)
    return replace(asked, **more)  # type: ignore[arg-type]  # fields by name


def news(store: Store, recipient: str = TEAM, **more: object) -> tuple[Reported, ...]:
    return store.mailings.news(wanted(recipient, **more), DISTRICT)


def tell(store: Store, *some: Reported, recipient: str = TEAM) -> None:
    tells = tuple(Telling(number=one.place.number, severity=one.place.finding.severity, open=one.open) for one in some)
    entry = NewEntry(kind="mail", content="{}", reader=recipient, tells=tells)
    store.mailings.put(lambda: [entry], NOON)


def subjects(some: tuple[Reported, ...]) -> list[str]:
    return [one.place.finding.subject for one in some]


@pytest.fixture
def filled_store(store: Store) -> Store:
    """Three findings: two at the first school, the second more severe, one at the other."""
    sweep(store, *(device(number) for number in (1, 2, 3)))
    worse = replace(finding(about=2), severity=Severity.CRITICAL)
    commit(store, opened(finding(about=1), worse, replace(finding(about=3), school=SUED.number)))
    return store


def test_what_was_never_told_is_news_the_most_severe_first(filled_store: Store) -> None:
    assert subjects(news(filled_store)) == ["device:2", "device:1", "device:3"]
    first = news(filled_store)[0]
    assert (first.told, first.open, first.place.label, first.place.school_name) == (None, True, "iPad 2", NORD.name)
    assert first.place.opened_at == MORNING


def test_only_what_is_wanted_is_news(filled_store: Store) -> None:
    assert subjects(news(filled_store, schools=[SUED.number])) == ["device:3"]
    assert news(filled_store, rules=["user-left"]) == ()
    assert subjects(news(filled_store, least=Severity.CRITICAL)) == ["device:2"]


def test_what_was_told_is_no_news_to_the_same_recipient(filled_store: Store) -> None:
    tell(filled_store, *news(filled_store)[:2])
    assert subjects(news(filled_store)) == ["device:3"]
    assert len(news(filled_store, BOSS)) == 3


def test_what_is_solved_comes_with_what_was_told_and_by_which_mail(filled_store: Store) -> None:
    tell(filled_store, *news(filled_store))
    commit(filled_store, [Transition(kind=TransitionKind.RESOLVED, finding=finding(about=1))])
    (solved,) = news(filled_store)
    row = filled_store.outbox.row(1)
    assert row
    assert (solved.open, solved.told) == (False, Told(severity=Severity.WARNING, open=True, mail=row.entry.key))
    tell(filled_store, solved)
    assert news(filled_store) == ()


def test_what_was_solved_before_it_was_told_is_no_news(filled_store: Store) -> None:
    commit(filled_store, [Transition(kind=TransitionKind.RESOLVED, finding=finding(about=1))])
    assert subjects(news(filled_store)) == ["device:2", "device:3"]


def test_what_got_worse_is_news_and_what_got_better_is_not(filled_store: Store) -> None:
    tell(filled_store, *news(filled_store))
    worse = replace(finding(about=1), severity=Severity.CRITICAL)
    better = replace(finding(about=2), severity=Severity.WARNING)
    commit(
        filled_store,
        [
            Transition(kind=TransitionKind.WORSENED, finding=worse),
            Transition(kind=TransitionKind.CHANGED, finding=better),
        ],
    )
    assert subjects(news(filled_store)) == ["device:1"]


def test_what_opened_in_a_first_look_says_so_until_it_comes_back(store: Store) -> None:
    found = replace(finding(about=1), details={"serial": "DMPX1"})
    commit(store, [Transition(kind=TransitionKind.OPENED, finding=found, baseline=True)])
    assert [(one.baseline, dict(one.place.finding.details)) for one in news(store)] == [(True, {})]
    commit(store, [Transition(kind=TransitionKind.RESOLVED, finding=finding(about=1))])
    commit(store, [Transition(kind=TransitionKind.REOPENED, finding=finding(about=1))])
    assert [one.baseline for one in news(store)] == [False]


def test_counts_are_of_what_is_wanted_and_open(filled_store: Store) -> None:
    assert filled_store.mailings.open_counts(wanted()) == {"100001": {"unknown-user": 2}, "100002": {"unknown-user": 1}}
    assert filled_store.mailings.open_counts(wanted(least=Severity.CRITICAL)) == {"100001": {"unknown-user": 1}}


def test_persons_of_the_school_that_is_named_stand_by_their_logins_and_all_others_by_reference(store: Store) -> None:
    sweep(store, device(1))
    read(store, NORD, person("anna"))
    read(store, SUED, person("otto", school=SUED))
    (anna,), (otto,) = store.snapshot.persons_of(NORD) or (), store.snapshot.persons_of(SUED) or ()
    ours = replace(finding(about=1), details={"person": anna.ref, "near": otto.ref, "serial": "DMPX1"})
    commit(store, opened(ours))
    assert [dict(one.place.finding.details) for one in news(store, logins_of=NORD.number)] == [
        {"person": "anna", "near": otto.ref, "serial": "DMPX1"}
    ]
    assert [dict(one.place.finding.details) for one in news(store)] == [dict(ours.details)]


def test_turns_are_remembered_for_each_recipient_and_kind(store: Store) -> None:
    mailings = store.mailings
    mailings.note_turn(TEAM, Turn.DIGEST, MORNING)
    mailings.note_turn(TEAM, Turn.DIGEST, NOON)
    assert mailings.turn(TEAM, Turn.DIGEST) == NOON
    assert (mailings.turn(TEAM, Turn.SIGN_OF_LIFE), mailings.turn(BOSS, Turn.DIGEST)) == (None, None)


def test_what_breaks_off_leaves_neither_mail_nor_turn_nor_memory(filled_store: Store) -> None:
    one = news(filled_store)[0]
    tells = (Telling(number=one.place.number, severity=Severity.WARNING, open=True),)

    def breaking() -> list[NewEntry]:
        filled_store.mailings.note_turn(TEAM, Turn.DIGEST, NOON)
        return [NewEntry(kind="mail", content="{}", reader=TEAM, tells=tells), None]  # type: ignore[list-item]  # it breaks here

    with pytest.raises(AttributeError):
        filled_store.mailings.put(breaking, NOON)
    assert filled_store.mailings.turn(TEAM, Turn.DIGEST) is None
    assert len(news(filled_store)) == 3
    assert filled_store.outbox.row(1) is None


class TestAnAddressThatRefusesMail:
    def put(self, store: Store, *recipients: str) -> None:
        entries = [NewEntry(kind="mail", content="{}", recipient=one) for one in recipients]
        store.commit(Commit(started=MORNING, finished=MORNING, transitions=(), entries=lambda: entries))

    def settle(self, store: Store, *outcomes: str) -> None:
        for outcome in outcomes:
            entry = store.outbox.claim(MORNING, 300)
            assert entry
            match outcome:
                case "sent":
                    store.outbox.done(entry, NOON)
                case _:
                    store.outbox.failed(entry, outcome, NOON)

    def test_is_told_once_with_its_first_refused_mail(self, store: Store) -> None:
        self.put(store, "head@gs.example", "team@it.example", "head@gs.example")
        self.settle(store, "550 no such user", "sent", "550 still not")
        assert store.snapshot.refused_mails() == (RefusedMail(entry=1, answer="550 no such user"),)

    def test_is_over_when_a_later_mail_was_taken_or_the_refused_one_was_dropped(self, store: Store) -> None:
        self.put(store, "head@gs.example", "head@gs.example", "team@it.example")
        self.settle(store, "550 no such user", "sent", "550")
        assert store.snapshot.refused_mails() == (RefusedMail(entry=3, answer="550"),)
        store.outbox.drop(3, NOON)
        assert store.snapshot.refused_mails() == ()
