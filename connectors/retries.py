"""The one retry policy of all connectors."""

import time
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

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


def _always_all(_: TemporaryError) -> int:
    return ATTEMPTS


def retrying(
    sleep: Callable[[float], None] = time.sleep, *, tries: Callable[[TemporaryError], int] = _always_all
) -> Retrying:
    """Call again after a TemporaryError, with growing random pauses or the pause that the server asked for.

    For calls that change nothing only: a call that was taken although its answer got lost would be taken twice.

    Args:
        sleep: waits so many seconds.
        tries: how often a call may be made that ended with this error.
    """

    def stop(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return isinstance(error, TemporaryError) and state.attempt_number >= tries(error)

    return Retrying(
        retry=retry_if_exception_type(TemporaryError),
        stop=stop,
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )
