"""Small counts kept back from whom the totals are told, so that no sum and its other parts bring them to light."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec import structs

from mdm_sync.core.coverage import Need, Standing, Use
from mdm_sync.core.summary import FEW, Count, IpadRow, Ipads, Part, Share, Summary, Supply, Totals

_USES = tuple(use.value for use in Use)
_STANDINGS = tuple(standing.value.replace(" ", "_") for standing in Standing)
_Part = TypeVar("_Part", bound=Part)
_Totals = TypeVar("_Totals", bound=Totals)
_Beside = Sequence[Sequence[_Part]]
"""The parts that add up to something, once for each way in which they do, as they are told."""


def kept_back(summary: Summary, few_below: int) -> Summary:
    """The summary as it may be told: counts above zero and below the limit are "few", others come in steps of it.

    Counts are rounded down to a step. A sum that would narrow, beside its other parts, what one of them may be that is
    kept back, is told one step higher or lower. So whoever subtracts learns that it is small, and no more.

    Args:
        summary: with all counts as they are.
        few_below: 0: nothing is kept back.
    """
    if not few_below:
        return summary
    telling = _Telling(few_below)
    schools = tuple(telling.totals(one, ()) for one in summary.schools)

    def with_schools(one: _Totals, name: str, value: str) -> _Totals:
        return telling.totals(one, [[school for school in schools if getattr(school, name) == value]])

    forms = tuple(with_schools(one, "form", one.form) for one in summary.forms)
    campuses = tuple(with_schools(one, "campus", one.name) for one in summary.campuses)
    supports = tuple(with_schools(one, "support", one.name) for one in summary.supports)
    return structs.replace(
        summary,
        few_below=few_below,
        district=telling.totals(summary.district, [schools, forms, campuses, supports]),
        forms=forms,
        campuses=campuses,
        supports=supports,
        schools=schools,
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    """How counts are told in steps of this size."""

    step: int

    def totals(self, one: _Totals, beside: _Beside[Totals]) -> _Totals:
        told = self._part(one, beside)
        if one.ipads is None:
            return told
        years = [[row.ipads for row in rows] for rows in (told.ages, told.replacement)]
        theirs = [[part.ipads for part in parts if part.ipads] for parts in beside]
        return structs.replace(told, ipads=self._ipads(one.ipads, theirs, years))

    def _part(self, one: _Part, beside: _Beside[Part]) -> _Part:
        """Its counts, and those of what it is made of."""
        told: dict[str, Any] = {}
        for field in structs.fields(one):
            value = getattr(one, field.name)
            theirs: list[list[Any]] = [[getattr(part, field.name, None) for part in parts] for parts in beside]
            if field.type == Count:
                told[field.name] = self._count(value, theirs)
            elif isinstance(value, Supply):
                told[field.name] = self._supply(value, [[part for part in parts if part] for parts in theirs])
            elif isinstance(value, Part) and not isinstance(value, Ipads):
                told[field.name] = self._part(value, [[part for part in parts if part] for parts in theirs])
            elif isinstance(value, tuple):
                told[field.name] = tuple(self._rows(value, theirs))
        return structs.replace(one, **told)

    def _rows(self, rows: tuple[Part, ...], beside: Sequence[Sequence[tuple[Part, ...]]]) -> Iterator[Part]:
        """Such as those of years or rules; those that are about the same add up."""
        by_key = [[{_key(row): row for row in theirs} for theirs in parts] for parts in beside]
        for row in rows:
            key = _key(row)
            yield self._part(row, [[theirs[key] for theirs in parts if key in theirs] for parts in by_key])

    def _supply(self, supply: Supply, beside: _Beside[Supply]) -> Supply:
        told = self._part(supply, beside)
        return structs.replace(told, percent=_share(told.needed, told.usable))

    def _ipads(self, ipads: Ipads, beside: _Beside[Ipads], years: Sequence[Sequence[Count]]) -> Ipads:
        def theirs(name: str) -> list[list[IpadRow]]:
            return [[getattr(part, name) for part in parts] for parts in beside]

        uses = {use: self._row(getattr(ipads, use), theirs(use)) for use in _USES}
        return Ipads(all=self._row(ipads.all, theirs("all"), tuple(uses.values()), years), **uses)

    def _row(
        self,
        row: IpadRow,
        beside: _Beside[IpadRow],
        uses: Collection[IpadRow] = (),
        years: Sequence[Sequence[Count]] = (),
    ) -> IpadRow:
        """A row of iPads; the one of all is also the sum of ``uses``, and what it has in all that of ``years``."""

        def sums(name: str) -> list[list[Count]]:
            return [[getattr(part, name) for part in parts] for parts in (*beside, uses)]

        told = {name: self._count(getattr(row, name), sums(name)) for name in _STANDINGS}
        return IpadRow(all=self._count(row.all, [*sums("all"), list(told.values()), *years]), **told)

    def _count(self, number: Count, sums: Sequence[Sequence[Count]]) -> Count:
        if not isinstance(number, int) or not number:
            return number
        rounded = number - number % self.step
        limits = [limit for parts in sums if (limit := self._limits([part for part in parts if part]))]
        least = max((low for low, _ in limits), default=0)
        most = min((high for _, high in limits), default=rounded)
        wanted = min(max(rounded, least), max(least, most))
        return max(rounded - self.step, min(wanted, rounded + self.step)) or FEW

    def _limits(self, parts: Sequence[Count]) -> tuple[int, int] | None:
        """From where to where a sum may be told, so that each of its parts that is kept back may be any small number.

        None: anywhere. A part that is all of its sum is told as the sum is.
        """
        known = [part for part in parts if isinstance(part, int)]
        few = len(parts) - len(known)
        if not few or len(parts) == 1:
            return None
        others_at_most = sum(known) + (len(parts) - 1) * (self.step - 1)
        low, high = sum(known) + few - 1, others_at_most + 1
        return low + -low % self.step, high - high % self.step


def _key(row: Part) -> tuple[object, ...]:
    """What a row of numbers is about."""
    return tuple(getattr(row, field.name) for field in structs.fields(row) if field.type != Count)


def _share(needed: Count, usable: Count) -> Share:
    """Of the numbers as they are told: that of others would tell what they keep back. None: nobody needs anything."""
    if isinstance(needed, int) and isinstance(usable, int):
        percent = Need.of(needed, usable).percent
        return None if percent is None else float(percent)
    return FEW if needed else None
