"""Pushing a summary by HTTPS POST, with an idempotency key and one time limit for each phase of the call."""

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from connectors.trust import trust
from mdm_sync.errors import PermanentError, RecordError, TemporaryError
from mdm_sync.ports import OutboxEntry

LIMITS = httpx.Timeout(connect=10, read=60, write=60, pool=10)
COME_BACK_LATER = frozenset({408, 425, 429, *range(500, 600)})
METHOD_NOT_ALLOWED = 405
TOKEN_REFUSED = frozenset({401, 403})
WRONG_ADDRESS = frozenset({404, 405, 410, *range(300, 400)})
"""What stands at the address takes no summary, whichever it is; redirects are not followed."""


class UpstreamChannel:
    """The way of the summaries; satisfies ``mdm_sync.ports.Channel``.

    Args:
        url: ``https://`` address that takes the POST.
        token: bearer token, asked for when it is needed.
        ca_file: certificates to trust beside none other; None for the system's.
    """

    def __init__(self, *, url: str, token: Callable[[], str], ca_file: Path | None) -> None:
        self._url = url
        self._token = token
        self._ca_file = ca_file

    def send(self, entry: OutboxEntry) -> None:
        """Push one summary; the receiver recognises a repeated one by ``Idempotency-Key``.

        Raises:
            TemporaryError: 408, 425, 429, 5xx, or the network failed.
            PermanentError: the address or the token is wrong, or the certificate is not to be trusted.
            RecordError: any other refusal of this summary.
        """
        headers = {
            "Authorization": f"Bearer {self._token()}",
            "Content-Type": "application/json",
            "Idempotency-Key": entry.key,
        }
        answer = self._answer("POST", headers, entry.content.encode())
        _judge(self._url, answer, entry.key)

    def check(self) -> None:
        """Look whether upstream is there and takes our token; nothing is pushed.

        Raises:
            TemporaryError, PermanentError: as by ``send``. An address that takes POST alone answers 405: that is fine.
        """
        answer = self._answer("HEAD", {"Authorization": f"Bearer {self._token()}"})
        if answer.status_code != METHOD_NOT_ALLOWED:
            _judge(self._url, answer, "check")

    def _answer(self, method: str, headers: Mapping[str, str], content: bytes | None = None) -> httpx.Response:
        try:
            with httpx.Client(
                verify=trust(self._ca_file, "upstream.ca_file"), timeout=LIMITS, follow_redirects=False
            ) as client:
                return client.request(method, self._url, content=content, headers=headers)
        except httpx.ConnectError as error:
            raise _unreachable(self._url, error) from error
        except httpx.HTTPError as error:
            raise TemporaryError(f"{self._url} did not answer ({type(error).__name__}).") from error


def _unreachable(url: str, error: httpx.ConnectError) -> PermanentError | TemporaryError:
    """The cause lies deep below the own error of httpx."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return PermanentError(
                f"The certificate of {url} is not trusted; nothing was sent to it. "
                "Check upstream.url, and upstream.ca_file if the server's authority is your own."
            )
        cause = cause.__cause__ or cause.__context__
    return TemporaryError(f"{url} cannot be reached.")


def _judge(url: str, answer: httpx.Response, key: str) -> None:
    if answer.is_success:
        return
    message = f"{url} answered {answer.status_code}."
    if answer.status_code in COME_BACK_LATER:
        wait = answer.headers.get("Retry-After", "")
        raise TemporaryError(message, retry_after=float(wait) if wait.isdecimal() else None)
    if answer.status_code in TOKEN_REFUSED:
        raise PermanentError(f"{message} Check the secret upstream-token.")
    if answer.status_code in WRONG_ADDRESS:
        raise PermanentError(f"{message} Check upstream.url.")
    raise RecordError(key, message)
