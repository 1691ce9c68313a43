"""Devices that stand in no school's site: only what they are themselves can be wrong."""

import pytest

from mdm_sync.core.model import NO_SITE
from mdm_sync.core.rules import DEVICE_RULES, judge
from mdm_sync.core.views import NOWHERE
from tests.replacing import replace
from tests.unit.core.given import NOBODY, ipad, own_school_unread, school_view, user

ABOUT_PEOPLE = {"device-unassigned", "unknown-user", "ambiguous-user", "wrong-school"}


@pytest.mark.parametrize("site", [NO_SITE, 901])
@pytest.mark.parametrize("names", [NOBODY, user("niemand"), user("", "emil.koenig@sued.example"), None])
def test_rules_about_device_and_person_say_nothing_there(site: int, names: None) -> None:
    device = replace(ipad(names), site_id=site)
    view = school_view(device, candidates=own_school_unread(), school=NOWHERE)

    judgement = judge(view, [rule for rule in DEVICE_RULES if rule.id in ABOUT_PEOPLE])

    assert (judgement.findings, judgement.unclear) == ((), frozenset())


def test_what_they_said_before_stays_where_the_record_did_not_come_with_its_site() -> None:
    view = school_view(
        replace(ipad(jamf_id=1), site_id=None),
        replace(ipad(jamf_id=2), site_id=NO_SITE),
        candidates=own_school_unread(),
        school=NOWHERE,
    )

    judgement = judge(view, [rule for rule in DEVICE_RULES if rule.id in ABOUT_PEOPLE])

    assert judgement.findings == ()
    assert judgement.unclear == {(rule, "device:1") for rule in ABOUT_PEOPLE}


def test_rules_about_the_device_itself_hold_there() -> None:
    device = replace(ipad(), site_id=NO_SITE, managed=False, supervised=False)
    view = school_view(device, candidates=own_school_unread(), school=NOWHERE)

    assert [(one.rule, one.school) for one in judge(view, DEVICE_RULES).findings] == [
        ("device-unmanaged", ""),
        ("device-unsupervised", ""),
        ("device-without-site", ""),
    ]
