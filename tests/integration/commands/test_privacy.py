"""``mdm-sync privacy``: what is stored of persons, and when it goes."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from mdm_sync.bootstrap import utc_now
from state import Store
from tests.integration.commands.district import OST, PERSONS, Installation, fill, install
from tests.integration.state.given import read


@pytest.fixture
def district(tmp_path: Path) -> Installation:
    """A district of its own: what is done to it disturbs nobody."""
    installation = install(tmp_path)
    fill(installation.state, utc_now())
    return installation


class TestPurge:
    def leave(self, district: Installation) -> None:
        """Ole is gone for longer than the settings keep anybody."""
        *_, lea = PERSONS[OST.number]
        with closing(Store.open(district.state)) as store:
            for days in (101, 100, 0):
                read(store, OST, PERSONS[OST.number][0], lea, at=utc_now() - timedelta(days=days))

    def test_what_has_had_its_time_is_deleted_and_counted(self, district: Installation) -> None:
        self.leave(district)
        ran = district.run("privacy", "purge", "--format", "json")
        assert ran.code == 0, ran.err
        assert ran.document == {"schema": "mdm-sync/purge/1", "removed": {"persons": 1}, "lingering": False}

    def test_it_is_told_in_the_language_of_the_settings(self, district: Installation) -> None:
        self.leave(district)
        district.speak("de")
        assert "Personen, die gegangen sind" in district.run("privacy", "purge").out
        assert "noch nichts abgelaufen" in district.run("privacy", "purge").out
