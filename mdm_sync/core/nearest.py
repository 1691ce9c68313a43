"""Whom an unknown user name may have meant."""

from collections.abc import Iterable

NEAR = 0.85
"""Likeness from which a login is clearly near: one slip in seven letters, a swap of two counted as one."""


def nearest(written: Iterable[str], logins: Iterable[str]) -> str | None:
    """The one login that is clearly near to something written; None where none is, or two are equally near."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    choices = tuple(logins)
    found = [
        (likeness, login)
        for word in written
        for login, likeness, _ in process.extract(word, choices, scorer=OSA.normalized_similarity, score_cutoff=NEAR)
    ]
    best = max((likeness for likeness, _ in found), default=None)
    logins_found = {login for likeness, login in found if likeness == best}
    return logins_found.pop() if len(logins_found) == 1 else None


ALIKE = 0.6
"""Likeness from which something may be a slip of the pen."""
MOST = 3
"""How many guesses a reader is offered."""


def alike(written: str, choices: Iterable[str]) -> tuple[str, ...]:
    """What may have been meant by something written, the likeliest first; in any case of letters."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extract(
        written, choices, scorer=OSA.normalized_similarity, processor=str.casefold, score_cutoff=ALIKE, limit=MOST
    )
    return tuple(choice for choice, _, _ in found)
