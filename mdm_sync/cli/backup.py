"""``mdm-sync backup`` and ``mdm-sync restore``: copies of the store."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mdm_sync.bootstrap import utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console, plain
from mdm_sync.core.retention import Kept
from mdm_sync.errors import SettingsError

LONGEST = 1000


def backup(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="Where to, a file or a folder; left out: beside the regular copies, kept in number."
        ),
    ] = None,
) -> None:
    """Copy the store, as it is at one moment, also while the daemon works.

    The copy is checked, is yours alone to read, and is encrypted where backup.encrypt_to names a public key.

    Examples:
      mdm-sync backup

      mdm-sync backup /mnt/safe/mdm-sync.backup
    """
    from mdm_sync.jobs import back_up

    installation = session_of(context).installation()
    note(installation, "backup")
    made, texts = back_up(installation, file), installation.texts
    told = texts.text("Written and encrypted: %(file)s") if made.encrypted else texts.text("Written: %(file)s")
    out = console()
    out.print(plain(told % {"file": made.file}, LONGEST))
    days = installation.kept_for(Kept.BACKUPS).days
    told = texts.plural(
        "It holds persons: delete your own copies after %(number)d day.",
        "It holds persons: delete your own copies after %(number)d days.",
        days,
    )
    out.print(told % {"number": days})


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy, encrypted or not.")],
    identity: Annotated[
        Path | None,
        typer.Option("--identity", metavar="KEYFILE", help="File of the private key, if encrypted."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Restore without asking.")] = False,
) -> None:
    """Let a copy be the store. Stop the daemon first.

    A copy that is damaged or of a newer version is refused, and nothing is changed. The present store is kept beside.
    Who was erased since the copy was made is erased again, and what has had its time is deleted.

    Examples:
      mdm-sync restore /mnt/safe/mdm-sync.backup

      mdm-sync restore state-20261125T041200Z.backup.age --identity /media/key/age.key --yes
    """
    from mdm_sync import jobs

    installation = session_of(context).installation()
    texts, out = installation.texts, console()
    if not yes:
        if not sys.stdin.isatty():
            raise SettingsError("Nothing was restored: there is no terminal to ask on. With --yes it is done at once.")
        if not typer.confirm(texts.text("Replace the store by this copy?"), default=False, err=True):
            out.print(texts.text("Nothing was restored."))
            return
    note(installation, "restore")
    restored = jobs.restore(installation, file, identity)
    out.print(plain(texts.text("Restored: %(file)s") % {"file": file}, LONGEST))
    if restored.kept:
        out.print(plain(texts.text("The store that was there is kept: %(file)s") % {"file": restored.kept}, LONGEST))
    if restored.erased:
        told = texts.plural(
            "%(number)d erasure was applied again.", "%(number)d erasures were applied again.", restored.erased
        )
        out.print(told % {"number": restored.erased})
    known_since = installation.limits(utc_now())[Kept.BACKUPS]
    if restored.as_of and restored.as_of < known_since:
        told = texts.text(
            "The copy is of %(day)s. Who was erased before %(since)s is not remembered any more and may be back: "
            "erase them again."
        )
        days = {"day": texts.day(restored.as_of), "since": texts.day(known_since)}
        out.print(told % days, style="yellow")
