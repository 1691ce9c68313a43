"""The one retry policy of all connectors."""

import time
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from mdm_sync.errors import TemporaryError

ATTEMPTS = 4
LONGEST_PAUSE = 30.0
LONGEST_ASKED_PAUSE = 60.0
"""Seconds; a server that asks for more is not waited for, it is told as not reachable now."""

_growing = wait_random_exponential(multiplier=1, max=LONGEST_PAUSE)


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, TemporaryError) else None
    return min(asked, LONGEST_ASKED_PAUSE) if asked is not None else _growing(state)


def retrying(sleep: Callable[[float], None] = time.sleep) -> Retrying:
    """Call again after a TemporaryError, with growing random pauses or the pause that the server asked for.

    For calls that change nothing only: a call that was taken although its answer got lost would be taken twice.
    """
    return Retrying(
        retry=retry_if_exception_type(TemporaryError),
        stop=stop_after_attempt(ATTEMPTS),
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )
