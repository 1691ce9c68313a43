"""A store whose outbox holds three mails to three people."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from connectors.mail.message import Mail
from mdm_sync.ports import Commit, NewEntry
from state import Store

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
THREE = ("head@gs-park.example", "medien@gym-ost.example", "mdm-team@systemhaus.example")


def mail_to(recipient: str) -> NewEntry:
    """A mail whose subject names its recipient."""
    mail = Mail(
        sender="mdm-sync@systemhaus.example",
        recipients=[recipient],
        subject=f"to {recipient}",
        text="text\n",
        html="<p>text</p>\n",
    )
    return NewEntry(kind="mail", content=mail.to_json(), recipient=recipient, title=mail.subject)


def fill(folder: Path, *recipients: str) -> None:
    """Put a mail for each of these into the outbox of a new store."""
    entries = [mail_to(one) for one in recipients]
    with closing(Store.open(folder)) as store:
        store.commit(Commit(started=NOW, finished=NOW, transitions=(), entries=lambda: entries))
