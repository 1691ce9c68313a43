"""``mdm-sync secret``: the secrets are put where they belong, and none is ever shown."""

import re
import stat
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from mdm_sync.bootstrap import LOCKING_SECRET, UPSTREAM_KEY, Installation, SecretStore, secret_store
from mdm_sync.cli.exits import Exit
from mdm_sync.cli.options import TextFormat, TextFormatOption, session_of
from mdm_sync.cli.output import console, table, write_json
from mdm_sync.errors import MdmSyncError, SettingsError

app = typer.Typer(no_args_is_help=True, help="Keep the secrets in the system's keyring or sealed for systemd.")

NAMES = ("jamf-client-secret", LOCKING_SECRET, "mail-password", "upstream-token", UPSTREAM_KEY)
OF_SEVERAL_LINES = frozenset({UPSTREAM_KEY})
"""Those that nobody types: they come as a file."""
ALL_SCHOOLS = "iserv-passwords"
OF_A_SCHOOL = re.compile("iserv-[0-9]{6}")

SealedOption = Annotated[
    bool, typer.Option("--sealed", help="Encrypt for this machine's systemd instead of the keyring; takes root.")
]
FolderOption = Annotated[Path, typer.Option("--folder", help="Where sealed secrets lie; the unit reads them there.")]
CREDENTIALS = Path("/etc/credstore.encrypted")


@app.command("set")
def set_secret(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as jamf-client-secret or iserv-194011.")],
    sealed: SealedOption = False,
    folder: FolderOption = CREDENTIALS,
) -> None:
    """Keep one secret. It is asked for without showing it, or read from standard input; never from the command line.

    Examples:
      mdm-sync secret set jamf-client-secret

      mdm-sync secret set --sealed mail-password

      mdm-sync secret set --sealed upstream-client-key < key.pem
    """
    _refuse_unknown(name)
    _keep(secret_store(), name, _asked(name), folder if sealed else None)


@app.command("import")
def import_secrets(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A line for each school: Schulnummer, a blank, password; - is stdin.")
    ],
    sealed: SealedOption = False,
    folder: FolderOption = CREDENTIALS,
) -> None:
    """Keep the passwords of all schools' service accounts: each in the keyring, or all in one sealed file.

    A sealed file replaces the one before: it must name all schools. Delete FILE when it is done.

    Examples:
      mdm-sync secret import --sealed passwords.txt
    """
    store = secret_store()
    passwords = store.school_passwords(_text_of(file), str(file))
    if not passwords:
        raise SettingsError(f"{file} names no school.")
    if sealed:
        lines = "".join(f"{school} {password}\n" for school, password in passwords.items())
        _keep(store, ALL_SCHOOLS, lines, folder)
    else:
        for school, password in passwords.items():
            store.keep(f"iserv-{school}", password)
    typer.echo(f"{len(passwords)}")


@app.command("list")
def list_secrets(context: typer.Context, format_: TextFormatOption = TextFormat.TABLE) -> None:
    """Show which secrets the settings and the register need, and whether each is there.

    Example:
      mdm-sync secret list
    """
    installation = session_of(context).installation()
    _show(installation, dict(_kept(installation)), format_)


@app.command("check")
def check_secrets(context: typer.Context, format_: TextFormatOption = TextFormat.TABLE) -> None:
    """Show which secrets are missing. "mdm-sync check" tells whether the others are right.

    Ends with 0 all are there, 1 the secret store cannot be used, 2 some are missing.

    Example:
      mdm-sync secret check
    """
    installation = session_of(context).installation()
    missing = {name: there for name, there in _kept(installation) if not there}
    _show(installation, missing, format_)
    raise typer.Exit(Exit.USAGE if missing else Exit.DONE)


def _kept(installation: Installation) -> Iterator[tuple[str, bool]]:
    store = secret_store()
    return ((name, store.is_kept(name)) for name in installation.secret_names())


def _show(installation: Installation, kept: Mapping[str, bool], format_: TextFormat) -> None:
    if format_ is TextFormat.JSON:
        write_json({"schema": "mdm-sync/secrets/1", "secrets": dict(kept)})
        return
    texts = installation.texts
    if not kept:
        console().print(texts.text("All secrets are there."))
        return
    rows = table(texts.text("Secret"), "")
    for name, there in kept.items():
        rows.add_row(name, texts.text("there") if there else texts.text("MISSING"), style="" if there else "bold red")
    console().print(rows)


def _refuse_unknown(name: str) -> None:
    if name in NAMES or OF_A_SCHOOL.fullmatch(name):
        return
    near = get_close_matches(name, NAMES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise SettingsError(f"There is no secret {name}.{hint} There are: {', '.join(NAMES)}, iserv-<Schulnummer>.")


def _asked(name: str) -> str:
    """What somebody types without seeing it, or the first line of a pipe; of a key all lines."""
    is_long = name in OF_SEVERAL_LINES
    if sys.stdin.isatty():
        if is_long:
            raise SettingsError(f"The secret {name} has several lines. Hand it over as a file: < FILE")
        return str(typer.prompt(name, hide_input=True, confirmation_prompt=True))
    if value := sys.stdin.read() if is_long else sys.stdin.readline().rstrip("\r\n"):
        return value
    raise SettingsError(f"Standard input holds no secret {name}.")


def _keep(store: SecretStore, name: str, value: str, folder: Path | None) -> None:
    if folder is None:
        store.keep(name, value)
    else:
        typer.echo(store.seal(name, value, folder))


def _text_of(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read()
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(f"{file} may be read by others. Mend it: chmod 600 {file}")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        # Not chained: that error holds the bytes of the secrets.
        raise MdmSyncError(f"{file} is no UTF-8 text.") from None
