"""The yearly figures: counts of the city's own reports, and what one incident more changes in them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.core.conditions import Calendar
from mdm_sync.core.incidents import Incident, IncidentKind
from mdm_sync.core.loss_figures import YearFigures, yearly_figures
from tests.replacing import replace

BY_HAND = (
    YearFigures(year=2021, ipads=27_315, damaged=123, missing=51),
    YearFigures(year=2022, ipads=38_640, damaged=285, missing=60),
    YearFigures(year=2023, ipads=81_961, damaged=1_047, missing=105, thefts=89, losses=16),
)
DAY = Calendar().day
IN_2024 = datetime(2024, 5, 6, 8, 0, tzinfo=UTC)


def incident(kind: IncidentKind = IncidentKind.THEFT, at: datetime = IN_2024) -> Incident:
    return Incident(case_number="", kind=kind, serial="DMPX1", reported_at=at)


@pytest.mark.parametrize(
    ("year", "damaged", "missing"), [(2021, "0.45", "0.19"), (2022, "0.74", "0.16"), (2023, "1.28", "0.13")]
)
def test_the_real_counts_give_the_published_percentages(year: int, damaged: str, missing: str) -> None:
    figures = {one.year: one for one in yearly_figures((), BY_HAND, ipads={}, day=DAY)}
    one = figures[year]
    assert (one.percent(one.damaged), one.percent(one.missing)) == (Decimal(damaged), Decimal(missing))


def test_theft_and_loss_are_apart_where_they_were_counted_apart() -> None:
    *_, one = yearly_figures((), BY_HAND, ipads={}, day=DAY)
    assert (one.percent(one.thefts), one.percent(one.losses)) == (Decimal("0.11"), Decimal("0.02"))
    assert BY_HAND[0].percent(BY_HAND[0].thefts) is None


def test_one_incident_more_changes_exactly_its_own_cells() -> None:
    several = [incident(), incident(IncidentKind.LOSS), incident(IncidentKind.DAMAGE), incident(IncidentKind.REPAIR)]
    *old, before = yearly_figures(several, BY_HAND, ipads={2024: 1000}, day=DAY)
    *same, after = yearly_figures([*several, incident()], BY_HAND, ipads={2024: 1000}, day=DAY)
    assert same == old == list(BY_HAND)
    assert before == YearFigures(year=2024, ipads=1000, damaged=2, missing=2, thefts=1, losses=1)
    assert after == replace(before, missing=3, thefts=2)


def test_an_incident_belongs_to_the_year_in_which_it_was_reported_there() -> None:
    new_year = datetime(2024, 12, 31, 23, 30, tzinfo=UTC)
    (one,) = yearly_figures([incident(at=new_year)], ipads={}, day=Calendar(zone=ZoneInfo("Europe/Berlin")).day)
    assert one.year == 2025


def test_the_register_fills_what_nobody_counted_by_hand() -> None:
    base = YearFigures(year=2024, ipads=500)
    (one,) = yearly_figures([incident(), incident(IncidentKind.DAMAGE)], [base], ipads={2024: 1000}, day=DAY)
    assert one == YearFigures(year=2024, ipads=500, damaged=1, missing=1, thefts=1, losses=0)


def test_the_register_tells_how_many_ipads_there_are_where_nobody_counted_them() -> None:
    base = YearFigures(year=2024, damaged=7, missing=3)
    (one,) = yearly_figures([incident()], [base], ipads={2024: 1000}, day=DAY)
    assert one == YearFigures(year=2024, ipads=1000, damaged=7, missing=3)


def test_no_share_is_told_where_the_ipads_are_not_known() -> None:
    (one,) = yearly_figures([incident(at=IN_2024 - timedelta(days=800))], ipads={2024: 7}, day=DAY)
    assert (one.missing, one.percent(one.missing)) == (1, None)


def test_halves_are_rounded_up() -> None:
    assert YearFigures(year=2024, ipads=20_000).percent(1) == Decimal("0.01")
