"""The yearly figures: how many iPads were damaged, stolen or lost, and which share of all that is."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from mdm_sync.core.incidents import Incident, IncidentKind

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigures:
    """One year. None everywhere: not known.

    Attributes:
        ipads: on which the shares are taken: the district's iPads, those in repair among them.
        damaged: damages and repairs.
        missing: thefts and losses together; earlier years may know no more than that.
    """

    year: int
    ipads: int | None = None
    damaged: int | None = None
    missing: int | None = None
    thefts: int | None = None
    losses: int | None = None

    def percent(self, cases: int | None) -> Decimal | None:
        """Which share of the iPads so many cases are, in per cent, rounded half up to hundredths."""
        if cases is None or not self.ipads:
            return None
        return (Decimal(100 * cases) / self.ipads).quantize(_HUNDREDTH, ROUND_HALF_UP)


def yearly_figures(
    incidents: Iterable[Incident],
    earlier: Iterable[YearFigures] = (),
    *,
    ipads: Mapping[int, int],
    day: Callable[[datetime], date],
) -> tuple[YearFigures, ...]:
    """The figures of all years of which something is known, in their order.

    What was counted by hand for a year counts more than the register of incidents; where that leaves cells open, the
    register fills them.

    Args:
        incidents: the register.
        earlier: counted by hand.
        ipads: how many there are, by year.
        day: the day at the schools; an incident belongs to the year in which it was reported.
    """
    counts = Counter((day(one.reported_at).year, one.kind) for one in incidents)
    by_hand = {one.year: one for one in earlier}
    years = sorted({year for year, _ in counts} | set(by_hand))
    return tuple(_merged(_counted(year, counts, ipads.get(year)), by_hand.get(year)) for year in years)


def _counted(year: int, counts: Mapping[tuple[int, IncidentKind], int], ipads: int | None) -> YearFigures:
    def number(*kinds: IncidentKind) -> int:
        return sum(counts.get((year, kind), 0) for kind in kinds)

    return YearFigures(
        year=year,
        ipads=ipads,
        damaged=number(IncidentKind.DAMAGE, IncidentKind.REPAIR),
        missing=number(IncidentKind.THEFT, IncidentKind.LOSS),
        thefts=number(IncidentKind.THEFT),
        losses=number(IncidentKind.LOSS),
    )


def _merged(counted: YearFigures, by_hand: YearFigures | None) -> YearFigures:
    if by_hand is None:
        return counted
    told = by_hand if by_hand.ipads else replace(by_hand, ipads=counted.ipads)
    if by_hand.damaged is None:
        told = replace(told, damaged=counted.damaged)
    if by_hand.missing is None:
        told = replace(told, missing=counted.missing, thefts=counted.thefts, losses=counted.losses)
    return told
