"""What a cycle concludes is written whole or not at all, and comes back as it was."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from mdm_sync.core.lifecycle import StoredFinding, TransitionKind
from mdm_sync.core.model import Assignment, AssignmentState, Severity
from mdm_sync.core.news import Place
from mdm_sync.ports import NewEntry, OpenFinding, OutboxTotals
from state import Store
from tests.integration.state.given import (
    EVENING,
    MORNING,
    NOON,
    NORD,
    SUED,
    ask,
    commit,
    device,
    finding,
    opened,
    person,
    put_in,
    steps,
    sweep,
)
from tests.replacing import replace

SCHOOLS = (NORD, SUED)
ASSIGNMENTS = "SELECT subject, state, step, person_school, person_uuid, reason FROM assignments ORDER BY subject"


class ComposerBrokeError(Exception):
    """What a composer might raise."""


def all_of(store: Store) -> list[OpenFinding]:
    return store.inquiry.open_findings(SCHOOLS, resolved=True)


def told(  # noqa: PLR0913 - the columns of one row
    number: int,
    serial: str = "DMPX1",
    *,
    is_open: bool = True,
    opened_at: datetime = MORNING,
    changed_at: datetime | None = None,
    resolved_at: datetime | None = None,
    reopened: int = 0,
    severity: Severity = Severity.WARNING,
) -> OpenFinding:
    return OpenFinding(
        finding_id=number,
        place=Place(finding=finding(serial=serial, severity=severity), school_name="Schule Nord"),
        open=is_open,
        opened_at=opened_at,
        resolved_at=resolved_at,
        times_reopened=reopened,
        first_seen=MORNING,
        changed_at=changed_at or resolved_at or opened_at,
    )


class TestTheLifeOfAFinding:
    def test_it_opens(self, store: Store) -> None:
        commit(store, opened(finding()), at=MORNING)
        assert all_of(store) == [told(1)]

    def test_it_changes_and_stays_as_old_as_it_was(self, store: Store) -> None:
        commit(store, opened(finding()), at=MORNING)
        now = finding(serial="DMPX9", severity=Severity.CRITICAL)
        commit(store, steps(TransitionKind.CHANGED, now), at=NOON)
        assert all_of(store) == [told(1, "DMPX9", severity=Severity.CRITICAL, changed_at=NOON)]

    def test_it_is_resolved(self, store: Store) -> None:
        commit(store, opened(finding()), at=MORNING)
        commit(store, steps(TransitionKind.RESOLVED, finding()), at=NOON)
        assert all_of(store) == [told(1, is_open=False, resolved_at=NOON)]

    def test_it_reopens_under_its_number(self, store: Store) -> None:
        commit(store, opened(finding()), at=MORNING)
        commit(store, steps(TransitionKind.RESOLVED, finding()), at=NOON)
        commit(store, steps(TransitionKind.REOPENED, finding(serial="DMPX9")), at=EVENING)
        assert all_of(store) == [told(1, "DMPX9", opened_at=EVENING, reopened=1)]

    def test_it_counts_how_often_it_came_back(self, store: Store) -> None:
        commit(store, opened(finding()))
        for _ in range(3):
            commit(store, steps(TransitionKind.RESOLVED, finding()))
            commit(store, steps(TransitionKind.REOPENED, finding()))
        assert all_of(store) == [told(1, reopened=3)]

    def test_it_may_change_its_school(self, store: Store) -> None:
        commit(store, opened(finding()))
        commit(store, steps(TransitionKind.CHANGED, finding(school=SUED)))
        assert store.snapshot.open_counts() == {SUED.number: {"unknown-user": 1}}

    def test_a_step_touches_no_other_rule_and_no_other_subject(self, store: Store) -> None:
        others = finding("wrong-school"), finding(about=2)
        commit(store, opened(finding(), *others))
        commit(store, steps(TransitionKind.RESOLVED, finding()))
        assert [one.place.finding for one in store.inquiry.open_findings(SCHOOLS)] == [others[1], others[0]]

    def test_details_come_back_as_they_were(self, store: Store) -> None:
        odd = replace(finding(), details={"serial": "Ä\u202e\n'\"", "b": "", "person": "P-0123456789AB"})
        commit(store, opened(odd))
        assert all_of(store)[0].place.finding == odd


class TestLists:
    def test_they_show_what_is_open_the_most_severe_first(self, store: Store) -> None:
        info, warning = finding("a", severity=Severity.INFO), finding("b", severity=Severity.WARNING)
        critical, south = finding("c", severity=Severity.CRITICAL), finding("b", about=2, school=SUED)
        done = finding("d")
        commit(store, opened(info, south, warning, critical, done))
        commit(store, steps(TransitionKind.RESOLVED, done))
        assert [one.place.finding for one in store.inquiry.open_findings(SCHOOLS)] == [critical, warning, south, info]

    def test_a_finding_is_shown_by_its_number(self, store: Store) -> None:
        commit(store, opened(finding(), finding(about=2)))
        shown = store.inquiry.finding(2, SCHOOLS)
        assert shown is not None
        assert (shown.finding_id, shown.place.finding) == (2, finding(about=2))

    def test_a_number_that_nothing_has_shows_nothing(self, store: Store) -> None:
        assert store.inquiry.finding(1, SCHOOLS) is None

    def test_a_school_that_left_the_register_has_no_name(self, store: Store) -> None:
        commit(store, opened(finding()))
        assert [one.place.school_name for one in store.inquiry.open_findings([SUED])] == [""]


class TestAllOrNothing:
    def test_what_goes_out_is_composed_when_the_state_already_says_so(self, store: Store) -> None:
        seen: list[dict[str, dict[str, int]]] = []

        def entries() -> Sequence[NewEntry]:
            seen.append(store.snapshot.open_counts())
            return [NewEntry(kind="mail", content="{}")]

        commit(store, opened(finding()), entries)
        assert seen == [{NORD.number: {"unknown-user": 1}}]
        assert store.outbox.totals() == OutboxTotals(waiting=1)

    def test_a_composer_that_breaks_leaves_findings_and_outbox_as_before(self, store: Store, folder: Path) -> None:
        sweep(store, device(1))
        commit(store, opened(finding()))
        put_in(store, "before")
        everything = [ask(folder, f"SELECT * FROM {table}") for table in ("findings", "outbox", "cycles")]  # noqa: S608 - names of our own tables

        def entries() -> Sequence[NewEntry]:
            raise ComposerBrokeError

        store.staging.stage_assignments({"device:1": Assignment(state=AssignmentState.UNMATCHED)})
        changes = [*steps(TransitionKind.RESOLVED, finding()), *opened(finding(about=2))]
        with pytest.raises(ComposerBrokeError):
            commit(store, changes, entries)
        assert [ask(folder, f"SELECT * FROM {table}") for table in ("findings", "outbox", "cycles")] == everything  # noqa: S608 - names of our own tables
        assert ask(folder, ASSIGNMENTS) == []

    def test_after_a_cycle_that_broke_the_next_one_is_written(self, store: Store) -> None:
        def entries() -> Sequence[NewEntry]:
            raise ComposerBrokeError

        with pytest.raises(ComposerBrokeError):
            commit(store, opened(finding()), entries)
        commit(store, opened(finding()))
        assert all_of(store) == [told(1)]

    def test_each_cycle_is_recorded(self, store: Store, folder: Path) -> None:
        commit(store, opened(finding(), finding(about=2)), at=MORNING)
        commit(store, at=NOON)
        assert ask(folder, "SELECT started_at, finished_at, transitions FROM cycles ORDER BY id") == [
            ("2025-11-03T05:59:00+00:00", "2025-11-03T06:00:00+00:00", 2),
            ("2025-11-03T11:59:00+00:00", "2025-11-03T12:00:00+00:00", 0),
        ]


class TestAssignments:
    MATCHED = Assignment(state=AssignmentState.MATCHED, step="login", person=person("anna.gruen"))
    NONE = Assignment(state=AssignmentState.NONE)

    def test_they_are_kept_as_they_were_concluded(self, store: Store, folder: Path) -> None:
        sweep(store, device(1), device(2), device(3))
        undecided = Assignment(state=AssignmentState.UNDECIDED, reason="not read")
        store.staging.stage_assignments({"device:1": self.MATCHED, "device:2": undecided})
        store.staging.stage_assignments({"device:3": self.NONE})
        commit(store)
        assert ask(folder, ASSIGNMENTS) == [
            ("device:1", "matched", "login", NORD.number, "uuid-anna.gruen", None),
            ("device:2", "undecided", None, None, None, "not read"),
            ("device:3", "none", None, None, None, None),
        ]

    def test_a_new_conclusion_takes_the_place_of_the_old_one(self, store: Store, folder: Path) -> None:
        sweep(store, device(1))
        for concluded in (self.MATCHED, self.NONE):
            store.staging.clear_assignments()
            store.staging.stage_assignments({"device:1": concluded})
            commit(store)
        assert ask(folder, ASSIGNMENTS) == [("device:1", "none", None, None, None, None)]

    def test_those_of_schools_that_were_not_judged_stay(self, store: Store, folder: Path) -> None:
        sweep(store, device(1), device(2))
        for jamf_id in (1, 2):
            store.staging.clear_assignments()
            store.staging.stage_assignments({f"device:{jamf_id}": self.NONE})
            commit(store)
        assert [row[0] for row in ask(folder, ASSIGNMENTS)] == ["device:1", "device:2"]

    def test_only_devices_that_are_there_have_one(self, store: Store, folder: Path) -> None:
        sweep(store, device(1), device(2))
        store.staging.stage_assignments({"device:1": self.NONE, "device:2": self.NONE, "device:77": self.NONE})
        commit(store)
        assert [row[0] for row in ask(folder, ASSIGNMENTS)] == ["device:1", "device:2"]

    def test_one_goes_with_its_device(self, store: Store, folder: Path) -> None:
        sweep(store, device(1), device(2))
        store.staging.stage_assignments({"device:1": self.NONE, "device:2": self.NONE})
        commit(store)
        for _ in range(2):
            sweep(store, device(1))
        store.staging.clear_assignments()
        commit(store)
        assert [row[0] for row in ask(folder, ASSIGNMENTS)] == ["device:1"]

    def test_those_that_were_cleared_are_not_committed(self, store: Store, folder: Path) -> None:
        sweep(store, device(1))
        store.staging.stage_assignments({"device:1": self.NONE})
        store.staging.clear_assignments()
        commit(store)
        assert ask(folder, ASSIGNMENTS) == []


def test_a_finding_is_stored_under_rule_and_subject(store: Store) -> None:
    sweep(store, device(1))
    commit(store, opened(finding()))
    assert store.snapshot.findings_of_devices(NORD) == {
        ("unknown-user", "device:1"): StoredFinding(finding=finding(), open=True)
    }
