"""The digest as admins read it: whole in both languages, harmless whatever devices and schools are called."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from config.texts import Texts
from connectors.mail import CentralLockMails, Language, MailComposer
from connectors.mail.message import Mail, message_of, read_mail
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.lock_decisions import Doubt
from mdm_sync.core.lock_orders import Outcome
from mdm_sync.core.matching import Candidates, PersonIndex, match
from mdm_sync.core.model import (
    Device,
    DeviceKind,
    Finding,
    Person,
    Role,
    School,
    Severity,
    UserFields,
)
from mdm_sync.core.news import Baseline, Digest, NewsKind, Place, SignOfLife, SourceAge, Storm, WaitingLock
from mdm_sync.core.recipients import Circle, Recipient
from mdm_sync.core.rules import DEVICE_RULES, judge
from mdm_sync.core.views import SchoolView
from tests.replacing import replace
from tests.unit.cli.losses import ORDER, THEFT

SENDER = "mdm-sync@it.example"
TEAM = "team@it.example"
AT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
NORD, SUED = ("100001", "Schule Nord"), ("100002", "Schule Süd")


def place(
    rule: str,
    serial: str,
    asset_tag: str = "",
    *,
    school: tuple[str, str] = NORD,
    severity: Severity = Severity.WARNING,
) -> Place:
    number, name = school
    details = {"serial": serial, "asset_tag": asset_tag, "person": "P-0123456789AB"}
    return Place(
        finding=Finding(rule=rule, subject=f"device:{serial}", school=number, severity=severity, details=details),
        school_name=name,
        number=7,
        opened_at=AT - timedelta(days=3),
    )


def digest(
    *opened: Place,
    reopened: tuple[Place, ...] = (),
    resolved: tuple[Place, ...] = (),
    still_open: dict[str, int] | None = None,
    **more: Any,
) -> Digest:
    return Digest(opened=opened, reopened=reopened, resolved=resolved, still_open=still_open or {}, **more)


@cache
def language_of(code: str) -> Language:
    texts = Texts(code)
    return Language(texts=texts, templates=texts.templates())


COMPOSER = MailComposer(language_of, sender=SENDER, reply_to=TEAM)
NOTHING: frozenset[str] = frozenset()


def reader(code: str = "de", circle: Circle = Circle.CENTRAL, *, intro: str = "") -> Recipient:
    return Recipient(address=TEAM, circle=circle, schools=NOTHING, rules=NOTHING, language=code, intro=intro)


def mail(news: Digest, *, language: str = "de", circle: Circle = Circle.CENTRAL, intro: str = "") -> Mail:
    return read_mail(COMPOSER.digest(reader(language, circle, intro=intro), news, (), AT).content)


NEWS = digest(
    place("unknown-user", "DMPX3", "INV-3", school=SUED),
    place("unknown-user", "DMPX1", "INV-1"),
    place("stolen-not-locked", "DMPX4", severity=Severity.CRITICAL),
    place("unknown-user", "", "INV-9"),
    reopened=(place("device-unassigned", "DMPX5", "INV-5", school=SUED),),
    resolved=(place("unknown-user", "DMPX2", "INV-2"),),
    still_open={"device-unassigned": 1, "unknown-user": 12345, "stolen-not-locked": 1, "device-silent": 7},
)
ENGLISH = """\
2 schools
=========

4 new · 1 back again · 1 solved

What to do
----------

1. 1 stolen or lost device not locked: Switch Lost Mode on at once; if the device is back, close the incident.
2. 1 iPad without a person: Enter the person's login at Jamf Pro, or name the device as a pool device in the school's register.
3. 3 devices with unknown users: Correct the user name at Jamf Pro, or take the device back and clear the field.

New
---

1 stolen or lost device not locked [critical]
A theft or loss is open, and Lost Mode is neither on nor asked for: whoever has the device can use it.
  - DMPX4
    Schule Nord (100001) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7

3 devices with unknown users [warning]
The device names somebody whom no IServ account of the school stands for.
  - no serial number
    INV-9 · Schule Nord (100001) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7
  - DMPX1
    INV-1 · Schule Nord (100001) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7
  - DMPX3
    INV-3 · Schule Süd (100002) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7

