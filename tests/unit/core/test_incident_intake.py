"""Which reports of an import are new: the same one twice, the same incident twice, and what was corrected by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mdm_sync.core.incident_intake import Intake, KnownReports, take_in, wording
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from tests.replacing import replace

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def report(case: str = "V-1", *, at: datetime = AT, **fields: object) -> Incident:
    one = Incident(case_number=case, kind=IncidentKind.THEFT, serial="DMPX1", school="100001", reported_at=at)
    return replace(one, **fields)


STORED = report(number=1, recorded_by="november.csv")
KNOWN = KnownReports(incidents=(STORED,), last_read={"V-1": wording(STORED)})


def taken(known: KnownReports, *reports: Incident) -> Intake:
    return take_in(known, reports, within=WEEK)


def test_a_report_is_new_where_nothing_is_known() -> None:
    assert taken(KnownReports(), report()) == Intake(new=(report(),))


def test_the_same_report_again_is_nothing_new() -> None:
    assert taken(KNOWN, report()) == Intake(repeated=1)
    assert taken(KnownReports(), report(), report()) == Intake(new=(report(),), repeated=1)


def test_every_report_that_came_already_is_counted_and_hides_no_new_one() -> None:
    second = report("V-2", serial="DMPX2", number=2)
    known = KnownReports(incidents=(STORED, second), last_read={**KNOWN.last_read, "V-2": wording(second)})
    new = report("V-3", serial="DMPX3")
    assert taken(known, report(), report("V-2", serial="DMPX2"), new) == Intake(new=(new,), repeated=2)


@pytest.mark.parametrize(
    "said",
    [
        {"kind": IncidentKind.LOSS},
        {"serial": "DMPX9"},
        {"asset_tag": "IT-9"},
        {"school": "100002"},
        {"happened": date(2026, 11, 1)},
        {"at": AT + timedelta(minutes=1)},
        {"handling": Handling.LOCKED},
    ],
    ids="".join,
)
def test_whatever_the_form_says_else_is_a_change(said: dict[str, Any]) -> None:
    assert len(taken(KNOWN, report(**said)).changed) == 1


def test_another_day_on_which_it_happened_is_a_change() -> None:
    earlier = replace(STORED, happened=date(2026, 10, 31))
    known = KnownReports(incidents=(earlier,), last_read={"V-1": wording(earlier)})
    assert len(taken(known, report(happened=date(2026, 11, 1))).changed) == 1


def test_the_form_may_say_something_else_later() -> None:
    found = report(handling=Handling.RECOVERED)
    assert taken(KNOWN, found) == Intake(changed=(replace(found, number=1, recorded_by="november.csv"),))


def test_a_change_hides_no_new_report() -> None:
    new = report("V-2", serial="DMPX2")
    intake = taken(KNOWN, report(handling=Handling.RECOVERED), new)
    assert (len(intake.changed), intake.new) == (1, (new,))


def test_of_a_new_report_the_last_line_of_the_file_counts() -> None:
    last = report(handling=Handling.RECOVERED)
    assert taken(KnownReports(), report(), last) == Intake(new=(last,))


def test_what_was_corrected_by_hand_stays_until_the_form_says_something_new() -> None:
    corrected = KnownReports(incidents=(replace(STORED, serial="DMPX9"),), last_read=KNOWN.last_read)
    assert taken(corrected, report()) == Intake(repeated=1)


def test_a_report_of_the_same_incident_under_another_number_is_a_double() -> None:
    intake = taken(KNOWN, report("V-2", at=AT + WEEK))
    assert (intake.new, [(one.case_number, one.of) for one in intake.doubles]) == ((), [("V-2", STORED)])


def test_a_double_is_recognised_within_one_file() -> None:
    intake = taken(KnownReports(), report(), report("V-2", at=AT + timedelta(minutes=5)))
    assert intake.new == (report(),)
    assert [one.case_number for one in intake.doubles] == ["V-2"]


def test_a_double_stays_one_where_the_file_names_it_once_more_with_other_words() -> None:
    intake = taken(KNOWN, report("V-2"), report("V-2", handling=Handling.RECOVERED))
    assert ([one.case_number for one in intake.doubles], intake.repeated) == (["V-2"], 1)
    assert (intake.new, intake.changed) == ((), ())


def test_a_double_is_compared_with_what_the_form_says_now() -> None:
    corrected = report(serial="DMPX2")
    intake = taken(KNOWN, corrected, report("V-2", serial="DMPX2"), report("V-3", serial="DMPX1"))
    assert [(one.case_number, one.of) for one in intake.doubles] == [
        ("V-2", replace(corrected, number=1, recorded_by="november.csv"))
    ]
    assert intake.new == (report("V-3", serial="DMPX1"),)


def test_a_report_is_compared_with_every_incident_that_is_known() -> None:
    other = report("V-9", number=9, serial="DMPX9")
    known = KnownReports(incidents=(STORED, other), last_read=KNOWN.last_read)
    assert [one.of for one in taken(known, report("V-2")).doubles] == [STORED]


def test_a_double_stays_one_whatever_becomes_of_the_incident() -> None:
    found = replace(STORED, handling=Handling.RECOVERED)
    known = KnownReports(incidents=(found,), last_read=KNOWN.last_read, doubles=frozenset({"V-2"}))
    assert taken(known, report("V-2")) == Intake(repeated=1)


def test_another_device_kind_or_time_is_another_incident() -> None:
    others = (
        report("V-2", serial="DMPX2"),
        report("V-3", kind=IncidentKind.DAMAGE),
        report("V-4", at=AT + WEEK + timedelta(minutes=1)),
    )
    assert taken(KNOWN, *others).new == others


def test_a_device_that_was_found_may_be_stolen_again_the_next_day() -> None:
    known = KnownReports(incidents=(replace(STORED, handling=Handling.RECOVERED),), last_read=KNOWN.last_read)
    again = report("V-2", at=AT + timedelta(days=1))
    assert taken(known, again).new == (again,)


def test_an_asset_tag_names_a_device_where_no_serial_does() -> None:
    first, second = report(serial="", asset_tag="IT-1"), report("V-2", serial="", asset_tag="IT-1")
    assert len(taken(KnownReports(), first, second).doubles) == 1


def test_a_report_entered_by_hand_takes_the_number_of_the_form_when_that_brings_it() -> None:
    by_hand = replace(STORED, case_number="", recorded_by="kim")
    intake = taken(KnownReports(incidents=(by_hand,)), report("V-5"))
    assert intake == Intake(changed=(report("V-5", number=1, recorded_by="kim"),))


def test_what_the_form_corrects_in_the_same_file_goes_to_the_report_entered_by_hand() -> None:
    by_hand = replace(STORED, case_number="", recorded_by="kim")
    last = report("V-5", handling=Handling.RECOVERED)
    intake = taken(KnownReports(incidents=(by_hand,)), report("V-5"), last)
    assert intake == Intake(changed=(replace(last, number=1, recorded_by="kim"),))
