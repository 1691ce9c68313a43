"""One finding as people read it: what is wrong, why it matters, what to do, what it rests on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.text import Text

from mdm_sync.cli.assignment_words import assignment_json, assignment_text
from mdm_sync.cli.output import facts_table, plain, severity_text
from mdm_sync.cli.source_words import age_text
from mdm_sync.cli.subjects import FLEET, about, about_text, school_text, source_name
from mdm_sync.core.detail_text import readable_details
from mdm_sync.core.rules import RULES, Needs
from mdm_sync.core.views import Source
from mdm_sync.ports import DeviceStory, OpenFinding, Texts

LONGEST = 1000
MOST_DEVICES = 5
"""Devices behind a finding that are named; more are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What may lie behind a finding.

    Attributes:
        devices: that it rests on.
        sources: all of them.
    """

    devices: tuple[DeviceStory, ...]
    sources: tuple[Source, ...]
    now: datetime

    def rests_on(self, found: OpenFinding) -> tuple[Source, ...]:
        """The sources that the finding was concluded from."""
        names = set(_sources(found))
        resting = (source for source in self.sources if source.name in names)
        return tuple(sorted(resting, key=lambda source: source.name != FLEET))

    def document(self, found: OpenFinding) -> dict[str, object]:
        """The same in a JSON document."""
        return {
            "assignments": [
                {"subject": story.device.subject, "serial": story.device.serial}
                | (assignment_json(story.assignment) or {"state": None})
                for story in self.devices
            ],
            "sources": [
                {"name": one.name, "complete_at": one.complete_at.isoformat() if one.complete_at else None}
                for one in self.rests_on(found)
            ],
        }


def show_one(found: OpenFinding, evidence: Evidence, texts: Texts, out: Console) -> None:
    """Print one finding."""
    rule = texts.rule(found.place.finding.rule)
    out.print(plain(rule.title), style="bold")
    out.print(plain(rule.why, LONGEST))
    out.print()
    facts = [*_facts(found, texts), *_life(found, evidence.now, texts), *_behind(found, evidence, texts)]
    out.print(facts_table(facts))
    out.print()
    out.print(Text.assemble((texts.text("What to do:"), "bold"), " ", plain(rule.remedy, LONGEST)))
    for hint in _hints(found, texts):
        out.print(plain(hint, LONGEST))


def _facts(found: OpenFinding, texts: Texts) -> Iterator[tuple[str, str | Text]]:
    finding = found.place.finding
    yield texts.text("Severity"), severity_text(finding.severity, texts)
    yield texts.text("Rule"), finding.rule
    yield texts.text("About"), about_text(found, texts)
    if found.label and found.label != about_text(found, texts):
        yield texts.text("Name"), found.label
    yield texts.text("School"), school_text(finding.school, found.place.school_name, texts)
    yield from readable_details(finding, texts, said=about(found))


def _life(found: OpenFinding, now: datetime, texts: Texts) -> Iterator[tuple[str, str | Text]]:
    since = {"moment": texts.moment(found.opened_at), "span": texts.span(now - found.opened_at)}
    yield texts.text("Since"), texts.text("%(moment)s (%(span)s)") % since if found.open else since["moment"]
    if found.times_reopened:
        told = texts.plural("%(number)d time", "%(number)d times", found.times_reopened)
        yield texts.text("Came back"), told % {"number": found.times_reopened}
    if found.resolved_at:
        yield texts.text("Solved"), texts.moment(found.resolved_at)


def _behind(found: OpenFinding, evidence: Evidence, texts: Texts) -> Iterator[tuple[str, str | Text]]:
    yield from _together(texts.text("Assignment"), _assignments(evidence.devices, texts))
    yield from _together(
        texts.text("Rests on"),
        (
            f"{source_name(source.name, texts)}, {age_text(source, evidence.now, texts)}"
            for source in evidence.rests_on(found)
        ),
    )


def _assignments(devices: tuple[DeviceStory, ...], texts: Texts) -> Iterator[str]:
    for story in devices[:MOST_DEVICES]:
        yield f"{story.device.serial or story.device.subject}: {assignment_text(story.assignment, texts)}"
    if (more := len(devices) - MOST_DEVICES) > 0:
        yield (texts.text(" and %(number)d more") % {"number": more}).strip()


def _together(name: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Several values of one name: it stands before the first."""
    for number, value in enumerate(values):
        yield "" if number else name, value


def _hints(found: OpenFinding, texts: Texts) -> Iterator[str]:
    details = found.place.finding.details
    if near := details.get("near"):
        yield texts.text("Meant is perhaps: mdm-sync person %(ref)s") % {"ref": near}
    if person := details.get("person"):
        yield texts.text("Who that is: mdm-sync person %(ref)s") % {"ref": person}
    if serial := details.get("serial"):
        yield texts.text("All that is known of the device: mdm-sync device %(serial)s") % {"serial": serial}
    elif found.place.finding.subject.startswith(("device:", "computer:")):
        yield texts.text("The record at Jamf Pro names no serial number: mdm-sync device %(subject)s") % {
            "subject": found.place.finding.subject
        }


def _sources(found: OpenFinding) -> Iterator[str]:
    finding = found.place.finding
    needs = next((rule.needs for rule in RULES if rule.id == finding.rule), Needs.NOTHING)
    if needs in {Needs.FLEET, Needs.BOTH}:
        yield FLEET
    if needs in {Needs.DIRECTORY, Needs.BOTH}:
        yield f"iserv-{finding.school}"
        yield f"iserv-{finding.details.get('person_school', finding.school)}"
    if "source" in finding.details:
        yield finding.details["source"]
