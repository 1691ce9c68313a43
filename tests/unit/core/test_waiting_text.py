"""Why a lock waits for a person, in words."""

import pytest

from mdm_sync.core.lock_decisions import Doubt, Refusal
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.news import WaitingLock
from mdm_sync.core.waiting_text import waiting_text, why_held
from tests.replacing import replace
from tests.unit.cli.losses import ORDER, THEFT

HELD = replace(ORDER, outcome=Outcome.HELD, why=Doubt.ANOTHER_SITE.value)


def as_written(text: str) -> str:
    return text


def told(order: LockOrder, school_name: str = "Schule Nord") -> str:
    return waiting_text(WaitingLock(order=order, incident=THEFT, school_name=school_name), as_written)


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (HELD, "the device is not in a site of the school that reports it"),
        (replace(HELD, why="it is not supervised"), "it is not supervised"),
        (replace(HELD, outcome=Outcome.NOT_TAKEN), "the command got no answer, and Jamf Pro has not taken it"),
        (replace(HELD, outcome=Outcome.REFUSED), "Jamf Pro refused the command"),
    ],
)
def test_it_tells_school_device_incident_and_why(order: LockOrder, why: str) -> None:
    assert told(order) == f"Schule Nord (100001) – DMPX1234ABCD, incident 12: {why}."


def test_names_and_serial_numbers_from_outside_are_one_short_line() -> None:
    wild = replace(HELD, serial="A\nB")
    assert told(wild, "Schule\r\nNord").startswith("Schule Nord (100001) – A B, incident 12: ")
    assert len(told(HELD, "x" * 1000)) < 300


def test_the_reader_has_it_in_their_language() -> None:
    german = {
        "%(school)s – %(serial)s, incident %(number)d: %(why)s.": "%(serial)s/%(number)d/%(school)s: %(why)s!",
        "the school is not live": "nicht im Echtbetrieb",
    }
    waiting = WaitingLock(order=replace(HELD, why=Doubt.NOT_LIVE.value), incident=THEFT, school_name="Schule Nord")
    text = waiting_text(waiting, lambda text: german.get(text, text))
    assert text == "DMPX1234ABCD/12/Schule Nord (100001): nicht im Echtbetrieb!"


NOT_OF_NEW_THEFTS = (Refusal.NO_OPEN_LOSS, Refusal.ANOTHER_DEVICE, Refusal.STILL_MISSING)


@pytest.mark.parametrize("reason", [*Doubt, *(one for one in Refusal if one not in NOT_OF_NEW_THEFTS)])
def test_each_reason_for_which_a_lock_is_held_has_a_translation(reason: Doubt | Refusal) -> None:
    assert why_held(reason.value, lambda text: f"<{text}>") == f"<{reason.value}>"


def test_other_words_stay_as_they_are() -> None:
    assert why_held("Einbruch", str.upper) == "Einbruch"
