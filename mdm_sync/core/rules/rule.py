"""What a rule is, and how rules are applied to what they look at."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from mdm_sync.core.model import Finding, Key, Severity
from mdm_sync.core.rules.verdict import Unclear, Wrong
from mdm_sync.core.views import DistrictView, LossView, PeopleView, SchoolView

V = TypeVar("V", SchoolView, PeopleView, LossView, DistrictView)


class Needs(Enum):
    """Which sources must be fresh for a new conclusion: Jamf Pro, the school's directory, both, or none."""

    FLEET = "fleet"
    DIRECTORY = "directory"
    BOTH = "both"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)  # no slots: Python 3.11 cannot make a frozen generic with slots
class Rule(Generic[V]):
    """A rule as it is applied: its stable id, how much its findings matter, and the check.

    Attributes:
        observed: its findings are kept and shown, and leave the house on no way.
    """

    id: str
    severity: Severity
    needs: Needs
    check: Callable[[V], Iterator[Wrong | Unclear]]
    observed: bool = False


DeviceRule = Rule[SchoolView]
PeopleRule = Rule[PeopleView]
LossRule = Rule[LossView]
DistrictRule = Rule[DistrictView]
AnyRule = DeviceRule | PeopleRule | LossRule | DistrictRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rules say of one school, or of the district.

    Attributes:
        unclear: keys of which nothing can be said now; what was said of them before stays.
        undecided_rules: ids of rules of which nothing new can be said at all, because a source is too old.
        excepted: keys of what is wrong and meant to be so.
        rules_off: ids of rules that are not applied here.
    """

    findings: tuple[Finding, ...] = ()
    unclear: frozenset[Key] = frozenset()
    undecided_rules: frozenset[str] = frozenset()
    excepted: frozenset[Key] = frozenset()
    rules_off: frozenset[str] = frozenset()


def judge(view: V, rules: Iterable[Rule[V]], *, stale: frozenset[Needs] = frozenset()) -> Judgement:
    """Apply the rules to one view.

    Args:
        view: what they look at.
        rules: those that are on.
        stale: what can support no new conclusion now.
    """
    findings: list[Finding] = []
    unclear: set[Key] = set()
    undecided: set[str] = set()
    for rule in rules:
        if rule.needs in stale:
            undecided.add(rule.id)
            continue
        for verdict in rule.check(view):
            match verdict:
                case Wrong():
                    findings.append(_finding(rule, view, verdict))
                case Unclear():
                    unclear.add((rule.id, verdict.subject))
    return Judgement(findings=tuple(findings), unclear=frozenset(unclear), undecided_rules=frozenset(undecided))


def stale_needs(*, fleet: bool, directory: bool) -> frozenset[Needs]:
    """The needs that are not met where these sources are too old."""
    old = {Needs.FLEET: fleet, Needs.DIRECTORY: directory, Needs.BOTH: fleet or directory}
    return frozenset(need for need, is_old in old.items() if is_old)


def _finding(rule: Rule[V], view: V, wrong: Wrong) -> Finding:
    return Finding(
        rule=rule.id,
        subject=wrong.subject,
        school=_school(view) if wrong.school is None else wrong.school,
        severity=wrong.severity or rule.severity,
        details=dict(wrong.details),
    )


def _school(view: SchoolView | PeopleView | LossView | DistrictView) -> str:
    return "" if isinstance(view, DistrictView) else view.school.number
