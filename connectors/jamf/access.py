"""Calls to Jamf Pro: one session, a token renewed by its own lifetime, errors by what happens next.

Shapes after the OpenAPI specification that every Jamf Pro serves at ``/api/schema/``.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as BrokenBody

from connectors.retries import retrying
from mdm_sync.errors import PermanentError, TemporaryError

TOKEN_PATHS = ("/api/v1/oauth/token", "/api/oauth/token")
"""The documented one first; servers before 11.23 know the second alone."""

CONNECT_SECONDS = 10
READ_SECONDS = 90
COME_BACK_LATER = frozenset({408, 429, 500, 502, 503, 504})
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404

T = TypeVar("T")
Query = Sequence[tuple[str, str]]


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float


class JamfAccess:
    """Authenticated GET calls to one Jamf Pro. Safe for use by several threads.

    Args:
        url: base address, ``https://`` only.
        client_id: the API client for reading.
        client_secret: asked for when a token is needed, never kept.
        ca_file: certificates to trust beside none other; None for the system's.
        connections: connections at a time; Jamf asks for at most five.
        clock: monotonic seconds.
    """

    def __init__(  # noqa: PLR0913 - plain arguments, handed over once by bootstrap
        self,
        *,
        url: str,
        client_id: str,
        client_secret: Callable[[], str],
        ca_file: Path | None = None,
        connections: int = 5,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connections = connections
        self._url = url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._verify: str | bool = str(ca_file) if ca_file else True
        self._clock = clock
        self._sleep = sleep
        self._session = _session(connections)
        self._token_lock = threading.Lock()
        self._token = ""
        self._renew_at = float("-inf")

    def get(self, path: str, read: Callable[[bytes], T], query: Query = ()) -> T:
        """What ``read`` makes of the body of a successful answer; a body that it takes for cut is asked for again.

        Raises:
            TemporaryError: no good answer came after several tries.
            PermanentError: the client is refused, may not do this, or the certificate is not to be trusted or checked.
        """
        return retrying(self._sleep)(lambda: read(self._get_once(path, query)))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _get_once(self, path: str, query: Query) -> bytes:
        token = self._valid_token()
        status, body = self._call("GET", path, params=list(query), headers=_bearer(token))
        if status == UNAUTHORIZED:
            self._discard(token)
            status, body = self._call("GET", path, params=list(query), headers=_bearer(self._valid_token()))
        if status == UNAUTHORIZED:
            raise PermanentError(f"Jamf Pro refused a fresh token for {path}: check the API client's roles.")
        if status == FORBIDDEN:
            raise PermanentError(f"Jamf Pro does not let the API client read {path}: a privilege is missing.")
        _expect_ok(status, path)
        return body

    def _valid_token(self) -> str:
        with self._token_lock:
            if self._clock() >= self._renew_at:
                self._fetch_token()
            return self._token

    def _discard(self, token: str) -> None:
        """Forget a refused token, unless another thread has renewed it meanwhile."""
        with self._token_lock:
            if self._token == token:
                self._renew_at = float("-inf")

    def _fetch_token(self) -> None:
        asked_at = self._clock()
        token = self._ask_token()
        margin = max(10.0, min(60.0, token.expires_in / 2))  # a token may live less than a minute
        self._token = token.access_token
        self._renew_at = asked_at + token.expires_in - margin

    def _ask_token(self) -> _Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret(),
        }
        for path in TOKEN_PATHS:
            status, body = self._call("POST", path, data=form)
            if status != NOT_FOUND:
                return _read_token(status, path, body)
        raise PermanentError(f"{self._url} offers no token: is this a Jamf Pro with API clients (10.49 or later)?")

    def _call(self, method: str, path: str, **how: Any) -> tuple[int, bytes]:  # noqa: ANN401 - arguments of requests
        try:
            with self._session.request(
                method,
                self._url + path,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                verify=self._verify,
                allow_redirects=False,  # a redirect would carry the token elsewhere
                stream=True,  # raw.read is several times faster than .content
                **how,
            ) as answer:
                body = answer.raw.read(decode_content=True)
                _refuse_when_busy(answer, path)
                return answer.status_code, body
        except requests.exceptions.SSLError as error:
            raise PermanentError(
                f"The certificate of {self._url} is not trusted; nothing was sent to it. "
                "Check jamf.url, and jamf.ca_file if the server's authority is your own."
            ) from error
        except (requests.exceptions.RequestException, BrokenBody) as error:
            raise TemporaryError(f"Jamf Pro did not answer {path} ({type(error).__name__}).") from error
        except OSError as error:  # requests looks for the file of certificates before each call
            raise PermanentError(f"Jamf Pro cannot be asked: {error}. Check jamf.ca_file.") from error


class _Adapter(HTTPAdapter):
    """Closes its connections when it is told to; requests leaves them open as long as an error refers to them."""

    def close(self) -> None:
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated over itself
                manager.pools[key].close()
        super().close()


def _session(connections: int) -> requests.Session:
    session = requests.Session()
    session.trust_env = True
    session.auth = _keep_header
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # bulk reads are not to stick to one web node
    session.mount("https://", _Adapter(pool_connections=1, pool_maxsize=connections, pool_block=True))
    session.headers.update({"Accept": "application/json", "Accept-Encoding": "gzip"})
    return session


def _keep_header(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Say that authentication is done: requests would else put a password from ``~/.netrc`` in its place."""
    return request


def _bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _refuse_when_busy(answer: requests.Response, path: str) -> None:
    if answer.status_code in COME_BACK_LATER:
        raise TemporaryError(f"Jamf Pro answered {answer.status_code} to {path}.", retry_after=_retry_after(answer))


def _retry_after(answer: requests.Response) -> float | None:
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None


def _expect_ok(status: int, path: str) -> None:
    if status != requests.codes.ok:
        raise PermanentError(f"Jamf Pro answered {status} to {path}, which is neither an answer nor a passing fault.")


def _read_token(status: int, path: str, body: bytes) -> _Token:
    if status in {400, UNAUTHORIZED}:
        raise PermanentError(
            "Jamf Pro does not know the API client or its secret: "
            "check jamf.client_id and the secret jamf-client-secret."
        )
    _expect_ok(status, path)
    try:
        return msgspec.json.decode(body, type=_Token)
    except msgspec.DecodeError as error:
        raise TemporaryError(f"Jamf Pro answered {path} with something that is no token.") from error
