"""Ask for a part of a list; where the server fails at it, ask for smaller parts down to the record at fault."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.jamf.access import JamfAccess
from connectors.jamf.faults import ServerFailedError, TooSlowError
from connectors.jamf.listings import Listing, light_mobile_devices
from connectors.jamf.pages import Page, placed
from connectors.jamf.parts import Ids, Part, Places
from connectors.jamf.sizes import PageSizes
from connectors.retries import ATTEMPTS
from mdm_sync.core.model import Family, subject_of
from mdm_sync.errors import TemporaryError

FAILURES_IN_A_ROW = 12
"""Dividing a page of 2000 down to one record fails less often than this before something succeeds."""

BAD_RECORDS = 20
"""A server that fails at more records than this has another trouble."""


@dataclass(slots=True)
class _Row:
    failures: int = 1


@dataclass(slots=True, kw_only=True)
class Asking:
    """Asks for parts of one list; safe for use by several threads.

    Attributes:
        bad: records that the server failed at, so far.
    """

    access: JamfAccess
    listing: Listing
    sizes: PageSizes
    bad: int = field(default=0, init=False)

    def read(self, part: Part) -> Iterator[Page]:
        """Yield the pages of a part in the order of places; one page if all goes well.

        Raises:
            TemporaryError: it could not be had.
        """
        try:
            page = self._ask(part)
        except ServerFailedError as error:
            yield from self._divide(part, error, _Row())
        except TooSlowError:
            if not (isinstance(part, Places) and self.sizes.may_fall(part.size)):
                raise
            self.sizes.fell(part.size)
            self.access.sleep(random.uniform(1, 3))  # noqa: S311 - so that the other calls do not come back together
            for smaller in part.smaller():
                yield from self.read(smaller)
        else:
            self.sizes.came()
            yield page

    def total(self) -> int:
        """How many records there seem to be, by one call for the first of them; 0 where it fails for the moment.

        Raises:
            PermanentError: the client is refused.
        """
        query = self.listing.query + Places(0, 1).query(self.listing.id_field)
        try:
            page = self.access.get(self.listing.path, lambda answer: self.listing.read(answer, 0), query, lambda _: 1)
        except TemporaryError:
            return 0
        return page.total or 0

    def _ask(self, part: Part, *, when_failed: int = 2) -> Page:
        """One call; what fails ``when_failed`` times is not passing."""

        def tries(error: TemporaryError) -> int:
            if isinstance(error, TooSlowError):
                return 1 if isinstance(part, Places) and self.sizes.may_fall(part.size) else 2
            return when_failed if isinstance(error, ServerFailedError) else ATTEMPTS

        query = self.listing.query + part.query(self.listing.id_field)
        return self.access.get(self.listing.path, lambda answer: self.listing.read(answer, part.start), query, tries)

    def _divide(self, part: Part, error: ServerFailedError, row: _Row) -> Iterator[Page]:
        """Each smaller part is asked for once, the single record twice."""
        smaller = part.smaller()
        if not smaller:
            yield self._bad_record(part, error)
        for piece in smaller:
            try:
                page = self._ask(piece, when_failed=1 if piece.smaller() else 2)
            except ServerFailedError as failure:
                row.failures += 1
                if row.failures > FAILURES_IN_A_ROW:
                    raise
                yield from self._divide(piece, failure, row)
            else:
                row.failures = 0
                yield page

    def _bad_record(self, part: Part, error: ServerFailedError) -> Page:
        self.bad += 1
        if self.bad > BAD_RECORDS:
            raise TemporaryError(
                f"Jamf Pro fails at more than {BAD_RECORDS} records of {self.listing.path}."
            ) from error
        jamf_id = part.ids[0] if isinstance(part, Ids) else self._id_at(part)
        if jamf_id is None:
            return _unreadable(placed(self.listing.family, part.start + 1))
        try:
            page = self._ask(Ids((jamf_id,)), when_failed=1)  # the fleet may have moved since the place was asked for
        except ServerFailedError:
            return _unreadable(subject_of(self.listing.family, jamf_id))
        return page if page.ids == [jamf_id] else _unreadable(placed(self.listing.family, part.start + 1))

    def _id_at(self, part: Part) -> int | None:
        """Which record stands at a place, by the light list, which has the same order.

        None where it cannot be told: only mobile devices have such a list, it knows no filter, and it may fail as well.
        """
        if self.listing.family is not Family.MOBILE or (isinstance(part, Places) and part.condition):
            return None
        light = light_mobile_devices()
        try:
            page = self.access.get(light.path, lambda answer: light.read(answer, 0), part.query(light.id_field))
        except TemporaryError:
            return None
        return page.ids[0] if page.ids else None


def _unreadable(key: str) -> Page:
    reason = "Jamf Pro answers 500 wherever this record is among those asked for"
    return Page(total=None, received=1, ids=[], unreadable=[(key, reason)])
