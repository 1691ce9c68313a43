"""What people read: news, what is held back, the sign of life, a test; each in plain text and in HTML."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from jinja2 import Environment

from connectors.mail.message import Mail
from connectors.mail.subjects import digest_subject, marked
from connectors.mail.view import DigestView
from mdm_sync.core.harmless import one_line
from mdm_sync.core.hold_text import hold_text
from mdm_sync.core.news import Digest, HeldBack, SignOfLife, SourceAge, WaitingLock
from mdm_sync.core.recipients import Recipient
from mdm_sync.core.waiting_text import waiting_text
from mdm_sync.ports import Clock, NewEntry, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Texts of one language, and the templates with these texts; those that make HTML escape what they are given."""

    texts: Texts
    templates: Environment


class MailComposer:
    """Puts news into mails; satisfies ``mdm_sync.ports.MailComposer``.

    Args:
        language: texts and templates by the code of a language.
        reply_to: who gets the answers of those who are not the central team.
    """

    def __init__(self, language: Callable[[str], Language], *, sender: str, reply_to: str) -> None:
        self._language = language
        self._sender = sender
        self._reply_to = reply_to

    def digest(self, recipient: Recipient, digest: Digest, earlier: Sequence[str], at: datetime) -> NewEntry:
        """The mail that tells what is new; ``earlier``: keys of the mails that told of the same findings."""
        texts = self._language(recipient.language).texts
        view = DigestView(digest, recipient, texts)
        shown = {"view": view, "recipient": recipient, "intro": one_line(recipient.intro, LONGEST_INTRO)}
        return self._mail("digest", recipient, digest_subject(digest, texts), shown, at, earlier)

    def holds(self, recipient: Recipient, holds: Sequence[HeldBack], at: datetime) -> NewEntry:
        """The mail about conclusions that were kept back and wait for a person."""
        texts = self._language(recipient.language).texts
        many = texts.plural("%(number)d conclusion held back", "%(number)d conclusions held back", len(holds))
        shown = {
            "heading": texts.text("Held back"),
            "intro": texts.text(
                "What follows is too large to be believed without somebody having looked at it. "
                "Everything else goes on; of this nothing is concluded until somebody decides."
            ),
            "items": [_hold(held, texts) for held in holds],
            "todo": texts.text(
                "Look at it with “mdm-sync holds list”. If it is true, accept it: "
                "mdm-sync holds accept NUMBER --why TEXT. If it is not, reject it and mend the cause; "
                "then it goes away by itself."
            ),
        }
        return self._mail("waiting", recipient, marked(many % {"number": len(holds)}), shown, at)

    def locks(self, recipient: Recipient, locks: Sequence[WaitingLock], at: datetime) -> NewEntry:
        """The mail about stolen devices that were not locked."""
        texts = self._language(recipient.language).texts
        many = texts.plural("%(number)d stolen device not locked", "%(number)d stolen devices not locked", len(locks))
        shown = {
            "heading": texts.text("Not locked"),
            "intro": texts.text(
                "These devices were reported as stolen, and are not locked without somebody having looked at them."
            ),
            "items": [waiting_text(one, texts.text) for one in locks],
            "todo": texts.text(
                "Look at it with “mdm-sync locks --waiting”. To lock a device: "
                "mdm-sync lock SERIAL --incident NUMBER. If the report is wrong, correct or close it: "
                "mdm-sync incidents change, mdm-sync incidents close."
            ),
        }
        return self._mail("waiting", recipient, marked(many % {"number": len(locks)}), shown, at)

    def sign_of_life(self, recipient: Recipient, life: SignOfLife) -> NewEntry:
        """The weekly mail that the program works."""
        texts = self._language(recipient.language).texts
        troubled = [source for source in life.sources if source.stale or source.failed]
        many = texts.plural("%(number)d source in trouble", "%(number)d sources in trouble", len(troubled))
        told = many % {"number": len(troubled)} if troubled else texts.text("all sources are read")
        subject = marked(texts.text("Sign of life: %(told)s") % {"told": told})
        shown = {
            "life": life,
            "last_cycle": texts.moment(life.last_cycle) if life.last_cycle else texts.text("never"),
            "troubled": [_source_line(source, life.now, texts) for source in troubled],
            "fine": _fine(life, texts),
            "still_open": [
                texts.counted(rule, number) for rule, number in sorted(life.still_open.items(), key=lambda one: -one[1])
            ],
        }
        return self._mail("life", recipient, subject, shown, life.now)

    def test(self, recipient: Recipient, at: datetime) -> NewEntry:
        """A mail that says no more than that mails arrive."""
        subject = marked(self._language(recipient.language).texts.text("Test: mails arrive"))
        return self._mail("test", recipient, subject, {}, at)

    def _mail(
        self,
        template: str,
        recipient: Recipient,
        subject: str,
        shown: Mapping[str, object],
        at: datetime,
        earlier: Sequence[str] = (),
    ) -> NewEntry:
        templates = self._language(recipient.language).templates
        values = {"subject": subject, **shown}
        mail = Mail(
            sender=self._sender,
            recipients=[recipient.address],
            subject=subject,
            text=templates.get_template(f"{template}.txt.j2").render(values),
            html=templates.get_template(f"{template}.html.j2").render(values),
            references=list(earlier),
            reply_to=self._reply_to if recipient.names_persons else "",
            date=format_datetime(at),
        )
        return NewEntry(kind="mail", content=mail.to_json(), recipient=recipient.address, title=subject)


