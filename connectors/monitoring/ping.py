"""A call to a monitor that alarms when the calls stay away."""

import httpx

from connectors.trust import trust
from mdm_sync.errors import PermanentError, TemporaryError

SECONDS = 20


def ping(url: str) -> None:
    """Call the monitor; the call says nothing but that it came.

    Raises:
        TemporaryError: it cannot be reached or is in trouble.
        PermanentError: it does not know the address.
    """
    try:
        with httpx.Client(verify=trust(None, "monitoring.ping_url"), timeout=SECONDS, follow_redirects=False) as client:
            answer = client.get(url)
    except httpx.HTTPError as error:
        # The address may be all that keeps others from calling it: it is not told.
        raise TemporaryError(f"monitoring.ping_url did not answer ({type(error).__name__}).") from error
    if answer.is_server_error:
        raise TemporaryError(f"monitoring.ping_url answered {answer.status_code}.")
    if not answer.is_success:
        raise PermanentError(f"monitoring.ping_url answered {answer.status_code}: check the address.")
