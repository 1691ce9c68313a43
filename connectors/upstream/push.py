"""Pushing a summary by HTTPS POST, with an idempotency key and one time limit for each phase of the call."""

import os
import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx

from connectors.http_dates import http_moment, seconds_to_wait
from connectors.trust import trust
from mdm_sync.errors import PermanentError, RecordError, TemporaryError
from mdm_sync.ports import OutboxEntry

LIMITS = httpx.Timeout(connect=10, read=60, write=60, pool=10)
LONGEST_ANSWER = 1 << 16
"""Bytes of an answer that are listened to: its status says all, and an answer without end would keep us for ever."""
COME_BACK_LATER = frozenset({408, 425, 429, *range(500, 600)})
METHOD_NOT_ALLOWED = 405
TOKEN_REFUSED = frozenset({401, 403})
WRONG_ADDRESS = frozenset({404, 405, 410, *range(300, 400)})
"""What stands at the address takes no summary, whichever it is; redirects are not followed."""

_TOKEN = re.compile(r"[\x21-\x7e]+")
"""More than RFC 6750 lets a token hold, and less than would end the header."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What shows who we are instead of a token; the key is asked for when it is needed."""

    file: Path
    key: Callable[[], str]


class UpstreamChannel:
    """The way of the summaries; satisfies ``mdm_sync.ports.Channel``.

    Args:
        url: ``https://`` address that takes the POST.
        ca_file: certificates to trust beside none other; None for the system's.
        token: bearer token, asked for when it is needed; None: there is none.
        certificate: shown to the server; None: there is none.
        proxy: address of an HTTP proxy on the way; those of the environment are not looked at.
        limits: how long each phase of a call may take, in seconds.
    """

    def __init__(
        self,
        *,
        url: str,
        ca_file: Path | None,
        token: Callable[[], str] | None = None,
        certificate: ClientCertificate | None = None,
        proxy: str | None = None,
        limits: httpx.Timeout = LIMITS,
    ) -> None:
        self._url = url
        self._ca_file = ca_file
        self._token = token
        self._certificate = certificate
        self._proxy = proxy
        self._limits = limits

    def send(self, entry: OutboxEntry) -> None:
        """Push one summary; the receiver recognises a repeated one by ``Idempotency-Key``.

        Raises:
            TemporaryError: 408, 425, 429, 5xx, or the network failed.
            PermanentError: the address, token or client certificate is wrong, or the server's is not to be trusted.
            RecordError: any other refusal of this summary.
        """
        body = entry.content.encode()
        headers = {
            "Content-Type": "application/json",
            "Content-Digest": _digest(body),
            "Idempotency-Key": entry.key,
            **self._who(),
        }
        answer = self._answer("POST", headers, body)
        _judge(self._url, answer, entry.key)

    def check(self) -> None:
        """Look whether upstream is there and takes our token; nothing is pushed.

        Raises:
            TemporaryError, PermanentError: as by ``send``. An address that takes POST alone answers 405: that is fine.
        """
        answer = self._answer("HEAD", self._who())
        if answer.status_code != METHOD_NOT_ALLOWED:
            _judge(self._url, answer, "check")

    def _answer(self, method: str, headers: Mapping[str, str], content: bytes | None = None) -> httpx.Response:
        try:
            with (
                httpx.Client(
                    verify=self._trust(),
                    timeout=self._limits,
                    follow_redirects=False,
                    proxy=self._proxy,
                    trust_env=False,
                ) as client,
                client.stream(method, self._url, content=content, headers=headers) as answer,
            ):
                for _ in answer.iter_raw():  # to its end, since one that is cut off does not count
                    if answer.num_bytes_downloaded > LONGEST_ANSWER:
                        break
                return answer
        except httpx.ConnectError as error:
            raise _unreachable(self._url, error) from error
        except httpx.ProxyError as error:
            raise TemporaryError(f"The proxy on the way to {self._url} does not let it through.") from error
        except httpx.HTTPError as error:
            raise TemporaryError(f"{self._url} did not answer ({type(error).__name__}).") from error

    def _who(self) -> dict[str, str]:
        if self._token is None:
            return {}
        token = self._token()
        if not _TOKEN.fullmatch(token):
            raise PermanentError(
                "The secret upstream-token is no bearer token: it holds characters that none may hold."
            )
        return {"Authorization": f"Bearer {token}"}

    def _trust(self) -> ssl.SSLContext:
        context = trust(self._ca_file, "upstream.ca_file")
        if self._certificate:
            _show(context, self._certificate)
        return context


def _digest(body: bytes) -> str:
    """``Content-Digest`` of a body (RFC 9530)."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def _show(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    """Show this certificate to the server. OpenSSL takes keys from files alone: this one is in memory only."""
    key = certificate.key().encode()
    file = os.memfd_create("key")
    try:
        os.write(file, key)
        context.load_cert_chain(certificate.file, f"/proc/self/fd/{file}", password=_refuse_to_ask)
    except OSError as error:  # faults of ssl are OSErrors, too
        raise PermanentError(
            f"upstream.client_certificate: {certificate.file} cannot be used with the secret upstream-client-key. "
            "Both must be PEM, belong together, and the key must have no password."
        ) from error
    finally:
        os.close(file)


def _refuse_to_ask() -> bytes:
    """Without it OpenSSL would ask on the terminal for the password of a key."""
    return b""


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
        date = http_moment(answer.headers.get("Date"))
        raise TemporaryError(message, retry_after=seconds_to_wait(answer.headers.get("Retry-After", ""), date))
    if answer.status_code in TOKEN_REFUSED:
        raise PermanentError(f"{message} Check the secret upstream-token, or upstream.client_certificate.")
    if answer.status_code in WRONG_ADDRESS:
        raise PermanentError(f"{message} Check upstream.url.")
    raise RecordError(key, message)