class CentralLockMails:
    """Tells the central team which thefts wait for a person; satisfies ``mdm_sync.ports.LockMails``."""

    def __init__(self, composer: MailComposer, central: Sequence[Recipient], clock: Clock) -> None:
        self._composer = composer
        self._central = central
        self._clock = clock

    def locks(self, locks: Sequence[WaitingLock]) -> Sequence[NewEntry]:
        """The mails about stolen devices that were not locked, one for each recipient."""
        return [self._composer.locks(one, locks, self._clock()) for one in self._central]


LONGEST_INTRO = 1000
"""Characters of a school's own words above its digests."""


def _hold(held: HeldBack, texts: Texts) -> str:
    title = texts.rule(held.hold.rule).title if held.hold.rule else ""
    return hold_text(held.hold, one_line(held.school_name), title, texts.text)


def _source_line(source: SourceAge, now: datetime, texts: Texts) -> tuple[str, str]:
    if source.complete_at is None:
        return _source_name(source, texts), texts.text("never read completely")
    facts = {"ago": texts.ago(now - source.complete_at), "moment": texts.moment(source.complete_at)}
    if source.stale:
        return _source_name(source, texts), texts.text("read %(ago)s, too old for new conclusions") % facts
    return _source_name(source, texts), texts.text("read %(ago)s; the last attempt failed") % facts


def _source_name(source: SourceAge, texts: Texts) -> str:
    if source.school_name:
        return texts.text("IServ of %(school)s") % {"school": one_line(source.school_name)}
    return {"jamf": texts.text("Jamf Pro"), "inventory": texts.text("Inventory")}.get(source.name, source.name)


def _fine(life: SignOfLife, texts: Texts) -> str:
    """How many sources are as they should be, and how old the oldest of them is."""
    ages = _ages(life.sources, life.now)
    if not ages:
        return ""
    told = texts.plural(
        "%(number)d source is read, %(ago)s.", "%(number)d sources are read, the oldest %(ago)s.", len(ages)
    )
    return told % {"number": len(ages), "ago": texts.ago(max(ages))}


def _ages(sources: Iterable[SourceAge], now: datetime) -> list[timedelta]:
    return [now - one.complete_at for one in sources if one.complete_at and not (one.stale or one.failed)]
