"""Full cycles beside the floor, on fast servers and on slow ones."""

from mdm_sync.demo.control import ask
from tests.bench.place import Bench, Size, bench
from tests.bench.results import Row, Run, Series, row

FIRST_MARK, SECOND_MARK, SLOW_MARK = 3.0, 2.2, 1.25
CALL_MS, ROW_MS, AWAY_MS = 100, 2, 20
FIRST, SECOND = "first full cycle", "second full cycle, 1 % changed"


def cycles(size: Size, pairs: int) -> Row:
    """Floor, a first cycle on a fresh store and a second one, in turn; before them once without a clock."""
    with bench(size) as place:
        floor, first, second = (
            Series(name="floor"),
            Series(name=FIRST, mark=FIRST_MARK),
            Series(name=SECOND, mark=SECOND_MARK),
        )
        truth = measure(place, (floor, first, second), pairs)
        return row("cycle", place.words, (floor, first, second), truth)


def measure(place: Bench, series: tuple[Series, Series, Series], pairs: int) -> str:
    """Measure floor, first and second cycle in turn; how the findings compare with the truth."""
    floor, first, second = series
    _, floor.counted = place.weighed(place.floor.read)
    place.begin_anew()
    first.mebibytes, first.counted = place.weighed(place.reconcile)
    place.truth()
    place.change_some()
    second.mebibytes, second.counted = place.weighed(place.reconcile)
    truth = place.truth()
    for _ in range(pairs):
        lowest = place.timed(place.floor.read)
        floor.runs.append(lowest)
        place.begin_anew()
        for one in (first, second):
            one.runs.append(place.timed(place.reconcile))
            one.beside.append(lowest)
            truth = place.truth()
            if one is first:
                place.change_some()
    return truth


def slow(size: Size, pairs: int) -> Row:
    """The same where Jamf Pro takes its time for each call and row, and the directories are far away.

    The servers' own need is the longer of the two reads, since a cycle reads both sides at the same time.
    """
    with bench(size) as place:
        pages, trees = Series(name="Jamf Pro alone, by curl"), Series(name="directories alone, by ldapsearch")
        first, second = Series(name=FIRST, mark=SLOW_MARK), Series(name=SECOND, mark=SLOW_MARK)
        place.floor.read()
        truth = ""
        for _ in range(pairs):
            _be_slow(place, on=True)
            pages.runs.append(place.timed(place.floor.read_pages))
            trees.runs.append(place.timed(place.floor.read_trees))
            need = max(pages.runs[-1], trees.runs[-1], key=_seconds)
            place.begin_anew()
            for one in (first, second):
                one.runs.append(place.timed(place.reconcile))
                one.beside.append(need)
                truth = place.truth()
                if one is first:
                    _be_slow(place, on=False)
                    place.change_some()
                    _be_slow(place, on=True)
        words = (
            f"{place.words}; Jamf Pro takes {CALL_MS} ms a call and {ROW_MS} ms a row, "
            f"answers of the directories come {AWAY_MS} ms later"
        )
        return row("slow", words, (pages, trees, first, second), truth)


def _be_slow(place: Bench, *, on: bool) -> None:
    latency = {"base_ms": CALL_MS, "row_ms": ROW_MS} if on else {"base_ms": 0, "row_ms": 0}
    ask(place.places, "PUT", "/jamf/latency", latency)
    delay = {"on": on, "school": None, "value": str(AWAY_MS)}
    ask(place.places, "PUT", "/directories/faults/delay", delay)


def _seconds(run: Run) -> float:
    return run.seconds
