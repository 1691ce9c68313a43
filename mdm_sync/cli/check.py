"""``mdm-sync check``: whether each source can be reached and read, now."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.exits import Exit
from mdm_sync.cli.options import TextFormat, TextFormatOption, session_of
from mdm_sync.cli.output import console, indented, plain, write_json
from mdm_sync.cli.schools import show_check
from mdm_sync.cli.subjects import source_name
from mdm_sync.core.harmless import one_line
from mdm_sync.core.model import School, Stage
from mdm_sync.errors import SettingsError
from mdm_sync.ports import RegisterCheck, Texts

if TYPE_CHECKING:
    from mdm_sync.looking import Look

SOON = timedelta(days=30)
"""A certificate that ends within this is warned of."""
LONGEST = 1000


def check(
    context: typer.Context,
    school: Annotated[
        list[str] | None,
        typer.Option("--school", metavar="N", help="Only this school's directory, connected or not; may be repeated."),
    ] = None,
    format_: TextFormatOption = TextFormat.TABLE,
) -> None:
    """Look at each source, the mail server and upstream, now: reachable, certificate, login, privileges, counts.

    Nothing is stored or sent.

    Ends with 0 all good, 2 settings or register wrong, 3 some of them cannot be used.

    Examples:
      mdm-sync check

      mdm-sync check --school 190001

      mdm-sync check --format json
    """
    installation = session_of(context).installation()
    register = installation.register().check()
    shown: list[Look] = []
    match format_:
        case TextFormat.TABLE:
            out = console()
            _show_register(register, installation, out)
            for look in _looks(installation, register, school or ()):
                _show(look, installation.texts, out)
                shown.append(look)
        case TextFormat.JSON:
            shown += _looks(installation, register, school or ())
            write_json(_document(register, shown))
    raise typer.Exit(_exit_code(register, shown))


def _chosen(schools: Sequence[School], named: Sequence[str]) -> tuple[School, ...]:
    """Those that are named, else those that are connected."""
    if unknown := sorted(set(named) - {school.number for school in schools}):
        raise SettingsError(f"The register has no school {', '.join(unknown)}; mdm-sync schools list shows them.")
    if named:
        return tuple(school for school in schools if school.number in named)
    return tuple(school for school in schools if school.stage is not Stage.NOT_CONNECTED)


def _looks(installation: Installation, register: RegisterCheck, named: Sequence[str]) -> Iterable["Look"]:
    """Jamf Pro, directories, mail server, upstream, as they answer; a register with problems comes first and alone."""
    from mdm_sync.looking import look_at_directories, look_at_fleet, look_at_ways_out

    if register.problems:
        return
    schools = _chosen(installation.schools(), named)
    checkup = installation.checkup()
    yield look_at_fleet(checkup)
    yield from look_at_directories(checkup, schools)
    if not named:
        yield from look_at_ways_out(checkup)


def _exit_code(register: RegisterCheck, looks: Sequence["Look"]) -> Exit:
    if register.problems or any(look.is_ours for look in looks):
        return Exit.USAGE
    return Exit.UNREAD if any(look.error or look.privileges.missing for look in looks) else Exit.DONE


def _show_register(register: RegisterCheck, installation: Installation, out: Console) -> None:
    out.print(Text(installation.texts.text("Register"), style="bold"), end=": ")
    if register.problems or register.warnings:
        out.print()
    show_check(register, installation.settings.schools.register_file, installation.texts, out)


def _show(look: "Look", texts: Texts, out: Console) -> None:
    name = source_name(look.name, texts)
    school = f" {one_line(look.school.name)}" if look.school else ""
    told = texts.text("NOT READ") if look.error else ", ".join(_facts(look, texts))
    style = "bold red" if look.error else ""
    out.print(Text.assemble((name, "bold"), school, ": ", (told, style)))
    for line in _troubles(look, utc_now(), texts):
        out.print(line)


def _facts(look: "Look", texts: Texts) -> Iterable[str]:
    if look.version:
        yield texts.text("version %(version)s") % {"version": look.version}
    yield texts.text("login accepted")
    for what, number in look.counts:
        yield _counted(what, number, texts) % {"number": texts.number(number)}
    if look.certificate_until:
        yield texts.text("certificate until %(day)s") % {"day": texts.day(look.certificate_until)}
    yield texts.text("%(seconds)s s") % {"seconds": texts.number(round(look.seconds, 1))}


def _counted(what: str, number: int, texts: Texts) -> str:
    match what:
        case "devices":
            return texts.plural("%(number)s device", "%(number)s devices", number)
        case "sites":
            return texts.plural("%(number)s site", "%(number)s sites", number)
        case "users":
            return texts.plural("%(number)s user", "%(number)s users", number)
    return texts.plural("%(number)s group", "%(number)s groups", number)


def _troubles(look: "Look", now: datetime, texts: Texts) -> Iterable[Padding]:
    if look.error:
        yield indented(plain(look.error, LONGEST))
    if look.certificate_until and look.certificate_until - now < SOON:
        told = texts.text("the certificate ends %(ago)s: renew it")
        yield indented(Text(told % {"ago": texts.ago(now - look.certificate_until)}, style="yellow"))
    if look.privileges.missing:
        told = texts.text("privileges missing: %(names)s") % {"names": ", ".join(look.privileges.missing)}
        yield indented(Text(told, style="bold red"))
    if look.privileges.excessive:
        told = texts.text("privileges too many: %(names)s") % {"names": ", ".join(look.privileges.excessive)}
        yield indented(Text(told, style="yellow"))


def _document(register: RegisterCheck, looks: Sequence["Look"]) -> dict[str, object]:
    return {
        "schema": "mdm-sync/check/1",
        "register": {
            "schools": register.schools,
            "problems": [str(note) for note in register.problems],
            "warnings": [str(note) for note in register.warnings],
        },
        "sources": [_look_json(look) for look in looks],
    }


def _look_json(look: "Look") -> dict[str, object]:
    return {
        "name": look.name,
        "school": look.school.number if look.school else None,
        "error": look.error,
        "certificate_until": look.certificate_until.isoformat() if look.certificate_until else None,
        "version": look.version or None,
        "counts": dict(look.counts),
        "privileges_missing": list(look.privileges.missing),
        "privileges_excessive": list(look.privileges.excessive),
        "seconds": round(look.seconds, 2),
    }
