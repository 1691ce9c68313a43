"""What a finding rests on, as people read it: each detail under a name, dates in words, nothing told twice."""

from datetime import date, datetime

import pytest

from mdm_sync.core.detail_text import readable_details
from tests.unit.core.given import finding

MOMENT = "2026-11-24T06:12:45+00:00"
NAMES = {
    "serial": "Serial number",
    "asset_tag": "Asset tag",
    "devices": "Devices",
    "students": "Students",
    "needed": "Needed",
    "person": "Person",
    "person_school": "School of the person",
    "near": "Perhaps meant",
    "by": "Recognised by",
    "incident": "Incident",
    "former": "Known before as",
    "site": "Site",
    "sites": "Sites",
    "source": "Source",
    "record": "Record",
    "reason": "Reason",
    "privilege": "Privilege",
    "entry": "Entry of the outbox",
}
DAYS = {
    "last_inventory": "Last inventory",
    "purchased": "Bought",
    "profile_expires": "MDM profile until",
    "left": "Gone since",
}
MOMENTS = {
    "reported_at": "Reported",
    "asked_at": "Lock asked for",
    "seen_at": "Last seen",
    "enrolled_at": "Enrolled",
    "since": "Not read since",
}
OBSTACLES = {
    "mac": "a Mac",
    "apple-tv": "an Apple TV",
    "unmanaged": "not managed",
    "unsupervised": "not supervised",
}


class Marked:
    """Texts that show that they were asked for."""

    def text(self, message: str) -> str:
        return f"<{message}>"

    def moment(self, moment: datetime) -> str:
        return f"moment {moment:%d.%m.%Y %H:%M}"

    def day(self, day: date) -> str:
        return f"day {day:%d.%m.%Y}"


def told(details: dict[str, str], *, said: str = "", without: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return list(readable_details(finding(details=details), Marked(), said=said, without=without))


@pytest.mark.parametrize(("key", "name"), NAMES.items())
def test_each_detail_has_a_name(key: str, name: str) -> None:
    assert told({key: "17"}) == [(f"<{name}>", "17")]


@pytest.mark.parametrize(("key", "name"), DAYS.items())
def test_days_are_written_as_people_write_them(key: str, name: str) -> None:
    assert told({key: "2026-11-24"}) == [(f"<{name}>", "day 24.11.2026")]


@pytest.mark.parametrize(("key", "name"), MOMENTS.items())
def test_moments_as_well(key: str, name: str) -> None:
    assert told({key: MOMENT}) == [(f"<{name}>", "moment 24.11.2026 06:12")]


@pytest.mark.parametrize("key", ["purchased", "seen_at"])
def test_what_is_written_in_an_unknown_form_stays_as_it_is(key: str) -> None:
    assert [value for _, value in told({key: "in spring"})] == ["in spring"]


@pytest.mark.parametrize(("reason", "words"), OBSTACLES.items())
def test_why_a_device_cannot_be_locked_is_said_in_words(reason: str, words: str) -> None:
    assert told({"reason": reason}) == [("<Reason>", f"<{words}>")]


def test_a_detail_without_a_name_is_told_by_its_key() -> None:
    assert told({"colour": "blue"}) == [("colour", "blue")]


def test_what_was_said_or_is_told_elsewhere_or_says_nothing_is_left_out() -> None:
    details = {"serial": "DMPX1", "asset_tag": "", "devices": "2", "students": "20"}
    assert told(details, said="DMPX1", without=("devices",)) == [("<Students>", "20")]
