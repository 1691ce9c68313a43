"""Who is told of what, as settings and register say."""

import tomllib
from datetime import time

import pytest

from config.recipients import recipients
from config.settings import Settings
from mdm_sync.core.model import School, Severity, Stage
from mdm_sync.core.recipients import Circle, QuietHours, Recipient, Rhythm
from mdm_sync.core.rules import DISTRICT_RULES, LOSS_RULES, RULES
from mdm_sync.core.rules.book import rule_ids

LEAST = """
[jamf]
url = "https://jamf.example"
client_id = "reader"
"""
MAIL = """
[mail]
host = "mail.example"
sender = "mdm-sync@it.example"
recipients = ["team@it.example", "boss@it.example"]
"""
NORD = School(number="100001", name="Schule Nord", campus="Nord", contacts=("a@nord.example", "b@nord.example"))
SUED = School(number="100002", name="Schule Süd", campus="Süd", contacts=("sued@sued.example",))
WEST = School(number="100003", name="Schule West", campus="Nord", stage=Stage.OBSERVED, contacts=("x@west.example",))
SCHOOLS = (NORD, SUED, WEST)
ALL, OF_DISTRICT = rule_ids(RULES), rule_ids(DISTRICT_RULES)


def told(text: str = "") -> tuple[Recipient, ...]:
    return recipients(Settings.model_validate(tomllib.loads(LEAST + MAIL + text)), SCHOOLS)


def of(circle: Circle, text: str = "") -> list[Recipient]:
    return [one for one in told(text) if one.circle is circle]


def test_without_a_mail_server_nobody_is_told() -> None:
    assert recipients(Settings.model_validate(tomllib.loads(LEAST)), SCHOOLS) == ()


def test_the_central_team_is_told_of_all_live_schools_and_of_the_district() -> None:
    team, boss = of(Circle.CENTRAL)
    assert team == Recipient(
        address="team@it.example",
        circle=Circle.CENTRAL,
        schools=frozenset({"100001", "100002", ""}),
        rules=ALL,
        least=Severity.INFO,
        language="de",
        rhythm=Rhythm.DAILY,
        hour=time(6, 30),
        weekday=0,
        urgent=rule_ids(LOSS_RULES),
        holds=True,
        sign_of_life=True,
    )
    assert boss.address == "boss@it.example"


def test_each_contact_of_a_live_school_is_told_of_it_alone() -> None:
    schools = of(Circle.SCHOOL)
    assert [(one.address, one.place, *one.schools) for one in schools] == [
        ("a@nord.example", "100001", "100001"),
        ("b@nord.example", "100001", "100001"),
        ("sued@sued.example", "100002", "100002"),
    ]
    assert {(one.least, one.rules, one.urgent, one.holds, one.sign_of_life) for one in schools} == {
        (Severity.WARNING, ALL - OF_DISTRICT, frozenset(), False, False)
    }


def test_schools_may_be_left_out() -> None:
    assert of(Circle.SCHOOL, "[mail.schools]\nsend = false\n") == []


def test_a_campus_is_told_of_its_live_schools() -> None:
    (north,) = of(Circle.CAMPUS, '[[mail.campuses]]\ncampus = "Nord"\nrecipients = ["nord@it.example"]\n')
    assert (north.address, north.place, *north.schools) == ("nord@it.example", "Nord", "100001")
    assert (north.least, north.rules, north.names_persons) == (Severity.WARNING, ALL - OF_DISTRICT, False)


def test_only_schools_are_told_who_is_meant() -> None:
    assert {one.circle for one in told() if one.names_persons} == {Circle.SCHOOL}


def test_everything_can_be_chosen() -> None:
    north = of(
        Circle.SCHOOL,
        'digest_at = "12:15"\nweekly_on = "friday"\n[mail.schools]\nrules = ["unknown-user", "source-stale"]\n'
        'least = "critical"\nlanguage = "en"\nrhythm = "weekly"\nquiet = "18:00-06:30"\n'
        '[[mail.intros]]\nschool = "100001"\ntext = "Ask us."\n',
    )[0]
    assert north == Recipient(
        address="a@nord.example",
        circle=Circle.SCHOOL,
        place="100001",
        schools=frozenset({"100001"}),
        rules=frozenset({"unknown-user", "source-stale"}),
        least=Severity.CRITICAL,
        language="en",
        rhythm=Rhythm.WEEKLY,
        hour=time(12, 15),
        weekday=4,
        quiet=QuietHours(first=time(18), last=time(6, 30)),
        intro="Ask us.",
    )


def test_what_is_told_at_once_can_be_chosen() -> None:
    assert of(Circle.CENTRAL, '[mail.central]\nat_once = ["lock-pending"]\n')[0].urgent == {"lock-pending"}
    assert of(Circle.CENTRAL, "[mail.central]\nat_once = []\n")[0].urgent == frozenset()


def test_the_language_is_that_of_the_installation_unless_another_is_named() -> None:
    settings = Settings.model_validate(
        tomllib.loads(f'language = "en"\n{LEAST}{MAIL}[mail.schools]\nlanguage = "de"\n')
    )
    assert {(one.circle, one.language) for one in recipients(settings, SCHOOLS)} == {
        (Circle.CENTRAL, "en"),
        (Circle.SCHOOL, "de"),
    }


def test_no_two_recipients_are_remembered_as_one() -> None:
    everybody = told('[[mail.campuses]]\ncampus = "Nord"\nrecipients = ["team@it.example", "a@nord.example"]\n')
    assert len({one.key for one in everybody}) == len(everybody)


@pytest.mark.parametrize("quiet", ["20:00", "24:00-06:00", "8-9", "20:00-20:00", "20:00-06:60", ""])
def test_quiet_hours_are_two_different_times_of_day(quiet: str) -> None:
    with pytest.raises(ValueError, match="HH:MM-HH:MM"):
        told(f'[mail.central]\nquiet = "{quiet}"\n')
