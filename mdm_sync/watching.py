"""The loss watch: what is stolen, lost or locked, looked at in a handful of calls between two cycles.

It judges the rules about losses alone. Without news nothing is written.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mdm_sync.core.lifecycle import Transition
from mdm_sync.core.model import School, Stage
from mdm_sync.core.rules import LOSS_RULES
from mdm_sync.core.rules.book import rule_ids
from mdm_sync.equipment import Equipment, SourceOutcome
from mdm_sync.judging import Judging
from mdm_sync.leaving import Leaving, commit_of
from mdm_sync.ports import OpenFinding
from mdm_sync.reading import read_losses
from mdm_sync.restraint import conclude

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchResult:
    """What a loss watch did; ``findings`` are those about losses and locks that are open after it."""

    started: datetime
    finished: datetime
    source: SourceOutcome
    transitions: tuple[Transition, ...]
    findings: tuple[OpenFinding, ...]


def watch_losses(equipment: Equipment, schools: Sequence[School]) -> WatchResult:
    """Look at the losses of all connected schools once.

    Raises:
        TemporaryError: the store could not be written; it is as it was before.
    """
    started = equipment.clock()
    source = read_losses(equipment)
    connected = tuple(school for school in schools if school.stage is not Stage.NOT_CONNECTED)
    judging = Judging.of(equipment, schools, connected)
    conclusion = conclude(equipment, judging, tuple(judging.of_losses(partly=False)), (), whole=False)
    steps = conclusion.steps
    finished = equipment.clock()
    if steps:
        leaving = Leaving(equipment, schools, started)
        equipment.state.commit(commit_of(started, finished, conclusion, leaving))
    rules = rule_ids(LOSS_RULES)
    opened = equipment.state.inquiry.open_findings(schools)
    found = tuple(one for one in opened if one.place.finding.rule in rules)
    log.log(
        logging.INFO if steps else logging.DEBUG,
        "loss watch done: %d devices read, %d steps, %d findings open",
        source.rows,
        len(steps),
        len(found),
    )
    return WatchResult(started=started, finished=finished, source=source, transitions=steps, findings=found)
