"""A digest as its templates show it: texts in the reader's language, other people's words made harmless."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from connectors.mail.subjects import kind_words, so_many, where
from mdm_sync.core.detail_text import readable_details
from mdm_sync.core.harmless import one_line
from mdm_sync.core.model import Severity
from mdm_sync.core.news import Baseline, Digest, NewsKind, Place, Storm
from mdm_sync.core.recipients import Circle, Recipient
from mdm_sync.core.rules import RULES
from mdm_sync.ports import Texts

MOST_PLACES = 25
"""Places named for each rule; a mail of thousands of lines is read by nobody."""

MOST_FIRST_LOOKS = 5
"""Schools whose first look is told by itself; where there are more they are told together."""

MOST_OPEN = 3
"""Rules that are named in the line about what stays open."""

_ORDER = (NewsKind.OPENED, NewsKind.WORSENED, NewsKind.REOPENED, NewsKind.DUE, NewsKind.RESOLVED)
_PLACE_OF_RULE = {rule.id: place for place, rule in enumerate(RULES)}
"""Rules of one subject stand together, and what matters most of it first."""

_TOLD_APART = frozenset({"serial", "asset_tag"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlace:
    """One finding: by what the thing is found, and what is known of it.

    Attributes:
        name: serial number, else what it is called.
        also: its name at Jamf Pro.
        facts: inventory number, room, school, since when, details, the finding's number.
    """

    name: str
    also: str
    facts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The news of one kind and rule.

    Attributes:
        why: "" where it was told already, or is over.
        summary: where they are told as one.
        more: how many places are not named.
    """

    severity: str
    word: str
    title: str
    why: str
    places: Sequence[ShownPlace] = ()
    summary: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """All news of one kind."""

    kind: NewsKind
    heading: str
    groups: Sequence[Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to do about so many findings of a rule."""

    severity: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """What a first look found, at a school or at many."""

    heading: str
    found: Sequence[str]


class DigestView:
    """What the templates of the digest ask for."""

    def __init__(self, digest: Digest, recipient: Recipient, texts: Texts) -> None:
        self._digest = digest
        self._texts = texts
        self._of_one_school = recipient.circle is Circle.SCHOOL
        self.central = recipient.circle is Circle.CENTRAL

    @property
    def where(self) -> str:
        """The school, or how many."""
        return where(self._digest, self._texts)

    @property
    def counts(self) -> str:
        """How many news of each kind there are, on one line."""
        counts = ((kind, self._digest.count(kind)) for kind in _ORDER)
        return " · ".join(so_many(kind, number, self._texts) for kind, number in counts if number)

    @property
    def tasks(self) -> list[Task]:
        """What to do, the most severe first; each rule once."""
        numbers: dict[str, tuple[Severity, int]] = {}
        for kind in _ORDER[:-1]:
            for rule, severity, number in self._counts(kind):
                known, before = numbers.get(rule, (Severity.INFO, 0))
                numbers[rule] = (max(known, severity), before + number)
        ordered = sorted(numbers.items(), key=lambda one: (-one[1][0], _PLACE_OF_RULE[one[0]]))
        return [
            Task(
                severity=severity.word,
                what=self._texts.counted(rule, number),
                remedy=self._texts.rule(rule).remedy,
            )
            for rule, (severity, number) in ordered
        ]

    @property
    def parts(self) -> list[Part]:
        """The news, by kind and rule."""
        words = kind_words(self._texts)
        parts = (Part(kind=kind, heading=words[kind], groups=self._groups(kind)) for kind in _ORDER)
        return [part for part in parts if part.groups]

    @property
    def first_looks(self) -> list[FirstLook]:
        """What was looked at for the first time."""
        baselines = self._digest.baselines
        if len(baselines) <= MOST_FIRST_LOOKS:
            return [FirstLook(heading=self._at(one), found=self._found(one.found.items())) for one in baselines]
        totals: dict[str, int] = {}
        for one in baselines:
            for rule, number in one.found.items():
                totals[rule] = totals.get(rule, 0) + number
        many = self._texts.plural("%(number)d school", "%(number)d schools", len(baselines))
        return [FirstLook(heading=many % {"number": len(baselines)}, found=self._found(totals.items()))]

    @property
    def still_open(self) -> str:
        """One line on all that is open now."""
        counts = self._digest.still_open
        total = sum(counts.values())
        if not total:
            return self._texts.text("Nothing is open any more.")
        named = [self._texts.counted(rule, number) for rule, number in _largest(counts.items())[:MOST_OPEN]]
        if len(counts) > MOST_OPEN:
            named.append(self._texts.text("and others"))
        told = self._texts.plural(
            "Open now: %(number)s finding (%(named)s).", "Open now: %(number)s findings (%(named)s).", total
        )
        return told % {"number": self._texts.number(total), "named": ", ".join(named)}

    def _counts(self, kind: NewsKind) -> Iterator[tuple[str, Severity, int]]:
        for place in self._digest.places(kind):
            yield place.finding.rule, place.finding.severity, 1
        for storm in self._digest.storms:
            if storm.kind is kind:
                yield storm.rule, storm.severity, storm.number

    def _groups(self, kind: NewsKind) -> list[Group]:
        storms = [self._storm(storm) for storm in self._digest.storms if storm.kind is kind]
        ordered = sorted(self._digest.places(kind), key=_order)
        by_rule = groupby(ordered, key=lambda one: one.finding.rule)
        return [*(self._group(kind, rule, list(places)) for rule, places in by_rule), *storms]

    def _group(self, kind: NewsKind, rule: str, places: Sequence[Place]) -> Group:
        severity = max(place.finding.severity for place in places)
        return Group(
            severity=severity.word,
            word=self._severity_word(severity),
            title=self._texts.counted(rule, len(places)),
            why="" if kind is NewsKind.RESOLVED else self._texts.rule(rule).why,
            places=[self._place(place, over=kind is NewsKind.RESOLVED) for place in places[:MOST_PLACES]],
            more=max(0, len(places) - MOST_PLACES),
        )

    def _storm(self, storm: Storm) -> Group:
        schools = self._texts.plural("%(number)d school", "%(number)d schools", storm.schools)
        at = one_line(storm.school_name) or schools % {"number": storm.schools}
        return Group(
            severity=storm.severity.word,
            word=self._severity_word(storm.severity),
            title=self._texts.counted(storm.rule, storm.number),
            why="" if storm.kind is NewsKind.RESOLVED else self._texts.rule(storm.rule).why,
            summary=self._texts.text("%(where)s. So many at once stand here as one line.") % {"where": at},
        )

    def _place(self, place: Place, *, over: bool) -> ShownPlace:
        named = place.label if place.finding.subject.startswith("class:") else place.about
        name = one_line(named or place.about) or self._texts.text("no serial number")
        label = one_line(place.label)
        return ShownPlace(
            name=name, also=label if label != name else "", facts=list(filter(None, self._facts(place, over=over)))
        )

    def _facts(self, place: Place, *, over: bool) -> Iterator[str]:
        finding, texts = place.finding, self._texts
        yield one_line(place.asset_tag)
        yield one_line(place.room)
        if finding.school and not self._of_one_school:
            yield f"{one_line(place.school_name)} ({finding.school})"
        if over:
            return
        if place.opened_at:
            yield texts.text("since %(day)s") % {"day": texts.day(place.opened_at)}
        told = _TOLD_APART | ({"person_school"} if finding.details.get("person_school") == finding.school else set())
        for name, value in readable_details(finding, texts, said=place.about, without=told):
            yield f"{name}: {one_line(value)}"
        if place.number and not self._of_one_school:
            yield texts.text("finding %(number)d") % {"number": place.number}

    def _found(self, found: Iterable[tuple[str, int]]) -> list[str]:
        return [self._texts.counted(rule, number) for rule, number in _largest(found)]

    def _at(self, baseline: Baseline) -> str:
        if not baseline.school:
            return self._texts.text("No school")
        return f"{one_line(baseline.school_name)} ({baseline.school})"

    def _severity_word(self, severity: Severity) -> str:
        words = {
            Severity.CRITICAL: self._texts.text("critical"),
            Severity.WARNING: self._texts.text("warning"),
            Severity.INFO: self._texts.text("info"),
        }
        return words[severity]


def _largest(found: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _order(place: Place) -> tuple[int, int, str, str]:
    finding = place.finding
    return (-finding.severity, _PLACE_OF_RULE[finding.rule], finding.school, place.about)
