"""Which summaries go into the outbox, and what they do to those that still wait there."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.upstream import SummaryComposer
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.model import Device
from mdm_sync.core.rules import Mode, RuleChoice
from mdm_sync.core.rules.book import RuleBook
from mdm_sync.core.summary import read_summary
from mdm_sync.cycle import run_cycle
from mdm_sync.delivery import deliver
from mdm_sync.errors import MdmSyncError, PermanentError, RecordError, TemporaryError
from mdm_sync.ports import EntryState, NewEntry, OutboxEntry, Replaces
from state import Store
from tests.fakes.directories import FakeDirectories
from tests.fakes.fleet import FakeFleet
from tests.integration.commands.district import DEVICES, PERSONS, SCHOOLS, SITES, equipment, ipad
from tests.replacing import replace

MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MORE = [*DEVICES, ipad(77, 2)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(tmp_path)) as store:
        yield store


def cycle(
    store: Store,
    at: datetime,
    devices: list[Device] = DEVICES,
    *,
    replaces: Replaces = Replaces.WAITING,
    below: int = 0,
) -> tuple[NewEntry, ...]:
    with_upstream = replace(
        equipment(store, FakeFleet(devices, SITES), FakeDirectories(PERSONS), at),
        summaries=SummaryComposer(few_below=below, replaces=replaces),
    )
    return run_cycle(with_upstream, SCHOOLS).entries


def standing(store: Store) -> list[str]:
    """How the summaries of the outbox stand, the first one first."""
    return [str(row.state) for row in store.outbox.rows(list(EntryState))][::-1]


def test_the_first_cycle_tells_how_things_stand(store: Store) -> None:
    [entry] = cycle(store, MORNING)
    summary = read_summary(entry.content)

    assert summary is not None
    assert (summary.run.counted_at, summary.district.schools, summary.few_below) == (MORNING, 3, 0)


def test_nothing_new_makes_no_summary_until_the_next_day(store: Store) -> None:
    cycle(store, MORNING)

    assert cycle(store, MORNING + HOUR) == ()
    assert len(cycle(store, MORNING + DAY)) == 1


def test_something_new_makes_one(store: Store) -> None:
    cycle(store, MORNING)

    assert len(cycle(store, MORNING + HOUR, MORE)) == 1
    assert len(cycle(store, MORNING + 2 * HOUR, MORE)) == 0


def test_small_numbers_are_kept_back_from_upstream_and_not_from_the_history(store: Store) -> None:
    [entry] = cycle(store, MORNING, below=100)
    kept = store.history.totals_on(MORNING.date())

    assert '"students":"few"' in entry.content
    assert kept is not None
    assert '"few"' not in kept.content


def test_after_an_outage_only_the_newest_is_left(store: Store) -> None:
    for at, devices in ((MORNING, DEVICES), (MORNING + HOUR, MORE), (MORNING + DAY, MORE)):
        cycle(store, at, devices)

    assert standing(store) == ["dropped", "dropped", "waiting"]


def test_or_the_last_of_each_day_as_the_settings_say(store: Store) -> None:
    for at, devices in ((MORNING, DEVICES), (MORNING + HOUR, MORE), (MORNING + DAY, MORE)):
        cycle(store, at, devices, replaces=Replaces.SAME_DAY)

    assert standing(store) == ["dropped", "waiting", "waiting"]


def test_what_left_already_stays_as_it_is_and_mails_are_no_summaries(store: Store) -> None:
    cycle(store, MORNING)
    entry = store.outbox.claim(MORNING, 300)
    assert entry is not None
    store.outbox.done(entry, MORNING)
    cycle(store, MORNING + HOUR, MORE)

    assert standing(store) == ["sent", "waiting"]


def test_without_upstream_the_first_totals_of_each_day_are_kept_all_the_same(store: Store) -> None:
    for at, devices in ((MORNING, DEVICES), (MORNING + HOUR, MORE)):
        entries = run_cycle(equipment(store, FakeFleet(devices, SITES), FakeDirectories(PERSONS), at), SCHOOLS).entries
        assert entries == ()
    kept = store.history.totals_on(MORNING.date())

    summary = read_summary(kept.content) if kept else None
    assert summary is not None
    assert (summary.run.counted_at, kept.day if kept else None) == (MORNING, MORNING.date())


def test_a_rule_that_is_observed_is_not_told_upstream(store: Store) -> None:
    observed = RuleBook(for_all={"device-unassigned": RuleChoice(mode=Mode.OBSERVE)})
    with_upstream = replace(
        equipment(store, FakeFleet(DEVICES, SITES), FakeDirectories(PERSONS), MORNING),
        summaries=SummaryComposer(),
        rules=observed,
        conditions=lambda now: Conditions(now=now),
    )
    [entry] = run_cycle(with_upstream, SCHOOLS).entries

    assert "unknown-user" in entry.content
    assert "device-unassigned" not in entry.content


class FarSide:
    """Upstream, which answers the next summaries as it is told."""

    def __init__(self, *answers: MdmSyncError | None) -> None:
        self._answers = iter(answers)

    def send(self, _: OutboxEntry) -> None:
        if error := next(self._answers):
            raise error


class TestRefusedForGood:
    """What becomes of summaries one after another: each is refused, put off, or taken."""

    REFUSED = RecordError("key", "answered 422.")
    TO_BE_MENDED = PermanentError("answered 401. Check the secret upstream-token.")
    LATER = TemporaryError("answered 503.")

    def told(self, store: Store, *answers: MdmSyncError | None) -> str | None:
        far = FarSide(*answers)
        for number, _ in enumerate(answers):
            at = MORNING + number * DAY
            cycle(store, at)
            deliver(store.outbox, {"summary": far}, lambda now=at: now)  # type: ignore[misc]  # bound to this day
        return store.snapshot.refused_summary()

    def test_is_told_of_one_that_is_not_wanted(self, store: Store) -> None:
        assert self.told(store, None, self.REFUSED) == str(self.REFUSED)

    def test_is_told_of_a_way_that_somebody_must_mend(self, store: Store) -> None:
        assert self.told(store, None, self.TO_BE_MENDED) == str(self.TO_BE_MENDED)

    @pytest.mark.parametrize("last", [REFUSED, TO_BE_MENDED])
    def test_is_over_when_a_later_one_was_taken(self, store: Store, last: MdmSyncError) -> None:
        assert self.told(store, last, None) is None

    def test_is_not_told_of_one_that_goes_later(self, store: Store) -> None:
        assert self.told(store, self.LATER) is None
        assert self.told(store, self.LATER, self.LATER) is None

    def test_is_not_told_before_anything_was_tried(self, store: Store) -> None:
        cycle(store, MORNING)
        assert store.snapshot.refused_summary() is None

    def test_is_a_finding_of_the_next_cycle(self, store: Store) -> None:
        self.told(store, self.REFUSED)
        cycle(store, MORNING + DAY)

        found = store.inquiry.open_findings(SCHOOLS)
        assert [one.place.finding.subject for one in found if one.place.finding.rule == "summary-refused"] == [
            "upstream:summary"
        ]
