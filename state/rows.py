"""Values of the core as rows of the tables, and back."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

import msgspec

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

DEVICE = f"subject, {', '.join(DEVICE_COLUMNS)}"
"""What ``device_of`` takes, in its order: by place, because a look-up by name costs more the wider the row is."""

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

PERSON = f"school, uuid, ref, {', '.join(PERSON_COLUMNS)}, left_since, missed, gone_since, role_before"
"""What ``person_of`` takes, in its order."""

_to_json = msgspec.json.Encoder().encode
_strings = msgspec.json.Decoder(tuple[str, ...]).decode
_pairs = msgspec.json.Decoder(tuple[tuple[str, str], ...]).decode


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
        None if device.groups is None else _to_json(device.groups).decode(),
        None if device.attributes is None else _to_json(device.attributes).decode(),
    )


def device_of(row: sqlite3.Row) -> Device:
    """The device that a row of DEVICE holds."""
    (
        subject,
        serial,
        name,
        asset_tag,
        kind,
        model,
        site_id,
        shared,
        username,
        real_name,
        email,
        management_id,
        managed,
        supervised,
        lost_mode,
        lost_mode_since,
        last_inventory,
        last_contact,
        last_enrolled,
        profile_expires,
        purchased,
        building,
        room,
        prestage,
        groups,
        attributes,
    ) = row
    family, _, jamf_id = subject.partition(":")
    return Device(
        jamf_id=int(jamf_id),
        family=Family(family),
        serial=serial,
        name=name,
        asset_tag=asset_tag,
        kind=DeviceKind(kind),
        model=model,
        site_id=site_id,
        shared=_flag(shared),
        user=None if username is None else UserFields(username=username, real_name=real_name, email=email),
        management_id=management_id,
        managed=_flag(managed),
        supervised=_flag(supervised),
        lost_mode=_flag(lost_mode),
        lost_mode_since=moment(lost_mode_since),
        last_inventory=moment(last_inventory),
        last_contact=moment(last_contact),
        last_enrolled=moment(last_enrolled),
        profile_expires=moment(profile_expires),
        purchased=date.fromisoformat(purchased) if purchased else None,
        building=building,
        room=room,
        prestage=prestage,
        groups=None if groups is None else _strings(groups),
        attributes=None if attributes is None else _pairs(attributes),
    )


def person_row(person: Person) -> tuple[object, ...]:
    """The uuid and PERSON_COLUMNS."""
    return (
        person.uuid,
        person.login,
        person.mail,
        mail_key(person.mail),
        person.role.value,
        person.given_name,
        person.family_name,
        person.leaver,
        _to_json(person.classes).decode(),
        person.grade,
    )


def person_of(row: sqlite3.Row) -> Person:
    """The person that a row of PERSON holds."""
    (
        school,
        uuid,
        ref,
        login,
        mail,
        _,
        role,
        given_name,
        family_name,
        leaver,
        classes,
        grade,
        left_since,
        missed,
        gone_since,
        role_before,
    ) = row
    lost_role = bool(role_before) and role == Role.UNKNOWN.value
    return Person(
        school=school,
        uuid=uuid,
        login=login,
        mail=mail,
        role=Role(role),
        given_name=given_name,
        family_name=family_name,
        leaver=bool(leaver),
        classes=_strings(classes),
        grade=grade,
        left_since=moment(left_since) if gone_since or leaver or lost_role else None,  # missing in one read is not left
        missing=missed > 0 and gone_since is None,
        gone=gone_since is not None,
        ref=ref,
    )


def mail_key(mail: str) -> str:
    """An address in the form in which it is looked up: domain first, so that the index keeps a school's together."""
    local, _, domain = lookup_key(mail).rpartition("@")
    return f"{domain} {local}" if local and domain else ""


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


def one_of(words: Iterable[StrEnum]) -> str:
    """The condition that a column holds one of these words."""
    return f"IN ({', '.join(repr(word.value) for word in sorted(words))})"


def _text(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
