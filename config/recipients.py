"""Settings and register in the words of the core: who is told of what by mail."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import time
from typing import TypedDict

from config.settings import CampusSettings, MailSettings, Settings, TellingSettings
from mdm_sync.core.model import School, Severity, Stage
from mdm_sync.core.recipients import Circle, QuietHours, Recipient, Rhythm
from mdm_sync.core.rules import DISTRICT_RULES, LOSS_RULES, RULES
from mdm_sync.core.rules.book import rule_ids

_DISTRICT = ""
"""Stands among the schools for what belongs to none."""

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class _Manner(TypedDict):
    """How a circle is told, in the words of ``Recipient``."""

    rules: frozenset[str]
    least: Severity
    language: str
    rhythm: Rhythm
    hour: time
    weekday: int
    quiet: QuietHours | None


def recipients(settings: Settings, schools: Sequence[School]) -> tuple[Recipient, ...]:
    """All who are told of anything: the central team, campuses, schools; nobody is told of schools not live."""
    mail = settings.mail
    if mail is None:
        return ()
    live = [school for school in schools if school.stage is Stage.LIVE]
    return (*_central(settings, mail, live), *_campuses(settings, mail, live), *_schools(settings, mail, live))


def _central(settings: Settings, mail: MailSettings, live: Iterable[School]) -> Iterator[Recipient]:
    everywhere = frozenset(school.number for school in live) | {_DISTRICT}
    manner = _manner(settings, mail, mail.central, rule_ids(RULES))
    for address in mail.recipients:
        yield Recipient(
            address=address,
            circle=Circle.CENTRAL,
            schools=everywhere,
            urgent=rule_ids(LOSS_RULES) if mail.central.at_once is None else frozenset(mail.central.at_once),
            holds=True,
            sign_of_life=mail.central.sign_of_life,
            **manner,
        )


def _campuses(settings: Settings, mail: MailSettings, live: Sequence[School]) -> Iterator[Recipient]:
    for campus in mail.campuses:
        manner = _manner(settings, mail, campus, _of_schools())
        for address in campus.recipients:
            yield Recipient(
                address=address, circle=Circle.CAMPUS, place=campus.campus, schools=_at(campus, live), **manner
            )


def _at(campus: CampusSettings, live: Iterable[School]) -> frozenset[str]:
    return frozenset(school.number for school in live if school.campus == campus.campus)


def _schools(settings: Settings, mail: MailSettings, live: Iterable[School]) -> Iterator[Recipient]:
    if not mail.schools.send:
        return
    manner = _manner(settings, mail, mail.schools, _of_schools())
    intros = {one.school: one.text for one in mail.intros}
    for school in live:
        for address in school.contacts:
            yield Recipient(
                address=address,
                circle=Circle.SCHOOL,
                place=school.number,
                schools=frozenset({school.number}),
                intro=intros.get(school.number, ""),
                **manner,
            )


def _of_schools() -> frozenset[str]:
    """What a school can mend: not what is wrong with the district and its sources."""
    return rule_ids(RULES) - rule_ids(DISTRICT_RULES)


def _manner(settings: Settings, mail: MailSettings, circle: TellingSettings, all_rules: Collection[str]) -> _Manner:
    return _Manner(
        rules=frozenset(circle.rules or all_rules),
        least=Severity.of(circle.least),
        language=circle.language or settings.language,
        rhythm=Rhythm(circle.rhythm),
        hour=time.fromisoformat(mail.digest_at),
        weekday=_WEEK.index(mail.weekly_on),
        quiet=_quiet(circle.quiet),
    )


def _quiet(span: str | None) -> QuietHours | None:
    if span is None:
        return None
    first, _, last = span.partition("-")
    return QuietHours(first=time.fromisoformat(first), last=time.fromisoformat(last))
