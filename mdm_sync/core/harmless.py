"""Text from outside, made harmless for a line of text: device names and school names are other people's input."""

from unicodedata import category

LONGEST = 120
LOOKED_AT = 16
"""Characters that are looked at for each one that may be shown: a book in a name costs no time."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def one_line(text: str, longest: int = LONGEST) -> str:
    """The text on one line: no control, escape or direction characters, and not longer than ``longest``."""
    looked_at = text[: longest * LOOKED_AT]
    visible = "".join(filter(_shows, looked_at))
    line = " ".join(visible.split())
    return line if len(line) <= longest and looked_at == text else line[: longest - 1] + "…"


def _shows(character: str) -> bool:
    return character.isspace() or category(character) not in _INVISIBLE
