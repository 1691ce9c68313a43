"""``mdm-sync schools`` as its user calls it, with settings and a register and nothing else up."""

import csv
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command_line import Ran, mdm_sync, mdm_sync_here, terminal_that_says
from tests.integration.test_schools import HEADER, row
from tests.integration.test_schools_open_data import OLDER, line

SETTINGS = """
language = "{language}"
[state]
folder = "state"
[jamf]
url = "https://jamf.example"
client_id = "reader"
"""
ADA = {"Schulnummer": "100002", "Schulbezeichnung_1": "Ada-Lovelace-Schule"}
OTHERS = {"Schulnummer": "100003", "Schulbezeichnung_1": "Weidenschule", "Traegernummer": "10009"}


@dataclass(frozen=True, slots=True)
class Installation:
    folder: Path

    @property
    def register(self) -> Path:
        return self.folder / "schools.csv"

    @property
    def open_data(self) -> Path:
        return self.folder / "schuldaten.csv"

    def speak(self, language: str) -> None:
        (self.folder / "mdm-sync.toml").write_text(SETTINGS.format(language=language), encoding="utf-8")

    def keep(self, *rows: str) -> None:
        self.register.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")

    def publish(self, *lines: str) -> None:
        self.open_data.write_text("\n".join(("sep=;", OLDER, *lines, "")), encoding="utf-8")

    def run(self, *arguments: str, terminal: int | None = None) -> Ran:
        """Run a command; its standard input is nothing, or the terminal."""
        variables = {"MDM_SYNC_CONFIG": str(self.folder / "mdm-sync.toml"), "COLUMNS": "200"}
        if terminal is None:
            return mdm_sync_here("schools", *arguments, environment=variables)
        return mdm_sync("schools", *arguments, environment=os.environ | variables, stdin=terminal)

    def import_(self, *options: str, terminal: int | None = None) -> Ran:
        return self.run("import", str(self.open_data), *options, terminal=terminal)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.speak("en")
    made.publish(line(), line(**ADA), line(**OTHERS), line(Schulnummer="600001", Schulform="0A"))
    return made


class TestImport:
    def test_a_dry_run_shows_everything_and_writes_nothing(self, installation: Installation) -> None:
        installation.keep(row(name="Nordschule"))
        before = installation.register.read_bytes()
        ran = installation.import_("--traeger", "10001", "--dry-run")

        assert (ran.code, ran.err) == (0, "")
        told = [" ".join(words.split()) for words in ran.out.splitlines()]
        assert told == [
            "3 schools in the file.",
            "Left out: 1 authority or other entry that is no school.",
            "Left out: 1 school of another Träger.",
            "",
            "School Name What",
            "new 100002 Ada-Lovelace-Schule Grundschule",
            "changed 100001 Nordschule name: Nordschule → Nordlichtschule",
            "",
            "1 new, 1 changed, 0 closed, 0 not in the file, 0 unchanged",
            "Dry run: nothing is written.",
        ]
        assert installation.register.read_bytes() == before

    def test_with_yes_it_writes_without_asking_and_is_done_the_second_time(self, installation: Installation) -> None:
        installation.keep(row(name="Nordschule"))
        first = installation.import_("--traeger", "10001", "--yes")
        second = installation.import_("--traeger", "10001", "--yes")

        assert (first.code, second.code) == (0, 0)
        assert f"As it was before: {installation.register}.bak" in "".join(first.out.split("\n"))
        assert second.out.endswith("The register is up to date.\n")
        listed = json.loads(installation.run("list", "--format", "json").out)["schools"]
        assert [(one["name"], one["stage"]) for one in listed] == [
            ("Nordlichtschule", "live"),
            ("Ada-Lovelace-Schule", "not connected"),
        ]

    def test_without_a_terminal_it_writes_nothing_and_tells_the_way_out(self, installation: Installation) -> None:
        ran = installation.import_("--traeger", "10001")

        assert ran.code == 2
        assert "2 new" in ran.out
        assert "there is no terminal to ask on. With --yes" in ran.err
        assert not installation.register.exists()

    @pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False), ("", False)])
    def test_on_a_terminal_it_asks(self, installation: Installation, answer: str, *, written: bool) -> None:
        with terminal_that_says(answer) as terminal:
            ran = installation.import_("--traeger", "10001", terminal=terminal)

        assert (ran.code, installation.register.exists()) == (0, written)
        assert ("Nothing is written." in ran.out) is not written

    def test_who_names_no_traeger_is_told_whose_schools_would_come(self, installation: Installation) -> None:
        ran = installation.import_("--dry-run")

        assert "run by 2 Träger" in ran.out
        assert "Most have: 10001 (2), 10009 (1)" in ran.out

    def test_closed_schools_and_probable_successors_are_told_and_left_to_people(
        self, installation: Installation
    ) -> None:
        old = {**ADA, "Schulform": "14", "Schulbetriebsschluessel": "9", "Schulbetriebsdatum": "31.07.2021"}
        new = {"Schulnummer": "100005", "Schulbezeichnung_1": "Ada-Lovelace-Gesamtschule", "Schulform": "15"}
        installation.publish(line(**old), line(**new, Schulbetriebsdatum="01.08.2021"))
        installation.keep(row(school="100002", name="Ada-Lovelace-Schule", form="14"), row(sites="GS Süd"))
        ran = installation.import_("--dry-run")

        assert "closed since 2021-07-31; stays until its line is deleted" in ran.out
        assert "100002 Ada-Lovelace-Schule → 100005 Ada-Lovelace-Gesamtschule (same address, same name)" in ran.out
        assert "1 new, 0 changed, 1 closed, 1 not in the file, 0 unchanged" in ran.out

    def test_lines_that_cannot_be_read_are_told(self, installation: Installation) -> None:
        installation.publish(line(), *(line(Schulnummer=f"x{n}") for n in range(12)))
        ran = installation.import_("--dry-run")

        assert ran.code == 0
        assert "12 lines could not be read and are left out:" in ran.out
        assert '- line 4: Schulnummer: "x0" is none' in ran.out
        assert "x10" not in ran.out

    def test_german_speakers_read_german(self, installation: Installation) -> None:
        installation.speak("de")

        assert "3 neu, 0 geändert" in installation.import_("--dry-run").out

    def test_a_register_with_problems_is_not_touched(self, installation: Installation) -> None:
        installation.keep(row(stage="lvie"))
        ran = installation.import_("--yes")

        assert ran.code == 2
        assert 'line 2: stage "lvie"' in ran.err

    @pytest.mark.parametrize("arguments", [("nowhere.csv",), (".",), ()], ids=["no file", "a folder", "nothing"])
    def test_wrong_usage_ends_with_code_2(self, installation: Installation, arguments: tuple[str, ...]) -> None:
        ran = installation.run("import", *arguments)

        assert ran.code == 2
        assert "Traceback" not in ran.err

    def test_a_traeger_that_the_file_does_not_know_is_told(self, installation: Installation) -> None:
        ran = installation.import_("--traeger", "10297", "--yes")

        assert ran.code == 2
        assert "No school in the file has the Traegernummer 10297" in ran.err


