"""All pages of a list, some at a time."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from connectors.jamf.asking import Asking
from connectors.jamf.conditions import refuse_others
from connectors.jamf.pages import Page
from connectors.jamf.parts import Ids, Places


@dataclass(slots=True, kw_only=True)
class _Plan:
    """Which page comes next. The end is what the latest page says: a fleet that grows is read to its new end."""

    asking: Asking
    condition: str
    start: int = 0
    end: int = 1

    def next(self) -> Places | None:
        """The next page to ask for; None where the end is reached."""
        if self.start >= self.end:
            return None
        part = Places(self.start, self.asking.sizes.at(self.start), self.condition)
        self.start += part.size
        return part

    def learn(self, came: Iterable[Page]) -> None:
        for page in came:
            if page.total is not None:
                # nothing stands behind an empty page, whatever the total says: asking on could go on for ever
                self.end = page.total if page.received else min(self.end, self.start)


def pages(asking: Asking, connections: int, condition: str = "", expected: int = 0) -> Generator[Page, None, None]:
    """Yield all pages in the order of ids; in memory are as many as there are connections, and two more.

    What is done with a page keeps no connection waiting; but whether a condition is heeded the first page shows, so
    nothing is asked for before that one is looked at.

    Args:
        asking: for which list.
        connections: calls at a time.
        condition: filter (RSQL); "" for all records.
        expected: how many records there seem to be; 0: the first page tells, and the others wait for it.
    """
    plan = _Plan(asking=asking, condition=condition, end=max(1, expected))
    calls = connections + (connections > 1)  # one waits for a connection, so that none rests while a page is decoded
    with ThreadPoolExecutor(calls) as pool:
        under_way = _UnderWay(plan, pool, calls)
        try:
            came = under_way.first()
            while came:
                if not condition:
                    under_way.fill()
                yield from came
                under_way.fill()
                came = under_way.next()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _UnderWay:
    """The pages that are asked for, as many as there may be at a time."""

    def __init__(self, plan: _Plan, pool: ThreadPoolExecutor, most: int) -> None:
        self._plan = plan
        self._pool = pool
        self._most = most
        self._pages: deque[Future[list[Page]]] = deque()

    def fill(self) -> None:
        """Ask for the next ones."""
        while len(self._pages) < self._most and (part := self._plan.next()):
            self._pages.append(self._pool.submit(_pages_of, self._plan.asking, part))

    def next(self) -> list[Page]:
        """Wait for the one that was asked for first; nothing where none is under way."""
        came = self._pages.popleft().result() if self._pages else []
        self._plan.learn(came)
        return came

    def first(self) -> list[Page]:
        """The first page. It shows how large the server lets pages be: silently, so larger ones would leave gaps."""
        plan, sizes = self._plan, self._plan.asking.sizes
        asked = sizes.at(0)
        self.fill()
        came = self.next()
        if len(came) == 1 and 0 < came[0].received < min(asked, came[0].total or 0):
            sizes.cap(came[0].received)
            self._pages.clear()
            smaller = Places(0, sizes.at(0), plan.condition)
            plan.start = smaller.size
            came = _pages_of(plan.asking, smaller)
            plan.learn(came)
        return came


def _pages_of(asking: Asking, part: Places) -> list[Page]:
    return list(asking.read(part))


def lookup(asking: Asking, batches: Iterable[Ids]) -> Iterator[Page]:
    """Yield the records of these ids, as far as they are there; one call for each batch.

    Raises:
        FilterIgnoredError: others came as well.
    """
    for batch in batches:
        for page in asking.read(batch):
            refuse_others(page, set(batch.ids))
            yield page
