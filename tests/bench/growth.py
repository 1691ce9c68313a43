"""How time, memory and calls grow with the number of schools, each of its real size."""

from tests.bench.cycles import FIRST, SECOND, measure
from tests.bench.place import Size, bench
from tests.bench.results import Row, Series, row

TENTH, CITY, TENFOLD = 16, 155, 1550
PAIRS = {TENTH: 5, CITY: 3, TENFOLD: 1}


def growth(size: Size, pairs: int) -> Row:
    """A tenth of the district, the district, ten of it; ``pairs`` at most, for the largest takes long."""
    series: list[Series] = []
    for schools in (TENTH, CITY, TENFOLD):
        with bench(Size(schools=schools, scale=size.scale, first=size.first)) as place:
            told = f"{schools:,} schools"
            three = tuple(Series(name=f"{told}: {name}") for name in ("floor", FIRST, SECOND))
            floor, first, second = three
            truth = measure(place, (floor, first, second), min(pairs, PAIRS[schools]))
            first.note = f"{place.words}; {truth}"
            watch = Series(name=f"{told}: loss watch")
            _, watch.counted = place.weighed(lambda: place.command("watch"))
            watch.runs.append(place.timed(lambda: place.command("watch")))
            series += [*three, watch]
    return row("growth", f"schools at {size.scale:g} of their real size", series)
