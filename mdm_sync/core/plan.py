"""The fingerprint of what a cycle does: a dry run and the real run of the same reads have the same."""

from collections.abc import Iterable
from hashlib import sha256

from mdm_sync.core.brakes import Hold
from mdm_sync.core.lifecycle import Transition

_DRAWN = frozenset({"person", "near"})
"""Details that hold a reference: each store draws its own, so they tell nothing of the plan."""


def fingerprint(steps: Iterable[Transition], holds: Iterable[Hold], leaving: Iterable[str]) -> str:
    """A hash over all steps, all holds that now stand otherwise, and the kinds of what is to leave the house.

    It holds no moment and no reference of a person, so that it is the same wherever the plan is the same.
    """
    told = (sorted(map(_step, steps)), sorted(map(_hold, holds)), sorted(leaving))
    return sha256(repr(told).encode()).hexdigest()


def _step(step: Transition) -> str:
    finding = step.finding
    details = sorted((name, value) for name, value in finding.details.items() if name not in _DRAWN)
    return repr((step.kind.value, step.baseline, *finding.key, finding.school, finding.severity.word, details))


def _hold(hold: Hold) -> str:
    return repr((*(str(part) for part in hold.key), hold.state.value, hold.number, hold.of))
