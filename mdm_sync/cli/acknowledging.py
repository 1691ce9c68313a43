"""``mdm-sync findings ack`` and ``unack``: who looks after what."""

from datetime import datetime
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.deciding import deciding_user
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Acknowledgement, FindingChoice, State

Numbers = Annotated[list[int] | None, typer.Argument(help="The numbers that the list shows.")]
RuleOption = Annotated[str, typer.Option("--rule", metavar="R", help="All open findings of this rule.")]
SchoolOption = Annotated[str, typer.Option("--school", metavar="N", help="All open findings of this school.")]
DeviceOption = Annotated[str, typer.Option("--device", metavar="SERIAL", help="All open findings of this device.")]


def acknowledge(
    context: typer.Context,
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help="Last day, as 2026-12-31.")
    ],
    why: Annotated[str, typer.Option("--why", help="The reason; it is kept with your name.")],
    numbers: Numbers = None,
    rule: RuleOption = "",
    school: SchoolOption = "",
    device: DeviceOption = "",
) -> None:
    """Say that you look after findings: they make no noise until that day, unless they get worse or are solved.

    Findings are named by number, or by rule, school and device together.

    Examples:
      mdm-sync findings ack 12 13 --until 2026-12-31 --why "New iPads are ordered."

      mdm-sync findings ack --rule device-silent --school 190001 --until 2026-12-31 --why "Building site, no WLAN."
    """
    installation = session_of(context).installation()
    choice = _choice(numbers, rule, school, device)
    today = installation.conditions(utc_now()).calendar.day(utc_now())
    if until.date() < today:
        raise SettingsError(f"--until {until.date()} is over; name a day from today on.")
    if not why.strip():
        raise SettingsError("The reason is empty; name one with --why.")
    with installation.working_state("findings ack") as state:
        chosen = _chosen(state, choice)
        acknowledgement = Acknowledgement(until=until.date(), who=deciding_user(), why=why.strip(), at=utc_now())
        note(installation, "findings ack", *chosen)
        state.decisions.acknowledge(chosen, acknowledgement)
    _tell(installation, len(chosen))


def unacknowledge(
    context: typer.Context,
    numbers: Numbers = None,
    rule: RuleOption = "",
    school: SchoolOption = "",
    device: DeviceOption = "",
) -> None:
    """Take back that somebody looks after findings.

    Example:
      mdm-sync findings unack 12
    """
    installation = session_of(context).installation()
    choice = _choice(numbers, rule, school, device)
    with installation.working_state("findings unack") as state:
        chosen = _chosen(state, choice)
        note(installation, "findings unack", *chosen)
        number = state.decisions.unacknowledge(chosen, utc_now())
    texts = installation.texts
    told = texts.plural("%(number)d acknowledgement taken back.", "%(number)d acknowledgements taken back.", number)
    console().print(told % {"number": number})


def _choice(numbers: list[int] | None, rule: str, school: str, device: str) -> FindingChoice:
    if not (numbers or rule or school or device):
        raise SettingsError("Name findings by their numbers, or by --rule, --school or --device.")
    return FindingChoice(numbers=tuple(numbers or ()), rule=rule, school=school, device=device)


def _chosen(state: State, choice: FindingChoice) -> tuple[int, ...]:
    chosen = state.decisions.chosen(choice)
    if unknown := sorted(set(choice.numbers) - set(chosen)):
        raise SettingsError(
            f"Not open, or not there: {', '.join(map(str, unknown))}; mdm-sync findings list shows them."
        )
    if not chosen:
        raise SettingsError("No open finding fits; mdm-sync findings list shows them.")
    return chosen


def _tell(installation: Installation, number: int) -> None:
    told = installation.texts.plural("%(number)d finding acknowledged.", "%(number)d findings acknowledged.", number)
    console().print(told % {"number": number})
