"""Bars with their spread, as SVG: one panel below the other, each with a scale of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT = 820, 250, 150
LINE, BAR, TITLE, GAP = 30, 16, 34, 14
STYLE = (
    "text{font:13px sans-serif;fill:#222}.title{font-weight:bold;font-size:14px}"
    ".bar{fill:#3b6ea8}.spread{stroke:#222;stroke-width:1.5}.most{stroke:#c0392b;stroke-width:2;stroke-dasharray:4 2}"
)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: how long, how far the runs lay apart, and what was allowed at most."""

    name: str
    seconds: float
    spread: tuple[float, float]
    most: float | None
    told: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Bars that are drawn to one scale."""

    title: str
    bars: Sequence[Bar]


def picture(panels: Sequence[Panel]) -> str:
    """The document."""
    height = sum(TITLE + LINE * len(panel.bars) + GAP for panel in panels) + LINE
    lines: list[str] = []
    top = 0
    for panel in panels:
        lines += _panel(panel, top)
        top += TITLE + LINE * len(panel.bars) + GAP
    key = "thin line: fastest to slowest run; dashed red: the most that the mark allows"
    lines.append(f'<text x="12" y="{top + 14}">{key}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", ground, *lines, "</svg>", ""])


def _panel(panel: Panel, top: float) -> Iterator[str]:
    longest = max(max(bar.spread[1], bar.most or 0) for bar in panel.bars)
    scale = (WIDTH - LEFT - RIGHT) / longest
    yield f'<text class="title" x="12" y="{top + 22}">{escape(panel.title)}</text>'
    for place, bar in enumerate(panel.bars):
        middle = top + TITLE + LINE * place + LINE / 2
        yield from _bar(bar, middle, scale)


def _bar(bar: Bar, middle: float, scale: float) -> Iterator[str]:
    low, high = (LEFT + seconds * scale for seconds in bar.spread)
    end = LEFT + bar.seconds * scale
    yield f'<text x="{LEFT - 10}" y="{middle + 4}" text-anchor="end">{escape(bar.name)}</text>'
    yield f'<rect class="bar" x="{LEFT}" y="{middle - BAR / 2}" width="{end - LEFT:.1f}" height="{BAR}"/>'
    yield f'<line class="spread" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>'
    furthest = max(end, high)
    if bar.most:
        most = LEFT + bar.most * scale
        furthest = max(furthest, most)
        yield f'<line class="most" x1="{most:.1f}" x2="{most:.1f}" y1="{middle - LINE / 2}" y2="{middle + LINE / 2}"/>'
    yield f'<text x="{furthest + 8:.1f}" y="{middle + 4}">{escape(bar.told)}</text>'
