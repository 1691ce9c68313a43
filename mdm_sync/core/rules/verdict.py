"""What a rule can say of a subject; of a subject in order it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """The subject breaks the rule; the details are plain facts, persons only by reference."""

    subject: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The rule cannot tell now: what was said of the subject before stays, nothing new is said."""

    subject: str