Back again
----------

1 iPad without a person [warning]
A personal iPad names nobody: nobody answers for it, and its loss would go unnoticed.
  - DMPX5
    INV-5 · Schule Süd (100002) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7

Solved
------

1 device with an unknown user
  - DMPX2
    INV-2 · Schule Nord (100001)

Open now: 12,354 findings (12345 devices with unknown users, 7 silent devices, 1 iPad without a person, and others).

--\N{SPACE}
Sent by mdm-sync. Persons stand here by reference: mdm-sync person REF tells who is meant. More of a finding: mdm-sync findings show NUMBER.
"""  # noqa: E501 - a mail's lines are not broken
GERMAN = """\
Schule Nord
===========

2 neu · 1 gelöst

Fragen: Tel. 0231 000000

Was zu tun ist
--------------

1. 2 iPads ohne Person: Den Anmeldenamen der Person in Jamf Pro eintragen, oder das Gerät im Schulregister als gemeinsames Gerät benennen.

Neu
---

2 iPads ohne Person [Warnung]
Ein persönliches iPad nennt niemanden: Niemand steht dafür ein, und sein Verlust fiele nicht auf.
  - DMPX1 · Klasse 5a Nr. 3
    INV-1 · Haus B, 204 · seit 20.11.2026 · Person: P-0123456789AB
  - DMPX2 · Klasse 5a Nr. 3
    INV-2 · Haus B, 204 · seit 20.11.2026 · Person: P-0123456789AB

Gelöst
------

1 Gerät mit unbekanntem Benutzer
  - DMPX3

Nichts ist mehr offen.

