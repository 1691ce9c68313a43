"""Findings for scripts: a JSON object or a CSV row each. What stands here once stays."""

from mdm_sync.cli.subjects import about, kind_of
from mdm_sync.ports import OpenFinding

CSV_HEADER = (
    "id",
    "severity",
    "rule",
    "subject",
    "serial",
    "asset_tag",
    "school",
    "school_name",
    "open",
    "opened_at",
    "kind",
    "about",
    "resolved_at",
    "times_reopened",
)


def finding_json(found: OpenFinding) -> dict[str, object]:
    """A finding in a JSON document; a person stands there by reference only."""
    finding = found.place.finding
    return {
        "id": found.finding_id,
        "rule": finding.rule,
        "severity": finding.severity.word,
        "subject": finding.subject,
        "kind": kind_of(found),
        "about": about(found),
        "school": finding.school,
        "school_name": found.place.school_name,
        "details": dict(finding.details),
        "open": found.open,
        "opened_at": found.opened_at.isoformat(),
        "resolved_at": found.resolved_at.isoformat() if found.resolved_at else None,
        "times_reopened": found.times_reopened,
    }


def csv_row(found: OpenFinding) -> tuple[object, ...]:
    """A finding as a row below CSV_HEADER."""
    place, finding = found.place, found.place.finding
    return (
        found.finding_id,
        finding.severity.word,
        finding.rule,
        finding.subject,
        place.serial,
        place.asset_tag,
        finding.school,
        place.school_name,
        int(found.open),
        found.opened_at.isoformat(),
        kind_of(found),
        about(found),
        found.resolved_at.isoformat() if found.resolved_at else "",
        found.times_reopened,
    )
