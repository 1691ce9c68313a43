"""The life of a finding: it opens, stays, may get worse, is resolved, may reopen. Only a transition is news."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mdm_sync.core.model import Finding, Key
from mdm_sync.core.rules import Judgement


class TransitionKind(StrEnum):
    """What happened to a finding in this cycle.

    DUE: it is still there when its acknowledgement has ended. CHANGED: its details are others, which is news for the
    store alone. WITHDRAWN: it is no finding any more because settings say so, which is no news either.
    """

    OPENED = "opened"
    REOPENED = "reopened"
    WORSENED = "worsened"
    DUE = "due"
    CHANGED = "changed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


CLOSING = frozenset({TransitionKind.RESOLVED, TransitionKind.WITHDRAWN})
"""After these a finding is not open."""

ENDS_ACKNOWLEDGEMENT = CLOSING | {TransitionKind.WORSENED, TransitionKind.DUE}
"""After these nobody has taken a finding upon themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding:
    """A finding as the store knows it from earlier cycles.

    Attributes:
        acknowledged_until: last day of its acknowledgement, where somebody looks after it.
    """

    finding: Finding
    open: bool
    acknowledged_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step in the life of a finding; ``finding`` is what it says from now on.

    Attributes:
        baseline: it belongs to the first look of its rule at its school, which is told as a whole.
    """

    kind: TransitionKind
    finding: Finding
    baseline: bool = False


def transitions(
    stored: Mapping[Key, StoredFinding], judgement: Judgement, today: date = date.min
) -> Iterator[Transition]:
    """The steps from what is stored of these subjects to what the rules say of them now.

    A stored open finding that the rules neither confirm nor leave unclear is resolved; one that settings take out is
    withdrawn. What is unclear stays as it is.
    """
    confirmed = {finding.key: finding for finding in judgement.findings}
    for key, finding in confirmed.items():
        yield from _confirmed(stored.get(key), finding, today)
    for key, known in stored.items():
        if known.open and key not in confirmed:
            yield from _not_confirmed(known, judgement)


def vanished(stored: Iterable[StoredFinding]) -> Iterator[Transition]:
    """The steps for findings whose subject is no longer there."""
    for known in stored:
        if known.open:
            yield Transition(kind=TransitionKind.RESOLVED, finding=known.finding)


def _confirmed(known: StoredFinding | None, finding: Finding, today: date) -> Iterator[Transition]:
    kind = _step(known, finding, today)
    if kind:
        yield Transition(kind=kind, finding=finding)


def _step(known: StoredFinding | None, finding: Finding, today: date) -> TransitionKind | None:
    if known is None:
        return TransitionKind.OPENED
    if not known.open:
        return TransitionKind.REOPENED
    if finding.severity > known.finding.severity:
        return TransitionKind.WORSENED
    if known.acknowledged_until and known.acknowledged_until < today:
        return TransitionKind.DUE
    return TransitionKind.CHANGED if known.finding != finding else None


def _not_confirmed(known: StoredFinding, judgement: Judgement) -> Iterator[Transition]:
    key = known.finding.key
    if key in judgement.excepted or known.finding.rule in judgement.rules_off:
        yield Transition(kind=TransitionKind.WITHDRAWN, finding=known.finding)
    elif key not in judgement.unclear and known.finding.rule not in judgement.undecided_rules:
        yield Transition(kind=TransitionKind.RESOLVED, finding=known.finding)
