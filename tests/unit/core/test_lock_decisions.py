from datetime import datetime, timedelta

import pytest

from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.lock_decisions import (
    Doubt,
    LockLimits,
    Refusal,
    current_record,
    doubt_automatic,
    doubt_number,
    is_done,
    named_by_serial,
    new_thefts,
    refuse_lock,
    refuse_unlock,
    school_at,
)
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.lock_state import LockPhase, LockStanding
from mdm_sync.core.model import Device, DeviceKind, Family, School, Stage
from mdm_sync.core.views import LossCase
from tests.replacing import replace
from tests.unit.core.given import NORD, NOW, SUED, ipad

DEVICE = replace(ipad(), managed=True, supervised=True, management_id="73226fb6-0000-4000-8000-000000000001")
THEFT = Incident(
    number=4,
    case_number="V-4",
    kind=IncidentKind.THEFT,
    serial="DMPX1",
    school=NORD.number,
    reported_at=NOW - timedelta(hours=2),
)
LIMITS = LockLimits(per_day=2, days=3)


def order(number: int = 1, *, hours: float = 1, **fields: object) -> LockOrder:
    """An automatic lock that was sent so many hours before NOW."""
    plain = LockOrder(
        number=number,
        subject=f"device:{number + 100}",
        serial="",
        management_id="",
        incident=number + 100,
        kind="enable",
        asked_by="mdm-sync",
        automatic=True,
        asked_at=NOW - timedelta(hours=hours),
        outcome=Outcome.TAKEN,
    )
    return replace(plain, **fields)


class TestLock:
    @pytest.mark.parametrize("kind", [IncidentKind.THEFT, IncidentKind.LOSS])
    @pytest.mark.parametrize("handling", [Handling.OPEN, Handling.LOCKED])
    def test_an_ipad_that_is_managed_and_supervised_may_be_locked(self, kind: IncidentKind, handling: Handling) -> None:
        assert refuse_lock(DEVICE, replace(THEFT, kind=kind, handling=handling)) is None

    @pytest.mark.parametrize(
        ("device", "refusal"),
        [
            (replace(DEVICE, kind=DeviceKind.MAC, family=Family.COMPUTER), Refusal.NOT_AN_IPAD),
            (replace(DEVICE, family=Family.COMPUTER), Refusal.NOT_AN_IPAD),
            (replace(DEVICE, kind=DeviceKind.APPLE_TV), Refusal.NOT_AN_IPAD),
            (replace(DEVICE, kind=DeviceKind.UNKNOWN), Refusal.NOT_AN_IPAD),
            (replace(DEVICE, managed=False), Refusal.UNMANAGED),
            (replace(DEVICE, managed=None), Refusal.UNMANAGED),
            (replace(DEVICE, supervised=False), Refusal.UNSUPERVISED),
            (replace(DEVICE, supervised=None), Refusal.UNSUPERVISED),
            (replace(DEVICE, management_id=""), Refusal.NO_MANAGEMENT_ID),
        ],
    )
    def test_what_cannot_be_locked_is_told_why(self, device: Device, refusal: Refusal) -> None:
        assert refuse_lock(device, THEFT) is refusal
        assert refuse_unlock(device, None, ()) is refusal

    @pytest.mark.parametrize(
        "incident",
        [
            replace(THEFT, kind=IncidentKind.DAMAGE),
            replace(THEFT, kind=IncidentKind.REPAIR),
            replace(THEFT, handling=Handling.RECOVERED),
            replace(THEFT, handling=Handling.CLOSED),
        ],
    )
    def test_only_an_open_theft_or_loss_is_a_reason(self, incident: Incident) -> None:
        assert refuse_lock(DEVICE, incident) is Refusal.NO_OPEN_LOSS

    def test_the_incident_must_be_about_this_device(self) -> None:
        assert refuse_lock(DEVICE, replace(THEFT, serial="DMPX2")) is Refusal.ANOTHER_DEVICE

    def test_letter_case_of_a_serial_number_does_not_matter(self) -> None:
        assert refuse_lock(DEVICE, replace(THEFT, serial="dmpx1")) is None

    def test_an_asset_tag_names_no_device_for_it_may_be_on_the_replacement(self) -> None:
        assert refuse_lock(DEVICE, replace(THEFT, serial="", asset_tag="INV-1")) is Refusal.ANOTHER_DEVICE

    def test_a_report_without_serial_number_names_no_device_without_one(self) -> None:
        nameless = replace(DEVICE, serial="")
        assert refuse_lock(nameless, replace(THEFT, serial="")) is Refusal.ANOTHER_DEVICE


