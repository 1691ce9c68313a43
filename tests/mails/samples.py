"""One mail of each kind, about invented schools, as the composer makes it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from config.texts import Texts
from connectors.mail import Language, MailComposer, read_mail
from connectors.mail.message import Mail
from mdm_sync.core.brakes import Direction, Hold, Ring
from mdm_sync.core.lock_decisions import Doubt
from mdm_sync.core.lock_orders import Outcome
from mdm_sync.core.model import Finding, Severity
from mdm_sync.core.news import (
    Baseline,
    Digest,
    HeldBack,
    NewsKind,
    Place,
    SignOfLife,
    SourceAge,
    Storm,
    WaitingLock,
)
from mdm_sync.core.recipients import Circle, Recipient
from mdm_sync.ports import NewEntry
from tests.replacing import replace
from tests.unit.cli.losses import ORDER, THEFT

AT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
TEAM = "mdm-team@systemhaus.example"
NOTHING: frozenset[str] = frozenset()
PARK, OST = ("190001", "Grundschule am Park"), ("190002", "Gymnasium Ost")


@cache
def language_of(code: str) -> Language:
    texts = Texts(code)
    return Language(texts=texts, templates=texts.templates())


COMPOSER = MailComposer(language_of, sender="mdm-sync@systemhaus.example", reply_to=TEAM)


def central(language: str) -> Recipient:
    return Recipient(address=TEAM, circle=Circle.CENTRAL, schools=NOTHING, rules=NOTHING, language=language)


def of_school(language: str, intro: str = "") -> Recipient:
    return Recipient(
        address="medien@gym-ost.example",
        circle=Circle.SCHOOL,
        place=OST[0],
        schools=NOTHING,
        rules=NOTHING,
        language=language,
        intro=intro,
    )


def place(  # noqa: PLR0913 - what a finding has
    rule: str,
    serial: str,
    *,
    school: tuple[str, str] = OST,
    severity: Severity = Severity.WARNING,
    label: str = "",
    room: str = "",
    days: int = 1,
    number: int = 0,
    **details: str,
) -> Place:
    told = {"serial": serial, "asset_tag": f"IT-{serial[-4:]}", **details} if serial else details
    subject = f"device:{serial}" if serial else f"person:{school[0]}/{number}"
    finding = Finding(rule=rule, subject=subject, school=school[0], severity=severity, details=told)
    opened = AT - timedelta(days=days)
    return Place(finding=finding, school_name=school[1], number=number, opened_at=opened, label=label, room=room)


THEFTS = Digest(
    opened=tuple(
        place(
            "stolen-not-locked",
            serial,
            school=PARK,
            severity=Severity.CRITICAL,
            label=f"GSP-Koffer-01-{number:02}",
            room="Haus A, 104",
            days=0,
            number=410 + number,
            incident=str(31 + number),
            reported_at="2026-11-23T05:55:00+00:00",
        )
        for number, serial in enumerate(("DMPX7K2QW1", "DMPX7K2QW9"), start=1)
    ),
    reopened=(),
    resolved=(),
    still_open={"stolen-not-locked": 2, "lock-pending": 1},
)
OF_SCHOOL = Digest(
    opened=(
        place("device-unassigned", "DMPX81HC0A", label="GYO-7b-03", room="Raum 204"),
        place("device-unassigned", "DMPX81HC0B", label="GYO-7b-04", room="Raum 204"),
        place("user-left", "DMPX81HD11", label="GYO-9a-17", person="mia.beispiel", left="2026-11-05"),
        place("student-without-device", "", number=3, person="ole.muster"),
    ),
    worsened=(
        place(
            "lock-pending",
            "DMPX80AA03",
            severity=Severity.CRITICAL,
            label="GYO-8c-21",
            days=2,
            asked_at="2026-11-21T07:10:00+00:00",
        ),
    ),
    reopened=(place("unknown-user", "DMPX81HE42", label="GYO-5d-09", near="lea.probe"),),
    resolved=(place("device-silent", "DMPX79ZZ01", label="GYO-Lehrer-12"), place("wrong-school", "DMPX79ZZ02")),
    still_open={"device-unassigned": 6, "unknown-user": 4, "user-left": 1, "device-silent": 2},
)
STORM = Digest(
    opened=(place("privilege-missing", "", school=("", ""), severity=Severity.CRITICAL, privilege="Read Computers"),),
    reopened=(),
    resolved=(),
    still_open={"source-stale": 155, "device-unassigned": 312, "unknown-user": 97, "privilege-missing": 1},
    storms=(
        Storm(kind=NewsKind.OPENED, rule="source-stale", severity=Severity.WARNING, number=155, schools=155),
        Storm(kind=NewsKind.RESOLVED, rule="device-silent", severity=Severity.WARNING, number=212, schools=90),
    ),
    baselines=(
        Baseline(
            school=PARK[0],
            school_name=PARK[1],
            found={"device-unassigned": 14, "unknown-user": 6, "class-short-of-devices": 2, "device-over-age": 31},
        ),
    ),
)
HOLDS = (
    HeldBack(
        hold=Hold(
            ring=Ring.SCHOOL, rule="user-left", school=OST[0], direction=Direction.OPENED, number=412, of=890, since=AT
        ),
        school_name=OST[1],
    ),
    HeldBack(
        hold=Hold(
            ring=Ring.SOURCE,
            rule="source-shrunk",
            school="",
            direction=Direction.LOST,
            number=41002,
            of=82000,
            since=AT,
        ),
        school_name="",
    ),
)
NOT_LOCKED = tuple(
    WaitingLock(order=replace(ORDER, outcome=Outcome.HELD, why=doubt.value), incident=THEFT, school_name=OST[1])
    for doubt in (Doubt.TOO_MANY, Doubt.ANOTHER_SITE)
)
AGE = timedelta(hours=1)
LIFE = SignOfLife(
    now=AT,
    last_cycle=AT - timedelta(minutes=12),
    sources=(
        SourceAge(name="iserv-190003", school_name="Gesamtschule West", complete_at=None, stale=False, failed=True),
        SourceAge(
            name="iserv-190001", school_name=PARK[1], complete_at=AT - timedelta(days=4), stale=True, failed=True
        ),
        *(
            SourceAge(
                name=f"iserv-{one}", school_name="x", complete_at=AT - timedelta(hours=1), stale=False, failed=False
            )
            for one in range(153)
        ),
        SourceAge(name="jamf", school_name="", complete_at=AT - timedelta(hours=2), stale=False, failed=False),
    ),
    waiting=1,
    given_up=2,
    holds=1,
    still_open={"device-unassigned": 312, "unknown-user": 97, "device-silent": 241, "source-stale": 1},
)
INTRO = {
    "de": "Fragen beantwortet die Medienberatung, Telefon 0231 000000.",
    "en": "Ask the media advisers, telephone 0231 000000.",
}
KINDS: dict[str, Callable[[str], NewEntry]] = {
    "at-once": lambda code: COMPOSER.digest(central(code), THEFTS, (), AT),
    "digest-of-a-school": lambda code: COMPOSER.digest(of_school(code, INTRO[code]), OF_SCHOOL, (), AT),
    "storm-and-first-look": lambda code: COMPOSER.digest(central(code), STORM, (), AT),
    "held-back": lambda code: COMPOSER.holds(central(code), HOLDS, AT),
    "not-locked": lambda code: COMPOSER.locks(central(code), NOT_LOCKED, AT),
    "sign-of-life": lambda code: COMPOSER.sign_of_life(central(code), LIFE),
    "test": lambda code: COMPOSER.test(central(code), AT),
}


def sample(kind: str, language: str) -> Mail:
    """The mail of this kind in this language."""
    return read_mail(KINDS[kind](language).content)
