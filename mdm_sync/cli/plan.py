"""What a cycle does to the findings, as a dry run shows it."""

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console

from mdm_sync.cli.output import table
from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.ports import Texts

if TYPE_CHECKING:
    from mdm_sync.cycle import CycleResult


def plan_json(cycle: "CycleResult") -> dict[str, object]:
    """The steps in a JSON document, and the hash that the real run of the same reads has too."""
    return {
        "hash": cycle.fingerprint,
        "steps": [_step(step) for step in cycle.transitions],
        "held": [_step(step) for step in cycle.held],
    }


def show_plan(cycle: "CycleResult", texts: Texts, out: Console) -> None:
    """How many findings of which rule would take which step, and the hash."""
    words = {
        TransitionKind.OPENED: texts.text("would open"),
        TransitionKind.REOPENED: texts.text("would come back"),
        TransitionKind.WORSENED: texts.text("would get worse"),
        TransitionKind.DUE: texts.text("would be due again"),
        TransitionKind.CHANGED: texts.text("would change"),
        TransitionKind.RESOLVED: texts.text("would be solved"),
        TransitionKind.WITHDRAWN: texts.text("would be withdrawn"),
    }
    number = texts.text("Findings")
    rows = table(number, texts.text("Step"), texts.text("Rule"), numbers=[number])
    counted = Counter((step.kind, step.finding.rule) for step in cycle.transitions)
    for (kind, rule), count in sorted(counted.items()):
        rows.add_row(str(count), words[kind], rule)
    for rule, count in sorted(Counter(step.finding.rule for step in cycle.held).items()):
        rows.add_row(str(count), texts.text("would be held back"), rule)
    if rows.row_count:
        out.print(rows)
    out.print(texts.text("Hash of the plan: %(hash)s") % {"hash": cycle.fingerprint})


def _step(step: Transition) -> dict[str, object]:
    finding = step.finding
    return {
        "kind": step.kind.value,
        "rule": finding.rule,
        "subject": finding.subject,
        "school": finding.school,
        "severity": finding.severity.word,
        "baseline": step.baseline,
    }
