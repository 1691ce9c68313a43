"""Authenticated calls to Jamf Pro: GET is repeated where that may help, POST never.

Shapes after the OpenAPI specification that every Jamf Pro serves at ``/api/schema/``.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from connectors.jamf.faults import ForbiddenError, NotOfferedError, UnansweredError
from connectors.jamf.session import Answer, JamfSession, Limits
from connectors.jamf.slots import Slots
from connectors.jamf.tokens import UNAUTHORIZED, ApiClient, Tokens
from connectors.retries import ATTEMPTS, retrying
from mdm_sync.errors import PermanentError, TemporaryError

MOST_CONNECTIONS = 5
"""Jamf asks for no more at a time; https://developer.jamf.com, "Scalability Best Practices"."""

TAKEN = frozenset({200, 201})
"""Statuses of a call that changed something."""

T = TypeVar("T")
Query = Sequence[tuple[str, str]]
Tries = Callable[[TemporaryError], int]
"""How often a call may be made that ended with this error."""


class JamfAccess:
    """Authenticated calls to one Jamf Pro. Safe for use by several threads.

    Args:
        url: base address, ``https://`` only.
        client_id: the API client.
        client_secret: asked for when a token is needed, never kept.
        client_named: by which setting and which secret messages name the client; None: the one for reading.
        ca_file: certificates to trust beside none other; None for the system's.
        connections: connections at a time, five at most.
        slots_folder: where all processes that read this Jamf Pro share those connections; None: there is but one.
        slots_wait_seconds: how long to wait while others use all of them.
        clock: monotonic seconds.

    Attributes:
        retries: calls that were made again, so far.
    """

    def __init__(  # noqa: PLR0913 - plain arguments, handed over once by bootstrap
        self,
        *,
        url: str,
        client_id: str,
        client_secret: Callable[[], str],
        client_named: str | None = None,
        ca_file: Path | None = None,
        connections: int = MOST_CONNECTIONS,
        limits: Limits | None = None,
        slots_folder: Path | None = None,
        slots_wait_seconds: float = 120,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self.retries = 0
        self._most = connections
        self._new_session = partial(JamfSession, url.rstrip("/"), ca_file, limits=limits or Limits())
        self._slots = Slots(
            folder=slots_folder, total=MOST_CONNECTIONS, wait_seconds=slots_wait_seconds, clock=clock, sleep=sleep
        )
        client = ApiClient(client_id=client_id, secret=client_secret)
        self._tokens = Tokens(replace(client, named=client_named) if client_named else client, clock)
        self._session: JamfSession | None = None
        self._opening = threading.Lock()

    @contextmanager
    def connected(self) -> Iterator[int]:
        """Hold connections for several calls; yield how many there may be at a time.

        Raises:
            TemporaryError: other processes use all connections that there may be.
        """
        with self._opening, self._slots.taken(self._most) as connections:
            self._session = self._new_session(connections)
            try:
                yield connections
            finally:
                self._session.close()
                self._session = None

    def get(self, path: str, read: Callable[[Answer], T], query: Query = (), tries: Tries | None = None) -> T:
        """What ``read`` makes of a successful answer; one that it takes for cut is asked for again.

        To be called inside ``connected``.

        Raises:
            TemporaryError: no good answer came after several tries; ServerFailedError, TooSlowError among them.
            PermanentError: the client is refused, or the certificate is not to be trusted or checked; ForbiddenError,
                NotOfferedError among them.
        """
        allowed = tries or _all_tries
        return retrying(self._pause, tries=allowed)(lambda: read(self._get_once(path, query)))

    def post(self, path: str, body: bytes, read: Callable[[Answer], T]) -> T:
        """What ``read`` makes of the answer to a call that changes something; the call is made once.

        To be called inside ``connected``.

        Raises:
            UnansweredError: whether it was taken is not known.
            TemporaryError: no token came; the call was not made.
            PermanentError: it was refused, and changed nothing.
        """
        token = self._valid_token()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            answer = self._open.call("POST", path, data=body, headers=headers)
            if answer.status in TAKEN:
                return read(answer)
        except TemporaryError as error:
            raise UnansweredError(f"{error} Whether the command was taken is not known.") from error
        return read(_expect_ok(answer, path))

    def _pause(self, seconds: float) -> None:
        self.retries += 1
        self.sleep(seconds)

    def _get_once(self, path: str, query: Query) -> Answer:
        token = self._valid_token()
        answer = self._get_with(token, path, query)
        if answer.status == UNAUTHORIZED:
            self._tokens.discard(token)
            answer = self._get_with(self._valid_token(), path, query)
        return _expect_ok(answer, path)

    def _get_with(self, token: str, path: str, query: Query) -> Answer:
        return self._open.call("GET", path, params=list(query), headers={"Authorization": f"Bearer {token}"})

    def _valid_token(self) -> str:
        return self._tokens.valid(partial(self._open.call, "POST"))

    @property
    def _open(self) -> JamfSession:
        if self._session is None:
            raise RuntimeError("calls are made inside connected()")
        return self._session


def _all_tries(_: TemporaryError) -> int:
    return ATTEMPTS


def _expect_ok(answer: Answer, path: str) -> Answer:
    match answer.status:
        case 200:
            return answer
        case 401:
            raise PermanentError(f"Jamf Pro refused a fresh token for {path}: check the API client's roles.")
        case 403:
            raise ForbiddenError(f"Jamf Pro does not let the API client use {path}: a privilege is missing.")
        case 404:
            raise NotOfferedError(f"Jamf Pro answered 404 to {path}: this version does not have it.")
        case other:
            raise PermanentError(
                f"Jamf Pro answered {other} to {path}, which is neither an answer nor a passing fault."
            )
