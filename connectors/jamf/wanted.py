"""Which groups and extension attributes of a device are kept; all others never leave their page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

NULL, NOTHING = msgspec.Raw(b"null"), msgspec.Raw(b"[]")

A = TypeVar("A")  # an extension attribute, as one list has it

_decode_values = msgspec.json.Decoder(list[str | None] | None).decode


def every_group(_: str) -> bool:
    """Keep all groups."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of groups and extension attributes, by name."""

    groups: Callable[[str], bool] = every_group
    attributes: frozenset[str] = frozenset()
    _seen: dict[str, str | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of_groups(self, names: Iterable[str | None]) -> tuple[str, ...]:
        """The wanted ones of these groups, in the order of their names.

        The same few names stand in all records: each is judged once, and kept once.
        """
        kept = [name for name in map(self._group, names) if name is not None]
        return tuple(sorted(kept)) if len(kept) > 1 else tuple(kept)

    def _group(self, name: str | None) -> str | None:
        if name is None:
            return None
        if name not in self._seen:
            self._seen[name] = name if self.groups(name) else None
        return self._seen[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesOf(Generic[A]):
    """Takes the wanted values out of lists of extension attributes, which Jamf Pro puts in several sections.

    Attributes:
        decode: of such a list.
        named: name and values of one, the values still undecoded: those not wanted are never looked at.
    """

    decode: Callable[[msgspec.Raw], list[A]]
    named: Callable[[A], tuple[str | None, msgspec.Raw]]

    def pick(
        self, own: msgspec.Raw, inner: Iterable[msgspec.Raw], wanted: Wanted
    ) -> tuple[tuple[str, str], ...] | None:
        """Name and value of the wanted ones, in order; None where the record's own section is null."""
        if not wanted.attributes:
            return None if own == NULL else ()
        picked = {pair for part in (own, *inner) if part != NULL for pair in self._wanted_of(part, wanted)}
        return None if own == NULL and not picked else tuple(sorted(picked))

    def _wanted_of(self, part: msgspec.Raw, wanted: Wanted) -> Iterable[tuple[str, str]]:
        for attribute in self.decode(part):
            name, values = self.named(attribute)
            if name in wanted.attributes and name is not None:
                yield from ((name, value) for value in _decode_values(values) or () if value)
