"""A hint beside ``user-left``: where the person seems to be now."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from mdm_sync.core.matching import Candidates
from mdm_sync.core.model import Device, DeviceKind, Severity, UserFields
from mdm_sync.core.rules import DEVICE_RULES, Judgement, judge
from mdm_sync.core.views import Moved
from tests.replacing import replace
from tests.unit.core.given import (
    EMIL_SUED,
    FINE,
    MAX,
    NOBODY,
    NOW,
    SUED,
    TEACHER,
    among,
    ipad,
    own_school_unread,
    school_view,
    unclear,
    user,
    wrong,
)

RULE = "user-moved"
OF_MAX = ipad(user("max.mueller"))
MAX_GONE = replace(MAX, gone=True, left_since=NOW - timedelta(days=14, seconds=1))
GONE = among(TEACHER, former=(MAX_GONE,))
AT_SUED = Moved(school="100002", ref="P-new", by="uuid")
MAX_MOVED = {"person:100001/uuid-max.mueller": AT_SUED}
HINT = wrong(RULE, severity=Severity.INFO, person="P-new", person_school="100002", by="uuid")


def hinted(device: Device, candidates: Candidates = GONE, moved: Mapping[str, Moved] = MAX_MOVED) -> Judgement:
    """What the rule says of a device while these persons seem to be at another school."""
    view = replace(school_view(device, candidates=candidates), moved=moved)
    return judge(view, [rule for rule in DEVICE_RULES if rule.id == RULE])


def test_where_the_person_seems_to_be_now_is_told_by_reference_and_school() -> None:
    assert hinted(OF_MAX) == HINT


@pytest.mark.parametrize("by", ["uuid", "mail", "name"])
def test_what_both_accounts_have_in_common_is_told(by: str) -> None:
    moved = {MAX.subject: replace(AT_SUED, by=by)}

    assert hinted(OF_MAX, moved=moved) == wrong(
        RULE, severity=Severity.INFO, person="P-new", person_school="100002", by=by
    )


def test_a_leaver_who_is_still_in_the_directory_may_have_moved_too() -> None:
    left = replace(MAX, leaver=True, left_since=MAX_GONE.left_since)

    assert hinted(OF_MAX, among(left)) == HINT


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_it_is_told_of_every_kind_of_device(kind: DeviceKind) -> None:
    assert hinted(replace(OF_MAX, kind=kind)) == HINT


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param({}, id="nobody moved"),
        pytest.param({TEACHER.subject: AT_SUED}, id="somebody else moved"),
    ],
)
def test_of_a_person_who_is_at_no_other_school_nothing_is_told(moved: Mapping[str, Moved]) -> None:
    assert hinted(OF_MAX, moved=moved) == FINE


@pytest.mark.parametrize(
    ("left_since", "judgement"),
    [
        pytest.param(NOW - timedelta(days=14, seconds=1), HINT, id="a second more than the grace period"),
        pytest.param(NOW - timedelta(days=14), FINE, id="exactly the grace period"),
        pytest.param(None, FINE, id="still there"),
    ],
)
def test_it_is_told_once_the_person_has_left_for_longer_than_the_grace_period(
    left_since: datetime | None, judgement: Judgement
) -> None:
    assert hinted(OF_MAX, among(former=(replace(MAX_GONE, left_since=left_since),))) == judgement


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(replace(OF_MAX, name="Wagen-01"), id="by name"),
        pytest.param(replace(OF_MAX, shared=True), id="as a Shared iPad"),
    ],
)
def test_a_pool_device_goes_with_nobody(device: Device) -> None:
    assert hinted(device) == FINE


@pytest.mark.parametrize("names", [pytest.param(NOBODY, id="nobody"), pytest.param(user("niemand"), id="a stranger")])
def test_of_a_device_without_a_person_nothing_is_told(names: UserFields) -> None:
    assert hinted(ipad(names)) == FINE


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(None, GONE, id="no user fields"),
        pytest.param(user("max.mueller"), own_school_unread(), id="own school unread"),
        pytest.param(user("", EMIL_SUED.mail), among(unread=(SUED,)), id="the other school unread"),
    ],
)
def test_what_cannot_be_decided_is_unclear(names: UserFields | None, candidates: Candidates) -> None:
    assert hinted(ipad(names), candidates) == unclear(RULE)


def test_a_record_that_does_not_say_whether_it_is_a_shared_ipad_is_unclear() -> None:
    assert hinted(replace(OF_MAX, shared=None)) == unclear(RULE)
