"""Values of the core as rows of the tables, and back."""

import json
import sqlite3
from datetime import date, datetime

from mdm_sync.core.model import (
    Assignment,
    AssignmentState,
    Device,
    DeviceKind,
    Family,
    Finding,
    Person,
    Role,
    Severity,
    UserFields,
)
from mdm_sync.core.spelling import lookup_key

DEVICE_COLUMNS = (
    "serial",
    "name",
    "asset_tag",
    "kind",
    "model",
    "site_id",
    "shared",
    "username",
    "real_name",
    "email",
    "management_id",
    "managed",
    "supervised",
    "lost_mode",
    "lost_mode_since",
    "last_inventory",
    "last_contact",
    "last_enrolled",
    "profile_expires",
    "purchased",
    "building",
    "room",
    "prestage",
    "groups",
    "attributes",
)
"""All that a device says, beside its subject."""

PERSON_COLUMNS = (
    "login",
    "mail",
    "mail_key",
    "role",
    "given_name",
    "family_name",
    "leaver",
    "classes",
    "grade",
)
"""All that a directory says of a person, beside the uuid."""


def device_row(device: Device) -> tuple[object, ...]:
    """Subject and DEVICE_COLUMNS."""
    user = device.user
    return (
        device.subject,
        device.serial,
        device.name,
        device.asset_tag,
        device.kind.value,
        device.model,
        device.site_id,
        device.shared,
        *((user.username, user.real_name, user.email) if user else (None, None, None)),
        device.management_id,
        device.managed,
        device.supervised,
        device.lost_mode,
        _text(device.lost_mode_since),
        _text(device.last_inventory),
        _text(device.last_contact),
        _text(device.last_enrolled),
        _text(device.profile_expires),
        _text(device.purchased),
        device.building,
        device.room,
        device.prestage,
        None if device.groups is None else json.dumps(device.groups),
        None if device.attributes is None else json.dumps(dict(device.attributes)),
    )


def device_of(row: sqlite3.Row) -> Device:
    """The device that a row of the table holds."""
    family, _, jamf_id = row["subject"].partition(":")
    return Device(
        jamf_id=int(jamf_id),
        family=Family(family),
        serial=row["serial"],
        name=row["name"],
        asset_tag=row["asset_tag"],
        kind=DeviceKind(row["kind"]),
        model=row["model"],
        site_id=row["site_id"],
        shared=_flag(row["shared"]),
        user=_user(row),
        management_id=row["management_id"],
        managed=_flag(row["managed"]),
        supervised=_flag(row["supervised"]),
        lost_mode=_flag(row["lost_mode"]),
        lost_mode_since=moment(row["lost_mode_since"]),
        last_inventory=moment(row["last_inventory"]),
        last_contact=moment(row["last_contact"]),
        last_enrolled=moment(row["last_enrolled"]),
        profile_expires=moment(row["profile_expires"]),
        purchased=date.fromisoformat(row["purchased"]) if row["purchased"] else None,
        building=row["building"],
        room=row["room"],
        prestage=row["prestage"],
        groups=None if row["groups"] is None else tuple(json.loads(row["groups"])),
        attributes=None if row["attributes"] is None else tuple(json.loads(row["attributes"]).items()),
    )


def person_row(person: Person) -> tuple[object, ...]:
    """The uuid and PERSON_COLUMNS."""
    return (
        person.uuid,
        person.login,
        person.mail,
        lookup_key(person.mail),
        person.role.value,
        person.given_name,
        person.family_name,
        person.leaver,
        json.dumps(person.classes),
        person.grade,
    )


def person_of(row: sqlite3.Row) -> Person:
    """The person that a row of the table holds."""
    return Person(
        school=row["school"],
        uuid=row["uuid"],
        login=row["login"],
        mail=row["mail"],
        role=Role(row["role"]),
        given_name=row["given_name"],
        family_name=row["family_name"],
        leaver=bool(row["leaver"]),
        classes=tuple(json.loads(row["classes"])),
        grade=row["grade"],
        ref=row["ref"],
    )


def assignment_row(subject: str, assignment: Assignment) -> tuple[object, ...]:
    """Subject, state, step, the person's key, reason."""
    person = assignment.person
    key = (person.school, person.uuid) if person else (None, None)
    return (subject, assignment.state.value, assignment.step, *key, assignment.reason)


def assignment_of(row: sqlite3.Row, person: Person | None) -> Assignment:
    """The assignment that a row of the table holds; its person is looked up by the caller."""
    return Assignment(state=AssignmentState(row["state"]), step=row["step"], person=person, reason=row["reason"])


def finding_of(row: sqlite3.Row) -> Finding:
    """The finding that a row of the table holds."""
    return Finding(
        rule=row["rule"],
        subject=row["subject"],
        school=row["school"],
        severity=Severity.of(row["severity"]),
        details=json.loads(row["details"]),
    )


def moment(text: str | None) -> datetime | None:
    """A stored moment, or None."""
    return datetime.fromisoformat(text) if text else None


def _text(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _user(row: sqlite3.Row) -> UserFields | None:
    if row["username"] is None:
        return None
    return UserFields(username=row["username"], real_name=row["real_name"], email=row["email"])
