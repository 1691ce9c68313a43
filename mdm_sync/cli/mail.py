"""``mdm-sync mail``: whether mails arrive, and what they look like."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from mdm_sync.cli.audit import note
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console, plain, table
from mdm_sync.errors import SettingsError
from mdm_sync.ports import NewEntry, Texts

app = typer.Typer(help="Whether mails arrive, and what they look like.", no_args_is_help=True)

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_ODD = re.compile(r"[^A-Za-z0-9.@-]+")
_KEY = "preview"


@app.command("test")
def test(context: typer.Context, address: Annotated[str, typer.Argument(help="Where the mail goes.")]) -> None:
    """Send one mail to this address, now: it says no more than that mails arrive.

    Ends with 0 the server took it, 1 it did not (the reason is told), 2 wrong usage or settings.

    Example:
      mdm-sync mail test mdm-team@systemhaus.example
    """
    from mdm_sync.jobs import test_mail

    if not _ADDRESS.fullmatch(address):
        raise SettingsError("That is no mail address.")
    installation = session_of(context).installation()
    test_mail(installation, address)
    texts = installation.texts
    console().print(plain(texts.text("The mail server took a mail to %(address)s.") % {"address": address}))


@app.command("preview")
def preview(context: typer.Context, folder: Annotated[Path, typer.Argument(help="Where the files go.")]) -> None:
    """Write the mails of the present state as files, as if nobody had been told of anything. Nothing is sent.

    The files name persons of schools, as the mails do: only you can read them.

    Example:
      mdm-sync mail preview /tmp/mails
    """
    from mdm_sync.jobs import preview_mails

    installation = session_of(context).installation()
    mails = preview_mails(installation)
    note(installation, "mail preview")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [f"{number:03}-{_ODD.sub('_', mail.recipient)}" for number, mail in enumerate(mails, start=1)]
    for name, mail in zip(names, mails, strict=True):
        _write(folder, name, installation.mail_files(mail.content, _KEY))
    _show(dict(zip(names, mails, strict=True)), installation.texts)


def _write(folder: Path, name: str, files: Mapping[str, bytes]) -> None:
    for end, content in files.items():
        path = folder / f"{name}{end}"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)


def _show(mails: Mapping[str, NewEntry], texts: Texts) -> None:
    out = console()
    rows = table(texts.text("File"), texts.text("To"), texts.text("Subject"))
    for name, mail in mails.items():
        rows.add_row(plain(f"{name}.html"), plain(mail.recipient), plain(mail.title, 200))
    if mails:
        out.print(rows)
    else:
        out.print(texts.text("Nobody would be told of anything."))
