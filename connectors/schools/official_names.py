"""Putting a school's official name together from the three fields of 40 characters that the state keeps it in.

Examples of how the fields come, and what becomes of them::

    Nordschule | Städt. Gem. Grundschule | - Primarstufe -      Nordschule
    Städt. Gem. Hauptschule | Am Waldrand                       Städt. Gem. Hauptschule Am Waldrand
    Abendrealschule | - Ada Lovelace -                          Abendrealschule Ada Lovelace
    Nordschule-Musterstadt für seelen- | pflegebedürftige …     Nordschule-Musterstadt für seelenpflegebedürftige …
"""

import re
from collections.abc import Sequence
from itertools import pairwise

WIDTH = 40
"""Characters of a field; a name that fills it goes on in the next."""

_LEVEL = re.compile(r"(sekundarstufen?|primarstufe|sek\.)\b.*", re.IGNORECASE)
_KINDS = frozenset(
    """
    schule grundschule gemeinschaftsgrundschule bekenntnisgrundschule hauptschule gemeinschaftshauptschule realschule
    abendrealschule gesamtschule sekundarschule gemeinschaftsschule verbundschule förderschule volksschule gymnasium
    abendgymnasium kolleg berufskolleg weiterbildungskolleg
    städt städtische städtisches gem kath katholische ev evang evangelische öffentliche der des stadt gemeinde
    """.split()  # noqa: SIM905 - a list of forty strings reads worse
)
_HANGING = frozenset({"und", "u.", "für", "f.", "der", "des", "die", "dem", "den", "mit", "m."})


def official_name(parts: Sequence[str], *, town: str, short: str) -> str:
    """The name that tells the school from others; "" where the fields hold none.

    Args:
        parts: the fields Schulbezeichnung_1 to _3.
        town: its Ort; "der Stadt Musterstadt" tells no school of the town from another.
        short: its Kurzbezeichnung, taken where the fields hold nothing.
    """
    told = [part for part in map(_tidy, parts) if part and not _LEVEL.fullmatch(part)]
    if not told:
        return " ".join(short.split())
    name = told[0]
    for part, following in pairwise(told):
        if not (_goes_on(part) or _is_any(name, town)):
            break
        name = _joined(name, following)
    return name


def _tidy(part: str) -> str:
    """One blank between words, no dashes around the whole; a single one at the end is a broken word's."""
    part = " ".join(part.split())
    return part.strip("- ") if part.startswith("-") else part


def _goes_on(part: str) -> bool:
    return len(part) >= WIDTH or part.endswith(("-", ",")) or part.rpartition(" ")[2] in _HANGING


def _is_any(name: str, town: str) -> bool:
    """Whether it says only what kind of school it is: then it fits others too."""
    ordinary = _KINDS | set(re.findall(r"\w+", town.casefold()))
    return all(word in ordinary for word in re.findall(r"\w+", name.casefold()))


def _joined(name: str, part: str) -> str:
    if name.endswith("-"):  # a word broken at the end of the field, or a compound that has its hyphen by right
        return name[:-1] + part if part[:1].islower() else name + part
    return f"{name} {part}"
