"""How locks are told to people."""

from collections.abc import Sequence
from dataclasses import dataclass

from mdm_sync.cli.incident_words import handling_text, kind_text
from mdm_sync.cli.output import console, plain, table
from mdm_sync.core.incidents import Incident
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.lock_state import LockPhase, LockStanding
from mdm_sync.core.model import Device, School
from mdm_sync.core.waiting_text import why_held
from mdm_sync.ports import Texts

LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a person sees before a command is sent; ``holder`` is a reference, or ""."""

    device: Device
    school: School | None
    holder: str
    incident: Incident | None
    texts: Texts


def show_device(shown: Shown, now: LockStanding, settled: Sequence[LockOrder]) -> None:
    """Show the device, its lock, the incident, and what became of earlier orders that had been left open."""
    out, texts = console(), shown.texts
    for order in settled:
        out.print(order_end(order, texts), style="yellow")
    rows = table("", "")
    rows.show_header = False
    for name, value in _facts(shown, now):
        rows.add_row(name, plain(value, LONGEST))
    out.print(rows)


def tell_end(order: LockOrder | None, before: LockStanding, texts: Texts) -> None:
    """Tell what came of it."""
    if order is None:
        told = texts.text("Nothing was sent. Lost Mode: %(state)s.") % {"state": phase_word(before.phase, texts)}
        console().print(plain(told, LONGEST))
    else:
        console().print(plain(order_end(order, texts), LONGEST * 3))


def phase_word(phase: LockPhase, texts: Texts) -> str:
    """How far a lock is, in a few words."""
    words = {
        LockPhase.UNASKED: texts.text("off"),
        LockPhase.UNKNOWN: texts.text("an order was sent, and what became of it is not known yet"),
        LockPhase.ASKED: texts.text("asked for, the device has not confirmed"),
        LockPhase.CONFIRMED: texts.text("on, confirmed by the device"),
        LockPhase.REFUSED: texts.text("refused by the device"),
        LockPhase.ENDING: texts.text("on, its end is asked for"),
        LockPhase.ENDED: texts.text("off again"),
    }
    return words[phase]


def outcome_word(outcome: Outcome | None, texts: Texts) -> str:
    """What became of an order, in a few words."""
    words = {
        None: texts.text("not known yet"),
        Outcome.TAKEN: texts.text("taken by Jamf Pro"),
        Outcome.NOT_TAKEN: texts.text("not taken by Jamf Pro"),
        Outcome.REFUSED: texts.text("refused by Jamf Pro"),
        Outcome.HELD: texts.text("held, a person decides"),
        Outcome.NEEDLESS: texts.text("not needed"),
    }
    return words[outcome]


def reason(order: LockOrder, texts: Texts) -> str:
    """Why it was ordered, or why nothing was sent: people's own words as they are, ours in the reader's language."""
    phases = {phase.value: phase_word(phase, texts) for phase in LockPhase}
    return phases.get(order.why) or why_held(order.why, texts.text) if order.automatic else order.why


def _facts(shown: Shown, now: LockStanding) -> list[tuple[str, str]]:
    device, texts = shown.device, shown.texts
    never = texts.text("never")
    school = f"{shown.school.name} ({shown.school.number})" if shown.school else texts.text("none")
    facts = [
        (texts.text("Device"), f"{device.name}, {device.serial}"),
        (texts.text("Model"), device.model),
        (texts.text("School"), school),
        (texts.text("Person"), shown.holder or texts.text("nobody")),
        (texts.text("Last contact"), texts.moment(device.last_contact) if device.last_contact else never),
        (texts.text("Lost Mode"), phase_word(now.phase, texts)),
    ]
    if now.since:
        facts.append((texts.text("Since"), texts.moment(now.since)))
    if now.order:
        facts.append((texts.text("Asked by"), now.order.asked_by))
    if now.command:
        facts.append((texts.text("Command"), now.command.uuid))
    if shown.incident:
        facts.append((texts.text("Incident"), _incident(shown.incident, texts)))
    return facts


def _incident(incident: Incident, texts: Texts) -> str:
    told = texts.text("%(number)d: %(kind)s, reported %(moment)s by school %(school)s, %(handling)s")
    return told % {
        "number": incident.number,
        "kind": kind_text(incident.kind, texts),
        "moment": texts.moment(incident.reported_at),
        "school": incident.school,
        "handling": handling_text(incident.handling, texts),
    }


def order_end(order: LockOrder, texts: Texts) -> str:
    """What became of an order, in a sentence."""
    told = {
        None: texts.text("Order %(number)d: what became of it is not known yet."),
        Outcome.TAKEN: texts.text(
            "Order %(number)d is taken (command %(uuid)s): the device follows at its next contact."
        ),
        Outcome.NOT_TAKEN: texts.text(
            "Order %(number)d got no answer, and Jamf Pro has not taken it. It is not sent again: "
            "order it anew if it is still wanted."
        ),
        Outcome.REFUSED: texts.text("Order %(number)d was refused by Jamf Pro: %(why)s"),
        Outcome.HELD: texts.text("Order %(number)d waits for a person: %(why)s"),
        Outcome.NEEDLESS: texts.text("Order %(number)d was not needed: %(why)s"),
    }[order.outcome]
    return told % {"number": order.number, "uuid": order.command_uuid, "why": reason(order, texts)}