def case(incident: Incident, serial: str) -> LossCase:
    return LossCase(subject=f"device:{serial}", serial=serial, incidents=(incident,))


class TestReportsByAssetTag:
    TAGGED = replace(THEFT, serial="", asset_tag="INV-1")

    def test_have_the_serial_number_of_the_device_that_they_were_found_to_be_about(self) -> None:
        other = replace(THEFT, number=5, serial="DMPX5")
        told = named_by_serial([self.TAGGED, other], [case(self.TAGGED, "DMPX1"), case(other, "DMPX5")])
        assert told == (replace(self.TAGGED, serial="DMPX1"), other)

    def test_stay_as_they_are_where_two_devices_have_the_tag(self) -> None:
        cases = [case(self.TAGGED, "DMPX1"), case(self.TAGGED, "DMPX2")]
        assert named_by_serial([self.TAGGED], cases) == (self.TAGGED,)

    def test_stay_as_they_are_where_none_has_it(self) -> None:
        assert named_by_serial([self.TAGGED], []) == (self.TAGGED,)

    def test_a_serial_number_that_is_told_stays(self) -> None:
        assert named_by_serial([THEFT], [case(THEFT, "DMPX2")]) == (THEFT,)


class TestUnlock:
    SETTLED = replace(THEFT, handling=Handling.RECOVERED)

    def test_a_settled_incident_is_a_reason(self) -> None:
        assert refuse_unlock(DEVICE, self.SETTLED, [self.SETTLED]) is None

    def test_none_is_needed(self) -> None:
        assert refuse_unlock(DEVICE, None, [self.SETTLED]) is None

    @pytest.mark.parametrize("named", [None, THEFT, replace(SETTLED, number=3)])
    @pytest.mark.parametrize("kind", [IncidentKind.THEFT, IncidentKind.LOSS])
    def test_whatever_is_named_an_open_theft_or_loss_is_settled_first(
        self, named: Incident | None, kind: IncidentKind
    ) -> None:
        assert refuse_unlock(DEVICE, named, [self.SETTLED, replace(THEFT, kind=kind)]) is Refusal.STILL_MISSING

    def test_what_is_open_of_another_device_or_is_no_loss_is_no_hindrance(self) -> None:
        others = [replace(THEFT, serial="DMPX2"), replace(THEFT, kind=IncidentKind.DAMAGE)]
        assert refuse_unlock(DEVICE, None, others) is None

    def test_another_devices_incident_is_no_reason(self) -> None:
        settled = replace(self.SETTLED, serial="DMPX2")
        assert refuse_unlock(DEVICE, settled, [settled]) is Refusal.ANOTHER_DEVICE


def lock(phase: LockPhase = LockPhase.UNASKED, since: datetime | None = None) -> LockStanding:
    return LockStanding(phase=phase, since=since)


class TestAutomatic:
    def test_a_theft_at_the_devices_own_live_school_leaves_no_doubt(self) -> None:
        assert doubt_automatic(NORD, THEFT, lock()) is None

    @pytest.mark.parametrize("school", [SUED, None])
    def test_a_device_that_stands_elsewhere_is_a_persons(self, school: School | None) -> None:
        assert doubt_automatic(school, THEFT, lock()) is Doubt.ANOTHER_SITE

    def test_a_report_of_no_school_is_a_persons(self) -> None:
        assert doubt_automatic(None, replace(THEFT, school=""), lock()) is Doubt.ANOTHER_SITE

    @pytest.mark.parametrize("stage", [Stage.OBSERVED, Stage.NOT_CONNECTED])
    def test_of_a_school_that_is_not_live_nothing_leaves_the_house(self, stage: Stage) -> None:
        assert doubt_automatic(replace(NORD, stage=stage), THEFT, lock()) is Doubt.NOT_LIVE

    @pytest.mark.parametrize("phase", [LockPhase.ENDED, LockPhase.ENDING, LockPhase.REFUSED])
    @pytest.mark.parametrize("since", [THEFT.reported_at, NOW, None])
    def test_a_lock_that_was_ended_or_refused_since_the_report_is_a_persons(
        self, phase: LockPhase, since: datetime | None
    ) -> None:
        assert doubt_automatic(NORD, THEFT, lock(phase, since)) is Doubt.DECIDED_SINCE

    @pytest.mark.parametrize("phase", [LockPhase.ENDED, LockPhase.ENDING, LockPhase.REFUSED])
    def test_one_of_an_earlier_theft_is_none_of_this(self, phase: LockPhase) -> None:
        assert doubt_automatic(NORD, THEFT, lock(phase, THEFT.reported_at - timedelta(seconds=1))) is None

    def test_so_many_a_day_and_no_more(self) -> None:
        assert doubt_number((order(1),), LIMITS, NOW) is None
        assert doubt_number((order(1), order(2)), LIMITS, NOW) is Doubt.TOO_MANY
        assert doubt_number((order(1), order(2, hours=24)), LIMITS, NOW) is Doubt.TOO_MANY

    def test_one_whose_end_is_not_known_counts(self) -> None:
        assert doubt_number((order(1), order(2, outcome=None)), LIMITS, NOW) is Doubt.TOO_MANY

    @pytest.mark.parametrize(
        "other",
        [
            order(2, hours=25),
            order(2, automatic=False),
            order(2, outcome=Outcome.HELD),
            order(2, outcome=Outcome.NEEDLESS),
            order(2, outcome=Outcome.NOT_TAKEN),
        ],
    )
    def test_older_ones_and_those_of_people_and_those_that_came_to_nothing_do_not(self, other: LockOrder) -> None:
        assert doubt_number((order(1), other), LIMITS, NOW) is None


