"""What is done for the data that are kept: they go when their time is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mdm_sync.core.retention import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a purge deleted.

    Attributes:
        removed: rows or files by kind of data; kinds of which nothing was deleted are left out.
        lingering: another process was reading the store, so its write-ahead log may still hold what was deleted.
    """

    removed: Mapping[Kept, int] = field(default_factory=dict)
    lingering: bool = False


class Care(Protocol):
    """Care of the stored data."""

    def purge(self, limits: Mapping[Kept, datetime], at: datetime) -> Purged:
        """Delete what is older than the moment of its kind, all of it or nothing; gone from the file as well.

        What an incident rests on that somebody still looks after stays, however old it is, and so does a person whom a
        device names. What is not deleted of a person who is, no longer tells whom it was about.
        """
