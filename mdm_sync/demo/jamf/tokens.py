"""Bearer tokens: who got one, and until when it holds."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token stands for.

    Attributes:
        name: client id, or user name.
        kind: "CLIENT_CREDENTIALS" or "JSS" (a user account).
        expires: clock time.
    """

    name: str
    kind: str
    expires: float


class Tokens:
    """All tokens that were given and still hold."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}

    def give(self, name: str, kind: str, *, now: float, life: int) -> str:
        """Return a new token; those that ran out are forgotten."""
        self._grants = {token: grant for token, grant in self._grants.items() if grant.expires > now}
        token = secrets.token_urlsafe(48)
        self._grants[token] = Grant(name=name, kind=kind, expires=now + life)
        return token

    def find(self, token: str, now: float) -> Grant | None:
        """Return what a token stands for, or None if it holds no more."""
        grant = self._grants.get(token)
        return grant if grant and grant.expires > now else None

    def withdraw(self, token: str) -> None:
        """Make one token worthless."""
        self._grants.pop(token, None)

    def withdraw_all(self) -> None:
        """Make all tokens worthless."""
        self._grants.clear()
