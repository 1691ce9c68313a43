"""``mdm-sync lock`` and ``mdm-sync unlock``: Lost Mode of one device, switched on purpose."""

import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.deciding import deciding_user
from mdm_sync.cli.exits import Exit
from mdm_sync.cli.lock_text import Shown, show_device, tell_end
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console
from mdm_sync.core.incidents import Incident
from mdm_sync.core.lock_decisions import current_record, named_by_serial, refuse_lock, refuse_unlock, school_at
from mdm_sync.core.lock_orders import Outcome
from mdm_sync.core.locks import LockKind
from mdm_sync.core.model import Device
from mdm_sync.errors import SettingsError
from mdm_sync.ports import State

SerialArgument = Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the device.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Send without asking.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line asks for."""

    serial: str
    kind: LockKind
    incident: int | None
    why: str
    yes: bool

    @property
    def command(self) -> str:
        """What other processes are told that this one does."""
        return "lock" if self.kind == "enable" else "unlock"


def lock(
    context: typer.Context,
    serial: SerialArgument,
    incident: Annotated[
        int, typer.Option("--incident", metavar="N", help="The open theft or loss behind it: mdm-sync incidents list.")
    ],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Anything to be remembered with it.")] = "",
    yes: YesOption = False,
) -> None:
    """Switch Lost Mode on, for a device that was reported as stolen or lost.

    Shows the device and asks. Sends one command, once: where no answer comes, it waits until Jamf Pro must show what
    became of it. Who, when and why are kept.

    Ends with 0 asked for or so already, 1 failed, not taken or refused by Jamf Pro, 2 wrong usage or settings, or not
    allowed for this device.

    Examples:
      mdm-sync lock DMPX1234ABCD --incident 12

      mdm-sync lock DMPX1234ABCD --incident 12 --why "reported by telephone" --yes
    """
    asked = _Asked(serial=serial, kind="enable", incident=incident, why=why, yes=yes)
    raise typer.Exit(_switch(session_of(context).installation(), asked))


def unlock(
    context: typer.Context,
    serial: SerialArgument,
    incident: Annotated[
        int | None, typer.Option("--incident", metavar="N", help="The theft or loss that is settled.")
    ] = None,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; needed without --incident.")] = "",
    yes: YesOption = False,
) -> None:
    """Switch Lost Mode off, for a device that is back.

    Close the incident first: mdm-sync incidents close. Ends as mdm-sync lock does.

    Examples:
      mdm-sync unlock DMPX1234ABCD --incident 12

      mdm-sync unlock DMPX1234ABCD --why "locked by mistake" --yes
    """
    if incident is None and not why.strip():
        raise SettingsError("Say why: name the settled incident with --incident, or the reason with --why.")
    asked = _Asked(serial=serial, kind="disable", incident=incident, why=why, yes=yes)
    raise typer.Exit(_switch(session_of(context).installation(), asked))


def _switch(installation: Installation, asked: _Asked) -> Exit:
    from mdm_sync.locking import Wish, switch

    _look(installation, asked)
    if not _is_wanted(installation, asked):
        return Exit.DONE
    with installation.working_state(asked.command) as state:
        locking = installation.locking(state)
        device, _ = _allowed(installation, state, asked)  # anew: somebody may have thought for an hour
        wish = Wish(
            device=device, incident=asked.incident, kind=asked.kind, asked_by=deciding_user(), why=asked.why.strip()
        )
        reported = () if asked.incident is None else (f"incident {asked.incident}",)
        note(installation, asked.command, device.serial, *reported)
        done = switch(locking, wish)
    tell_end(done.order, done.before, installation.texts)
    return Exit.DONE if done.order is None or done.order.outcome is Outcome.TAKEN else Exit.FAILED


def _look(installation: Installation, asked: _Asked) -> None:
    """Show the device as it is now; the store is free again while a person thinks."""
    from mdm_sync.locking import settle, stands

    with installation.working_state(asked.command) as state:
        locking = installation.locking(state)
        device, incident = _allowed(installation, state, asked)
        earlier = settle(locking, device.subject)
        shown = _shown(installation, state, device, incident)
        show_device(shown, stands(locking, device), [one for one in earlier if one.subject == device.subject])


def _allowed(installation: Installation, state: State, asked: _Asked) -> tuple[Device, Incident | None]:
    """The device and the incident as they are now; they must allow what is asked for."""
    cases = state.incidents.loss_cases(installation.schools(), (), utc_now())
    reports = named_by_serial(state.incidents.incidents(), cases)
    incident = next((one for one in reports if one.number == asked.incident), None)
    if asked.incident is not None and incident is None:
        raise SettingsError(f"There is no incident {asked.incident}: mdm-sync incidents list shows them.")
    device = _device(installation, asked.serial)
    if asked.kind == "enable" and incident is not None:
        refusal = refuse_lock(device, incident)
    else:
        refusal = refuse_unlock(device, incident, reports)
    if refusal:
        raise SettingsError(f"Lost Mode of {device.serial} cannot be switched: {refusal.value}. Nothing was sent.")
    return device, incident


def _device(installation: Installation, serial: str) -> Device:
    """Its record, read now: what the store says may be a day old."""
    records = installation.fleet().find(serial.strip())
    if not records:
        raise SettingsError(f"Jamf Pro has no device with the serial number {serial.strip()}.")
    device = current_record(records)
    if device is None:
        named = ", ".join(one.subject.partition(":")[2] for one in records)
        raise SettingsError(
            f"Several records at Jamf Pro have the serial number {serial.strip()} (Jamf ids {named}): "
            "remove those that are no longer in use, then order it again."
        )
    return device


def _shown(installation: Installation, state: State, device: Device, incident: Incident | None) -> Shown:
    return Shown(
        device=device,
        school=school_at(device, installation.schools(), state.snapshot.sites() or {}),
        holder=state.lock_orders.holder(device.subject),
        incident=incident,
        texts=installation.texts,
    )


def _is_wanted(installation: Installation, asked: _Asked) -> bool:
    if asked.yes:
        return True
    if not sys.stdin.isatty():
        raise SettingsError("Nothing was sent: there is no terminal to ask on. With --yes it is sent without asking.")
    texts = installation.texts
    on, off = texts.text("Switch Lost Mode on?"), texts.text("Switch Lost Mode off?")
    if typer.confirm(on if asked.kind == "enable" else off, default=False, err=True):
        return True
    console().print(texts.text("Nothing was sent."))
    return False
