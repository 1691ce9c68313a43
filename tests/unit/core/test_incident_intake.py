"""Which reports of an import are new: the same one twice, the same incident twice, and what was corrected by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mdm_sync.core.incident_intake import Intake, KnownReports, take_in, wording
from mdm_sync.core.incidents import Handling, Incident, IncidentKind

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def report(case: str = "V-1", *, at: datetime = AT, **fields: object) -> Incident:
    one = Incident(case_number=case, kind=IncidentKind.THEFT, serial="DMPX1", school="100001", reported_at=at)
    return replace(one, **fields)  # type: ignore[arg-type]  # fields of an Incident


STORED = report(number=1, recorded_by="november.csv")
KNOWN = KnownReports(incidents=(STORED,), last_read={"V-1": wording(STORED)})


def taken(known: KnownReports, *reports: Incident) -> Intake:
    return take_in(known, reports, within=WEEK)


def test_a_report_is_new_where_nothing_is_known() -> None:
    assert taken(KnownReports(), report()) == Intake(new=(report(),))


def test_the_same_report_again_is_nothing_new() -> None:
    assert taken(KNOWN, report()) == Intake(repeated=1)
    assert taken(KnownReports(), report(), report()) == Intake(new=(report(),), repeated=1)


def test_the_form_may_say_something_else_later() -> None:
    found = report(handling=Handling.RECOVERED)
    assert taken(KNOWN, found) == Intake(changed=(replace(found, number=1, recorded_by="november.csv"),))


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
