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


def pages(asking: Asking, connections: int, condition: str = "") -> Generator[Page, None, None]:
    """Yield all pages in the order of ids; never more of them in memory than there are connections.

    Args:
        asking: for which list.
        connections: calls at a time.
        condition: filter (RSQL); "" for all records.
    """
    plan = _Plan(asking=asking, condition=condition)
    first = _first(plan)
    plan.learn(first)
    yield from first
    with ThreadPoolExecutor(connections) as pool:
        under_way: deque[Future[list[Page]]] = deque()
        try:
            while _fill(under_way, plan, pool, connections):
                came = under_way.popleft().result()
                plan.learn(came)
                yield from came
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _first(plan: _Plan) -> list[Page]:
    """The first page, which tells how many there are, and how large the server lets a page be."""
    part = Places(0, plan.asking.sizes.at(0), plan.condition)
    first = _pages_of(plan.asking, part)
    came = first[0].received
    if len(first) == 1 and 0 < came < min(part.size, first[0].total or 0):
        plan.asking.sizes.cap(came)  # silently: pages as large as asked for would leave gaps
        part = Places(0, plan.asking.sizes.at(0), plan.condition)
        first = _pages_of(plan.asking, part)
    plan.start = part.size
    return first


def _fill(under_way: deque[Future[list[Page]]], plan: _Plan, pool: ThreadPoolExecutor, most: int) -> bool:
    """Keep as many pages under way as there may be; False when none is left."""
    while len(under_way) < most and (part := plan.next()):
        under_way.append(pool.submit(_pages_of, plan.asking, part))
    return bool(under_way)


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
