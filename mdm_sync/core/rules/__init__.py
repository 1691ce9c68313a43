"""The rules: what is wrong, one function each, one file per subject.

To add a rule: write its function beside those of the same subject, add it to RULES, give it its texts in
``config/rule_texts.py``, and hand-written cases in ``tests/unit/core/rules``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mdm_sync.core.model import Finding, Key, SchoolView, Severity
from mdm_sync.core.rules import assignments
from mdm_sync.core.rules.verdict import Unclear, Wrong

Check = Callable[[SchoolView], Iterator[Wrong | Unclear]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it is applied: its stable id, how much its findings matter, and the check."""

    id: str
    severity: Severity
    check: Check


RULES = (
    Rule(id="device-unassigned", severity=Severity.WARNING, check=assignments.device_unassigned),
    Rule(id="unknown-user", severity=Severity.WARNING, check=assignments.unknown_user),
    Rule(id="wrong-school", severity=Severity.WARNING, check=assignments.wrong_school),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rules say of one school.

    Attributes:
        unclear: keys of which nothing can be said now; what was said of them before stays.
    """

    findings: tuple[Finding, ...] = ()
    unclear: frozenset[Key] = frozenset()


def judge(view: SchoolView, rules: Iterable[Rule]) -> Judgement:
    """Apply the rules to one school."""
    findings: list[Finding] = []
    unclear: set[Key] = set()
    for rule in rules:
        for verdict in rule.check(view):
            match verdict:
                case Wrong():
                    findings.append(_finding(rule, view, verdict))
                case Unclear():
                    unclear.add((rule.id, verdict.subject))
    return Judgement(findings=tuple(findings), unclear=frozenset(unclear))


def _finding(rule: Rule, view: SchoolView, wrong: Wrong) -> Finding:
    return Finding(
        rule=rule.id,
        subject=wrong.subject,
        school=view.school.number,
        severity=rule.severity,
        details=dict(wrong.details),
    )
