"""From what the rules said to what a cycle may conclude: brakes, baselines, exceptions that are over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mdm_sync.core.brakes import Brakes, Hold, Loss, brake_sources
from mdm_sync.core.exceptions import StandingException
from mdm_sync.core.lifecycle import Transition
from mdm_sync.core.rules import BRAKED_RULES
from mdm_sync.equipment import Equipment, SourceOutcome
from mdm_sync.judging import Judged, Judging


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a cycle concludes; attributes as in ``ports.Commit`` and ``core.brakes.Braked``."""

    steps: tuple[Transition, ...]
    held: tuple[Transition, ...]
    holds: tuple[Hold, ...]
    judged: frozenset[tuple[str, str]]
    switched_off: frozenset[tuple[str, str]]
    exceptions_over: tuple[str, ...] | None


def conclude(
    equipment: Equipment,
    judging: Judging,
    judged: Sequence[Judged],
    sources: Sequence[SourceOutcome],
    *,
    whole: bool,
) -> Conclusion:
    """What may be concluded from what the rules said; ``whole``: of all schools."""
    snapshot = equipment.state.snapshot
    known, now = snapshot.holds(), judging.conditions.now
    looked = tuple(one.looked for one in judged if one.looked)
    brakes = Brakes(
        limits=equipment.brakes(judging.today),
        looked=looked,
        open_before=snapshot.open_counts(),
        braked_rules=BRAKED_RULES,
        holds=known,
        now=now,
        whole=whole,
    )
    braked = brakes.apply(step for one in judged for step in one.steps)
    believed = {source.school or "" for source in sources if source.judged_by_size and not source.error}
    of_sources = tuple(brake_sources(_losses(sources), believed, known, now))
    return Conclusion(
        steps=braked.passed,
        held=braked.held,
        holds=braked.holds + of_sources,
        judged=frozenset((one.school, rule) for one in looked for rule in one.rules),
        switched_off=frozenset((one.looked.school, rule) for one in judged if one.looked for rule in one.off),
        exceptions_over=tuple(_over(equipment.exceptions, judging, judged)) if whole else None,
    )


def _losses(sources: Sequence[SourceOutcome]) -> Iterator[Loss]:
    for source in sources:
        if source.shrinkage:
            yield Loss(school=source.school or "", number=source.shrinkage.lost, of=source.shrinkage.of)


def _over(exceptions: Sequence[StandingException], judging: Judging, judged: Sequence[Judged]) -> Iterator[str]:
    """Those that have ended, and those that cover nothing although their rule could decide everywhere."""
    used = {one for place in judged for one in place.used}
    undecided = {rule for place in judged for rule in place.undecided}
    for one in exceptions:
        if not one.holds_on(judging.today) or (one not in used and one.rule not in undecided):
            yield one.title
