"""A hold in words, for mails and the command line alike."""

from collections.abc import Callable

from mdm_sync.core.brakes import Direction, Hold, Ring

Text = Callable[[str], str]
"""Looks a text up in the reader's language."""


def hold_text(hold: Hold, school_name: str, title: str, text: Text) -> str:
    """What was kept back, where, and how much of how much it is; ``title`` is the rule's, "" for all of them."""
    facts = {
        "what": title or text("all rules together"),
        "where": _where(hold, school_name, text),
        "number": hold.number,
        "of": hold.of,
        "percent": round(100 * hold.share),
    }
    return _sentence(hold.direction, text) % facts


def _where(hold: Hold, school_name: str, text: Text) -> str:
    if hold.school:
        return f"{school_name} ({hold.school})".strip()
    match hold.ring:
        case Ring.SOURCE:
            return text("Jamf Pro")
        case Ring.SCHOOL:  # what belongs to no single school
            return text("district")
        case Ring.RULE | Ring.ALL:
            return text("all schools")


def _sentence(direction: Direction, text: Text) -> str:
    match direction:
        case Direction.OPENED:
            return text("%(where)s – %(what)s: %(number)d would open (%(percent)d %% of %(of)d looked at).")
        case Direction.RESOLVED:
            return text("%(where)s – %(what)s: %(number)d would be solved (%(percent)d %% of %(of)d open).")
        case Direction.LOST:
            return text("%(where)s – read refused: %(number)d records fewer than before (%(percent)d %% of %(of)d).")
