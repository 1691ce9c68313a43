"""Hostile words in every name and free text, through every rule and every way out: they arrive as harmless text."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from config.texts import Texts
from connectors.mail import Language, MailComposer
from connectors.mail.message import message_of, read_mail
from mdm_sync.core.brakes import Direction, Hold, Ring
from mdm_sync.core.harmless import one_line
from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import Finding, School, Severity
from mdm_sync.core.news import Digest, HeldBack, SignOfLife, SourceAge
from mdm_sync.core.recipients import Circle, Recipient
from mdm_sync.core.rules import RULES
from mdm_sync.core.rules.book import rule_ids
from mdm_sync.ports import Commit, NewEntry, Wanted
from state import Store
from tests.command_line import mdm_sync_here
from tests.integration.commands.district import install

AT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\"'><a href=https://evil.test>x</a>",
    "header": "Park\r\nBcc: all@evil.test\r\n\r\nbody",
    "lines": "a\u2028b\u2029c\x0bd\x85e",
    "colours": "\x1b[31mred\x1b]8;;https://evil.test\x07link\x9b2J",
    "directions": "abc\u202e\u2066gpj.exe\u2069\u200f",
    "length": "x" * 10_000,
    "emoji": "\U0001f469\u200d\U0001f680\U0001f3f3\ufe0f\u200d\U0001f308 Schule",
    "formula": '=HYPERLINK("https://evil.test";"x")',
    "at": "@SUM(A1)",
    "plus": "+49 231|cmd",
    "template": "{{ 7 * 7 }}{% raw %}%(number)d%s[bold]x[/bold]",
}
DETAILS = (
    *("serial", "asset_tag", "person", "person_school", "near", "reason", "record", "site", "sites", "source"),
    *("privilege", "incident", "former", "by", "entry", "devices", "students", "needed"),
)
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
LONGEST_LINE = 4000
FORMULA = re.compile(r"[=+@-]")
NOT_IN_A_REGISTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
KINDS = {
    "duplicate-serial": "serial",
    "site-without-school": "site",
    "source-stale": "source",
    "mail-refused": "mail",
    "summary-refused": "upstream",
}


class Elements(HTMLParser):
    """What a reader's program would do with the HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


SCHOOLS = tuple(School(number=f"{190101 + place}", name=word) for place, word in enumerate(HOSTILE.values()))


