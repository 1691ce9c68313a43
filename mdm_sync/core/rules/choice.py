"""Which rules are on, and how much their findings matter: as settings say, for the district and for single schools."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mdm_sync.core.model import Severity
from mdm_sync.core.rules.rule import Rule, V


class Mode(StrEnum):
    """How a rule is applied. What is observed is kept and shown, and leaves the house on no way."""

    ON = "on"
    OBSERVE = "observe"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """What settings say of one rule; None: nothing."""

    mode: Mode | None = None
    severity: Severity | None = None


Choices = Mapping[str, RuleChoice]
"""Choices by the id of the rule."""


def choose(rules: Iterable[Rule[V]], *choices: Choices) -> tuple[Rule[V], ...]:
    """The rules as they are to be applied; of several choices for one rule each later one counts more.

    For one school: ``choose(DEVICE_RULES, for_all, for_this_school)``.
    """
    return tuple(_chosen(rules, choices))


def mode_of(rule_id: str, *choices: Choices) -> Mode:
    """How a rule is applied by these choices; each later one counts more."""
    said = (of[rule_id].mode for of in reversed(choices) if rule_id in of)
    return next((mode for mode in said if mode), Mode.ON)


def _chosen(rules: Iterable[Rule[V]], choices: Sequence[Choices]) -> Iterator[Rule[V]]:
    for rule in rules:
        of_rule = [of[rule.id] for of in choices if rule.id in of]
        mode = mode_of(rule.id, *choices)
        severity = next((one.severity for one in reversed(of_rule) if one.severity), rule.severity)
        if mode is not Mode.OFF:
            yield replace(rule, severity=severity, observed=mode is Mode.OBSERVE)
