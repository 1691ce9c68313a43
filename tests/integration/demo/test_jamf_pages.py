import asyncio
import gzip
import json

from mdm_sync.demo.jamf.answers import Answer
from mdm_sync.demo.jamf.fleet import Record
from mdm_sync.demo.jamf.pages import Pages
from tests.integration.demo.jamf_world import ipad

ROWS = [Record(device=ipad(number), version=number) for number in range(1, 101)]


class Renderer:
    """Counts the records that it was asked to turn into JSON."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, record: Record) -> object:
        self.calls += 1
        return {"id": record.device.jamf_id}


def ask(pages: Pages, rows: list[Record], render: Renderer, *, style: str = "plain", total: int = 100) -> Answer:
    return asyncio.run(pages.page(style, total, rows, render))


def ids(answer: Answer) -> list[int]:
    body = gzip.decompress(answer.packed or b"") if answer.body is None else answer.body
    return [row["id"] for row in json.loads(body)["results"]]


def test_a_page_is_made_once() -> None:
    pages, render = Pages(), Renderer()
    first, second = ask(pages, ROWS, render), ask(pages, ROWS, render)
    assert render.calls == 100
    assert ids(first) == ids(second) == list(range(1, 101))


def test_a_page_is_made_anew_when_a_record_the_total_or_the_style_changed() -> None:
    pages, render = Pages(), Renderer()
    ask(pages, ROWS, render)
    ask(pages, [*ROWS[:99], Record(device=ipad(100, name="neu"), version=101)], render)
    ask(pages, ROWS, render, total=99)
    ask(pages, ROWS, render, style="other")
    assert render.calls == 400


def test_the_page_least_used_is_forgotten_when_room_runs_out() -> None:
    render = Renderer()
    size = len(ask(Pages(), ROWS, render).packed or b"")
    pages = Pages(budget=size * 2 + size // 2)
    for style in ("a", "b", "a", "c"):
        ask(pages, ROWS, render, style=style)
    render.calls = 0
    ask(pages, ROWS, render, style="a")
    assert render.calls == 0
    ask(pages, ROWS, render, style="b")
    assert render.calls == 100


def test_a_small_page_is_not_kept() -> None:
    pages, render = Pages(), Renderer()
    assert ids(ask(pages, ROWS[:3], render)) == [1, 2, 3]
    assert ids(ask(pages, ROWS[:3], render)) == [1, 2, 3]
    assert render.calls == 6
