"""What ``systemctl status`` shows of the service, in the language of the installation."""

from datetime import UTC, datetime

import pytest

from config.texts import Texts
from mdm_sync.cli.daemon import status_words
from mdm_sync.service import Standing

NOON = datetime(2026, 5, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("standing", "language", "words"),
    [
        (Standing(), "en", "waiting"),
        (Standing(in_hand="sweep"), "de", "Jamf Pro wird ganz gelesen"),
        (
            Standing(last="deliver", last_end=NOON, failing=("losses",)),
            "de",
            "wartet; zuletzt: Postausgang wird geleert, bis 04.05.26, 12:00; gescheitert: nach Verlusten wird gesehen",
        ),
        (Standing(in_hand="schools", ending=True), "en", "ending; reading directories of schools"),
    ],
)
def test_one_line_of_words(standing: Standing, language: str, words: str) -> None:
    assert status_words(standing, Texts(language, "Europe/Berlin")) == words
