"""The life of a finding: it opens, stays, is resolved, may reopen. Only a transition is news."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mdm_sync.core.model import Finding, Key
from mdm_sync.core.rules import Judgement


class TransitionKind(StrEnum):
    """What happened to a finding in this cycle; CHANGED is news for the store, not for a mail."""

    OPENED = "opened"
    REOPENED = "reopened"
    CHANGED = "changed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding:
    """A finding as the store knows it from earlier cycles."""

    finding: Finding
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step in the life of a finding; ``finding`` is what it says from now on."""

    kind: TransitionKind
    finding: Finding


def transitions(stored: Mapping[Key, StoredFinding], judgement: Judgement) -> Iterator[Transition]:
    """The steps from what is stored of these subjects to what the rules say of them now.

    A stored open finding that the rules neither confirm nor leave unclear is resolved. What is unclear stays as it is.
    """
    confirmed = {finding.key: finding for finding in judgement.findings}
    for key, finding in confirmed.items():
        yield from _confirmed(stored.get(key), finding)
    undecided = {key for key in stored if key[0] in judgement.undecided_rules}
    yield from _resolved(stored, confirmed.keys() | judgement.unclear | undecided)


def vanished(stored: Iterable[StoredFinding]) -> Iterator[Transition]:
    """The steps for findings whose subject is no longer there."""
    for known in stored:
        if known.open:
            yield Transition(kind=TransitionKind.RESOLVED, finding=known.finding)


def _confirmed(known: StoredFinding | None, finding: Finding) -> Iterator[Transition]:
    if known is None:
        yield Transition(kind=TransitionKind.OPENED, finding=finding)
    elif not known.open:
        yield Transition(kind=TransitionKind.REOPENED, finding=finding)
    elif known.finding != finding:
        yield Transition(kind=TransitionKind.CHANGED, finding=finding)


def _resolved(stored: Mapping[Key, StoredFinding], kept: Iterable[Key]) -> Iterator[Transition]:
    keep = set(kept)
    yield from vanished(known for key, known in stored.items() if key not in keep)
