"""What one call asks for: records by their places, or by their ids; either can be asked for in smaller parts.

A page is asked for by its number, so its size must divide the place where it starts: parts of a page are made by a
factor of its size, and sizes are chosen to have small factors only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self
from urllib.parse import quote

LONGEST_FILTER = 4096
"""Bytes of an encoded filter; a request line of more than 8192 was seen to be refused."""


class Part(Protocol):
    """Some of the records of a listing."""

    @property
    def start(self) -> int:
        """Place of its first record, from 0."""

    def smaller(self) -> "tuple[Self, ...]":
        """The same records in several parts; empty where there is but one record."""

    def query(self, id_field: str) -> list[tuple[str, str]]:
        """How a call asks for it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Records by their places in the order of ids; ``start`` is a multiple of ``size``."""

    start: int
    size: int
    condition: str = ""

    def smaller(self) -> tuple["Places", ...]:
        """The page in two, three or five parts."""
        size = below(self.size)
        return (
            tuple(Places(start, size, self.condition) for start in range(self.start, self.start + self.size, size))
            if size
            else ()
        )

    def query(self, id_field: str) -> list[tuple[str, str]]:
        """Page number, page size, order, and the condition on the records that count."""
        paging = [("page", str(self.start // self.size)), ("page-size", str(self.size)), ("sort", f"{id_field}:asc")]
        return [*paging, ("filter", self.condition)] if self.condition else paging


@dataclass(frozen=True, slots=True)
class Ids:
    """Records by their ids."""

    ids: tuple[int, ...]
    start: int = 0

    def smaller(self) -> tuple["Ids", ...]:
        """Half of the ids each."""
        middle = len(self.ids) // 2
        return (Ids(self.ids[:middle]), Ids(self.ids[middle:])) if middle else ()

    def query(self, id_field: str) -> list[tuple[str, str]]:
        """One page that holds them all."""
        return Places(0, len(self.ids), _one_of(id_field, self.ids)).query(id_field)


def batches(ids: Iterable[int], id_field: str) -> Iterator[Ids]:
    """These ids in as few parts as the length of a filter allows."""
    batch: list[int] = []
    length = bare = len(quote(_one_of(id_field, ())))
    for jamf_id in sorted(ids):
        added = len(quote(f"{jamf_id},"))
        if length + added > LONGEST_FILTER:
            yield Ids(tuple(batch))
            batch, length = [], bare
        batch.append(jamf_id)
        length += added
    if batch:
        yield Ids(tuple(batch))


def below(size: int) -> int:
    """The next smaller size that divides this one; 0 below 1."""
    return next((size // factor for factor in (2, 3, 5) if size % factor == 0), 0)


def divisible(size: int) -> int:
    """The largest size up to this one that has no other factors than 2, 3 and 5."""
    return next(one for one in range(size, 0, -1) if _has_small_factors(one))


def _has_small_factors(size: int) -> bool:
    while size > 1 and below(size):
        size = below(size)
    return size == 1


def _one_of(id_field: str, ids: Iterable[int]) -> str:
    return f"{id_field}=in=({','.join(map(str, ids))})"
