"""``mdm-sync demo``: a simulated district on this machine, and the whole job on it."""

import shlex
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mdm_sync.bootstrap import utc_now
from mdm_sync.cli.output import console, plain, table
from mdm_sync.demo.control import ask, go_down, go_up
from mdm_sync.demo.errors import DemoError
from mdm_sync.demo.places import Places

if TYPE_CHECKING:
    from mdm_sync.demo.model import Plan

app = typer.Typer(
    help="A simulated district on this machine, and the whole job on it.",
    invoke_without_command=True,
)
SERVERS = {"jamf": "jamf", "directory": "directories", "mail": "mail", "upstream": "upstream"}
"""The servers' names as people type them, and as the control API calls them."""
FULL_SCHOOLS, FULL_SCALE, LARGEST_SCALE = 155, 1.0, 10.0


class Language(StrEnum):
    """The languages of tables and mails."""

    DE = "de"
    EN = "en"


FolderOption = Annotated[Path, typer.Option("--folder", help="Where the district keeps its files.")]
SchoolsOption = Annotated[int, typer.Option("--schools", min=1, max=FULL_SCHOOLS, help="How many schools.")]
ScaleOption = Annotated[
    str, typer.Option("--scale", help="Size of each school; 1 is the real one, about 530 devices. full: all schools.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Start of the random choices; the same seed, the same people.")]
LanguageOption = Annotated[Language, typer.Option("--language", help="Language of tables and mails.")]
HERE = Path("demo-district")


@app.callback()
def demo(
    context: typer.Context,
    schools: SchoolsOption = 2,
    scale: ScaleOption = "0.2",
    seed: SeedOption = 1,
    language: LanguageOption = Language.EN,
    folder: FolderOption = HERE,
) -> None:
    """Start a district, run the whole job on it, show what left the house, stop everything.

    Examples:
      mdm-sync demo

      mdm-sync demo --schools 10 --scale 0.5

      mdm-sync demo up --scale full
    """
    if context.invoked_subcommand is None:
        from mdm_sync.demo.tour import show

        raise typer.Exit(show(_plan(schools, scale, seed, language), Places(folder.resolve())))


@app.command("up")
def come_up(
    schools: SchoolsOption = 2,
    scale: ScaleOption = "0.2",
    seed: SeedOption = 1,
    language: LanguageOption = Language.EN,
    folder: FolderOption = HERE,
) -> None:
    """Start a district and leave it up.

    Example:
      mdm-sync demo up --schools 8
    """
    places = Places(folder.resolve())
    places.make(_plan(schools, scale, seed, language))
    go_up(places)
    _show_district(places)
    quoted = shlex.quote(str(places.folder))
    print(
        f"\nexport MDM_SYNC_CONFIG={quoted}/mdm-sync.toml CREDENTIALS_DIRECTORY={quoted}/credentials\n"
        "mdm-sync reconcile"
    )


@app.command("status")
def show_status(folder: FolderOption = HERE) -> None:
    """Show what is up, which faults are on, and what the servers counted."""
    places = Places(folder.resolve())
    _show_district(places)
    out = console()
    rows = table("Server", "Fault", "On")
    for server, name, active in _faults(places):
        rows.add_row(server, name, plain(active))
    out.print(rows if rows.row_count else "No fault is on.")
    rows = table("Server", "Counted since it came up")
    for server, path in SERVERS.items():
        rows.add_row(server, plain(_counted(ask(places, "GET", f"/{path}/counters")), 2000))
    out.print(rows)


@app.command("fault")
def switch_fault(
    name: Annotated[str, typer.Argument(metavar="SERVER:NAME", help="As mdm-sync demo faults lists it.")],
    state: Annotated[str, typer.Argument(metavar="on|off")],
    school: Annotated[str | None, typer.Option("--school", metavar="N", help="One school only (directory).")] = None,
    value: Annotated[str | None, typer.Option("--value", help="How much, where the fault has a measure.")] = None,
    folder: FolderOption = HERE,
) -> None:
    """Switch a fault on or off.

    Examples:
      mdm-sync demo fault directory:stopped on --school 194011

      mdm-sync demo fault jamf:hang off
    """
    server, _, fault = name.partition(":")
    if server not in SERVERS or state not in {"on", "off"}:
        raise DemoError(f"A fault is named SERVER:NAME with SERVER one of {', '.join(SERVERS)}, and then on or off.")
    body: dict[str, object] = {"on": state == "on", "value": value}
    if server == "directory":
        body["school"] = school
    ask(Places(folder.resolve()), "PUT", f"/{SERVERS[server]}/faults/{fault}", body)


