"""The digest as admins read it: whole in both languages, harmless whatever devices and schools are called."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest

from config.texts import Texts
from connectors.mail import MailComposer
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
from mdm_sync.core.news import Digest, Place, WaitingLock
from mdm_sync.core.rules import DEVICE_RULES, judge
from mdm_sync.core.views import SchoolView
from tests.replacing import replace
from tests.unit.cli.losses import ORDER, THEFT

SENDER = "mdm-sync@it.example"
TEAM = "team@it.example"
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
    details = {"serial": serial, "asset_tag": asset_tag, "person": "P-0123456789AB", "person_school": "100009"}
    return Place(
        finding=Finding(rule=rule, subject=f"device:{serial}", school=number, severity=severity, details=details),
        school_name=name,
    )


def digest(
    *opened: Place,
    reopened: tuple[Place, ...] = (),
    resolved: tuple[Place, ...] = (),
    still_open: dict[str, int] | None = None,
) -> Digest:
    return Digest(opened=opened, reopened=reopened, resolved=resolved, still_open=still_open or {})


def mails(news: Digest, *, language: str = "de", recipients: tuple[str, ...] = (TEAM,)) -> list[Mail]:
    texts = Texts(language)
    composer = MailComposer(texts, texts.templates(), sender=SENDER, recipients=recipients)
    entries = composer.digest(news)
    assert {entry.kind for entry in entries} == {"mail"}
    return [read_mail(entry.content) for entry in entries]


def mail(news: Digest, *, language: str = "de") -> Mail:
    (only,) = mails(news, language=language)
    return only


NEWS = digest(
    place("unknown-user", "DMPX3", "INV-3", school=SUED),
    place("unknown-user", "DMPX1", "INV-1"),
    place("wrong-school", "DMPX4", severity=Severity.CRITICAL),
    place("unknown-user", "", "INV-9"),
    reopened=(place("device-unassigned", "DMPX5", "INV-5", school=SUED),),
    resolved=(place("unknown-user", "DMPX2", "INV-2"),),
    still_open={"device-unassigned": 1, "unknown-user": 12345},
)
ENGLISH = """\
New
===

Device at another school than its person (1)
  The device stands in one school's site, its person is at another school.
  What to do: Move the device to the person's site at Jamf Pro, or assign it to a person of its own school.

  - DMPX4 – Schule Nord (100001)

Unknown user (3)
  The device names somebody whom no IServ account of the school stands for.
  What to do: Correct the user name at Jamf Pro, or take the device back and clear the field.

  - no serial number, INV-9 – Schule Nord (100001)
  - DMPX1, INV-1 – Schule Nord (100001)
  - DMPX3, INV-3 – Schule Süd (100002)

Back again
==========

iPad without a person (1)
  A personal iPad names nobody: nobody answers for it, and its loss would go unnoticed.
  What to do: Enter the person's login at Jamf Pro, or name the device as a pool device in the school's register.

  - DMPX5, INV-5 – Schule Süd (100002)

Solved
======

Unknown user (1)
  - DMPX2, INV-2 – Schule Nord (100001)

All that is open now
      1  iPad without a person
  12345  Unknown user

--\N{SPACE}
Sent by mdm-sync. This mail names no person: see a finding with “mdm-sync findings show NUMBER”.
"""
GERMAN = """\
Neu
===

Gerät an einer anderen Schule als seine Person (1)
  Das Gerät steht in der Site einer Schule, seine Person ist an einer anderen.
  Was zu tun ist: Das Gerät in Jamf Pro in die Site der Person verschieben, oder es einer Person der eigenen Schule zuweisen.

  - DMPX4 – Schule Nord (100001)

Unbekannter Benutzer (3)
  Das Gerät nennt jemanden, für den kein IServ-Konto der Schule steht.
  Was zu tun ist: Den Benutzernamen in Jamf Pro berichtigen, oder das Gerät zurücknehmen und das Feld leeren.

  - ohne Seriennummer, INV-9 – Schule Nord (100001)
  - DMPX1, INV-1 – Schule Nord (100001)
  - DMPX3, INV-3 – Schule Süd (100002)

Wieder da
=========

iPad ohne Person (1)
  Ein persönliches iPad nennt niemanden: Niemand steht dafür ein, und sein Verlust fiele nicht auf.
  Was zu tun ist: Den Anmeldenamen der Person in Jamf Pro eintragen, oder das Gerät im Schulregister als gemeinsames Gerät benennen.

  - DMPX5, INV-5 – Schule Süd (100002)

Gelöst
======

Unbekannter Benutzer (1)
  - DMPX2, INV-2 – Schule Nord (100001)

Alles, was jetzt offen ist
      1  iPad ohne Person
  12345  Unbekannter Benutzer

--\N{SPACE}
Verschickt von mdm-sync. Diese Mail nennt keine Person; einen Befund zeigt „mdm-sync findings show NUMMER“.
"""  # noqa: E501 - a mail's lines are not broken


@dataclass
class Page(HTMLParser):
    """What a reader's program makes of the HTML: elements, attributes that lead somewhere, and the cells of tables."""

    elements: set[str] = field(default_factory=set)
    links: list[str | None] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    language: str | None = None
    rows: list[list[str]] = field(default_factory=list)
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
        elif tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append("")
        elif tag in {"h1", "h2"}:
            self.headings.append("")
        elif tag == "br":
            self.handle_data("\n")
        if tag in {"td", "h1", "h2"}:
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "td":
            self.rows[-1][-1] += data
        elif self._inside:
            self.headings[-1] += data


