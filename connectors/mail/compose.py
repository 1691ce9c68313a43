"""What admins read: the digest, in plain text and in HTML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from jinja2 import Environment

from connectors.mail.message import Mail
from mdm_sync.core.harmless import one_line
from mdm_sync.core.hold_text import hold_text
from mdm_sync.core.news import Baseline, Digest, HeldBack, Place, WaitingLock
from mdm_sync.core.waiting_text import waiting_text
from mdm_sync.ports import NewEntry, Texts

MOST_PLACES = 25
"""Places named for each rule; a mail of thousands of lines is read by nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The news of one rule; ``more`` counts the places that are not named."""

    title: str
    why: str
    remedy: str
    places: Sequence[Place]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The news of one kind: new, reopened or solved."""

    heading: str
    groups: Sequence[_Group]
    advice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    """The first look of rules at a school: titles of the rules, and how much each found."""

    heading: str
    found: Sequence[tuple[str, int]]


class MailComposer:
    """Puts news into mails; satisfies ``mdm_sync.ports.DigestComposer``.

    Args:
        templates: ``digest`` and ``waiting``, each ``.txt.j2`` and ``.html.j2``, which escapes what it is given.
        recipients: the central team; each gets a mail of its own.
    """

    def __init__(self, texts: Texts, templates: Environment, *, sender: str, recipients: Sequence[str]) -> None:
        self._texts = texts
        self._sender = sender
        self._recipients = recipients
        self._templates = templates

    def digest(self, digest: Digest) -> Sequence[NewEntry]:
        """The mails to the admins, one for each recipient."""
        subject = self._subject(digest)
        shown = {
            "subject": subject,
            "parts": self._parts(digest),
            "baselines": list(map(self._baseline, digest.baselines)),
            "still_open": [(self._texts.rule(rule).title, number) for rule, number in digest.still_open.items()],
        }
        return self._mails("digest", subject, shown)

    def holds(self, holds: Sequence[HeldBack]) -> Sequence[NewEntry]:
        """The mails about conclusions that were kept back, one for each recipient."""
        many = self._texts.plural("%(number)d conclusion held back", "%(number)d conclusions held back", len(holds))
        subject = f"[mdm-sync] {many % {'number': len(holds)}}"
        shown = {
            "heading": self._texts.text("Held back"),
            "intro": self._texts.text(
                "What follows is too large to be believed without somebody having looked at it. "
                "Everything else goes on; of this nothing is concluded until somebody decides."
            ),
            "items": list(map(self._hold, holds)),
            "todo": self._texts.text(
                "Look at it with “mdm-sync holds list”. If it is true, accept it: "
                "mdm-sync holds accept NUMBER --why TEXT. If it is not, reject it and mend the cause; "
                "then it goes away by itself."
            ),
        }
        return self._mails("waiting", subject, {"subject": subject, **shown})

    def locks(self, locks: Sequence[WaitingLock]) -> Sequence[NewEntry]:
        """The mails about stolen devices that were not locked, one for each recipient."""
        many = self._texts.plural(
            "%(number)d stolen device not locked", "%(number)d stolen devices not locked", len(locks)
        )
        subject = f"[mdm-sync] {many % {'number': len(locks)}}"
        shown = {
            "heading": self._texts.text("Not locked"),
            "intro": self._texts.text(
                "These devices were reported as stolen, and are not locked without somebody having looked at them."
            ),
            "items": [waiting_text(one, self._texts.text) for one in locks],
            "todo": self._texts.text(
                "Look at it with “mdm-sync locks --waiting”. To lock a device: "
                "mdm-sync lock SERIAL --incident NUMBER. If the report is wrong, correct or close it: "
                "mdm-sync incidents change, mdm-sync incidents close."
            ),
        }
        return self._mails("waiting", subject, {"subject": subject, **shown})

    def _hold(self, held: HeldBack) -> str:
        title = self._texts.rule(held.hold.rule).title if held.hold.rule else ""
        return hold_text(held.hold, one_line(held.school_name), title, self._texts.text)

    def _mails(self, template: str, subject: str, shown: Mapping[str, object]) -> Sequence[NewEntry]:
        text = self._templates.get_template(f"{template}.txt.j2").render(shown)
        html = self._templates.get_template(f"{template}.html.j2").render(shown)
        return [
            NewEntry(
                kind="mail",
                content=Mail(
                    sender=self._sender, recipients=[recipient], subject=subject, text=text, html=html
                ).to_json(),
            )
            for recipient in self._recipients
        ]

    def _subject(self, digest: Digest) -> str:
        new = len(digest.opened) + len(digest.reopened)
        numbers = (len(digest.baselines), new, len(digest.worsened), len(digest.due), len(digest.resolved))
        told = (
            self._texts.plural("%(number)d first look", "%(number)d first looks", numbers[0]),
            self._texts.plural("%(number)d new finding", "%(number)d new findings", new),
            self._texts.text("%(number)d worse"),
            self._texts.text("%(number)d due again"),
            self._texts.text("%(number)d solved"),
        )
        counts = [part % {"number": number} for part, number in zip(told, numbers, strict=True) if number]
        return f"[mdm-sync] {', '.join(counts)} – {self._where(digest)}"

    def _where(self, digest: Digest) -> str:
        places = (*digest.opened, *digest.reopened, *digest.worsened, *digest.due, *digest.resolved)
        schools = {place.finding.school: one_line(place.school_name) for place in places}
        schools |= {one.school: one_line(one.school_name) for one in digest.baselines}
        if len(schools) == 1:
            return next(iter(schools.values()))
        return self._texts.plural("%(number)d school", "%(number)d schools", len(schools)) % {"number": len(schools)}

    def _parts(self, digest: Digest) -> list[_Part]:
        parts = (
            (self._texts.text("New"), digest.opened, True),
            (self._texts.text("Back again"), digest.reopened, True),
            (self._texts.text("Worse than before"), digest.worsened, True),
            (self._texts.text("Due again: the acknowledgement has ended"), digest.due, True),
            (self._texts.text("Solved"), digest.resolved, False),
        )
        return [
            _Part(heading=heading, groups=self._groups(places), advice=advice)
            for heading, places, advice in parts
            if places
        ]

    def _baseline(self, baseline: Baseline) -> _First:
        found = [(self._texts.rule(rule).title, number) for rule, number in baseline.found.items()]
        number = sum(baseline.found.values())
        told = self._texts.plural("%(number)d finding", "%(number)d findings", number) % {"number": number}
        name = f"{one_line(baseline.school_name)} ({baseline.school})" if baseline.school else ""
        return _First(heading=f"{name or self._texts.text('No school')}: {told}", found=found)

    def _groups(self, places: Iterable[Place]) -> list[_Group]:
        ordered = sorted(places, key=_order)
        return [self._group(rule, list(some)) for rule, some in groupby(ordered, key=lambda one: one.finding.rule)]

    def _group(self, rule: str, places: list[Place]) -> _Group:
        texts = self._texts.rule(rule)
        named = [_harmless(place) for place in places[:MOST_PLACES]]
        return _Group(
            title=texts.title, why=texts.why, remedy=texts.remedy, places=named, more=len(places) - len(named)
        )


def _order(place: Place) -> tuple[int, str, str, str]:
    finding = place.finding
    return (-finding.severity, finding.rule, finding.school, place.about)


def _harmless(place: Place) -> Place:
    details = {name: one_line(value) for name, value in place.finding.details.items()}
    return Place(finding=replace(place.finding, details=details), school_name=one_line(place.school_name))
