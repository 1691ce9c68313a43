"""What a cycle works with, and what it tells of each source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from mdm_sync.core.brakes import BrakeLimits
from mdm_sync.core.completeness import Shrinkage, ShrinkLimit
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.exceptions import StandingException
from mdm_sync.core.matching import STEPS, Step
from mdm_sync.core.model import School
from mdm_sync.core.recipients import Recipient
from mdm_sync.core.rules.book import RuleBook
from mdm_sync.ports import (
    Changes,
    Clock,
    Directories,
    Fleet,
    Inventory,
    MailComposer,
    Progress,
    State,
    SummaryComposer,
    WayOut,
)

FLEET, INVENTORY = "jamf", "inventory"
"""Names of Jamf Pro and of the inventory among the sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What a cycle works with. Without a composer nothing is put into the outbox for its channel.

    Attributes:
        conditions: what the rules compare with at a moment.
        steps: how a device's person is looked for, in order.
        shrink_limit: how much less than last time a source may show.
        inventory: None where there is none.
        brakes: how large a conclusion may be on a day.
        exceptions: what is meant to be so, those that have ended among them.
        recipients: who is told of what, by the schools of the register.
    """

    fleet: Fleet
    directories: Directories
    state: State
    rules: RuleBook
    conditions: Callable[[datetime], Conditions]
    mails: MailComposer | None
    summaries: SummaryComposer | None
    clock: Clock
    progress: Progress
    steps: Sequence[Step] = STEPS
    shrink_limit: ShrinkLimit = field(default_factory=ShrinkLimit)
    inventory: Inventory | None = None
    brakes: Callable[[date], BrakeLimits] = lambda _: BrakeLimits()
    exceptions: Sequence[StandingException] = ()
    recipients: Callable[[Sequence[School]], Sequence[Recipient]] = lambda _: ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOutcome:
    """What became of one source in this cycle: what changed, or why its last snapshot stays in force.

    Attributes:
        judged_by_size: the read was held against the size of the last one; only such a read ends a hold of its source.
        shrinkage: how much less came than before, where that is why; a person may accept it.
    """

    name: str
    school: str | None = None
    rows: int = 0
    changes: Changes = field(default_factory=Changes)
    unreadable: int = 0
    error: str | None = None
    judged_by_size: bool = True
    shrinkage: Shrinkage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What looking at the sources works with, without a store.

    Attributes:
        ways_out: to the mail server and upstream, where the settings name them, by the kind of what goes there.
        certificate_end: until when the certificate of the server at an address is valid; raises as the connectors do.
    """

    fleet: Fleet
    fleet_url: str
    directories: Directories
    certificate_end: Callable[[str], datetime]
    clock: Clock
    ways_out: Mapping[str, WayOut] = field(default_factory=dict)
