"""Standing exceptions: what settings say is meant to be so, with a reason and an end."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

from mdm_sync.core.model import Finding
from mdm_sync.core.rules import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingException:
    """Findings of one rule that are none; all that is named must fit.

    Attributes:
        device: serial number.
        name: shell pattern of device names.
        school: Schulnummer.
        person: the person's reference.
        until: the last day on which it holds.
    """

    rule: str
    reason: str
    until: date
    device: str = ""
    name: str = ""
    school: str = ""
    person: str = ""

    @property
    def title(self) -> str:
        """What people recognise it by: the rule and what it is about."""
        about = (("device", self.device), ("name", self.name), ("school", self.school), ("person", self.person))
        return " ".join((self.rule, *(f"{what}={value}" for what, value in about if value)))

    def holds_on(self, day: date) -> bool:
        """Whether it has not ended before that day."""
        return day <= self.until

    def covers(self, finding: Finding, device_name: str) -> bool:
        """Whether this finding is meant to be so."""
        return (
            self.rule == finding.rule
            and self.school in {"", finding.school}
            and self.device in {"", finding.details.get("serial")}
            and self.person in {"", finding.details.get("person")}
            and (not self.name or fnmatchcase(device_name, self.name))
        )


def without_excepted(
    judgement: Judgement, exceptions: Sequence[StandingException], names: Mapping[str, str]
) -> tuple[Judgement, frozenset[StandingException]]:
    """The judgement without what these exceptions cover, and those of them that covered something.

    Args:
        judgement: what the rules say.
        exceptions: those that hold today.
        names: names of the devices looked at, by subject.
    """
    covered = {finding.key: _covering(finding, exceptions, names) for finding in judgement.findings}
    kept = tuple(finding for finding in judgement.findings if not covered[finding.key])
    excepted = frozenset(key for key, by in covered.items() if by)
    used = frozenset(one for by in covered.values() for one in by)
    return replace(judgement, findings=kept, excepted=judgement.excepted | excepted), used


def _covering(
    finding: Finding, exceptions: Collection[StandingException], names: Mapping[str, str]
) -> tuple[StandingException, ...]:
    name = names.get(finding.subject, "")
    return tuple(one for one in exceptions if one.covers(finding, name))
