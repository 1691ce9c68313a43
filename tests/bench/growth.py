"""How time, memory and calls grow with the number of schools, each of its real size."""

from tests.bench.cycles import FIRST, SECOND, measure
from tests.bench.place import Bench, Size, bench
from tests.bench.results import Row, Series, row

TENTH, CITY, TENFOLD = 16, 155, 1550
PAIRS = {TENTH: 5, CITY: 3, TENFOLD: 1}


def growth(size: Size, pairs: int) -> Row:
    """A tenth of the district, the district, ten of it; ``pairs`` at most, for the largest takes long."""
    series: list[Series] = []
    for schools, most in PAIRS.items():
        with bench(Size(schools=schools, scale=size.scale, first=size.first)) as place:
            series += grown(place, min(pairs, most))
    return row("growth", f"schools at {size.scale:g} of their real size", series)


def grown(place: Bench, pairs: int) -> list[Series]:
    """Floor, first and second cycle, and the loss watch, on a district of some size."""
    told = f"{len(place.district.schools):,} schools"
    floor, first, second = (Series(name=f"{told}: {name}") for name in ("floor", FIRST, SECOND))
    truth = measure(place, (floor, first, second), pairs)
    first.note = f"{place.words}; {truth}"
    watch = Series(name=f"{told}: loss watch")
    watch.mebibytes, watch.counted = place.weighed(lambda: place.command("watch"))
    watch.runs.append(place.timed(lambda: place.command("watch")))
    return [floor, first, second, watch]
