"""What a look at a school rested on. While none of it changes, a new look comes to the same, and is spared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import sha256

import msgspec

from mdm_sync.core.conditions import Conditions
from mdm_sync.core.views import Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a look at a school's devices, or at its people, came to beside its steps; the rules by id.

    Attributes:
        rules: those that could decide.
        subjects: how many devices, or persons.
        off: those that are not applied there.
        undecided: those that could not decide.
        used: titles of the standing exceptions that covered something.
    """

    rules: frozenset[str]
    subjects: int
    off: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at a school.

    Attributes:
        basis: of all that it rested on beside stored rows and the moment, by ``basis_of``.
        at: its moment, or the later one up to which it was found to hold.
        outcomes: of its devices, then of its people where they were known.
    """

    school: str
    basis: str
    at: datetime
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """Schools by Schulnummer where something changed since they were last looked at.

    A threshold that was crossed meanwhile is a change of what it is about.

    Attributes:
        devices: in whose sites devices came, went, or say something else that a rule looks at.
        persons: whose accounts or classes changed.
        holders: whose persons a device names that changed.
    """

    devices: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    holders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparing:
    """What a cycle may spare itself.

    Attributes:
        devices: numbers of the schools whose devices must be looked at, and with them their people.
        holders: numbers of those whose people must be, because of a device that changed.
        looks: earlier looks at the other schools, by Schulnummer.
        bases: what a look at each school rests on now.
    """

    devices: frozenset[str]
    holders: frozenset[str]
    looks: Mapping[str, Look]
    bases: Mapping[str, str]


def basis_of(*parts: object) -> str:
    """A hash of values of the core; the order inside sets and mappings does not count."""
    return sha256(msgspec.json.encode(parts, order="deterministic", enc_hook=_zone)).hexdigest()


def lasting(conditions: Conditions) -> tuple[object, ...]:
    """What conditions ask beside the very moment: a threshold in days is crossed with the day.

    Those that are crossed within a day are looked for in what is stored.
    """
    whole = {name: getattr(conditions, name) for name in conditions.__slots__ if name != "now"}
    return conditions.calendar.day(conditions.now), whole


def moved_by_school(moved: Mapping[str, Moved]) -> dict[str, list[tuple[str, Moved]]]:
    """Where persons who left are now, by the school that they left; persons by subject."""
    found: dict[str, list[tuple[str, Moved]]] = {}
    for subject, now in sorted(moved.items()):
        found.setdefault(subject.removeprefix("person:").partition("/")[0], []).append((subject, now))
    return found


def _zone(value: object) -> str:
    if isinstance(value, tzinfo):
        return str(value)
    raise TypeError(f"a {type(value).__name__} is no value of the core")
