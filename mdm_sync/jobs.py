"""What the program does as a whole, for the command line and the daemon alike."""

from dataclasses import dataclass

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cycle import EVERYTHING, CycleResult, Scope, run_cycle
from mdm_sync.delivery import Delivery, deliver
from mdm_sync.ports import Progress


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
    opened = installation.throw_away_state() if dry_run else installation.working_state()
    with opened as state:
        cycle = run_cycle(installation.equipment(state, progress), schools, scope)
        leaves = not (dry_run or scope.offline)
        delivery = deliver(state.outbox, installation.channels(), utc_now) if leaves else Delivery()
    return Reconciliation(cycle=cycle, delivery=delivery, dry_run=dry_run)


def empty_outbox(installation: Installation) -> Delivery:
    """Deliver what is due."""
    with installation.working_state() as state:
        return deliver(state.outbox, installation.channels(), utc_now)