def findings(school: School) -> list[Finding]:
    """One of each rule at this school, all of whose words are the school's hostile one."""
    return [
        Finding(
            rule=rule.id,
            subject=f"{KINDS.get(rule.id, 'device')}:{school.number}{number}",
            school=school.number,
            severity=Severity.CRITICAL,
            details={name: school.name for name in DETAILS if number % 2 or name != "serial"},
        )
        for number, rule in enumerate(RULES, start=1)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings, a register whose schools are called so as far as it takes that, a finding of each rule at each."""
    folder = tmp_path_factory.mktemp("hostile")
    install(folder, "de")
    with (folder / "schools.csv").open("a", encoding="utf-8", newline="") as register:
        writer = csv.writer(register, delimiter=";")
        for school in SCHOOLS:
            name = NOT_IN_A_REGISTER.sub("", school.name)[:200]
            address = ("ldaps://iserv.example", "dc=example", "cn=reader", "x.example", "schueler", "lehrer", "")
            writer.writerow((school.number, name, "02", "live", name, *address))
    steps = [Transition(kind=TransitionKind.OPENED, finding=one) for school in SCHOOLS for one in findings(school)]
    with closing(Store.open(folder / "state")) as store:
        store.commit(Commit(started=AT, finished=AT, transitions=steps, entries=tuple))
    return folder


@pytest.fixture(scope="module")
def digest(folder: Path) -> Digest:
    """All of them as news, each named by the hostile word of its school in every place."""
    numbers = [school.number for school in SCHOOLS]
    wanted = Wanted(recipient="", schools=numbers, rules=sorted(rule_ids(RULES)), least=Severity.INFO)
    with closing(Store.look(folder / "state")) as store:
        news = [one.place for one in store.mailings.news(wanted, SCHOOLS)]
    places = tuple(replace(one, label=one.school_name, room=one.school_name) for one in news)
    assert {one.finding.rule for one in places} == rule_ids(RULES)
    some = places[:: len(SCHOOLS) + 1]
    return Digest(opened=places, reopened=some, resolved=some, still_open={"user-left": 1})


def composer() -> MailComposer:
    def language(code: str) -> Language:
        texts = Texts(code)
        return Language(texts=texts, templates=texts.templates())

    return MailComposer(cache(language), sender="mdm-sync@it.example", reply_to="team@it.example")


def reader(circle: Circle, intro: str = "") -> Recipient:
    nothing: frozenset[str] = frozenset()
    return Recipient(address="team@it.example", circle=circle, schools=nothing, rules=nothing, intro=intro)


def life() -> SignOfLife:
    sources = tuple(
        SourceAge(name=f"iserv-{one.number}", school_name=one.name, complete_at=None, stale=True, failed=True)
        for one in SCHOOLS
    )
    return SignOfLife(now=AT, last_cycle=AT, sources=sources, waiting=0, given_up=0, holds=0, still_open={})


def holds() -> list[HeldBack]:
    opens = Direction.OPENED
    hold = Hold(ring=Ring.SCHOOL, rule="user-left", school="190101", direction=opens, number=9, of=10, since=AT)
    return [HeldBack(hold=hold, school_name=one.name) for one in SCHOOLS]


def of_one_school(digest: Digest, school: School) -> Digest:
    places = tuple(one for one in digest.opened if one.finding.school == school.number)
    return Digest(opened=places, reopened=(), resolved=(), still_open={"user-left": 1})


def mails(digest: Digest) -> Iterator[NewEntry]:
    made = composer()
    yield from (made.digest(reader(circle), digest, ("key",), AT) for circle in Circle)
    yield made.holds(reader(Circle.CENTRAL), holds(), AT)
    yield made.sign_of_life(reader(Circle.CENTRAL), life())
    for school in SCHOOLS:
        yield made.digest(reader(Circle.SCHOOL, school.name), of_one_school(digest, school), (), AT)


def test_they_are_harmless_in_every_mail(digest: Digest) -> None:
    for entry in mails(digest):
        mail = read_mail(entry.content)
        shown = Elements()
        shown.feed(mail.html)
        assert set(message_of(mail, "key").keys()) <= {
            *("From", "To", "Subject", "Message-ID", "Auto-Submitted", "Date", "Reply-To", "References"),
            *("MIME-Version", "Content-Type"),
        }
        assert not {"script", "img", "a", "link", "iframe"} & shown.seen
        assert shown.attributes <= {"lang", "charset", "name", "content", "class"}
        for text in (mail.text, mail.html, mail.subject, entry.title):
            assert not UNSAFE.search(text)
            assert "49{%" not in text
        assert max(map(len, mail.text.splitlines())) < LONGEST_LINE


def test_they_can_still_be_read(digest: Digest) -> None:
    text = read_mail(composer().digest(reader(Circle.CENTRAL), digest, (), AT).content).text
    assert [word for word in HOSTILE.values() if one_line(word)[:20] not in text] == []


def run(folder: Path, *arguments: str) -> str:
    told = mdm_sync_here("--config", str(folder / "mdm-sync.toml"), *arguments, environment={})
    assert told.code == 0, told.err
    return told.out


def test_they_are_harmless_on_the_terminal(folder: Path) -> None:
    shown = [place % len(SCHOOLS) * len(RULES) + place + 1 for place in range(len(RULES))]  # every rule, every word
    for arguments in (("findings", "list"), *(("findings", "show", str(one)) for one in shown)):
        assert not UNSAFE.search(run(folder, *arguments))


def test_they_are_harmless_in_csv(folder: Path) -> None:
    rows = list(csv.reader(io.StringIO(run(folder, "findings", "list", "--format", "csv"))))
    assert len(rows) == 1 + len(RULES) * len(SCHOOLS)
    for row in rows:
        assert len(row) == len(rows[0])
        assert [cell for cell in row if FORMULA.match(cell) or UNSAFE.search(cell)] == []


def test_they_are_one_json_document(folder: Path) -> None:
    document = json.loads(run(folder, "findings", "list", "--format", "json"))
    assert len(document["findings"]) == len(RULES) * len(SCHOOLS)
