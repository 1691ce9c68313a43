"""The retry policy that all connectors share."""

from collections.abc import Callable

import pytest

from connectors.retries import retrying
from mdm_sync.errors import MdmSyncError, PermanentError, RecordError, SettingsError, TemporaryError


class Call:
    """Fails with these errors, one after the other, then answers; counts how often it was made."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def busy(times: int, retry_after: float | None = None) -> list[TemporaryError]:
    return [TemporaryError(f"busy {number}", retry_after=retry_after) for number in range(1, times + 1)]


def pauses_of(call: Callable[[], str]) -> list[float]:
    pauses: list[float] = []
    retrying(pauses.append)(call)
    return pauses


def test_call_that_succeeds_is_made_once() -> None:
    call = Call()

    assert pauses_of(call) == []
    assert call.made == 1


def test_call_that_succeeds_in_the_end_gives_its_answer() -> None:
    assert retrying(lambda _: None)(Call(*busy(3))) == "answer"


def test_call_that_stays_busy_is_made_four_times_and_ends_with_the_last_error() -> None:
    pauses: list[float] = []
    call = Call(*busy(9))

    with pytest.raises(TemporaryError, match="busy 4"):
        retrying(pauses.append)(call)
    assert (call.made, len(pauses)) == (4, 3)


def test_pauses_are_random_below_a_bound_that_doubles() -> None:
    calls = [pauses_of(Call(*busy(3))) for _ in range(50)]

    for number, bound in enumerate((1, 2, 4)):
        longest = max(pauses[number] for pauses in calls)
        assert bound / 2 < longest <= bound


def test_pauses_of_two_calls_differ() -> None:
    assert pauses_of(Call(*busy(3))) != pauses_of(Call(*busy(3)))


@pytest.mark.parametrize("asked", [0, 0.5, 7, 60])
def test_pause_that_the_other_side_asked_for_is_kept(asked: float) -> None:
    assert pauses_of(Call(*busy(2, retry_after=asked))) == [asked, asked]


@pytest.mark.parametrize("asked", [60.1, 3600, 1e9])
def test_pause_that_the_other_side_asked_for_is_a_minute_at_most(asked: float) -> None:
    assert pauses_of(Call(*busy(1, retry_after=asked))) == [60]


@pytest.mark.parametrize(
    "error",
    [
        MdmSyncError("wrong"),
        PermanentError("wrong"),
        SettingsError("wrong"),
        RecordError("7", "wrong"),
        ValueError("wrong"),
        OSError("wrong"),
    ],
)
def test_any_other_error_ends_the_call_at_once(error: Exception) -> None:
    pauses: list[float] = []
    call = Call(error)

    with pytest.raises(type(error)) as raised:
        retrying(pauses.append)(call)
    assert raised.value is error
    assert (call.made, pauses) == (1, [])


def test_any_other_error_after_a_temporary_one_ends_the_call() -> None:
    pauses: list[float] = []
    call = Call(*busy(1), PermanentError("refused"))

    with pytest.raises(PermanentError, match="refused"):
        retrying(pauses.append)(call)
    assert (call.made, len(pauses)) == (2, 1)


@pytest.mark.parametrize("tries", [1, 2, 3])
def test_call_may_be_made_fewer_times_after_an_error_that_will_stay(tries: int) -> None:
    call = Call(*busy(9))

    with pytest.raises(TemporaryError, match=f"busy {tries}"):
        retrying(lambda _: None, tries=lambda _: tries)(call)
    assert call.made == tries
