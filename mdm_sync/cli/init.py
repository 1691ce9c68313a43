"""``mdm-sync init``: a few questions, then a first settings file and a register."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, texts_in, write_first_settings, write_schema
from mdm_sync.cli.options import session_of
from mdm_sync.core.register_plan import RegisterPlan
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Texts

NO_MAIL = "-"


class Language(StrEnum):
    """The languages that there are texts in."""

    DE = "de"
    EN = "en"


def init(
    context: typer.Context,
    language: Annotated[Language, typer.Option("--language", help="Of tables and mails.")] = Language.DE,
    jamf_url: Annotated[str | None, typer.Option("--jamf-url", help="Address of Jamf Pro.")] = None,
    client_id: Annotated[str | None, typer.Option("--client-id", help="API client for reading.")] = None,
    mail_host: Annotated[
        str | None, typer.Option("--mail-host", help="Mail server that takes STARTTLS; - for no mail.")
    ] = None,
    sender: Annotated[str | None, typer.Option("--sender", help="Mail address of the program.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Mail address of the central team.")] = None,
    schema_only: Annotated[
        bool, typer.Option("--schema-only", help="Only write the JSON Schema for editors anew, after an update.")
    ] = False,
) -> None:
    """Ask a few questions and write a first settings file and an empty register. What is there already is left alone.

    Beside the settings file lies a JSON Schema, by which editors complete and check it. What is not given as an option
    is asked for; without a terminal all must be given. Secrets are not asked for: see mdm-sync secret set.

    Examples:
      mdm-sync init

      mdm-sync --config ./mdm-sync.toml init --jamf-url https://district.jamfcloud.example --client-id ID --mail-host -
    """
    path = session_of(context).settings_path
    if schema_only:
        typer.echo(write_schema(path.parent))
        return
    if path.exists():
        raise SettingsError(f"{path} is there already; it is left as it is.")
    texts = texts_in(language)
    answers: dict[tuple[str, str], str | list[str]] = {
        ("jamf", "url"): _answer(jamf_url, "--jamf-url", texts.text("Address of Jamf Pro (https://…)")),
        ("jamf", "client_id"): _answer(client_id, "--client-id", texts.text("Id of the API client for reading")),
    }
    host = _answer(mail_host, "--mail-host", texts.text("Mail server (- for none)"))
    if host != NO_MAIL:
        answers["mail", "host"] = host
        answers["mail", "sender"] = _answer(sender, "--sender", texts.text("Mail address of the program"))
        answers["mail", "recipients"] = [_answer(team, "--team", texts.text("Mail address of the central team"))]
    write_first_settings(path, answers, language)
    register = Installation.of(path).settings.schools.register_file
    if not register.exists():
        Installation.of(path).register().update(RegisterPlan())
    for file in (path, register, write_schema(path.parent)):
        typer.echo(file)
    typer.echo(_next(texts))


def _answer(given: str | None, option: str, question: str) -> str:
    if given is not None:
        return given
    if sys.stdin.isatty():
        return str(typer.prompt(question)).strip()
    raise SettingsError(f"There is no terminal to ask on: give {option}.")


def _next(texts: Texts) -> str:
    return texts.text(
        "Next: mdm-sync secret set jamf-client-secret; fill the register (mdm-sync schools import); mdm-sync check"
    )