class TestNewThefts:
    def test_the_earliest_comes_first(self) -> None:
        later = replace(THEFT, number=3, reported_at=NOW)
        assert new_thefts([later, THEFT], (), LIMITS, NOW) == (THEFT, later)

    @pytest.mark.parametrize(
        "other",
        [
            replace(THEFT, kind=IncidentKind.LOSS),
            replace(THEFT, kind=IncidentKind.DAMAGE),
            replace(THEFT, handling=Handling.RECOVERED),
            replace(THEFT, reported_at=NOW - timedelta(days=3, seconds=1)),
            replace(THEFT, reported_at=NOW + timedelta(seconds=1)),
        ],
    )
    def test_losses_settled_ones_old_ones_and_those_to_come_are_none(self, other: Incident) -> None:
        assert new_thefts([other], (), LIMITS, NOW) == ()

    def test_one_of_the_last_moment_is_new_and_of_one_moment_the_lower_number_comes_first(self) -> None:
        last = replace(THEFT, reported_at=NOW - timedelta(days=3))
        other = replace(last, number=3)
        assert new_thefts([last, other], (order(incident=99),), LIMITS, NOW) == (other, last)

    @pytest.mark.parametrize("outcome", [None, *Outcome])
    def test_one_that_was_dealt_with_is_a_persons_from_then_on(self, outcome: Outcome | None) -> None:
        assert new_thefts([THEFT], (order(incident=4, outcome=outcome),), LIMITS, NOW) == ()


class TestRecords:
    def test_the_only_one_is_it(self) -> None:
        assert current_record([replace(DEVICE, managed=False)]) == replace(DEVICE, managed=False)

    def test_of_several_it_is_the_managed_one(self) -> None:
        assert current_record([replace(DEVICE, jamf_id=2, managed=False), DEVICE]) == DEVICE

    def test_two_managed_ones_are_a_question(self) -> None:
        assert current_record([replace(DEVICE, jamf_id=2), DEVICE]) is None

    def test_none_is_none(self) -> None:
        assert current_record([]) is None

    def test_a_device_belongs_to_the_school_of_its_site(self) -> None:
        sites = {10: "Nord", 20: "Süd", 30: "Niemandsland"}
        assert school_at(DEVICE, (NORD, SUED), sites) == NORD
        assert school_at(replace(DEVICE, site_id=20), (NORD, SUED), sites) == SUED
        for elsewhere in (None, -1, 30, 99):
            assert school_at(replace(DEVICE, site_id=elsewhere), (NORD, SUED), sites) is None

    def test_a_site_of_which_nobody_knows_anything_is_no_schools(self) -> None:
        nameless = replace(NORD, sites=("None", ""))
        assert school_at(replace(DEVICE, site_id=None), (nameless,), {}) is None
        assert school_at(DEVICE, (nameless,), {}) is None


class TestWhatIsLeftToDo:
    @pytest.mark.parametrize("phase", [LockPhase.UNASKED, LockPhase.REFUSED, LockPhase.ENDING, LockPhase.ENDED])
    def test_such_a_device_can_be_locked(self, phase: LockPhase) -> None:
        assert not is_done("enable", phase)
        assert is_done("disable", phase)

    @pytest.mark.parametrize("phase", [LockPhase.ASKED, LockPhase.CONFIRMED])
    def test_such_a_lock_can_be_ended(self, phase: LockPhase) -> None:
        assert is_done("enable", phase)
        assert not is_done("disable", phase)

    def test_nothing_is_sent_on_top_of_what_is_not_known(self) -> None:
        assert is_done("enable", LockPhase.UNKNOWN)
        assert is_done("disable", LockPhase.UNKNOWN)
