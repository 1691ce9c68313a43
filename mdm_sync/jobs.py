"""What the program does as a whole, for the command line and the daemon alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.core.lock_orders import FOR_A_PERSON, last_of_each
from mdm_sync.core.model import Person
from mdm_sync.core.retention import Kept, outlived
from mdm_sync.cycle import EVERYTHING, CycleResult, Scope, run_cycle
from mdm_sync.delivery import Delivery, deliver
from mdm_sync.importing import Imported, Importing, Rejected
from mdm_sync.locking import AutomaticLocks, District, lock_thefts, tell_waiting, waiting_locks
from mdm_sync.ports import (
    Backup,
    Channel,
    Erased,
    ErasedCopies,
    NewEntry,
    OutboxEntry,
    Progress,
    Purged,
    Restored,
    State,
)
from mdm_sync.refreshing import refresh_devices
from mdm_sync.watching import WatchResult, watch_losses

NEVER_READ = "Jamf Pro was never read: which school a site is of is not known, and new thefts are not locked."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A cycle, and what left the house after it; nothing leaves after a dry run or without the network."""

    cycle: CycleResult
    delivery: Delivery
    dry_run: bool


def reconcile(
    installation: Installation, progress: Progress, scope: Scope = EVERYTHING, *, dry_run: bool = False
) -> Reconciliation:
    """Run one cycle, then deliver.

    A dry run does the same on a private copy of the store, throws it away and delivers nothing.
    """
    schools = installation.schools()
    opened = installation.throw_away_state() if dry_run else installation.working_state("reconcile")
    with opened as state:
        cycle = run_cycle(installation.equipment(state, progress), schools, scope)
        leaves = not (dry_run or scope.offline)
        delivery = _delivered(installation, state) if leaves else Delivery()
    return Reconciliation(cycle=cycle, delivery=delivery, dry_run=dry_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A loss watch, what was locked before it without a person, and what left the house after it."""

    result: WatchResult
    delivery: Delivery
    locks: AutomaticLocks


def watch(installation: Installation, progress: Progress) -> Watch:
    """Lock new thefts where the settings let it, look at the losses once, then deliver."""
    schools = installation.schools()
    locks = lock_new_thefts(installation)
    with installation.working_state("watch") as state:
        result = watch_losses(installation.equipment(state, progress), schools)
        delivery = _delivered(installation, state)
    return Watch(result=result, delivery=delivery, locks=locks)


@dataclass(frozen=True, slots=True)
class Paced:
    """A channel that tells of each entry before it is sent: whoever raises then has sent nothing of it."""

    channel: Channel
    progress: Progress

    def send(self, entry: OutboxEntry) -> None:
        """As the channel does."""
        self.progress("outbox", 0, 0)
        self.channel.send(entry)


def empty_outbox(installation: Installation, progress: Progress, *, every_digest: bool = False) -> Delivery:
    """Compose the mails whose hour has come, and deliver what is due; ``every_digest``: whatever their hour is."""
    with installation.working_state("deliver") as state, installation.channels() as ways:
        if installation.settings.mail:
            mailing = installation.mailing(state)
            state.mailings.put(lambda: mailing.due(every_digest=every_digest), mailing.conditions.now)
        channels = {kind: Paced(channel, progress) for kind, channel in ways.items()}
        return deliver(state.outbox, channels, utc_now)


def _delivered(installation: Installation, state: State) -> Delivery:
    with installation.channels() as channels:
        return deliver(state.outbox, channels, utc_now)


def import_waiting(installation: Installation) -> tuple[Imported | Rejected, ...]:
    """Import the exports that were put into the folder of incidents.

    Raises:
        SettingsError: the settings name no such folder, or it cannot be read.
    """
    folder = installation.incident_folder()
    if not folder.waiting(utc_now()):
        return ()
    with installation.working_state("incidents import") as state:
        return tuple(importing(installation, state).take_all(folder))


def importing(installation: Installation, state: State) -> Importing:
    """What an import into this store works with."""
    return Importing(
        form=installation.incident_form(),
        register=state.incidents,
        within=installation.doubles_within,
        clock=utc_now,
    )


def preview_mails(installation: Installation) -> tuple[NewEntry, ...]:
    """The mails of the present state, as if nobody had been told of anything; nothing is noted or sent."""
    with installation.state_to_ask() as state:
        mails = installation.mailing(state).preview()
        orders = (one for one in last_of_each(state.lock_orders.orders()) if one.automatic)
        held = (one for one in orders if one.outcome in FOR_A_PERSON)
        waiting = waiting_locks(held, state.incidents.incidents(), installation.schools())
    lock_mails = installation.lock_mails(also_in_quiet_hours=True)
    return (*lock_mails.locks(waiting), *mails) if lock_mails and waiting else mails


def test_mail(installation: Installation, address: str) -> None:
    """Send one mail to this address, now and past the outbox.

    Raises:
        MdmSyncError: it could not be handed over; the message says why.
    """
    with installation.channels() as channels:
        channels["mail"].send(installation.mail_test(address))


def refresh(installation: Installation, progress: Progress, name: str) -> bool:
    """Read anew the devices of this serial number, asset tag, name or Jamf id, and judge their schools.

    Returns:
        Whether Jamf Pro knows any of them.

    Raises:
        MdmSyncError: Jamf Pro cannot be read, or one of the records; the store is as it was.
    """
    schools = installation.schools()
    with installation.working_state("device --refresh") as state:
        return refresh_devices(installation.equipment(state, progress), schools, name)


def lock_new_thefts(installation: Installation) -> AutomaticLocks:
    """Lock what is newly reported as stolen, as far as the settings let it and nobody has to decide.

    It does nothing twice. What waits for a person is told by mail, in quiet hours by the first run after them.
    """
    limits = installation.lock_limits
    if limits is None:
        return AutomaticLocks()
    with installation.working_state("lock") as state:
        sites = state.snapshot.sites()
        if sites is None:
            return AutomaticLocks(errors=(NEVER_READ,))
        district = District(
            incidents=state.incidents, find=installation.fleet().find, schools=installation.schools(), sites=sites
        )
        locking = installation.locking(state)
        done = lock_thefts(locking, district, limits)
        if mails := installation.lock_mails():
            tell_waiting(locking, district, mails)
        return done


def purge(installation: Installation) -> Purged:
    """Delete what has had its time, copies of the store among it."""
    now = utc_now()
    limits = installation.limits(now)
    with installation.working_state("privacy purge") as state:
        purged = state.care.purge(limits, now)
    backups = installation.backups()
    past = outlived(backups.kept(), keep=installation.backups_kept, before=limits[Kept.BACKUPS])
    backups.remove(past)
    backups.forget(limits[Kept.BACKUPS])
    beside = {Kept.BACKUPS: len(past), Kept.AUDIT: installation.audit().forget(limits[Kept.AUDIT])}
    return replace(purged, removed={**purged.removed, **{kind: number for kind, number in beside.items() if number}})


def back_up(installation: Installation, file: Path | None = None) -> Backup:
    """Copy the store into a file, or where none is named beside the earlier copies."""
    backups = installation.backups()
    return backups.make(file, utc_now()) if file else backups.make_next(utc_now())


def care(installation: Installation) -> Purged:
    """What is to be done once a day: copy the store, then delete what has had its time, from store and copies.

    What has had its time goes where no copy can be made as well; then the error is raised after it.
    """
    try:
        back_up(installation)
    finally:
        purged = purge(installation)
    return purged


def restore(installation: Installation, file: Path, identity: Path | None) -> Restored:
    """Let a copy be the store, without what has had its time since it was made."""
    restored = installation.backups().restore(file, identity, utc_now())
    purge(installation)
    return restored


def erase(installation: Installation, persons: Sequence[Person]) -> tuple[Erased, ErasedCopies]:
    """Erase persons from copies and store, the store last: as long as it knows them, it can be done again."""
    backups = installation.backups()
    with installation.working_state("privacy erase") as state, backups.erasing(persons, utc_now()) as copies:
        return state.care.erase(persons), copies
