"""The rules about the sources: stale, shrunk, unreadable records, privileges."""

from datetime import datetime, timedelta

import pytest

from mdm_sync.core.model import Severity, Stage
from mdm_sync.core.rules import Judgement
from mdm_sync.core.views import Privileges, RefusedMail, Source
from tests.replacing import replace
from tests.unit.core.given import CONDITIONS, FINE, NORD, NOW, SUED, district_judged, keys

ONE_SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
JAMF = Source(name="jamf", known_since=NOW - 99 * DAY, complete_at=NOW)
DIRECTORY = Source(name="iserv-100001", school="100001", known_since=NOW - 99 * DAY, complete_at=NOW)


def facts(judgement: Judgement) -> list[tuple[str, str, Severity, dict[str, str]]]:
    return [(one.subject, one.school, one.severity, dict(one.details)) for one in judgement.findings]


class TestStale:
    @pytest.mark.parametrize(
        ("source", "age", "severity"),
        [
            pytest.param(JAMF, DAY, None, id="Jamf, a day"),
            pytest.param(JAMF, DAY + ONE_SECOND, Severity.WARNING, id="Jamf, more than a day"),
            pytest.param(JAMF, 2 * DAY, Severity.WARNING, id="Jamf, two days"),
            pytest.param(JAMF, 2 * DAY + ONE_SECOND, Severity.CRITICAL, id="Jamf, more than two days"),
            pytest.param(DIRECTORY, 3 * DAY, None, id="a directory, three days"),
            pytest.param(DIRECTORY, 3 * DAY + ONE_SECOND, Severity.WARNING, id="a directory, more than three days"),
            pytest.param(DIRECTORY, 6 * DAY, Severity.WARNING, id="a directory, six days"),
            pytest.param(DIRECTORY, 6 * DAY + ONE_SECOND, Severity.CRITICAL, id="a directory, more than six days"),
        ],
    )
    def test_a_source_older_than_its_limit_is_wrong(
        self, source: Source, age: timedelta, severity: Severity | None
    ) -> None:
        since = NOW - age
        judgement = district_judged("source-stale", sources=(replace(source, complete_at=since),))

        details = {"source": source.name, "since": since.isoformat()}
        told = [(f"source:{source.name}", source.school, severity, details)] if severity else []
        assert facts(judgement) == told

    @pytest.mark.parametrize(("since", "stale"), [(NOW - DAY, False), (NOW - DAY - ONE_SECOND, True)])
    def test_one_that_was_never_read_counts_from_the_first_attempt(self, since: datetime, *, stale: bool) -> None:
        source = replace(JAMF, known_since=since, complete_at=None)

        assert (district_judged("source-stale", sources=(source,)) != FINE) is stale

    def test_its_limits_are_settings(self) -> None:
        conditions = replace(CONDITIONS, fleet_limit=timedelta(hours=1), directory_limit=timedelta(hours=2))
        old = tuple(replace(source, complete_at=NOW - 90 * 60 * ONE_SECOND) for source in (JAMF, DIRECTORY))

        assert keys(district_judged("source-stale", sources=old, conditions=conditions)) == ["source:jamf"]


class TestShrunk:
    def test_a_read_that_was_refused_because_far_less_came_is_wrong(self) -> None:
        sources = (JAMF, replace(DIRECTORY, shrunk=True))

        assert facts(district_judged("source-shrunk", sources=sources)) == [
            ("source:iserv-100001", "100001", Severity.CRITICAL, {"source": "iserv-100001"})
        ]

    def test_one_that_was_refused_for_another_reason_is_fine(self) -> None:
        assert district_judged("source-shrunk", sources=(replace(JAMF, error="it does not answer"),)) == FINE


class TestUnreadable:
    def test_each_record_that_could_not_be_read_is_told_with_its_reason(self) -> None:
        sources = (
            replace(JAMF, unreadable=(("device:7", "id is no number"), ("computer:7", "no name"))),
            replace(DIRECTORY, unreadable=(("0-1", "it has no uid"),)),
        )

        assert facts(district_judged("unreadable-record", sources=sources)) == [
            (
                "record:jamf/device:7",
                "",
                Severity.INFO,
                {"source": "jamf", "record": "device:7", "reason": "id is no number"},
            ),
            (
                "record:jamf/computer:7",
                "",
                Severity.INFO,
                {"source": "jamf", "record": "computer:7", "reason": "no name"},
            ),
            (
                "record:iserv-100001/0-1",
                "100001",
                Severity.INFO,
                {"source": "iserv-100001", "record": "0-1", "reason": "it has no uid"},
            ),
        ]

    def test_a_source_that_was_read_as_a_whole_is_fine(self) -> None:
        assert district_judged("unreadable-record", sources=(JAMF, DIRECTORY)) == FINE


@pytest.mark.parametrize("rule", ["source-stale", "source-shrunk", "unreadable-record"])
@pytest.mark.parametrize(("stage", "told"), [(Stage.LIVE, True), (Stage.OBSERVED, True), (Stage.NOT_CONNECTED, False)])
def test_the_directory_of_a_school_that_is_not_connected_is_no_source(rule: str, stage: Stage, *, told: bool) -> None:
    bad = replace(DIRECTORY, complete_at=None, shrunk=True, unreadable=(("0-1", "it has no uid"),))

    judgement = district_judged(rule, schools=(SUED, replace(NORD, stage=stage)), sources=(bad,))

    assert (judgement != FINE) is told


class TestRefusedMails:
    def test_each_address_that_is_refused_for_good_is_wrong(self) -> None:
        refused = (RefusedMail(entry=7, answer="550 no such user"), RefusedMail(entry=9, answer="552 mailbox full"))
        assert facts(district_judged("mail-refused", refused_mails=refused)) == [
            ("mail:7", "", Severity.WARNING, {"entry": "7", "reason": "550 no such user"}),
            ("mail:9", "", Severity.WARNING, {"entry": "9", "reason": "552 mailbox full"}),
        ]

    def test_where_none_is_refused_nothing_is_wrong(self) -> None:
        assert district_judged("mail-refused") == FINE


class TestPrivileges:
    def test_each_that_is_missing_is_wrong(self) -> None:
        privileges = Privileges(missing=("Read Sites", "Read Computers"), excessive=("Delete Sites",))

        assert facts(district_judged("privilege-missing", privileges=privileges)) == [
            ("privilege:Read Sites", "", Severity.CRITICAL, {"privilege": "Read Sites"}),
            ("privilege:Read Computers", "", Severity.CRITICAL, {"privilege": "Read Computers"}),
        ]

    def test_each_too_many_is_wrong(self) -> None:
        privileges = Privileges(missing=("Read Sites",), excessive=("Delete Sites",))

        assert facts(district_judged("privilege-excessive", privileges=privileges)) == [
            ("privilege:Delete Sites", "", Severity.INFO, {"privilege": "Delete Sites"})
        ]
