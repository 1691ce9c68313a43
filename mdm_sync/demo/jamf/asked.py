"""Parameters of a call: page, page-size, sort, section, filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from aiohttp import web

from mdm_sync.demo.jamf.answers import ApiError, invalid
from mdm_sync.demo.jamf.settings import JamfSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which page in which order. ``page`` counts from 0; ``sort`` holds ``name:asc`` parts."""

    page: int
    size: int
    sort: tuple[str, ...]

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """Return the rows of the page."""
        return rows[self.page * self.size : (self.page + 1) * self.size]

    def capped(self, cap: int) -> "Asked":
        """Return the same with no more rows than the cap."""
        return replace(self, size=min(self.size, cap))


def asked(request: web.Request, settings: JamfSettings, sort: str) -> Asked:
    """Read the parameters of a list; a page-size beyond the cap is cut silently.

    Raises:
        ApiError: 400, a number that is none or negative.
    """
    size = _number(request, "page-size", 100)
    if size < 1:
        raise invalid("page-size must be at least 1", about="page-size")
    sorts = tuple(part.strip() for value in request.query.getall("sort", []) for part in value.split(",") if part)
    page = Asked(page=_number(request, "page", 0), size=min(size, settings.page_cap), sort=sorts or (sort,))
    faults = settings.faults
    return page.capped(faults.number("page-cap", 100)) if faults.on("page-cap") else page


def sections(request: web.Request, known: Mapping[str, str]) -> frozenset[str]:
    """Return the keys of the sections asked for; GENERAL if none was named.

    Args:
        request: the call.
        known: value of the parameter → key of the answer.

    Raises:
        ApiError: 400, a section that does not exist.
    """
    named = [part for value in request.query.getall("section", []) for part in value.split(",") if part]
    unknown = [name for name in named if name not in known]
    if unknown:
        raise invalid(f"unknown section {unknown[0]}", about="section")
    return frozenset(known[name] for name in named or ["GENERAL"])


def number_in_path(request: web.Request) -> int:
    """Return the ``{id}`` of the path. Raises ApiError 404 where it is no number: nothing has such an id."""
    text = request.match_info["id"]
    if not text.isdecimal():
        raise ApiError(404, "NOT_FOUND", f"no id {text}")
    return int(text)


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal():
        raise invalid(f"{name} must be a whole number", about=name)
    return int(text)
