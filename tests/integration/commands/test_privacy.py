"""``mdm-sync privacy``: what is stored of persons, and when it goes."""

import json
import stat
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


def ref_of(district: Installation, uuid: str) -> str:
    with closing(Store.look(district.state)) as store:
        return store.care.persons(uuid)[0].ref


class TestReport:
    def test_a_page_tells_all_that_is_stored_of_a_person_in_german(self, district: Installation) -> None:
        page = district.folder / "auskunft.html"
        ran = district.run("privacy", "report", ref_of(district, "uuid-mia.beispiel"), str(page))
        assert (ran.code, ran.out) == (0, f"Written: {page}\n"), ran.err
        told = page.read_text(encoding="utf-8")
        for word in ("Was über Sie gespeichert ist", "Mia Beispiel", "mia.beispiel@190002.example", "DMPX0021"):
            assert word in told
        assert stat.S_IMODE(page.stat().st_mode) == 0o600

    def test_as_json_by_login_and_school(self, district: Installation) -> None:
        file = district.folder / "auskunft.json"
        ran = district.run("privacy", "report", "mia.beispiel", str(file), "--school", OST.number)
        assert ran.code == 0, ran.err
        (record,) = json.loads(file.read_text(encoding="utf-8"))["records"]
        assert (record["given_name"], record["classes"], record["grade"]) == ("Mia", ["klasse.7b"], 7)
        assert [one["serial"] for one in record["devices"]] == ["DMPX0021"]
        assert [one["subject"] for one in record["holdings"]] == ["device:21"]

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("nobody", "a.html"), "knows no such person"),
            (("uuid-mia.beispiel", "a.pdf"), "written as .html or .json"),
        ],
    )
    def test_what_cannot_be_is_wrong_usage(self, district: Installation, arguments: tuple[str, ...], told: str) -> None:
        ran = district.run("privacy", "report", *arguments)
        assert (ran.code, told in ran.err) == (2, True)
        assert not list(district.folder.glob("a.*"))


class TestErase:
    def test_it_prints_a_protocol_that_names_nobody_and_what_is_left_to_do(self, district: Installation) -> None:
        ran = district.run("privacy", "erase", "mia.beispiel", "--school", OST.number, "--yes")
        assert ran.code == 0, ran.err
        assert "still in IServ" in ran.out
        assert "DMPX0021" in ran.out
        assert "mia" not in ran.out.casefold()
        assert district.run("privacy", "erase", "uuid-mia.beispiel", "--yes").code == 2

    def test_as_json(self, district: Installation) -> None:
        done = district.run("privacy", "erase", "uuid-mia.beispiel", "--yes", "--format", "json").document
        assert (done["schema"], done["still_in_iserv"], done["serials"]) == ("mdm-sync/erasure/1", 1, ["DMPX0021"])
        assert done["records"]["persons"] == 1

    def test_nothing_is_erased_where_nobody_can_be_asked(self, district: Installation) -> None:
        ran = district.run("privacy", "erase", "uuid-mia.beispiel")
        assert (ran.code, "no terminal to ask on" in ran.err) == (2, True)
        assert ref_of(district, "uuid-mia.beispiel")

    def test_what_an_open_incident_rests_on_is_erased_only_on_purpose(self, district: Installation) -> None:
        added = district.run("incidents", "add", "theft", "--serial", "DMPX0021", "--school", OST.number)
        assert added.code == 0, added.err
        refused = district.run("privacy", "erase", "uuid-mia.beispiel", "--yes")
        assert (refused.code, "incident 1" in refused.err) == (2, True)
        assert district.run("privacy", "erase", "uuid-mia.beispiel", "--yes", "--despite-incident").code == 0
