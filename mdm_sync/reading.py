"""The reading half of a cycle: each source is read, then accepted or refused.

An incomplete read is refused and the last complete snapshot stays in force. The schools' servers are at work while
Jamf Pro is read, and what comes of them is taken between two of its pages, while the next ones are on their way.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import Enum

from mdm_sync.core import completeness
from mdm_sync.core.brakes import HoldState, source_hold
from mdm_sync.core.completeness import InventoryProof, Shrinkage
from mdm_sync.core.model import Device, Family, School
from mdm_sync.core.rules import LOSS_RULES, Needs
from mdm_sync.equipment import FLEET, INVENTORY, Equipment, SourceOutcome
from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import Arrivals, DirectoryFailure, DirectoryRead, FleetRead, Inventory, Stage

AT_ONCE = 3
"""Directories that are taken between two pages of Jamf Pro; so many pages bring all of a large district."""

log = logging.getLogger(__name__)


class FleetReading(Enum):
    """How Jamf Pro is read: all of it, what changed since the last read, or not at all."""

    SWEEP = "sweep"
    CHANGES = "changes"
    NOTHING = "nothing"


def read_sources(equipment: Equipment, chosen: Sequence[School], fleet: FleetReading) -> Iterator[SourceOutcome]:
    """Read Jamf Pro and the directories of these schools."""
    troubled = {source.name for source in equipment.state.snapshot.sources() if source.error}
    for outcome in _outcomes(equipment, chosen, fleet):
        _log_turn(outcome, troubled=outcome.name in troubled)
        yield outcome


def _log_turn(outcome: SourceOutcome, *, troubled: bool) -> None:
    """A source is told of when its trouble begins and when it is over, not each time."""
    if outcome.error and not troubled:
        log.warning("%s was not read: %s", outcome.name, outcome.error)
    if troubled and not outcome.error:
        log.warning("%s is read again", outcome.name)


def _outcomes(equipment: Equipment, chosen: Sequence[School], fleet: FleetReading) -> Iterator[SourceOutcome]:
    equipment.progress("schools", 0, len(chosen))
    with equipment.directories.reading(chosen) as arrivals:
        directories = _Directories(equipment, arrivals, len(chosen))
        match fleet:
            case FleetReading.SWEEP:
                yield _sweep(equipment, directories)
            case FleetReading.CHANGES:
                yield _read_changes(equipment, directories)
            case FleetReading.NOTHING:
                pass
        if fleet is not FleetReading.NOTHING:
            read_lock_commands(equipment)
        if equipment.inventory and fleet is not FleetReading.NOTHING:
            yield _read_inventory(equipment, equipment.inventory)
        yield from directories.outcomes()


class _Directories:
    """The directories of one read, taken as they come.

    Attributes:
        trouble: why the store could not take one; it ends the cycle, whatever was being read meanwhile.
    """

    def __init__(self, equipment: Equipment, arrivals: Arrivals, number: int) -> None:
        self._equipment = equipment
        self._arrivals = arrivals
        self._number = number
        self._taken: list[SourceOutcome] = []
        self.trouble: MdmSyncError | None = None

    def take_what_is_here(self) -> None:
        """Accept or refuse some that have come, without waiting for more; few, since Jamf Pro waits meanwhile."""
        try:
            for _ in range(AT_ONCE):
                if (answer := self._arrivals.here()) is None:
                    return
                self._take(answer)
        except MdmSyncError as error:
            self.trouble = error
            raise

    def outcomes(self) -> Iterator[SourceOutcome]:
        """What became of each, when all have come."""
        for answer in self._arrivals:
            self._take(answer)
        yield from self._taken

    def _take(self, answer: DirectoryRead | DirectoryFailure) -> None:
        self._taken.append(_accept_directory(self._equipment, answer))
        self._equipment.progress("schools", len(self._taken), self._number)


def swept_within(equipment: Equipment, limit: timedelta) -> bool:
    """Whether the last complete sweep is younger than that."""
    sources = equipment.state.snapshot.sources()
    swept = next((source.complete_at for source in sources if source.name == FLEET), None)
    return swept is not None and equipment.clock() - swept < limit


def read_losses(equipment: Equipment) -> SourceOutcome:
    """Read what is reported as stolen or lost, and what is or was in Lost Mode: a few calls, however many devices.

    A device that was told to be locked without a report is neither reported nor locked any more when it was unlocked.
    A server that ignores the filters shows something true all the same; that others stayed unseen is told as an error.
    """
    state = equipment.state
    state.staging.clear_fleet()
    try:
        watched = state.incidents.serials_to_watch([rule.id for rule in LOSS_RULES if rule.needs is not Needs.NOTHING])
        read = equipment.fleet.losses(watched, state.staging.stage_devices)
    except MdmSyncError as error:
        return SourceOutcome(name=FLEET, error=str(error))
    rows = sum(state.staging.staged_devices(family) for family in Family)
    changes = state.staging.accept_records(equipment.clock())
    unread = read_lock_commands(equipment)
    if read.unfiltered:
        unread = "Jamf Pro ignored a filter: not all that is watched was seen. The next full read sees it."
    return SourceOutcome(name=FLEET, rows=rows, changes=changes, unreadable=len(read.unreadable), error=unread)


def read_lock_commands(equipment: Equipment) -> str | None:
    """Read which locks of stolen and lost devices are asked for; why it could not be, where it could not.

    Without them nothing is concluded about what was asked for, and what was said before stays.
    """
    register = equipment.state.incidents
    watched = register.management_ids_to_watch()
    if not watched:
        return None
    try:
        commands = equipment.fleet.lock_commands(watched)
    except MdmSyncError as error:
        log.debug("the commands about Lost Mode were not read: %s", error)
        return str(error)
    register.keep_commands(watched, commands, equipment.clock())
    return None


def _staging_devices(equipment: Equipment, directories: _Directories) -> Stage:
    """Stages a page, and uses the wait for the next one."""

    def stage(devices: Sequence[Device]) -> None:
        equipment.state.staging.stage_devices(devices)
        directories.take_what_is_here()

    return stage


def _sweep(equipment: Equipment, directories: _Directories) -> SourceOutcome:
    equipment.state.staging.clear_fleet()
    try:
        read = equipment.fleet.sweep(_staging_devices(equipment, directories), equipment.progress)
    except MdmSyncError as error:
        if error is directories.trouble:
            raise
        outcome = _refused(equipment, FLEET, None, str(error))
        _ask_for_privileges(equipment)
        return outcome
    outcome = _accept_sweep(equipment, read)
    equipment.state.staging.note_privileges(read.privileges)
    return outcome


def _accept_sweep(equipment: Equipment, read: FleetRead) -> SourceOutcome:
    staging = equipment.state.staging
    distinct = staging.staged_devices(Family.MOBILE)
    if refusal := completeness.refuse_fleet(read.proof, distinct=distinct):
        return _refused(equipment, FLEET, None, f"The read is not complete: {refusal}.")
    shrinkage = completeness.shrunk_fleet(read.proof, staging.fleet_proof(), equipment.shrink_limit)
    if shrinkage and not _is_accepted(equipment, None, shrinkage):
        return _refused(equipment, FLEET, None, f"Too little to be true: {shrinkage.text}.", shrinkage)
    still_there = _still_there(equipment, staging.overdue_devices(read))
    changes = staging.accept_fleet(read, equipment.clock(), still_there=still_there)
    rows = distinct + staging.staged_devices(Family.COMPUTER)
    return SourceOutcome(name=FLEET, rows=rows, changes=changes, unreadable=len(read.proof.all_unreadable))


def _still_there(equipment: Equipment, overdue: frozenset[str]) -> frozenset[str]:
    """Which of the devices that did not come Jamf Pro still knows; all of them where it cannot be asked."""
    if not overdue:
        return overdue
    try:
        return equipment.fleet.present(overdue)
    except MdmSyncError as error:
        log.warning("%d devices that did not come could not be asked for one by one: %s", len(overdue), error)
        return overdue


def _ask_for_privileges(equipment: Equipment) -> None:
    """What the client may do is told also where the sweep failed: it may be why."""
    try:
        equipment.state.staging.note_privileges(equipment.fleet.privileges())
    except MdmSyncError as error:
        log.debug("the privileges at Jamf Pro could not be read: %s", error)


def _read_changes(equipment: Equipment, directories: _Directories) -> SourceOutcome:
    staging = equipment.state.staging
    stored = next((source for source in equipment.state.snapshot.sources() if source.name == FLEET), None)
    if stored is None or stored.server_time is None:
        return _sweep(equipment, directories)
    staging.clear_fleet()
    try:
        stage = _staging_devices(equipment, directories)
        read = equipment.fleet.changes(stored.server_time, stage, equipment.progress)
    except MdmSyncError as error:
        if error is directories.trouble:
            raise
        return _refused(equipment, FLEET, None, str(error))
    if read.unfiltered:
        log.warning("Jamf Pro ignored the filter for what changed; all is read instead.")
        return _sweep(equipment, directories)
    rows = staging.staged_devices(Family.MOBILE)
    changes = staging.accept_changes(read, equipment.clock())
    return SourceOutcome(name=FLEET, rows=rows, changes=changes, unreadable=len(read.unreadable), judged_by_size=False)


def _read_inventory(equipment: Equipment, inventory: Inventory) -> SourceOutcome:
    staging = equipment.state.staging
    try:
        read = inventory.read()
    except MdmSyncError as error:
        return _refused(equipment, INVENTORY, None, str(error))
    unreadable = tuple((f"line {one.line}", f"{one.field}: {one.reason}") for one in read.unreadable)
    proof = InventoryProof(machines=len(read.machines), unreadable=unreadable)
    if refusal := completeness.refuse_inventory(proof, staging.inventory_proof()):
        return _refused(equipment, INVENTORY, None, f"The read is not complete: {refusal}.")
    changes = staging.accept_inventory(read, proof, equipment.clock())
    return SourceOutcome(
        name=INVENTORY, rows=proof.machines, changes=changes, unreadable=len(unreadable), judged_by_size=False
    )


def _accept_directory(equipment: Equipment, answer: DirectoryRead | DirectoryFailure) -> SourceOutcome:
    school = answer.school
    if isinstance(answer, DirectoryFailure):
        return _refused(equipment, school.source, school.number, answer.error)
    staging = equipment.state.staging
    if refusal := completeness.refuse_directory(answer.proof):
        return _refused(equipment, school.source, school.number, f"The read is not complete: {refusal}.")
    previous = staging.directory_proof(school)
    shrinkage = completeness.shrunk_directory(answer.proof, previous, equipment.shrink_limit)
    if shrinkage and not _is_accepted(equipment, school.number, shrinkage):
        error = f"Too little to be true: {shrinkage.text}."
        return _refused(equipment, school.source, school.number, error, shrinkage)
    changes = staging.accept_directory(answer, equipment.clock())
    return SourceOutcome(
        name=school.source,
        school=school.number,
        rows=len(answer.persons),
        changes=changes,
        unreadable=len(answer.proof.unreadable),
    )


def _is_accepted(equipment: Equipment, school: str | None, shrinkage: Shrinkage) -> bool:
    """Whether a person has said that so much less is true."""
    hold = equipment.state.snapshot.holds().get(source_hold(school or ""))
    return hold is not None and hold.state is HoldState.ACCEPTED and hold.still_covers(shrinkage.lost)


def _refused(
    equipment: Equipment, source: str, school: str | None, error: str, shrinkage: Shrinkage | None = None
) -> SourceOutcome:
    equipment.state.staging.refuse(source, error, equipment.clock(), shrunk=shrinkage is not None)
    return SourceOutcome(name=source, school=school, error=error, shrinkage=shrinkage)
