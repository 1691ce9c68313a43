"""Subjects: what is worst comes first, so that a list of mails is read from above and sorts by what is to be done."""

from collections.abc import Iterator

from mdm_sync.core.harmless import one_line
from mdm_sync.core.model import Severity
from mdm_sync.core.news import Digest, NewsKind
from mdm_sync.ports import Texts

_TO_DO = (NewsKind.OPENED, NewsKind.WORSENED, NewsKind.REOPENED, NewsKind.DUE)
"""What somebody must do something about, in the order of telling."""


def marked(subject: str) -> str:
    """The subject behind the mark by which readers sort our mails."""
    return f"[mdm-sync] {subject}"


def digest_subject(digest: Digest, texts: Texts) -> str:
    """The rule that matters most with its number, then the other counts, then where."""
    return marked(f"{', '.join(_counts(digest, texts))} – {where(digest, texts)}")


def _counts(digest: Digest, texts: Texts) -> Iterator[str]:
    leading = next((kind for kind in _TO_DO if digest.count(kind)), None)
    for kind in _TO_DO:
        number = digest.count(kind)
        if kind is leading:
            rule, of_rule = _worst(digest, kind)
            told = texts.counted(rule, of_rule)
            yield told if kind is NewsKind.OPENED else f"{told} ({_lower(kind_words(texts)[kind])})"
            number -= of_rule
        if number and kind is NewsKind.OPENED:
            yield texts.text("%(number)d more new") % {"number": number}
        elif number:
            yield so_many(kind, number, texts)
    if digest.baselines:
        first = texts.plural("%(number)d first look", "%(number)d first looks", len(digest.baselines))
        yield first % {"number": len(digest.baselines)}
    if solved := digest.count(NewsKind.RESOLVED):
        yield so_many(NewsKind.RESOLVED, solved, texts)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def kind_words(texts: Texts) -> dict[NewsKind, str]:
    """What stands above the news of each kind."""
    return {
        NewsKind.OPENED: texts.text("New"),
        NewsKind.WORSENED: texts.text("Worse than before"),
        NewsKind.REOPENED: texts.text("Back again"),
        NewsKind.DUE: texts.text("Due again: the acknowledgement has ended"),
        NewsKind.RESOLVED: texts.text("Solved"),
    }


def so_many(kind: NewsKind, number: int, texts: Texts) -> str:
    """So many news of a kind: "2 solved"."""
    words = {
        NewsKind.OPENED: texts.text("%(number)d new"),
        NewsKind.WORSENED: texts.text("%(number)d worse"),
        NewsKind.REOPENED: texts.text("%(number)d back again"),
        NewsKind.DUE: texts.text("%(number)d due again"),
        NewsKind.RESOLVED: texts.text("%(number)d solved"),
    }
    return words[kind] % {"number": number}


def _worst(digest: Digest, kind: NewsKind) -> tuple[str, int]:
    """The rule of one kind of news whose findings are the most severe, then the most, and how many they are."""
    found: dict[str, tuple[Severity, int]] = {}
    for place in digest.places(kind):
        severity, number = found.get(place.finding.rule, (Severity.INFO, 0))
        found[place.finding.rule] = (max(severity, place.finding.severity), number + 1)
    found |= {storm.rule: (storm.severity, storm.number) for storm in digest.storms if storm.kind is kind}
    rule = max(found, key=lambda one: (*found[one], one))
    return rule, found[rule][1]


def where(digest: Digest, texts: Texts) -> str:
    """The school that all is about, or how many there are."""
    places = [place for kind in NewsKind for place in digest.places(kind)]
    schools = {place.finding.school: one_line(place.school_name) for place in places}
    schools |= {one.school: one_line(one.school_name) for one in digest.baselines}
    among_storms = max((storm.schools for storm in digest.storms), default=0)
    names = [*schools.values(), *(one_line(storm.school_name) for storm in digest.storms)]
    number = max(len(schools.keys() - {""}), among_storms)
    if number <= 1:
        return next(filter(None, names), texts.text("district"))
    return texts.plural("%(number)d school", "%(number)d schools", number) % {"number": number}