--\N{SPACE}
Verschickt von mdm-sync, das die Geräte in Jamf Pro mit den Konten im IServ vergleicht. Es schreibt nur, wenn sich etwas geändert hat. Bei Fragen einfach auf diese Mail antworten.
"""  # noqa: E501 - a mail's lines are not broken
_HEADINGS = ("h1", "h2", "h3")


@dataclass
class Page(HTMLParser):
    """What a reader's program makes of the HTML: elements, attributes that lead somewhere, and the items of lists."""

    elements: set[str] = field(default_factory=set)
    links: list[str | None] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    language: str | None = None
    items: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    _inside: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.links += [value for name, value in attrs if name in {"src", "href", "background", "action", "srcset"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag == "html":
            self.language = dict(attrs)["lang"]
        elif tag == "li":
            self.items.append("")
        elif tag in _HEADINGS:
            self.headings.append("")
        elif tag == "br":
            self.handle_data(" ")
        if tag == "li" or tag in _HEADINGS:
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "li":
            self.items[-1] += data
        elif self._inside:
            self.headings[-1] += data


def page(html: str) -> Page:
    parsed = Page()
    parsed.feed(html)
    parsed.close()
    return parsed


def at_a_school() -> Digest:
    here = [replace(place("device-unassigned", f"DMPX{one}", f"INV-{one}"), label="Klasse 5a Nr. 3") for one in (1, 2)]
    solved = (place("unknown-user", "DMPX3"),)
    return digest(*(replace(one, room="Haus B, 204") for one in here), resolved=solved)


class TestTheText:
    def test_the_central_team_reads_in_english(self) -> None:
        assert mail(NEWS, language="en").text == ENGLISH

    def test_a_school_reads_in_german(self) -> None:
        assert mail(at_a_school(), circle=Circle.SCHOOL, intro="Fragen: Tel. 0231 000000").text == GERMAN

    @pytest.mark.parametrize(("number", "more"), [(25, None), (26, "  and 1 more\n"), (4711, "  and 4686 more\n")])
    def test_of_many_places_it_names_twenty_five(self, number: int, more: str | None) -> None:
        told = mail(digest(*(place("unknown-user", f"S{one:05}") for one in range(number))), language="en").text
        assert f"{number} devices with unknown users" in told
        named = [line for line in told.splitlines() if line.startswith("  - ")]
        assert named == [f"  - S{one:05}" for one in range(25)]
        assert (more in told) if more else " more\n" not in told

    def test_a_storm_is_one_line_and_its_remedy(self) -> None:
        storm = Storm(kind=NewsKind.OPENED, rule="source-stale", severity=Severity.WARNING, number=155, schools=155)
        told = mail(digest(storms=(storm,), still_open={"source-stale": 155}), language="en")
        assert told.subject == "[mdm-sync] 155 sources not read for too long – 155 schools"
        assert "1. 155 sources not read for too long: See “mdm-sync status”" in told.text
        assert "155 schools. So many at once stand here as one line." in told.text

    def test_few_first_looks_are_told_by_school_and_many_together(self) -> None:
        looks = tuple(
            Baseline(school=f"1000{one:02}", school_name=f"Schule {one}", found={"unknown-user": 2, "device-silent": 1})
            for one in range(6)
        )
        few = mail(digest(baselines=looks[:2]), language="en")
        many = mail(digest(baselines=looks), language="en")
        assert few.subject == "[mdm-sync] 2 first looks – 2 schools"
        assert "Schule 1 (100001)\n  - 2 devices with unknown users\n  - 1 silent device\n" in few.text
        assert "6 schools\n  - 12 devices with unknown users\n  - 6 silent devices\n" in many.text
        assert "Schule 1" not in many.text


class TestTheHtml:
    def test_it_says_what_the_text_says(self) -> None:
        shown = page(mail(NEWS, language="en").html)
        assert shown.headings == [
            "2 schools",
            "What to do",
            "New",
            "critical 1 stolen or lost device not locked",
            "warning 3 devices with unknown users",
            "Back again",
            "warning 1 iPad without a person",
            "Solved",
            "1 device with an unknown user",
        ]
        assert shown.items[0].startswith("1 stolen or lost device not locked: Switch Lost Mode on at once")
        assert shown.items[3:] == [
            "DMPX4 Schule Nord (100001) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7",
            "no serial number INV-9 · Schule Nord (100001) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7",
            "DMPX1 INV-1 · Schule Nord (100001) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7",
            "DMPX3 INV-3 · Schule Süd (100002) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7",
            "DMPX5 INV-5 · Schule Süd (100002) · since Nov 20, 2026 · Person: P-0123456789AB · finding 7",
            "DMPX2 INV-2 · Schule Nord (100001)",
        ]

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_it_names_its_language(self, language: str) -> None:
        assert page(mail(NEWS, language=language).html).language == language

    def test_it_loads_nothing_and_leads_nowhere(self) -> None:
        html = mail(NEWS).html
        shown = page(html)
        assert shown.links == []
        assert "url(" not in html
        assert "@import" not in html
        assert shown.elements <= {
            *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "strong"),
            *("div", "ol", "ul", "li", "span", "br", "small", "footer"),
        }


class TestTheSubject:
    @pytest.mark.parametrize(
        ("news", "english", "german"),
        [
            pytest.param(
                digest(*(place("stolen-not-locked", serial, severity=Severity.CRITICAL) for serial in "12")),
                "2 stolen or lost devices not locked – Schule Nord",
                "2 gestohlene oder verlorene Geräte nicht gesperrt – Schule Nord",
                id="one rule at one school",
            ),
            pytest.param(
                NEWS,
                "1 stolen or lost device not locked, 3 more new, 1 back again, 1 solved – 2 schools",
                "1 gestohlenes oder verlorenes Gerät nicht gesperrt, 3 weitere neu, 1 wieder da, 1 gelöst – 2 Schulen",
                id="the most severe first",
            ),
            pytest.param(
                digest(worsened=(place("lock-pending", "1", severity=Severity.CRITICAL), place("device-silent", "2"))),
                "1 lock not confirmed (worse than before), 1 worse – Schule Nord",
                "1 Sperre nicht bestätigt (schlimmer als zuvor), 1 schlimmer – Schule Nord",
                id="what is worse, where nothing is new",
            ),
            pytest.param(
                digest(resolved=(place("unknown-user", "1", school=SUED),)),
                "1 solved – Schule Süd",
                "1 gelöst – Schule Süd",
                id="solved alone",
            ),
            pytest.param(
                digest(place("unknown-user", "1"), place("unknown-user", "2", school=("100002", "Schule Nord"))),
                "2 devices with unknown users – 2 schools",
                "2 Geräte mit unbekannten Benutzern – 2 Schulen",
                id="two schools of one name",
            ),
            pytest.param(
                digest(place("privilege-missing", "", school=("", ""))),
                "1 privilege missing at Jamf Pro – district",
                "1 Recht fehlt in Jamf Pro – Bezirk",
                id="of no school",
            ),
        ],
    )
    def test_it_tells_what_matters_most_and_where(self, news: Digest, english: str, german: str) -> None:
        assert mail(news, language="en").subject == f"[mdm-sync] {english}"
        assert mail(news).subject == f"[mdm-sync] {german}"


class TestTheOtherMails:
    def test_the_sign_of_life_names_what_is_in_trouble_and_counts_the_rest(self) -> None:
        fine = [
            SourceAge(name=f"iserv-{one}", school_name="x", complete_at=AT, stale=False, failed=False)
            for one in range(3)
        ]
        old = SourceAge(name="jamf", school_name="", complete_at=AT - timedelta(days=2), stale=True, failed=True)
        never = SourceAge(name="iserv-9", school_name="Schule West", complete_at=None, stale=False, failed=True)
        life = SignOfLife(
            now=AT + timedelta(hours=1),
            last_cycle=AT,
            sources=(never, old, *fine),
            waiting=2,
            given_up=1,
            holds=0,
            still_open={"unknown-user": 3, "device-silent": 40},
        )
        told = read_mail(COMPOSER.sign_of_life(reader("en"), life).content)
        assert told.subject == "[mdm-sync] Sign of life: 2 sources in trouble"
        assert told.text.splitlines() == [
            "mdm-sync works",
            "==============",
            "",
            "Last cycle: 11/23/26, 7:30\u202fAM",
            "",
            "What was read",
            "-------------",
            "",
            "  - IServ of Schule West: never read completely",
            "  - Jamf Pro: read 2 days ago, too old for new conclusions",
            "  3 sources are read, the oldest 60 minutes ago.",
            "",
            "What waits",
            "----------",
            "",
            "  - 0 conclusions wait for a decision.",
            "  - 2 entries wait to leave.",
            "  - 1 entry was refused or tried too often: mdm-sync outbox list.",
            "",
            "What is open",
            "------------",
            "",
            "  - 40 silent devices",
            "  - 3 devices with unknown users",
            "",
            "-- ",
            "Sent by mdm-sync every week. If this mail does not come, something is wrong: mdm-sync status.",
        ]

    def test_a_test_says_that_mails_arrive(self) -> None:
        told = COMPOSER.test(reader("de"), AT)
        assert (told.title, told.recipient) == ("[mdm-sync] Test: Mails kommen an", TEAM)


class TestTheEnvelope:
    def test_earlier_mails_are_named_and_the_date_is_that_of_composing(self) -> None:
        message = message_of(read_mail(COMPOSER.digest(reader(), NEWS, ("one", "two"), AT).content), "key")
        assert message["References"] == "<one@it.example> <two@it.example>"
        assert message["Date"] == "Mon, 23 Nov 2026 06:30:00 +0000"

    @pytest.mark.parametrize(("circle", "answers"), [(Circle.SCHOOL, TEAM), (Circle.CENTRAL, None)])
    def test_answers_of_a_school_go_to_the_central_team(self, circle: Circle, answers: str | None) -> None:
        assert message_of(mail(NEWS, circle=circle), "key")["Reply-To"] == answers


def not_locked(language: str) -> Mail:
    waiting = WaitingLock(
        order=replace(ORDER, outcome=Outcome.HELD, why=Doubt.TOO_MANY.value), incident=THEFT, school_name="Schule Nord"
    )
    (entry,) = CentralLockMails(COMPOSER, [reader(language)], lambda: AT).locks([waiting])
    return read_mail(entry.content)


@pytest.mark.parametrize(
    ("language", "subject", "told"),
    [
        (
            "de",
            "[mdm-sync] 1 gestohlenes Gerät nicht gesperrt",
            (
                "Schule Nord (100001) – DMPX1234ABCD, Vorgang 12: die Zahl der automatischen Sperren "
                "eines Tages ist erreicht."
            ),
        ),
        (
            "en",
            "[mdm-sync] 1 stolen device not locked",
            "Schule Nord (100001) – DMPX1234ABCD, incident 12: the day's number of automatic locks is reached.",
        ),
    ],
)
def test_what_was_not_locked_is_told_with_reason_and_command(language: str, subject: str, told: str) -> None:
    one = not_locked(language)
    assert one.subject == subject
    assert f"  - {told}\n" in one.text
    assert "mdm-sync lock " in one.text
    shown = unescape(one.html)
    assert f"<li>{told}</li>" in shown
    assert "mdm-sync lock " in shown


HOSTILE = {
    "markup": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "an image": ('"><img src=https://evil.test/x onerror=x>', '"><img src=https://evil.test/x onerror=x>'),
    "an entity": ("&lt;b&gt;", "&lt;b&gt;"),
    "a template": ("{{ 7 * 7 }}{% raw %}", "{{ 7 * 7 }}{% raw %}"),
    "a format": ("%(number)d%s", "%(number)d%s"),
    "a new line": ("A\r\nBcc: all@it.example\n\n- B", "A Bcc: all@it.example - B"),
    "colours": ("\x1b[31mred\x1b[0m\x07", "[31mred[0m"),
    "directions": ("ABC\u202e321\u2066x\u200f", "ABC321x"),
    "far too long": ("A" * 10_000, "A" * 119 + "…"),
}


@pytest.mark.parametrize(("given", "harmless"), HOSTILE.values(), ids=HOSTILE.keys())
class TestHostileNames:
    def news(self, name: str) -> Digest:
        named = place("unknown-user", name, name, school=("100001", name))
        return digest(replace(named, label=f"{name}1", room=f"{name}2"))

    def test_they_are_a_line_of_the_text(self, given: str, harmless: str) -> None:
        told = mail(self.news(given), language="en", intro=given).text.splitlines()
        assert told[0] == harmless
        assert next(line for line in told if line.startswith("  - ")).startswith(f"  - {harmless}")
        assert len(told) == len(mail(self.news("x"), language="en", intro="x").text.splitlines())

    def test_they_are_text_in_the_html(self, given: str, harmless: str) -> None:
        shown, tame = page(mail(self.news(given), intro=given).html), page(mail(self.news("x"), intro="x").html)
        assert shown.headings[0] == harmless
        assert shown.items[1].startswith(harmless)
        assert (shown.elements, shown.links, shown.handlers) == (tame.elements, [], [])

    def test_they_are_one_line_of_the_subject(self, given: str, harmless: str) -> None:
        one = mail(self.news(given), language="en")
        assert one.subject == f"[mdm-sync] 1 device with an unknown user – {harmless}"
        assert message_of(one, "key")["Subject"] == " ".join(one.subject.split())


def test_no_login_and_no_address_of_a_person_is_in_it() -> None:
    north = School(number="100001", name="Schule Nord", sites=("Nord",))
    max_of_south = Person(
        school="100002", uuid="u1", login="max.mueller", mail="max.mueller@sued.example", role=Role.STUDENT, ref="P-1"
    )
    device = Device(
        jamf_id=1,
        serial="DMPX1",
        name="iPad von Max Müller",
        asset_tag="INV-1",
        kind=DeviceKind.IPAD,
        model="iPad",
        site_id=10,
        shared=False,
        user=UserFields(username="max.mueller@sued.example", real_name="Max Müller", email="max.mueller@sued.example"),
    )
    unknown = replace(device, jamf_id=2, user=UserFields(username="erika.muster", real_name="Erika Muster"))
    candidates = Candidates(own=PersonIndex.of((), north), elsewhere={max_of_south.mail: (max_of_south,)})
    devices = (device, unknown)
    view = SchoolView(
        school=north,
        devices=devices,
        assignments={one.subject: match(one, candidates) for one in devices},
        conditions=Conditions(now=datetime(2026, 11, 23, tzinfo=UTC)),
    )
    findings = judge(view, DEVICE_RULES).findings
    assert {one.rule for one in findings} == {"wrong-school", "unknown-user"}
    written = mail(digest(*(Place(finding=one, school_name=north.name) for one in findings))).to_json().casefold()
    assert [
        word for word in ("max.", "max m", "müller", "mueller", "sued.example", "erika", "muster") if word in written
    ] == []