class TestList:
    def test_the_table_has_a_row_for_each_school(self, installation: Installation) -> None:
        installation.keep(row(), row(school="100002", sites="", stage="not connected", iserv_url=""))
        ran = installation.run("list")

        assert ran.code == 0
        assert [" ".join(told.split()) for told in ran.out.splitlines()[1:]] == [
            "100001 Grundschule Nord Grundschule live GS Nord yes never –",
            "100002 Grundschule Nord Grundschule not connected – no never –",
        ]
        assert "There is no state store" in ran.err

    def test_csv_and_json_say_the_same(self, installation: Installation) -> None:
        installation.keep(row(sites="GS Nord|GS Nord II"))
        [listed] = json.loads(installation.run("list", "--format", "json").out)["schools"]
        [written] = csv.DictReader(io.StringIO(installation.run("list", "--format", "csv").out))

        assert listed["sites"] == ["GS Nord", "GS Nord II"]
        assert written == {
            "school": "100001",
            "name": "Grundschule Nord",
            "form": "02",
            "form_name": "Grundschule",
            "stage": "live",
            "sites": "GS Nord|GS Nord II",
            "directory": "1",
            "complete_at": "",
            "error": "",
        }

    def test_an_empty_register_tells_how_to_fill_it(self, installation: Installation) -> None:
        installation.keep()

        assert "mdm-sync schools import FILE" in installation.run("list").out


class TestCheck:
    def test_a_good_register_ends_with_code_0(self, installation: Installation) -> None:
        installation.keep(row())
        ran = installation.run("check")

        assert (ran.code, ran.out) == (0, "1 school, 0 problems, 0 oddities\n")

    def test_problems_end_with_code_2_and_oddities_stand_beside(self, installation: Installation) -> None:
        installation.keep(row(stage="lvie"), row(school="100002", sites="", iserv_base="dc=x"))
        ran = installation.run("check")

        assert ran.code == 2
        assert f'{installation.register}, line 2: stage "lvie" is none of' in ran.out
        assert "line 3: a live school without sites" in ran.out
        assert ran.out.endswith("2 schools, 1 problem, 1 oddity\n")

    def test_oddities_alone_end_with_code_0(self, installation: Installation) -> None:
        installation.keep(row(contacts=""))

        assert installation.run("check").code == 0

    def test_no_register_ends_with_code_2(self, installation: Installation) -> None:
        ran = installation.run("check")

        assert ran.code == 2
        assert "cannot be read: No such file or directory" in ran.err
