"""What a rule can say of a subject; of a subject in order it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mdm_sync.core.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """The subject breaks the rule.

    Attributes:
        details: plain facts, persons only by reference.
        severity: where this one matters more or less than the rule says.
        school: Schulnummer it belongs to, where the view is of the whole district; "" for none.
    """

    subject: str
    details: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None
    school: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The rule cannot tell now: what was said of the subject before stays, nothing new is said."""

    subject: str
