"""The bearer token: taken when it is needed, renewed by its own lifetime."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from connectors.jamf.session import Answer
from mdm_sync.errors import PermanentError, SettingsError, TemporaryError

TOKEN_PATHS = ("/api/v1/oauth/token", "/api/oauth/token")
"""The documented one first; servers before 11.23 know the second alone."""

OK, BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 200, 400, 401, 404


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """An API client; its secret is asked for when a token is needed, and never kept.

    Attributes:
        named: by which setting and which secret people know it.
    """

    client_id: str
    secret: Callable[[], str]
    named: str = "jamf.client_id and the secret jamf-client-secret"


class Tokens:
    """The token of one API client; safe for use by several threads.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, client: ApiClient, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = float("-inf")

    def valid(self, post: Callable[..., Answer]) -> str:
        """A token that still lives; ``post(path, data=form)`` asks for one.

        Raises:
            SettingsError: client or secret are unknown.
            PermanentError: no Jamf Pro with API clients is there.
            TemporaryError: no token came.
        """
        with self._lock:
            if self._clock() >= self._renew_at:
                self._fetch(post)
            return self._token

    def discard(self, token: str) -> None:
        """Forget a refused token, unless another thread has renewed it meanwhile."""
        with self._lock:
            if self._token == token:
                self._renew_at = float("-inf")

    def _fetch(self, post: Callable[..., Answer]) -> None:
        asked_at = self._clock()
        token = self._ask(post)
        margin = max(10.0, min(60.0, token.expires_in / 2))  # a token may live less than a minute
        self._token = token.access_token
        self._renew_at = asked_at + token.expires_in - margin

    def _ask(self, post: Callable[..., Answer]) -> _Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client.client_id,
            "client_secret": self._client.secret(),
        }
        for path in TOKEN_PATHS:
            answer = post(path, data=form)
            if answer.status != NOT_FOUND:
                return self._read(answer, path)
        raise PermanentError(
            "jamf.url offers no token: is a Jamf Pro with API clients (10.49 or later) behind that address?"
        )

    def _read(self, answer: Answer, path: str) -> _Token:
        if answer.status in {BAD_REQUEST, UNAUTHORIZED}:
            raise SettingsError(f"Jamf Pro does not know the API client or its secret: check {self._client.named}.")
        return _decoded(answer, path)


def _decoded(answer: Answer, path: str) -> _Token:
    if answer.status != OK:
        raise PermanentError(
            f"Jamf Pro answered {answer.status} to {path}, which is neither an answer nor a passing fault."
        )
    try:
        return msgspec.json.decode(answer.body, type=_Token)
    except msgspec.DecodeError as error:
        raise TemporaryError(f"Jamf Pro answered {path} with something that is no token.") from error
