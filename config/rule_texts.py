"""What each rule is called, what harm it prevents, and what to do: English here, German in the catalogue."""

from dataclasses import dataclass


def _(text: str) -> str:
    """Mark a text for translation; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """Title, reason and remedy of one rule."""

    title: str
    why: str
    remedy: str


RULE_TEXTS = {
    "device-unassigned": RuleText(
        title=_("iPad without a person"),
        why=_("A personal iPad names nobody: nobody answers for it, and its loss would go unnoticed."),
        remedy=_("Enter the person's login at Jamf Pro, or name the device as a pool device in the school's register."),
    ),
    "unknown-user": RuleText(
        title=_("Unknown user"),
        why=_("The device names a login or an address that no IServ account has."),
        remedy=_("Correct the user name at Jamf Pro, or take the device back and clear the field."),
    ),
    "wrong-school": RuleText(
        title=_("Device at another school than its person"),
        why=_("The device stands in one school's site, its person is at another school."),
        remedy=_("Move the device to the person's site at Jamf Pro, or assign it to a person of its own school."),
    ),
}
