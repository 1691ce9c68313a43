"""What the store knows of one device's loss, gathered and written down."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.evidence import EvidenceLanguage, Wording, write_evidence
from mdm_sync.cli.output import console, plain
from mdm_sync.core.evidence import Evidence
from mdm_sync.core.lock_decisions import school_at
from mdm_sync.core.model import Device, School
from mdm_sync.core.views import LossCase
from mdm_sync.errors import SettingsError
from mdm_sync.ports import HolderSpan, State

FLEET = "jamf"
ALL_COMMANDS = datetime.min.replace(tzinfo=UTC)
"""Commands that were read since then are told: evidence grows old, and is not taken back."""


def save_evidence(
    installation: Installation, name: str, file: Path, language: EvidenceLanguage | None, *, named: bool
) -> None:
    """Write the evidence on a device into a file.

    Raises:
        SettingsError: the store knows no such device, or several.
        PermanentError: the file cannot be written.
    """
    schools = installation.schools()
    with installation.working_state("device --evidence") as state:  # what was reported is read beside what is staged
        evidence = gather(state, name, schools, utc_now())
        names = names_of(state, state.history.holders(evidence.serial)) if named and evidence else None
    if evidence is None:
        raise SettingsError(f"The store knows no device {name}, and no report names it: write its serial number.")
    note(installation, "device --evidence --names" if named else "device --evidence", evidence.serial)
    texts = installation.texts_in(language.value) if language else installation.texts
    by_number = {school.number: school for school in schools}
    write_evidence(file, evidence, Wording(texts=texts, templates=texts.templates, schools=by_number, names=names))
    console().print(plain(installation.texts.text("Written: %(file)s") % {"file": file}))


def gather(state: State, name: str, schools: Sequence[School], now: datetime) -> Evidence | None:
    """The evidence on the device of this name, also on one that vanished from Jamf Pro; None: nothing is known of it.

    Raises:
        SettingsError: several devices have this name.
    """
    devices = tuple(story.device for story in state.inquiry.devices(name, schools))
    serial = _serial(name, devices)
    case = _case(state, serial, schools)
    device = next((one for one in devices if case is None or one.subject == case.subject), None) or (
        devices[0] if devices else None
    )
    if device is None and case is None:
        return None
    subjects = [*(case.former if case else ()), device.subject if device else case.subject if case else ""]
    return Evidence(
        serial=serial,
        device=device,
        school=_school(state, device, case, schools),
        read_at=next((one.complete_at for one in state.snapshot.sources() if one.name == FLEET), None),
        incidents=case.incidents if case else (),
        orders=tuple(order for subject in subjects for order in state.lock_orders.of_device(subject)),
        commands=(case.commands or ()) if case else (),
        holders=state.history.holders(serial),
        stands=state.history.spans(serial),
        made_at=now,
    )


def names_of(state: State, holders: Iterable[HolderSpan]) -> dict[str, str]:
    """What these persons are called, by reference; whoever was erased is not in it."""
    return dict(_names(state, {held.person for held in holders if held.person}))


def _names(state: State, refs: Iterable[str]) -> Iterator[tuple[str, str]]:
    for ref in refs:
        person = state.inquiry.person(ref)
        if person:
            full = f"{person.given_name} {person.family_name}".strip()
            yield ref, f"{full}, {person.login}" if full else person.login


def _serial(name: str, devices: Sequence[Device]) -> str:
    serials = {device.serial for device in devices} or {name.strip().upper()}
    if len(serials) > 1:
        raise SettingsError(f"Several devices are called {name}: name one by its serial number.")
    return serials.pop()


def _case(state: State, serial: str, schools: Sequence[School]) -> LossCase | None:
    cases = state.incidents.loss_cases(schools, (), ALL_COMMANDS)
    return next((one for one in cases if serial and one.serial.casefold() == serial.casefold()), None)


def _school(state: State, device: Device | None, case: LossCase | None, schools: Sequence[School]) -> School | None:
    if device is not None:
        return school_at(device, schools, state.snapshot.sites() or {})
    return next((school for school in schools if case and school.number == case.school), None)
