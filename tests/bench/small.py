"""What people wait for: ``--help``, ``status`` and the loss watch, on the store of a full district."""

from functools import partial

from tests.bench.place import Size, bench
from tests.bench.results import Row, Series, row

ANSWER_MARK = 0.5
COMMANDS = {"mdm-sync --help": ("--help",), "mdm-sync status": ("status",), "mdm-sync watch": ("watch",)}


def answers(size: Size, pairs: int) -> Row:
    """Each command in turn, after one cycle."""
    with bench(size) as place:
        place.begin_anew()
        place.reconcile()
        truth = place.truth()
        series = {name: Series(name=name) for name in COMMANDS}
        for name, arguments in COMMANDS.items():
            series[name].mebibytes, series[name].counted = place.weighed(partial(place.command, *arguments))
        for _ in range(pairs):
            for name, arguments in COMMANDS.items():
                series[name].runs.append(place.timed(partial(place.command, *arguments)))
        return row("answers", place.words, tuple(series.values()), truth)
