"""Evidence as one JSON document; its keys do not depend on the language."""

from collections.abc import Mapping
from datetime import date

from mdm_sync.cli.locks import order_json
from mdm_sync.core.evidence import Evidence, Holding, Standing, chronology, contact_after_report
from mdm_sync.core.incidents import Incident
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Device


def evidence_json(evidence: Evidence, *, names: Mapping[str, str] | None = None) -> dict[str, object]:
    """The whole; moments in UTC, persons by reference and, where ``names`` are given, by name."""
    school = evidence.school
    return {
        "schema": "mdm-sync/evidence/1",
        "made_at": evidence.made_at.isoformat(),
        "serial": evidence.serial,
        "device": _device(evidence.device) if evidence.device else None,
        "school": {"number": school.number, "name": school.name} if school else None,
        "contact_after_report": contact_after_report(evidence),
        "incidents": [_incident(one) for one in evidence.incidents],
        "orders": [order_json(one) for one in evidence.orders],
        "commands": [_command(one) for one in evidence.commands],
        "course": [
            {"at": one.at.isoformat(), "what": one.kind.value, "source": one.origin.value}
            for one in chronology(evidence)
        ],
        "holders": [
            {**_span(one), "person": one.person, "name": (names or {}).get(one.person), "school": one.person_school}
            for one in evidence.holders
        ],
        "sites": [{**_span(one), "site": one.site} for one in evidence.stands],
        "sources": [{"name": "jamf", "complete_at": _iso(evidence.read_at)}],
    }


def _device(device: Device) -> dict[str, object]:
    return {
        "subject": device.subject,
        "name": device.name,
        "asset_tag": device.asset_tag,
        "model": device.model,
        "purchased": _iso(device.purchased),
        "supervised": device.supervised,
        "managed": device.managed,
        "lost_mode": device.lost_mode,
        "lost_mode_since": _iso(device.lost_mode_since),
        "last_contact": _iso(device.last_contact),
        "last_inventory": _iso(device.last_inventory),
        "last_enrolled": _iso(device.last_enrolled),
    }


def _incident(incident: Incident) -> dict[str, object]:
    return {
        "number": incident.number,
        "case_number": incident.case_number,
        "kind": incident.kind.value,
        "school": incident.school,
        "happened": _iso(incident.happened),
        "reported_at": incident.reported_at.isoformat(),
        "handling": incident.handling.value,
        "recorded_by": incident.recorded_by,
    }


def _command(command: LockCommand) -> dict[str, object]:
    return {
        "uuid": command.uuid,
        "kind": command.kind,
        "state": command.state,
        "sent_at": _iso(command.sent_at),
        "completed_at": _iso(command.completed_at),
    }


def _span(span: Holding | Standing) -> dict[str, object]:
    return {"since": span.since.isoformat(), "until": _iso(span.until)}


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
