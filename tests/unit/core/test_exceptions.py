"""A standing exception takes out the findings that it covers, and no other."""

from datetime import date

import pytest

from mdm_sync.core.exceptions import StandingException, without_excepted
from mdm_sync.core.rules import Judgement
from tests.replacing import replace
from tests.unit.core.given import NORD, SUED, finding

LAST = date(2026, 12, 31)
FOUND = finding(details={"serial": "DMPX1", "person": "P-1"})
ANY = StandingException(rule="unknown-user", reason="meant so", until=LAST)


@pytest.mark.parametrize(
    ("exception", "covers"),
    [
        (replace(ANY, device="DMPX1"), True),
        (replace(ANY, device="DMPX2"), False),
        (replace(ANY, name="Wagen-*"), True),
        (replace(ANY, name="Koffer-*"), False),
        (replace(ANY, school=NORD.number), True),
        (replace(ANY, school=SUED.number), False),
        (replace(ANY, person="P-1"), True),
        (replace(ANY, person="P-2"), False),
        (replace(ANY, device="DMPX1", school=SUED.number), False),
        (replace(ANY, rule="wrong-school", device="DMPX1"), False),
    ],
)
def test_all_that_is_named_must_fit(exception: StandingException, *, covers: bool) -> None:
    kept, used = without_excepted(Judgement(findings=(FOUND,)), [exception], {FOUND.subject: "Wagen-1"})
    assert kept == (Judgement(excepted=frozenset({FOUND.key})) if covers else Judgement(findings=(FOUND,)))
    assert used == (frozenset({exception}) if covers else frozenset())


@pytest.mark.parametrize(
    "exception",
    [
        pytest.param(replace(ANY, device="DMPX1"), id="a device"),
        pytest.param(replace(ANY, person="P-1"), id="a person"),
        pytest.param(replace(ANY, name="?*"), id="any device that has a name"),
    ],
)
def test_a_finding_that_tells_neither_device_nor_person_is_covered_by_no_exception_for_one(
    exception: StandingException,
) -> None:
    about_a_class = finding(subject="class:100001/klasse.5a")

    kept, used = without_excepted(Judgement(findings=(about_a_class,)), [exception], {FOUND.subject: "Wagen-1"})

    assert (kept, used) == (Judgement(findings=(about_a_class,)), frozenset())


def test_it_holds_on_its_last_day_and_not_after() -> None:
    assert (ANY.holds_on(LAST), ANY.holds_on(date(2027, 1, 1))) == (True, False)


def test_people_recognise_it_by_rule_and_what_it_is_about() -> None:
    assert replace(ANY, device="DMPX1", school="100001").title == "unknown-user device=DMPX1 school=100001"
