"""A mail as it waits in the outbox, and the message that it becomes."""

from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape

import msgspec

from mdm_sync.errors import RecordError


class Mail(msgspec.Struct, frozen=True):
    """One mail: who gets it and what it says, in plain text and in HTML.

    Attributes:
        reply_to: who gets the answers; "" is the sender.
        date: when it was composed, as headers have it.
        references: keys of the outbox rows of earlier mails about the same things, the latest last.
    """

    sender: str
    recipients: list[str]
    subject: str
    text: str
    html: str
    references: list[str] = []
    reply_to: str = ""
    date: str = ""

    def to_json(self) -> str:
        """As it is kept in the outbox."""
        return msgspec.json.encode(self).decode()


def plain_mail(sender: str, recipients: Sequence[str], subject: str, text: str) -> str:
    """A mail of plain words as it is kept in the outbox."""
    html = f"<!doctype html><html><body><pre>{escape(text)}</pre></body></html>"
    return Mail(sender=sender, recipients=[*recipients], subject=subject, text=text, html=html).to_json()


def read_mail(content: str, key: str = "mail") -> Mail:
    """The mail that an outbox row holds.

    Raises:
        RecordError: the row of this key is no mail that this version can read.
    """
    try:
        return msgspec.json.decode(content, type=Mail)
    except msgspec.DecodeError as error:
        raise RecordError(key, "the outbox row is no mail that this version can read") from error


def message_of(mail: Mail, key: str) -> EmailMessage:
    """The message: plain text and HTML side by side (RFC 2046), marked as automatic (RFC 3834).

    The ``Message-ID`` comes from the outbox row's key, so that a mail that had to be sent again is recognised as the
    same one; ``References`` (RFC 5322) let it stand below earlier mails about the same things.
    """
    domain = mail.sender.rpartition("@")[2]
    message = EmailMessage()
    message["From"] = Address(addr_spec=mail.sender)
    message["To"] = [Address(addr_spec=recipient) for recipient in mail.recipients]
    message["Subject"] = " ".join(mail.subject.split())
    message["Message-ID"] = f"<{key}@{domain}>"
    if mail.date:
        message["Date"] = mail.date
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mail.reply_to)
    if mail.references:
        message["References"] = " ".join(f"<{earlier}@{domain}>" for earlier in mail.references)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def mail_files(content: str, key: str) -> dict[str, bytes]:
    """A mail as files, by the end of their names: the whole message, its HTML, its text.

    Raises:
        RecordError: it is no mail that this version can read.
    """
    mail = read_mail(content, key)
    return {".eml": bytes(message_of(mail, key)), ".html": mail.html.encode(), ".txt": mail.text.encode()}
