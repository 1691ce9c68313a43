"""The table of ``mdm-sync findings list``."""

from collections.abc import Callable
from datetime import datetime

from rich.console import Console
from rich.text import Text

from mdm_sync.cli.output import plain, severity_text, table
from mdm_sync.cli.subjects import about_text, school_text
from mdm_sync.ports import FindingQuery, FoundFindings, OpenFinding, Texts

WIDE = 110
"""Columns from which a terminal shows asset tags and the names of schools."""

Column = tuple[str, Callable[[OpenFinding], str | Text]]


def show_list(found: FoundFindings, query: FindingQuery, texts: Texts, out: Console) -> None:
    """Print the findings, and how many there are."""
    if not found.findings:
        out.print(_nothing(query, texts), style="green")
        return
    columns = _columns(texts, wide=out.width >= WIDE, resolved=query.resolved)
    headings = [heading for heading, _ in columns]
    about = texts.text("About")
    rows = table(*headings, numbers=headings[:1], unbroken=[one for one in headings if one != about])
    for one in found.findings:
        rows.add_row(*(cell(one) for _, cell in columns))
    out.print(rows)
    out.print()
    out.print(_count(found, texts), style="bold")


def _columns(texts: Texts, *, wide: bool, resolved: bool) -> list[Column]:
    def school(one: OpenFinding) -> Text:
        return plain(school_text(one.place.finding.school, one.place.school_name if wide else "", texts))

    def moment(at: datetime | None) -> str:
        if at is None:
            return "–"
        return texts.moment(at) if wide else texts.day(at)

    columns: list[Column] = [
        (texts.text("No."), lambda one: str(one.finding_id)),
        (texts.text("Severity"), lambda one: severity_text(one.place.finding.severity, texts)),
        (texts.text("Rule"), lambda one: one.place.finding.rule),
        (texts.text("About"), lambda one: plain(about_text(one, texts) or "–")),
    ]
    if wide:
        columns.append((texts.text("Asset tag"), lambda one: plain(one.place.asset_tag)))
    columns.append((texts.text("School"), school))
    if wide or not resolved:
        columns.append((texts.text("Since"), lambda one: moment(one.opened_at)))
    if resolved:
        columns.append((texts.text("Solved"), lambda one: moment(one.resolved_at)))
    return columns


def _nothing(query: FindingQuery, texts: Texts) -> str:
    if query == FindingQuery(order=query.order, reverse=query.reverse, limit=query.limit):
        return texts.text("Nothing is wrong.")
    return texts.text("No finding fits.")


def _count(found: FoundFindings, texts: Texts) -> str:
    shown = len(found.findings)
    if shown < found.total:
        told = texts.text("%(shown)s of %(total)s findings; --limit holds back the others.")
        return told % {"shown": texts.number(shown), "total": texts.number(found.total)}
    told = texts.plural("%(total)s finding.", "%(total)s findings.", found.total)
    return told % {"total": texts.number(found.total)}
