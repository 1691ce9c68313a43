"""A device of a person who has left, once the grace period is over."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mdm_sync.core.conditions import Calendar, Thresholds
from mdm_sync.core.matching import Candidates
from mdm_sync.core.model import Device, DeviceKind, Role, UserFields
from mdm_sync.core.rules import Judgement
from tests.replacing import replace
from tests.unit.core.given import (
    ANNA,
    CONDITIONS,
    EMIL_SUED,
    FINE,
    MAX,
    NOBODY,
    NOW,
    READ,
    SUED,
    TEACHER,
    among,
    ipad,
    judged,
    own_school_unread,
    person,
    unclear,
    user,
    wrong,
)

RULE = "user-left"
OF_MAX = ipad(user("max.mueller"))
OVER_GRACE = NOW - timedelta(days=14, seconds=1)
MAX_GONE = replace(MAX, gone=True, left_since=OVER_GRACE)
MAX_LEFT = wrong(RULE, person="P-max.mueller-100001", left="2026-11-09")


@pytest.mark.parametrize(
    "candidates",
    [
        pytest.param(among(ANNA, former=(MAX_GONE,)), id="gone from the directory"),
        pytest.param(among(replace(MAX, leaver=True, left_since=OVER_GRACE)), id="among the leavers"),
        pytest.param(among(replace(MAX, role=Role.UNKNOWN, left_since=OVER_GRACE)), id="without a role"),
    ],
)
def test_a_device_of_a_person_who_left_is_wrong_and_tells_who_and_since_when(candidates: Candidates) -> None:
    assert judged(RULE, OF_MAX, candidates) == MAX_LEFT


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("", MAX.mail), id="an address"),
        pytest.param(user(real_name="Müller, Max"), id="a name"),
    ],
)
def test_it_is_wrong_whatever_names_the_person(names: UserFields) -> None:
    assert judged(RULE, ipad(names), among(former=(MAX_GONE,))) == MAX_LEFT


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_it_is_wrong_on_every_kind_of_device(kind: DeviceKind) -> None:
    assert judged(RULE, replace(OF_MAX, kind=kind), among(former=(MAX_GONE,))) == MAX_LEFT


@pytest.mark.parametrize("kind", [DeviceKind.APPLE_TV, DeviceKind.IPHONE, DeviceKind.OTHER])
def test_it_is_wrong_on_what_can_be_no_shared_ipad_and_does_not_say_so(kind: DeviceKind) -> None:
    assert judged(RULE, replace(OF_MAX, kind=kind, shared=None), among(former=(MAX_GONE,))) == MAX_LEFT


@pytest.mark.parametrize(
    "candidates",
    [
        pytest.param(
            among(former_elsewhere=(replace(EMIL_SUED, gone=True, left_since=OVER_GRACE),)), id="gone from there"
        ),
        pytest.param(
            among(elsewhere=(replace(EMIL_SUED, leaver=True, left_since=OVER_GRACE),)), id="among the leavers there"
        ),
    ],
)
def test_of_a_person_of_another_school_the_school_is_told_too(candidates: Candidates) -> None:
    assert judged(RULE, ipad(user("", EMIL_SUED.mail)), candidates) == wrong(
        RULE, person="P-emil.koenig-100002", left="2026-11-09", person_school="100002"
    )


@pytest.mark.parametrize(
    ("left_since", "judgement"),
    [
        pytest.param(NOW - timedelta(days=14, seconds=1), MAX_LEFT, id="a second more than the grace period"),
        pytest.param(NOW - timedelta(days=14), FINE, id="exactly the grace period"),
        pytest.param(NOW, FINE, id="just now"),
    ],
)
def test_within_the_grace_period_an_account_may_come_back(left_since: datetime, judgement: Judgement) -> None:
    assert judged(RULE, OF_MAX, among(former=(replace(MAX_GONE, left_since=left_since),))) == judgement


@pytest.mark.parametrize(("grace_days", "is_wrong"), [(1, True), (2, False)])
def test_settings_say_how_long_the_grace_period_is(grace_days: int, *, is_wrong: bool) -> None:
    conditions = replace(CONDITIONS, thresholds=Thresholds(grace_days=grace_days))
    gone = replace(MAX_GONE, left_since=NOW - timedelta(days=2))

    judgement = judged(RULE, OF_MAX, among(former=(gone,)), conditions=conditions)

    assert judgement == (wrong(RULE, person="P-max.mueller-100001", left="2026-11-21") if is_wrong else FINE)


def test_the_day_is_that_at_the_schools() -> None:
    conditions = replace(CONDITIONS, calendar=Calendar(zone=timezone(timedelta(hours=1))))
    gone = replace(MAX_GONE, left_since=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))

    assert judged(RULE, OF_MAX, among(former=(gone,)), conditions=conditions) == wrong(
        RULE, person="P-max.mueller-100001", left="2026-11-01"
    )


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(user("max.mueller"), READ, id="who is there"),
        pytest.param(user("t.weiss"), READ, id="who is a teacher there"),
        pytest.param(user("", EMIL_SUED.mail), READ, id="who is at another school"),
        pytest.param(user("max.mueller"), among(MAX, former=(MAX_GONE,)), id="who came back"),
        pytest.param(
            user("max.mueller"),
            among(person("max.mueller", uuid="uuid-heir"), former=(MAX_GONE,)),
            id="to whom the login was given out again",
        ),
    ],
)
def test_a_device_of_a_person_who_has_not_left_is_fine(names: UserFields, candidates: Candidates) -> None:
    assert judged(RULE, ipad(names), candidates) == FINE


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(NOBODY, id="nobody"),
        pytest.param(user("niemand"), id="somebody whom nobody knows"),
        pytest.param(user("max.mueller", ANNA.mail), id="two persons"),
    ],
)
def test_a_device_without_a_person_is_another_rule_s_matter(names: UserFields) -> None:
    anna_gone = replace(ANNA, gone=True, left_since=OVER_GRACE)

    assert judged(RULE, ipad(names), among(TEACHER, former=(MAX_GONE, anna_gone))) == FINE


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(replace(OF_MAX, name="Wagen-01"), id="by name"),
        pytest.param(replace(OF_MAX, shared=True), id="as a Shared iPad"),
        pytest.param(replace(OF_MAX, name="Wagen-01", shared=None), id="by name, though not known to be a Shared iPad"),
    ],
)
def test_a_pool_device_may_name_a_person_who_left(device: Device) -> None:
    assert judged(RULE, device, among(former=(MAX_GONE,))) == FINE


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(None, among(former=(MAX_GONE,)), id="no user fields"),
        pytest.param(user("", "max.mueller"), among(former=(MAX_GONE,)), id="named in no way that is looked up"),
        pytest.param(user("max.mueller"), own_school_unread(), id="own school unread"),
        pytest.param(user("", EMIL_SUED.mail), among(former=(MAX_GONE,), unread=(SUED,)), id="the other school unread"),
    ],
)
def test_what_cannot_be_decided_is_unclear(names: UserFields | None, candidates: Candidates) -> None:
    assert judged(RULE, ipad(names), candidates) == unclear(RULE)


@pytest.mark.parametrize("kind", [DeviceKind.IPAD, DeviceKind.UNKNOWN])
def test_a_record_that_does_not_say_whether_it_is_a_shared_ipad_is_unclear(kind: DeviceKind) -> None:
    assert judged(RULE, replace(OF_MAX, kind=kind, shared=None), among(former=(MAX_GONE,))) == unclear(RULE)


def test_within_the_grace_period_such_a_record_is_fine() -> None:
    gone = replace(MAX_GONE, left_since=NOW)

    assert judged(RULE, replace(OF_MAX, shared=None), among(former=(gone,))) == FINE
