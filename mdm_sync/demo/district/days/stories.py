"""How the stories of a district are begun on the first day and told day by day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mdm_sync.demo.district.days import people, records, thefts
from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.district.planting.cases import how_many, in_turn

Story = Callable[[Draft, SchoolDraft], Iterator[None]]


@dataclass(frozen=True, slots=True)
class _Tale:
    """A story and how many of it there are, beside the first, for 10,000 iPads."""

    story: Story
    rate: float


_TALES = (
    *(_Tale(story, 6) for story in people.LEAVING),
    *(_Tale(story, 4) for story in people.MOVING),
    *(_Tale(story, 1) for story in people.ARRIVING),
    *(_Tale(story, 1) for story in records.STORIES),
    *(_Tale(story, 0.07) for story in thefts.STORIES),
)


def begin(draft: Draft) -> list[Iterator[None]]:
    """Cast all stories; each has then done its part of the first day."""
    begun: list[Iterator[None]] = []
    for nth, tale in enumerate(_TALES):
        due = how_many(draft, tale.rate)
        for school in in_turn(draft, nth, due):
            story = tale.story(draft, school)
            if due and _goes_on(story):
                begun.append(story)
                due -= 1
    return begun


def tell(stories: list[Iterator[None]]) -> None:
    """Let one more day happen."""
    for story in stories:
        _goes_on(story)


def _goes_on(story: Iterator[None]) -> bool:
    """Advance a story to its next day; False where it has ended."""
    ended = object()
    return next(story, ended) is not ended
