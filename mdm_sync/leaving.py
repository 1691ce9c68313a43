"""What goes into the outbox after a cycle, composed inside the commit's transaction from the state that it leaves."""

from collections.abc import Sequence
from datetime import datetime

from mdm_sync.core.looks import Look
from mdm_sync.core.model import School
from mdm_sync.equipment import Equipment
from mdm_sync.mailing import Mailing
from mdm_sync.ports import Commit, NewEntry
from mdm_sync.restraint import Conclusion
from mdm_sync.totalling import total


class Leaving:
    """Composes what leaves the house and keeps what it composed."""

    def __init__(self, equipment: Equipment, schools: Sequence[School], started: datetime) -> None:
        self._equipment = equipment
        self._schools = schools
        self._started = started
        self.composed: tuple[NewEntry, ...] = ()

    def compose(self) -> Sequence[NewEntry]:
        """The mails that are due now, and the summary where it differs from the last one."""
        self.composed = (*self._mails(), *total(self._equipment, self._schools, self._started))
        return self.composed

    def _mails(self) -> Sequence[NewEntry]:
        mailing = mailing_of(self._equipment, self._schools)
        return mailing.due() if mailing else ()


def mailing_of(equipment: Equipment, schools: Sequence[School]) -> Mailing | None:
    """What composing mails works with now; None where the settings name no mail server."""
    if equipment.mails is None:
        return None
    return Mailing(
        state=equipment.state,
        composer=equipment.mails,
        recipients=equipment.recipients(schools),
        schools=schools,
        rules=equipment.rules,
        conditions=equipment.conditions(equipment.clock()),
    )


def commit_of(
    started: datetime,
    finished: datetime,
    conclusion: Conclusion,
    leaving: Leaving,
    looks: Sequence[Look] | None = None,
) -> Commit:
    """What is to be written of a conclusion, with what leaves the house because of it; ``looks`` as in ``Commit``."""
    return Commit(
        started=started,
        finished=finished,
        transitions=conclusion.steps,
        holds=conclusion.holds,
        judged=conclusion.judged,
        switched_off=conclusion.switched_off,
        idle_exceptions=conclusion.exceptions_over,
        entries=leaving.compose,
        looks=looks,
    )
