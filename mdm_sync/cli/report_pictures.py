"""Pictures of the yearly report: bars, drawn by matplotlib as SVG that stands in the page itself.

Letters are drawn as outlines, so that a picture looks the same everywhere and asks for no font.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import TYPE_CHECKING

from mdm_sync.errors import PermanentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FIGURE_WIDTH, _BAR_HEIGHT, _MARGIN = 5.4, 0.27, 0.65
"""Inches: of the picture, of one bar, and of what stands above and below the bars."""
_COLOURS, _HATCHES = ("#1d5b8f", "#f0a330"), ("", "////")
_INK = "#16202a"
_ROOM_FOR_NUMBERS = 1.22
_DROPPED = re.compile(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", re.DOTALL)
_NAMED = re.compile(r'(\bid="|href="#|url\(#)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Values of one kind, one for each name; None: not known, and no bar.

    Attributes:
        label: what they are.
        shown: the values as they stand beside the bars.
    """

    label: str
    values: Sequence[float | None]
    shown: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars beside each other.

    Attributes:
        key: a word; what the picture holds is named by it.
        says: the same in words, for who does not see it.
        mark: a value that is to be reached, if there is one.
    """

    key: str
    title: str
    says: str
    names: Sequence[str]
    bars: Sequence[Bars]
    mark: float | None = None


def drawn(chart: Chart) -> str:
    """The picture as an SVG element with its text alternative; the same one for the same chart.

    Raises:
        PermanentError: the library is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PermanentError(
            "The pictures of the report need matplotlib, which is not installed here. "
            "Install it with: pip install 'mdm-sync[report]'"
        ) from error
    out = StringIO()
    height = _MARGIN + _BAR_HEIGHT * len(chart.names) * len(chart.bars) + 0.12 * len(chart.names)
    with rc_context(
        {
            "svg.fonttype": "path",
            "svg.hashsalt": chart.key,
            "font.family": "DejaVu Sans",
            "font.size": 10.5,
            "hatch.linewidth": 0.7,
            "text.parse_math": False,
        }
    ):
        figure = Figure(figsize=(_FIGURE_WIDTH, height), layout="constrained")
        _draw(figure.add_subplot(), chart)
        figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
    return _element(out.getvalue(), chart)


def _draw(axes: "Axes", chart: Chart) -> None:
    thick = 0.82 / len(chart.bars)
    for nth, bars in enumerate(chart.bars):
        places = [place + (nth - (len(chart.bars) - 1) / 2) * thick for place in range(len(chart.names))]
        lengths = [value or 0 for value in bars.values]
        drawn_bars = axes.barh(
            places,
            lengths,
            height=thick * 0.9,
            label=bars.label,
            color=_COLOURS[nth],
            hatch=_HATCHES[nth],
            edgecolor=_INK,
            linewidth=0.6,
        )
        axes.bar_label(drawn_bars, labels=list(bars.shown), padding=4, color=_INK)
    longest = max((value or 0 for bars in chart.bars for value in bars.values), default=0)
    axes.set_xlim(0, max(longest, chart.mark or 0, 1e-9) * _ROOM_FOR_NUMBERS)
    axes.set_yticks(range(len(chart.names)), labels=list(chart.names))
    axes.set_ylim(len(chart.names) - 0.5, -0.5)
    axes.tick_params(length=0, labelcolor=_INK)
    axes.set_xticks([])
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    if chart.mark is not None:
        axes.axvline(chart.mark, color=_INK, linewidth=1, linestyle=(0, (4, 3)))
    if len(chart.bars) > 1:
        axes.figure.legend(loc="outside upper left", ncols=len(chart.bars), frameon=False)


def _element(svg: str, chart: Chart) -> str:
    """What stands in a page: no prologue, no rule for the whole page, names that no other picture has."""
    body = _NAMED.sub(rf"\g<1>{chart.key}-", _DROPPED.sub("", svg[svg.index("<svg") :]))
    opening, inside = body[: body.index(">")], body[body.index(">") + 1 :]
    (size,) = re.findall(r'viewBox="[^"]*"', opening)
    told = (
        f'<title id="{chart.key}-title">{escape(chart.title)}</title>'
        f'<desc id="{chart.key}-says">{escape(chart.says)}</desc>'
    )
    return (
        f'<svg {size} role="img" aria-labelledby="{chart.key}-title" aria-describedby="{chart.key}-says" '
        f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{told}{inside.strip()}'
    )
