"""Evidence in the reader's language, as tables: the same for the page and for CSV."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mdm_sync.cli.evidence_words import event_detail, event_word, origin_word
from mdm_sync.cli.incident_words import handling_text, kind_text
from mdm_sync.cli.lock_text import phase_word
from mdm_sync.core.evidence import Evidence, Holding, Standing, chronology, contact_after_report
from mdm_sync.core.incidents import Incident
from mdm_sync.core.lock_state import standing
from mdm_sync.core.model import School
from mdm_sync.ports import Texts


class Column(StrEnum):
    """How the cells of a column are set: on one line, broken between words, or wherever there is need."""

    LINE = "line"
    WORDS = "words"
    FREE = "free"


LINE, WORDS, FREE = Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table of the sheet.

    Attributes:
        source: whose word it is, and as of when.
        columns: how the cells of each column are set.
        nothing: what stands there without a row.
    """

    title: str
    source: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    nothing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole, for printing; ``about`` names the device or person that it is about."""

    title: str
    about: str
    made: str
    source: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


def sheet(
    evidence: Evidence, texts: Texts, *, schools: Mapping[str, School], names: Mapping[str, str] | None = None
) -> Sheet:
    """The evidence in words.

    Args:
        evidence: what is known.
        texts: of the reader's language.
        schools: the register, by Schulnummer.
        names: what the persons are called, by reference; None: they stand there by reference alone.
    """
    device = evidence.device
    called = ", ".join(part for part in (device.model if device else "", evidence.serial) if part)
    return Sheet(
        title=texts.text("Evidence on a device"),
        about=called,
        made=texts.text("Put together %(moment)s") % {"moment": texts.exact(evidence.made_at)},
        source=_as_of(evidence, texts),
        facts=_device_facts(evidence, texts),
        parts=(
            _reports(evidence, texts, schools),
            _course(evidence, texts),
            _holders(evidence, texts, schools, names),
            _places(evidence, texts),
        ),
        notes=_notes(texts, named=names is not None),
    )


def _device_facts(evidence: Evidence, texts: Texts) -> tuple[tuple[str, str], ...]:
    device, school = evidence.device, evidence.school
    unknown = texts.text("not known")
    facts = [(texts.text("Serial number"), evidence.serial)]
    if device:
        facts += [
            (texts.text("Name"), device.name),
            (texts.text("Asset tag"), device.asset_tag),
            (texts.text("Model"), device.model),
            (texts.text("Bought"), texts.written_day(device.purchased) if device.purchased else unknown),
        ]
    else:
        facts.append((texts.text("Record at Jamf Pro"), texts.text("vanished")))
    facts.append((texts.text("School"), f"{school.name} ({school.number})" if school else texts.text("none")))
    if device:
        contact = texts.exact(device.last_seen) if device.last_seen else unknown
        facts.append((texts.text("Last contact"), contact))
    lock = standing(device, evidence.commands, evidence.orders, evidence.made_at)
    facts.append((texts.text("Lost Mode"), phase_word(lock.phase, texts)))
    answers = {True: texts.text("yes"), False: texts.text("no"), None: unknown}
    facts.append((texts.text("Contact since the report"), answers[contact_after_report(evidence)]))
    return tuple((name, value) for name, value in facts if value)


def _as_of(evidence: Evidence, texts: Texts) -> str:
    if evidence.read_at is None:
        return texts.text("Source: Jamf Pro, never read completely")
    told = texts.text("Source: Jamf Pro, last complete read %(moment)s")
    return told % {"moment": texts.exact(evidence.read_at)}


def _beside(evidence: Evidence, texts: Texts) -> str:
    if evidence.read_at is None:
        return texts.text("Sources stand beside each event; Jamf Pro was never read completely")
    told = texts.text("Sources stand beside each event; Jamf Pro was last read completely %(moment)s")
    return told % {"moment": texts.exact(evidence.read_at)}


def _reports(evidence: Evidence, texts: Texts, schools: Mapping[str, School]) -> Part:
    return Part(
        title=texts.text("Reports"),
        source=texts.text("Source: incident register; who recorded each report stands beside it"),
        headings=(
            texts.text("Report"),
            texts.text("Happened"),
            texts.text("Reported"),
            texts.text("School"),
            texts.text("Handling"),
            texts.text("Recorded by"),
        ),
        rows=tuple(_report(one, texts, schools) for one in evidence.incidents),
        columns=(FREE, WORDS, LINE, FREE, LINE, FREE),
        nothing=texts.text("No report names this device."),
    )


def _report(incident: Incident, texts: Texts, schools: Mapping[str, School]) -> tuple[str, ...]:
    kind = kind_text(incident.kind, texts)
    return (
        f"{kind}, {incident.case_number}" if incident.case_number else f"{kind}, {incident.number}",
        texts.written_day(incident.happened) if incident.happened else texts.text("not known"),
        texts.exact(incident.reported_at),
        _school(incident.school, schools),
        handling_text(incident.handling, texts),
        incident.recorded_by,
    )


def _course(evidence: Evidence, texts: Texts) -> Part:
    events = chronology(evidence)
    return Part(
        title=texts.text("Course of events"),
        source=_beside(evidence, texts),
        headings=(texts.text("When"), texts.text("What"), texts.text("Details"), texts.text("Source")),
        rows=tuple(
            (
                texts.exact(one.at),
                event_word(one.kind, texts),
                event_detail(one, texts),
                origin_word(one.origin, texts),
            )
            for one in events
        ),
        columns=(LINE, WORDS, FREE, WORDS),
        nothing=texts.text("Nothing with a moment is known."),
    )


def _holders(evidence: Evidence, texts: Texts, schools: Mapping[str, School], names: Mapping[str, str] | None) -> Part:
    def row(held: Holding) -> tuple[str, ...]:
        person = held.person or texts.text("erased")
        named = (names or {}).get(held.person)
        return (*_span(held, texts), f"{named} ({person})" if named else person, _school(held.person_school, schools))

    return Part(
        title=texts.text("Whom the device named"),
        source=texts.text("Source: user fields at Jamf Pro, compared with the IServ accounts in each cycle"),
        headings=(texts.text("From"), texts.text("Until"), texts.text("Person"), texts.text("School")),
        rows=tuple(map(row, evidence.holders)),
        columns=(LINE, LINE, FREE, FREE),
        nothing=texts.text("Nobody, as far as it was recorded."),
    )


def _places(evidence: Evidence, texts: Texts) -> Part:
    return Part(
        title=texts.text("Where the device stood"),
        source=_as_of(evidence, texts),
        headings=(texts.text("From"), texts.text("Until"), texts.text("Site at Jamf Pro")),
        rows=tuple((*_span(one, texts), one.site or texts.text("no site")) for one in evidence.stands),
        columns=(LINE, LINE, FREE),
        nothing=texts.text("Nothing was recorded."),
    )


def _span(span: Holding | Standing, texts: Texts) -> tuple[str, str]:
    return texts.exact(span.since), texts.exact(span.until) if span.until else texts.text("still")


def _school(number: str, schools: Mapping[str, School]) -> str:
    school = schools.get(number)
    return f"{school.name} ({number})" if school else number


def _notes(texts: Texts, *, named: bool) -> tuple[str, ...]:
    notes = [
        texts.text("Moments are in local time. A span begins and ends with the cycle that first saw it so."),
        texts.text("Lost Mode is confirmed by the device itself; the program keeps no location of a device."),
    ]
    if not named:
        notes.append(texts.text("Persons are named by reference; the school's IT provider knows whom one stands for."))
    return tuple(notes)
