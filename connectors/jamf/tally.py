"""What a read of a whole list adds up to."""

from array import array
from dataclasses import dataclass, field

from connectors.jamf.pages import Page


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts the pages of a read as they come.

    Attributes:
        ids: of all records that could be read, repeated ones among them; eight bytes each.
        total_first, total_last: what the first and the last page said; 0 before any did.
    """

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    received: int = 0
    pages: int = 0
    total_first: int | None = None
    total_last: int = 0
    _rising: bool = True

    def add(self, page: Page) -> None:
        """Count one page."""
        self._rising = self._rising and _rises(self.ids[-1:].tolist() + page.ids)
        self.ids.extend(page.ids)
        self.unreadable += page.unreadable
        self.received += page.received
        self.pages += 1
        if page.total is not None:
            self.total_last = page.total
            self.total_first = page.total if self.total_first is None else self.total_first

    @property
    def repeated(self) -> int:
        """Records that came once more."""
        readable = 0 if self._rising else len(self.ids) - len(set(self.ids))
        return readable + len(self.unreadable) - len({key for key, _ in self.unreadable})

    @property
    def distinct(self) -> int:
        """Different records that came, unreadable ones among them."""
        return len(self.ids) + len(self.unreadable) - self.repeated

    @property
    def adds_up(self) -> bool:
        """Whether all came, by what the first and the last page say."""
        return self.total_first == self.total_last == self.distinct


def _rises(ids: list[int]) -> bool:
    return all(map(int.__lt__, ids, ids[1:]))
