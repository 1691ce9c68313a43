"""Which rules are in force where: as the settings choose, for all schools and for single ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mdm_sync.core.model import School
from mdm_sync.core.rules import DEVICE_RULES, DISTRICT_RULES, LOSS_RULES, PEOPLE_RULES
from mdm_sync.core.rules.choice import Choices, Mode, choose, mode_of
from mdm_sync.core.rules.rule import AnyRule, DeviceRule, DistrictRule, LossRule, PeopleRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rules, with what the settings choose.

    Attributes:
        for_all: choices for all schools.
        by_school: choices for single schools, by Schulnummer; they count before those for all.
    """

    for_all: Choices = field(default_factory=dict)
    by_school: Mapping[str, Choices] = field(default_factory=dict)

    def device_rules(self, school: School) -> tuple[DeviceRule, ...]:
        """Rules about a school's devices that are on there."""
        return choose(DEVICE_RULES, self.for_all, self._of(school.number))

    def people_rules(self, school: School) -> tuple[PeopleRule, ...]:
        """Rules about a school's people that are on there."""
        return choose(PEOPLE_RULES, self.for_all, self._of(school.number))

    def loss_rules(self, school: School) -> tuple[LossRule, ...]:
        """Rules about losses and locks that are on at a school."""
        return choose(LOSS_RULES, self.for_all, self._of(school.number))

    def district_rules(self) -> tuple[DistrictRule, ...]:
        """Rules about the district that are on."""
        return choose(DISTRICT_RULES, self.for_all)

    def is_observed(self, rule_id: str, school: str) -> bool:
        """Whether the findings of a rule at a school are kept and shown, and leave the house on no way."""
        return mode_of(rule_id, self.for_all, self._of(school)) is Mode.OBSERVE

    def _of(self, school: str) -> Choices:
        return self.by_school.get(school, {})


def rule_ids(rules: Iterable[AnyRule]) -> frozenset[str]:
    """The ids of these rules."""
    return frozenset(rule.id for rule in rules)
