"""One device's story as people read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mdm_sync.cli.assignment_words import assignment_text
from mdm_sync.cli.output import facts_table, plain, severity_text, table
from mdm_sync.cli.source_words import age_text
from mdm_sync.cli.subjects import FLEET, school_text, source_name
from mdm_sync.core.model import Device, DeviceKind, Person, Role, School
from mdm_sync.core.views import Source
from mdm_sync.ports import DeviceStory, OpenFinding, Texts

Fact = tuple[str, str | Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a device's story is told with.

    Attributes:
        names: persons are shown by name and login, too.
    """

    schools: tuple[School, ...]
    sources: tuple[Source, ...]
    now: datetime
    names: bool

    def school_of(self, story: DeviceStory) -> School | None:
        """The school in whose site it stands."""
        return next((school for school in self.schools if story.site and story.site in school.sites), None)

    def sources_of(self, story: DeviceStory) -> tuple[Source, ...]:
        """Jamf Pro, the directory of its school and that of its person's."""
        school, person = self.school_of(story), story.assignment.person if story.assignment else None
        wanted = {FLEET, school.source if school else "", f"iserv-{person.school}" if person else ""}
        return tuple(sorted((one for one in self.sources if one.name in wanted), key=lambda one: one.name != FLEET))


def show_story(story: DeviceStory, around: Surroundings, texts: Texts, out: Console) -> None:
    """Print all that is known of one device."""
    device = story.device
    out.print(plain(f"{_kind(device.kind, texts)} {device.serial or device.subject}"), style="bold")
    out.print(facts_table([*_what(device, texts), *_where(story, around, texts), *_whom(story, around, texts)]))
    out.print()
    out.print(Text(texts.text("At Jamf Pro"), style="bold"))
    out.print(facts_table(_at_jamf(story, around, texts)))
    out.print()
    out.print(Text(texts.text("Findings"), style="bold"))
    out.print(_findings(story.findings, texts) if story.findings else Text(texts.text("none"), style="green"))
    out.print()
    out.print(Text(texts.text("How old the knowledge is"), style="bold"))
    out.print(facts_table(_ages(story, around, texts)))


def _what(device: Device, texts: Texts) -> Iterator[Fact]:
    yield texts.text("Name"), device.name or "–"
    yield texts.text("Asset tag"), device.asset_tag or "–"
    yield texts.text("Model"), device.model or "–"
    yield texts.text("Jamf id"), str(device.jamf_id)


def _where(story: DeviceStory, around: Surroundings, texts: Texts) -> Iterator[Fact]:
    school = around.school_of(story)
    place = ", ".join(filter(None, (story.device.building, story.device.room)))
    yield texts.text("Site"), story.site or texts.text("none")
    yield texts.text("School"), school_text(school.number, school.name, texts) if school else texts.text("none")
    if place:
        yield texts.text("Place"), place
    if school and story.device.is_pool(school):
        yield texts.text("Use"), texts.text("shared on purpose (pool)")


def _whom(story: DeviceStory, around: Surroundings, texts: Texts) -> Iterator[Fact]:
    yield texts.text("Person"), assignment_text(story.assignment, texts)
    person = story.assignment.person if story.assignment else None
    if person and around.names:
        yield "", _named(person, texts)
    if around.names and story.device.user and not story.device.user.empty:
        user = story.device.user
        written = ", ".join(filter(None, (user.username, user.real_name, user.email)))
        yield texts.text("User fields"), written


def _named(person: Person, texts: Texts) -> str:
    name = f"{person.given_name} {person.family_name}".strip()
    return ", ".join(filter(None, (name, person.login, person.mail, role_text(person.role, texts))))


def role_text(role: Role, texts: Texts) -> str:
    """A person's role as a word."""
    words = {
        Role.STUDENT: texts.text("student"),
        Role.TEACHER: texts.text("teacher"),
        Role.STAFF: texts.text("staff"),
        Role.UNKNOWN: texts.text("role unknown"),
    }
    return words[role]


def _at_jamf(story: DeviceStory, around: Surroundings, texts: Texts) -> Iterator[Fact]:
    device = story.device
    yield texts.text("Managed"), _flag(device.managed, texts)
    yield texts.text("Supervised"), _flag(device.supervised, texts)
    if device.kind in {DeviceKind.IPAD, DeviceKind.UNKNOWN}:
        yield texts.text("Shared iPad"), _flag(device.shared, texts)
    yield texts.text("Lost Mode"), _lost_mode(device, texts)
    for name, moment in (
        (texts.text("Last inventory"), device.last_inventory),
        (texts.text("Last contact"), device.last_contact),
        (texts.text("Last enrolled"), device.last_enrolled),
    ):
        yield name, _moment(moment, around.now, texts)
    yield texts.text("MDM profile until"), texts.moment(device.profile_expires) if device.profile_expires else "–"
    yield texts.text("Bought"), texts.day(device.purchased) if device.purchased else "–"
    if device.groups:
        yield texts.text("Groups"), ", ".join(device.groups)
    for name, value in device.attributes or ():
        yield name, value


def _ages(story: DeviceStory, around: Surroundings, texts: Texts) -> Iterator[Fact]:
    for source in around.sources_of(story):
        trouble = f"; {source.error}" if source.error else ""
        yield source_name(source.name, texts), age_text(source, around.now, texts) + trouble
    if story.missed:
        told = texts.plural(
            "missing from %(number)d complete sweep", "missing from %(number)d complete sweeps in a row", story.missed
        )
        yield texts.text("Missing"), Text(told % {"number": story.missed}, style="yellow")


def _findings(findings: Iterable[OpenFinding], texts: Texts) -> Table:
    number = texts.text("No.")
    rows = table(
        number,
        texts.text("Severity"),
        texts.text("Rule"),
        texts.text("What"),
        texts.text("Since"),
        texts.text("Solved"),
        numbers=[number],
    )
    for found in findings:
        finding = found.place.finding
        rows.add_row(
            str(found.finding_id),
            severity_text(finding.severity, texts),
            finding.rule,
            plain(texts.rule(finding.rule).title),
            texts.moment(found.opened_at),
            texts.moment(found.resolved_at) if found.resolved_at else "–",
        )
    return rows


def _kind(kind: DeviceKind, texts: Texts) -> str:
    words = {
        DeviceKind.IPAD: "iPad",
        DeviceKind.IPHONE: "iPhone",
        DeviceKind.APPLE_TV: "Apple TV",
        DeviceKind.MAC: "Mac",
    }
    return words.get(kind) or texts.text("Device")


def _flag(value: bool | None, texts: Texts) -> str:  # noqa: FBT001 - the value is what is shown
    if value is None:
        return texts.text("not told")
    return texts.text("yes") if value else texts.text("no")


def _lost_mode(device: Device, texts: Texts) -> str:
    if device.lost_mode and device.lost_mode_since:
        return texts.text("on since %(moment)s") % {"moment": texts.moment(device.lost_mode_since)}
    if device.lost_mode:
        return texts.text("on")
    return texts.text("not told") if device.lost_mode is None else texts.text("off")


def _moment(moment: datetime | None, now: datetime, texts: Texts) -> str:
    if moment is None:
        return texts.text("not told")
    facts = {"moment": texts.moment(moment), "span": texts.ago(now - moment)}
    return texts.text("%(moment)s (%(span)s)") % facts