@app.command("faults")
def list_faults(folder: FolderOption = HERE) -> None:
    """List the faults that can be switched."""
    rows = table("Fault", "What it does")
    for server, path in SERVERS.items():
        for name, text in _descriptions(ask(Places(folder.resolve()), "GET", f"/{path}/faults")).items():
            rows.add_row(f"{server}:{name}", plain(text, 300))
    console().print(rows)


@app.command("latency")
def set_latency(
    call: Annotated[float, typer.Argument(min=0, metavar="CALL_MS", help="Milliseconds that each answer takes.")],
    row: Annotated[float, typer.Argument(min=0, metavar="ROW_MS", help="Milliseconds more for each record in it.")],
    folder: FolderOption = HERE,
) -> None:
    """Let Jamf Pro be as slow as a real one; 0 0 is as fast as it can.

    Example:
      mdm-sync demo latency 100 2
    """
    ask(Places(folder.resolve()), "PUT", "/jamf/latency", {"base_ms": call, "row_ms": row})


@app.command("acknowledge")
def acknowledge(folder: FolderOption = HERE) -> None:
    """Let the devices answer the MDM commands that wait for them."""
    done = ask(Places(folder.resolve()), "POST", "/jamf/acknowledge")
    console().print(f"{done['acknowledged']} commands acknowledged.")


@app.command("day")
def turn_to_day(
    day: Annotated[int, typer.Argument(min=1, help="1 is the first day; on 4 the school year changes.")],
    folder: FolderOption = HERE,
) -> None:
    """Show the district as it is on another day."""
    ask(Places(folder.resolve()), "PUT", "/district/day", {"day": day})


@app.command("down")
def come_down(folder: FolderOption = HERE) -> None:
    """Stop a district that is up; its files stay."""
    go_down(Places(folder.resolve()))


def _plan(schools: int, scale: str, seed: int, language: Language) -> "Plan":
    from mdm_sync.demo.model import Plan

    now = utc_now().replace(microsecond=0)
    schools, size = (FULL_SCHOOLS, FULL_SCALE) if scale == "full" else (schools, _size(scale))
    return Plan(schools=schools, scale=size, seed=seed, now=now, language=language.value)


def _size(scale: str) -> float:
    try:
        size = float(scale)
    except ValueError as error:
        raise DemoError(f'--scale takes a number above 0, or "full", not "{scale}".') from error
    if not 0 < size <= LARGEST_SCALE:
        raise DemoError(f"--scale takes a number above 0 and up to {LARGEST_SCALE}, not {scale}.")
    return size


def _show_district(places: Places) -> None:
    facts = ask(places, "GET", "/district")
    counts = ", ".join(f"{number} {name}" for name, number in facts["counts"].items())
    console().print(plain(f"Day {facts['plan']['day']}: {counts}.", 300))


def _counted(counters: Mapping[str, object]) -> str:
    """The counts that are not zero; those of the schools' directories added up."""
    totals: Counter[str] = Counter()
    for name, value in counters.items():
        totals.update(value if isinstance(value, Mapping) else {name: value})
    return ", ".join(f"{name} {number}" for name, number in totals.items() if number) or "nothing yet"


def _faults(places: Places) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for server, path in SERVERS.items():
        faults = ask(places, "GET", f"/{path}/faults")
        active = faults.get("active") or {name: one["value"] for name, one in faults.items() if _is_on(one)}
        found += [(server, name, _where_on(value)) for name, value in active.items()]
    return found


def _where_on(value: object) -> str:
    """The fault's value or "on"; of the directories, the schools that it is on for."""
    if not isinstance(value, Mapping):
        return str(value or "on")
    return ", ".join(school if one is None else f"{school} ({one})" for school, one in value.items())


def _is_on(fault: object) -> bool:
    return isinstance(fault, Mapping) and bool(fault.get("on"))


def _descriptions(faults: Mapping[str, object]) -> dict[str, str]:
    known = faults.get("known", faults)
    if not isinstance(known, Mapping):
        return {}
    return {name: str(one["description"] if isinstance(one, Mapping) else one) for name, one in known.items()}
