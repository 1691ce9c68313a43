"""``mdm-sync init``: a few questions, then a first settings file and a register."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, open_data, texts_in, utc_now, write_first_settings, write_schema
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console
from mdm_sync.cli.school_import import refuse_unknown_providers, show_read
from mdm_sync.core.register_plan import RegisterPlan, plan_import
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Texts

NONE = "-"


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
    schools: Annotated[
        str | None,
        typer.Option("--schools", metavar="FILE", help="The ministry's schuldaten.csv makes the register; - for none."),
    ] = None,
    traeger: Annotated[
        str | None, typer.Option("--traeger", metavar="N", help="Only schools of this Traegernummer; - for all.")
    ] = None,
    schema_only: Annotated[
        bool, typer.Option("--schema-only", help="Only write the JSON Schema for editors anew, after an update.")
    ] = False,
) -> None:
    """Ask a few questions and write a first settings file and a register. What is there already is left alone.

    The register holds the schools of the state's open data, all "not connected", where their file is named; else it is
    empty. Beside the settings file lies a JSON Schema, by which editors complete and check it. What is not given as an
    option is asked for; without a terminal all but the schools must be given. Secrets are not asked for: see mdm-sync
    secret set.

    Examples:
      mdm-sync init

      mdm-sync init --schools schuldaten.csv --traeger 10297

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
    if host != NONE:
        answers["mail", "host"] = host
        answers["mail", "sender"] = _answer(sender, "--sender", texts.text("Mail address of the program"))
        answers["mail", "recipients"] = [_answer(team, "--team", texts.text("Mail address of the central team"))]
    plan = _schools(schools, traeger, texts)
    write_first_settings(path, answers, language)
    installation = Installation.of(path)
    register = installation.settings.schools.register_file
    if not register.exists():
        installation.register().update(plan)
    for file in (path, register, write_schema(path.parent)):
        typer.echo(file)
    typer.echo(_next(len(installation.schools()), texts))


def _answer(given: str | None, option: str, question: str) -> str:
    if given is not None:
        return given
    if sys.stdin.isatty():
        return str(typer.prompt(question)).strip()
    raise SettingsError(f"There is no terminal to ask on: give {option}.")


def _answer_or_none(given: str | None, question: str) -> str | None:
    """What may be left out: it is asked for where there is a terminal."""
    if given is None and sys.stdin.isatty():
        given = str(typer.prompt(question, default=NONE)).strip()
    return None if given in {None, NONE} else given


def _schools(file: str | None, traeger: str | None, texts: Texts) -> RegisterPlan:
    """The schools that the register begins with."""
    named = _answer_or_none(file, texts.text("Open data of the schools, schuldaten.csv (- for none)"))
    if named is None:
        return RegisterPlan()
    read = open_data(Path(named))
    provider = _answer_or_none(traeger, texts.text("Traegernummer of the schools (- for all)"))
    providers = [provider] if provider else []
    refuse_unknown_providers(read, providers)
    plan = plan_import((), read.schools, providers=frozenset(providers), on=utc_now().date())
    show_read(read, plan, texts, console())
    return plan


def _next(schools: int, texts: Texts) -> str:
    if not schools:
        return texts.text(
            "The register is empty. Next: mdm-sync schools import schuldaten.csv --traeger N, or write it by hand; "
            "mdm-sync secret set jamf-client-secret; mdm-sync check"
        )
    told = texts.plural(
        "%(number)d school is in the register, not connected.",
        "%(number)d schools are in the register, all not connected.",
        schools,
    )
    following = texts.text(
        "Next: mdm-sync secret set jamf-client-secret; write site and IServ of the first schools into the register and "
        "set them to observed; mdm-sync check"
    )
    return f"{told % {'number': schools}} {following}"
