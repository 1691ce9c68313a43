"""Single HTTP calls to Jamf Pro: limits of time, trust, errors by what happens next."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as BrokenBody
from urllib3.exceptions import ReadTimeoutError

from connectors.http_dates import http_moment, seconds_to_wait
from connectors.jamf.faults import ServerFailedError, TooSlowError
from mdm_sync.errors import PermanentError, TemporaryError

COME_BACK_LATER: Mapping[int, type[TemporaryError]] = {
    408: TemporaryError,
    429: TemporaryError,
    500: ServerFailedError,
    502: TemporaryError,
    503: TemporaryError,
    504: TooSlowError,
}
"""Statuses after which the same call may succeed later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds: to connect, between two pieces of an answer, and for a whole call."""

    connect: float = 10
    read: float = 90
    call: float = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that came whole. ``date`` is the server's own time."""

    status: int
    body: bytes
    date: datetime | None


class JamfSession:
    """Some connections to one Jamf Pro, kept alive. Safe for use by several threads.

    Args:
        url: base address, ``https://`` only.
        ca_file: certificates to trust beside none other; None for the system's.
        connections: at a time; a call waits for a free one.
    """

    def __init__(self, url: str, ca_file: Path | None, connections: int, limits: Limits) -> None:
        self._url = url
        self._verify: str | bool = str(ca_file) if ca_file else True
        self._limits = limits
        self._session = _session(connections)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(self, method: str, path: str, **how: Any) -> Answer:  # noqa: ANN401 - arguments of requests
        """Make one call.

        Raises:
            TemporaryError: no answer, a cut one, or one that says to come back later.
            PermanentError: the certificate is not to be trusted, or cannot be checked.
        """
        give_up_at = time.monotonic() + self._limits.call
        try:
            with self._session.request(
                method,
                self._url + path,
                timeout=(self._limits.connect, self._limits.read),
                verify=self._verify,
                allow_redirects=False,  # a redirect would carry the token elsewhere
                stream=True,  # reading raw is several times faster than .content
                **how,
            ) as answer:
                body = _read(answer, path, give_up_at)
                date = http_moment(answer.headers.get("Date"))
                _refuse_when_busy(answer, path, date)
                return Answer(status=answer.status_code, body=body, date=date)
        except requests.exceptions.SSLError as error:
            raise PermanentError(
                f"The certificate of {self._url} is not trusted; nothing was sent to it. "
                "Check jamf.url, and jamf.ca_file if the server's authority is your own."
            ) from error
        except (requests.exceptions.ReadTimeout, ReadTimeoutError) as error:
            raise TooSlowError(f"Jamf Pro kept {path} waiting for {self._limits.read:g} seconds.") from error
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


def _read(answer: requests.Response, path: str, give_up_at: float) -> bytes:
    """Read piece by piece: one that drips keeps every limit between two pieces, and none on the whole."""
    pieces: list[bytes] = []
    read: Callable[..., bytes] = answer.raw.read1
    while piece := read(1 << 20, decode_content=True):
        pieces.append(piece)
        if time.monotonic() > give_up_at:
            raise TooSlowError(f"Jamf Pro began to answer {path} and did not come to an end in time.")
    return b"".join(pieces)


def _refuse_when_busy(answer: requests.Response, path: str, date: datetime | None) -> None:
    error = COME_BACK_LATER.get(answer.status_code)
    if error:
        asked = seconds_to_wait(answer.headers.get("Retry-After", ""), date)
        raise error(f"Jamf Pro answered {answer.status_code} to {path}.", retry_after=asked)
