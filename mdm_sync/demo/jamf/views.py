"""Which sites and devices a caller sees, in which order."""

import asyncio
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from mdm_sync.demo.jamf.faults import Faults
from mdm_sync.demo.jamf.fields import Fields, in_order, known
from mdm_sync.demo.jamf.fleet import MOBILE, Fleet, Record
from mdm_sync.demo.jamf.matching import Matcher, ids_named
from mdm_sync.demo.jamf.rsql import Node, parse
from mdm_sync.demo.jamf.settings import JamfSettings

Sites = frozenset[int] | None
_LONG: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which records in which order.

    Attributes:
        family: "mobile" or "computer".
        fields: names for the filter; ``sort_fields`` for the order; ``key`` the one that is the record's id.
        filter: RSQL, or "".
        sort: ``name:asc`` parts; empty is the order of ids.
        ignore: names that the filter takes as fulfilled.
    """

    family: str
    fields: Fields[Record]
    sort_fields: Fields[Record]
    key: str
    filter: str = ""
    sort: tuple[str, ...] = ()
    ignore: frozenset[str] = frozenset()


class Views:
    """Lists of records as callers see them, the last few kept until something changes."""

    def __init__(self, fleet: Fleet, settings: JamfSettings, *, keep: int = 16) -> None:
        self._fleet = fleet
        self._settings = settings
        self._keep = keep
        self._kept: OrderedDict[Hashable, Sequence[Record]] = OrderedDict()

    def sites(self, allowed: Sites) -> list[tuple[int, str]]:
        """Return id and name of the sites that a caller sees who may see ``allowed`` (None: all)."""
        names = self._fleet.names.sites
        gone = _lost_sites(self._settings.faults, list(names))
        return [(key, name) for key, name in names.items() if key not in gone and (allowed is None or key in allowed)]

    def visible(self, family: str, allowed: Sites) -> Sequence[Record]:
        """Return the devices of one family that such a caller sees, in the order of ids."""
        return self._remember(("all", family, allowed), lambda: self._visible(family, allowed))

    async def select(self, wish: Wish, allowed: Sites) -> Sequence[Record]:
        """Return the records wished for that such a caller sees.

        Raises:
            ApiError: 400, the filter or the order cannot be understood.
        """
        node = parse(wish.filter) if wish.filter else None
        rows = self.visible(wish.family, allowed)
        work = partial(self._select, wish, node, rows)
        if node is not None and ids_named(node, wish.key) is not None:
            return work()
        key = wish.family, wish.key, wish.filter, wish.sort, wish.ignore, self._settings.release, allowed
        if len(rows) <= _LONG:
            return self._remember(key, work)
        stamped = (*key, self._stamp())
        kept = self._kept.get(stamped)
        return kept if kept is not None else self._store(stamped, await asyncio.to_thread(work))

    def find(self, family: str, jamf_id: int, allowed: Sites) -> Record | None:
        """Return one device if such a caller sees it."""
        found = _with_ids(self.visible(family, allowed), {jamf_id})
        return found[0] if found else None

    def _select(self, wish: Wish, node: Node | None, rows: Sequence[Record]) -> Sequence[Record]:
        if node is not None:
            matcher = Matcher(fields=known(wish.fields, self._settings.release), ignore=wish.ignore)
            named = ids_named(node, wish.key)
            fits = matcher.test(node)
            some = rows if named is None else _with_ids(rows, named)
            rows = [row for row in some if fits(row)]
        sort = () if wish.sort == (f"{wish.key}:asc",) else wish.sort
        return in_order(rows, sort, wish.sort_fields) if sort else rows

    def _visible(self, family: str, allowed: Sites) -> Sequence[Record]:
        faults = self._settings.faults
        if faults.on("empty-fleet"):
            return []
        rows: Sequence[Record] = list(self._fleet.shown(family).values())
        if family == MOBILE:
            rows = _moving(faults, rows)
        rows = _thinned(faults, rows)
        gone = _lost_sites(faults, list(self._fleet.names.sites))
        if allowed is None and not gone:
            return rows
        return [row for row in rows if row.device.site_id not in gone and _may_see(allowed, row)]

    def _stamp(self) -> tuple[int, int]:
        return self._fleet.version, self._settings.faults.version

    def _remember(self, key: tuple[Hashable, ...], work: Callable[[], Sequence[Record]]) -> Sequence[Record]:
        stamped = (*key, self._stamp())
        kept = self._kept.get(stamped)
        return kept if kept is not None else self._store(stamped, work())

    def _store(self, stamped: Hashable, rows: Sequence[Record]) -> Sequence[Record]:
        self._kept[stamped] = rows
        while len(self._kept) > self._keep:
            self._kept.popitem(last=False)
        return rows


def _with_ids(rows: Sequence[Record], ids: Iterable[int]) -> list[Record]:
    """Return the records with these ids out of rows that are in the order of ids."""
    found = []
    for jamf_id in sorted(ids):
        place = bisect_left(rows, jamf_id, key=lambda row: row.device.jamf_id)
        if place < len(rows) and rows[place].device.jamf_id == jamf_id:
            found.append(rows[place])
    return found


def _may_see(allowed: Sites, row: Record) -> bool:
    return allowed is None or row.device.site_id in allowed


def _lost_sites(faults: Faults, sites: Sequence[int]) -> frozenset[int]:
    if not faults.on("fewer-sites"):
        return frozenset()
    later = ",".join(str(key) for key in sites[(len(sites) + 1) // 2 :])
    return frozenset(_whole_numbers(faults.value("fewer-sites", later).split(",")))


def _whole_numbers(texts: Iterable[str]) -> Iterable[int]:
    return (int(text) for text in texts if text.strip())


def _moving(faults: Faults, rows: Sequence[Record]) -> Sequence[Record]:
    if faults.on("fleet-shrinks"):
        rows = rows[faults.strikes("fleet-shrinks") * faults.number("fleet-shrinks", 1) :]
    if faults.on("fleet-grows"):
        hidden = faults.number("fleet-grows", 3) - faults.strikes("fleet-grows")
        rows = rows[: max(len(rows) - hidden, 0)] if hidden > 0 else rows
    return rows


def _thinned(faults: Faults, rows: Sequence[Record]) -> Sequence[Record]:
    if not faults.on("half-fleet"):
        return rows
    gone = faults.number("half-fleet", 50)
    return [row for place, row in enumerate(rows) if place * gone // 100 == (place + 1) * gone // 100]