def page(html: str) -> Page:
    parsed = Page()
    parsed.feed(html)
    parsed.close()
    return parsed


class TestTheText:
    def test_it_reads_in_english(self) -> None:
        assert mail(NEWS, language="en").text == ENGLISH

    def test_it_reads_in_german(self) -> None:
        assert mail(NEWS, language="de").text == GERMAN

    def test_where_nothing_is_open_any_more_it_says_so(self) -> None:
        told = mail(digest(resolved=(place("unknown-user", "DMPX1"),)), language="en").text
        assert "All that is open now\n  nothing\n" in told

    @pytest.mark.parametrize(
        ("number", "more"),
        [
            (25, None),
            (26, "  and 1 more: mdm-sync findings list\n"),
            (4711, "  and 4686 more: mdm-sync findings list\n"),
        ],
    )
    def test_of_many_places_it_names_twenty_five(self, number: int, more: str | None) -> None:
        told = mail(digest(*(place("unknown-user", f"S{one:05}") for one in range(number))), language="en").text
        assert f"Unknown user ({number})" in told
        assert [line for line in told.splitlines() if line.startswith("  - ")] == [
            f"  - S{one:05} – Schule Nord (100001)" for one in range(25)
        ]
        assert (more in told) if more else "more" not in told


class TestTheHtml:
    def test_it_says_what_the_text_says(self) -> None:
        shown = page(mail(NEWS, language="en").html)
        assert shown.headings == [
            "New",
            "Device at another school than its person (1)",
            "Unknown user (3)",
            "Back again",
            "iPad without a person (1)",
            "Solved",
            "Unknown user (1)",
            "All that is open now",
        ]
        assert [row for row in shown.rows if row] == [
            ["DMPX4", "Schule Nord (100001)"],
            ["no serial number\nINV-9", "Schule Nord (100001)"],
            ["DMPX1\nINV-1", "Schule Nord (100001)"],
            ["DMPX3\nINV-3", "Schule Süd (100002)"],
            ["DMPX5\nINV-5", "Schule Süd (100002)"],
            ["DMPX2\nINV-2", "Schule Nord (100001)"],
            ["1", "iPad without a person"],
            ["12345", "Unknown user"],
        ]

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_it_names_its_language(self, language: str) -> None:
        assert page(mail(NEWS, language=language).html).language == language

    def test_it_loads_nothing_and_leads_nowhere(self) -> None:
        shown = page(mail(NEWS).html)
        assert shown.links == []
        assert "url(" not in mail(NEWS).html
        assert shown.elements <= {
            *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "strong"),
            *("table", "tr", "th", "td", "br", "small", "footer"),
        }


class TestTheSubject:
    def test_news_of_one_school_name_it(self) -> None:
        news = digest(place("unknown-user", "1"), reopened=(place("unknown-user", "2"),))
        assert mail(news, language="en").subject == "[mdm-sync] 2 new findings – Schule Nord"

    def test_news_of_several_schools_count_them(self) -> None:
        assert mail(NEWS, language="en").subject == "[mdm-sync] 5 new findings, 1 solved – 2 schools"
        assert mail(NEWS, language="de").subject == "[mdm-sync] 5 neue Befunde, 1 gelöst – 2 Schulen"

    def test_what_is_solved_alone_is_told_alone(self) -> None:
        news = digest(resolved=(place("unknown-user", "1", school=SUED),))
        assert mail(news).subject == "[mdm-sync] 1 gelöst – Schule Süd"

    def test_two_schools_of_the_same_name_are_two(self) -> None:
        news = digest(place("unknown-user", "1"), place("unknown-user", "2", school=("100002", "Schule Nord")))
        assert mail(news, language="en").subject == "[mdm-sync] 2 new findings – 2 schools"


def test_each_recipient_gets_a_mail_of_their_own() -> None:
    to_all = mails(NEWS, recipients=(TEAM, "boss@it.example"))
    assert [(one.sender, one.recipients) for one in to_all] == [(SENDER, [TEAM]), (SENDER, ["boss@it.example"])]
    assert as_read(to_all[0]) == as_read(to_all[1])


def not_locked(language: str) -> Mail:
    texts = Texts(language)
    composer = MailComposer(texts, texts.templates(), sender=SENDER, recipients=[TEAM])
    waiting = WaitingLock(
        order=replace(ORDER, outcome=Outcome.HELD, why=Doubt.TOO_MANY.value), incident=THEFT, school_name="Schule Nord"
    )
    (entry,) = composer.locks([waiting])
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


def as_read(one: Mail) -> tuple[str, str, str]:
    return (one.subject, one.text, one.html)


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
        return digest(place("unknown-user", name, name, school=("100001", name)))

    def test_they_are_a_line_of_the_text(self, given: str, harmless: str) -> None:
        told = mail(self.news(given), language="en").text
        assert [line for line in told.splitlines() if line.startswith("  - ")] == [
            f"  - {harmless}, {harmless} – {harmless} (100001)"
        ]
        assert len(told.splitlines()) == len(mail(self.news("x"), language="en").text.splitlines())

    def test_they_are_text_in_the_html(self, given: str, harmless: str) -> None:
        shown, tame = page(mail(self.news(given)).html), page(mail(self.news("x")).html)
        assert next(row for row in shown.rows if row) == [f"{harmless}\n{harmless}", f"{harmless} (100001)"]
        assert (shown.elements, shown.links, shown.handlers) == (tame.elements, [], [])

    def test_they_are_one_line_of_the_subject(self, given: str, harmless: str) -> None:
        one = mail(self.news(given), language="en")
        assert one.subject == f"[mdm-sync] 1 new finding – {harmless}"
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
