"""The planted truth as a file that people read: one line for each thing, with the reason."""

import csv
from collections.abc import Set as AbstractSet
from io import StringIO
from pathlib import Path

from mdm_sync.demo.model import District

_COLUMNS = ("rule", "subject", "school", "finding", "reason")


def truth_csv(district: District) -> str:
    """All planted things as CSV (RFC 4180 quoting, LF line ends), sorted by rule and subject.

    Columns: ``rule``, ``subject``, ``school`` (empty where it belongs to none), ``finding`` ("yes" where the rule must
    report it on the day of the plan, "no" for a near miss), ``reason``.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for planted in district.truth:
        found = "yes" if planted.finding else "no"
        writer.writerow((planted.rule, planted.subject, planted.school or "", found, planted.reason))
    return text.getvalue()


def write_truth(district: District, path: Path) -> None:
    """Write ``truth_csv`` to a file in UTF-8."""
    path.write_text(truth_csv(district), encoding="utf-8", newline="")


def expected(district: District, rules: AbstractSet[str]) -> set[tuple[str, str]]:
    """What these rules must report on the day of the plan, as (rule, subject); they must report nothing else."""
    return {(planted.rule, planted.subject) for planted in district.truth if planted.finding and planted.rule in rules}
