"""One device's story for scripts; persons by reference unless names were asked for."""

from datetime import date, datetime

from mdm_sync.cli.assignment_words import assignment_json
from mdm_sync.cli.device_text import Surroundings
from mdm_sync.cli.finding_formats import finding_json
from mdm_sync.core.model import Person
from mdm_sync.ports import DeviceStory


def story_json(story: DeviceStory, around: Surroundings) -> dict[str, object]:
    """A device in a JSON document."""
    device, school = story.device, around.school_of(story)
    return {
        "subject": device.subject,
        "jamf_id": device.jamf_id,
        "kind": device.kind,
        "serial": device.serial,
        "name": device.name,
        "asset_tag": device.asset_tag,
        "model": device.model,
        "site": story.site or None,
        "school": school.number if school else None,
        "pool": device.is_pool(school) if school else None,
        "managed": device.managed,
        "supervised": device.supervised,
        "shared": device.shared,
        "lost_mode": device.lost_mode,
        "lost_mode_since": _iso(device.lost_mode_since),
        "last_inventory": _iso(device.last_inventory),
        "last_contact": _iso(device.last_contact),
        "last_enrolled": _iso(device.last_enrolled),
        "profile_expires": _iso(device.profile_expires),
        "purchased": _iso(device.purchased),
        "missed_sweeps": story.missed,
        "assignment": assignment_json(story.assignment),
        "findings": [finding_json(found) for found in story.findings],
        "sources": [{"name": one.name, "complete_at": _iso(one.complete_at)} for one in around.sources_of(story)],
    } | (_names(story) if around.names else {})


def _names(story: DeviceStory) -> dict[str, object]:
    user, person = story.device.user, story.assignment.person if story.assignment else None
    fields = {"username": user.username, "real_name": user.real_name, "email": user.email} if user else None
    return {"user_fields": fields, "person": _person(person) if person else None}


def _person(person: Person) -> dict[str, object]:
    return {
        "ref": person.ref,
        "school": person.school,
        "login": person.login,
        "mail": person.mail,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "role": person.role,
    }


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None
