"""One entry of a directory, and how it is written as LDIF (RFC 2849)."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Attributes = Mapping[str, str | bytes | Sequence[str | bytes]]

_PLAIN = re.compile(r"[!-9;=-~](?:[ -~]*[!-~])?")
_SPECIAL = re.compile(r"""^[ #]|[\x00"+,;<=>\\]| \Z""")


@dataclass(frozen=True, slots=True)
class Entry:
    """A distinguished name and its attributes; each has one value or several, as text or as bytes."""

    dn: str
    attributes: Attributes

    def ldif(self) -> str:
        """Return the entry as one LDIF record, with the empty line that ends it.

        An attribute without values, or with an empty one, is left out.
        """
        lines = [_line("dn", self.dn), *(_line(name, value) for name, value in self._values())]
        return "\n".join(lines) + "\n\n"

    def _values(self) -> Iterator[tuple[str, str | bytes]]:
        for name, values in self.attributes.items():
            for value in [values] if isinstance(values, str | bytes) else values:
                if value:
                    yield name, value


def escaped(value: str) -> str:
    """Return the value as it stands within a distinguished name (RFC 4514, section 2.4)."""
    return _SPECIAL.sub(lambda match: f"\\{ord(match[0]):02x}", value)


def _line(name: str, value: str | bytes) -> str:
    if isinstance(value, str):
        if _PLAIN.fullmatch(value):
            return f"{name}: {value}"
        value = value.encode()
    return f"{name}:: {base64.b64encode(value).decode()}"
