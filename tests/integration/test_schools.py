"""The register in a CSV file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from connectors.schools import CsvRegister
from mdm_sync.core.model import DirectoryAddress, PoolRules, School, Stage
from mdm_sync.errors import SettingsError

PLAIN = {
    "school": "100001",
    "name": "Grundschule Nord",
    "form": "02",
    "stage": "live",
    "sites": "GS Nord",
    "iserv_url": "ldaps://gs-nord.test:10636",
    "iserv_base": "dc=gs-nord,dc=test",
    "iserv_account": "cn=mdm-sync,ou=ldap,dc=gs-nord,dc=test",
    "mail_domains": "",
    "student_groups": "schueler",
    "teacher_groups": "lehrer",
    "staff_groups": "",
    "leaver_groups": "",
    "login_suffixes": "",
    "name_suffixes": "",
    "pool_names": "",
    "pool_buildings": "",
    "pool_rooms": "",
    "pool_groups": "",
    "pool_prestages": "",
    "pool_attributes": "",
    "administration_names": "",
    "spare_names": "",
    "campus": "",
    "support": "",
    "contacts": "medien@gs-nord.test",
    "remark": "",
}
HEADER = ";".join(PLAIN)
OLDER = ";".join(list(PLAIN)[:12])
"""The columns that must be there, as registers had them at first."""


def row(**cells: str) -> str:
    assert cells.keys() <= PLAIN.keys()
    return ";".join((PLAIN | cells).values())


def register(folder: Path, *lines: str) -> CsvRegister:
    return written(folder, "\n".join((HEADER, *lines)).encode())


def written(folder: Path, content: bytes) -> CsvRegister:
    path = folder / "schools.csv"
    path.write_bytes(content)
    return CsvRegister(path)


def problems(folder: Path, *lines: str) -> Sequence[str]:
    with pytest.raises(SettingsError) as refusal:
        register(folder, *lines).schools()
    first, *others = str(refusal.value).splitlines()
    assert str(folder / "schools.csv") in first
    return [line.strip() for line in others]


def test_whole_file_becomes_the_schools_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    read = register(
        tmp_path,
        "100002;Gymnasium Süd;20;observed;GY Süd|GY Süd Nebenstelle;ldaps://gy-sued.test;dc=gy-sued,dc=test;"
        "cn=mdm-sync,ou=ldap,dc=gy-sued,dc=test;GY-Sued.test|schule.example;schueler|sek2;lehrkraefte;sekretariat;"
        'ehemalige;-gys;" GYS| GYSL";GYS-Koffer-*|GYS-Wagen-*;Selbstlernzentrum;A 1.01|A 1.02;Koffer;Koffer Schule;'
        "Verwendung=Koffer|Klasse=;GYS-Verwaltung-*;GYS-Reserve-*;Campus Süd;Vor-Ort-Support;"
        "medien@gy-sued.test|it@gy-sued.test;zieht um",
        row(),
        "100003;Förderschule Öst;08;not connected",
    ).schools()

    assert read == (
        School(
            number="100001",
            name="Grundschule Nord",
            form="02",
            stage=Stage.LIVE,
            sites=("GS Nord",),
            directory=DirectoryAddress(
                url="ldaps://gs-nord.test:10636",
                base_dn="dc=gs-nord,dc=test",
                account_dn="cn=mdm-sync,ou=ldap,dc=gs-nord,dc=test",
            ),
            mail_domains=("gs-nord.test",),
            student_groups=("schueler",),
            teacher_groups=("lehrer",),
            contacts=("medien@gs-nord.test",),
        ),
        School(
            number="100002",
            name="Gymnasium Süd",
            form="20",
            campus="Campus Süd",
            support="Vor-Ort-Support",
            stage=Stage.OBSERVED,
            sites=("GY Süd", "GY Süd Nebenstelle"),
            directory=DirectoryAddress(
                url="ldaps://gy-sued.test",
                base_dn="dc=gy-sued,dc=test",
                account_dn="cn=mdm-sync,ou=ldap,dc=gy-sued,dc=test",
            ),
            mail_domains=("gy-sued.test", "schule.example"),
            student_groups=("schueler", "sek2"),
            teacher_groups=("lehrkraefte",),
            staff_groups=("sekretariat",),
            leaver_groups=("ehemalige",),
            login_suffixes=("-gys",),
            name_suffixes=(" GYS", " GYSL"),
            pool=PoolRules(
                names=("GYS-Koffer-*", "GYS-Wagen-*"),
                buildings=("Selbstlernzentrum",),
                rooms=("A 1.01", "A 1.02"),
                groups=("Koffer",),
                prestages=("Koffer Schule",),
                attributes=("Verwendung=Koffer", "Klasse="),
            ),
            administration_names=("GYS-Verwaltung-*",),
            spare_names=("GYS-Reserve-*",),
            contacts=("medien@gy-sued.test", "it@gy-sued.test"),
        ),
        School(number="100003", name="Förderschule Öst", form="08", stage=Stage.NOT_CONNECTED),
    )


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    assert problems(
        tmp_path,
        row(),
        row(school="1234", stage="lvie", sites="Elsewhere"),
        row(school="100003", sites="GS Süd", iserv_url="ldap://gs-sued.test", student_groups=""),
        row(school="100004", sites="GS West", iserv_url=""),
        row(sites="GS Ost|GS Nord"),
    ) == [
        'line 3: school "1234" is no Schulnummer of six digits',
        'line 3: stage "lvie" is none of: not connected, observed, live',
        'line 4: iserv_url "ldap://gs-sued.test" is no ldaps:// address',
        "line 4: student_groups is empty",
        'line 5: a school at stage "live" needs an iserv_url',
        'line 6: school "100001" stands already in line 2',
        'line 6: site "GS Nord" stands already in line 2',
    ]


@pytest.mark.parametrize(
    "number", ["", "12345", "1234567", "10000a", "\uff11\uff10\uff10\uff10\uff10\uff11", "-10001", "10 001"]
)
def test_number_that_is_no_six_digits_is_a_problem(tmp_path: Path, number: str) -> None:
    assert problems(tmp_path, row(school=number)) == [f'line 2: school "{number}" is no Schulnummer of six digits']


@pytest.mark.parametrize(
    "url",
    [
        "ldap://gs-nord.test",
        "https://gs-nord.test",
        "gs-nord.test",
        "ldaps://",
        "ldaps://gs-nord.test:ldaps",
        "ldaps://gs-nord.test:99999",
        "ldaps://[gs-nord.test",
    ],
)
def test_url_that_leads_nowhere_is_a_problem(tmp_path: Path, url: str) -> None:
    assert problems(tmp_path, row(iserv_url=url)) == [f'line 2: iserv_url "{url}" is no ldaps:// address']


@pytest.mark.parametrize("column", ["iserv_base", "iserv_account", "student_groups", "teacher_groups"])
def test_empty_cell_that_a_directory_needs_is_a_problem(tmp_path: Path, column: str) -> None:
    assert problems(tmp_path, row(**{column: ""})) == [f"line 2: {column} is empty"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"stage": "observed", "iserv_url": ""}, 'line 2: a school at stage "observed" needs an iserv_url'),
        ({"stage": ""}, 'line 2: stage "" is none of: not connected, observed, live'),
        ({"stage": "Live"}, 'line 2: stage "Live" is none of: not connected, observed, live'),
    ],
)
def test_stage_that_does_not_fit_is_a_problem(tmp_path: Path, cells: Mapping[str, str], expected: str) -> None:
    assert problems(tmp_path, row(**cells)) == [expected]


def test_school_may_be_known_without_a_directory(tmp_path: Path) -> None:
    [school] = register(tmp_path, row(stage="not connected", iserv_url="")).schools()

    assert (school.stage, school.directory) == (Stage.NOT_CONNECTED, None)


def test_older_file_without_the_optional_columns_is_read(tmp_path: Path) -> None:
    cells = ";".join(list(PLAIN.values())[:12])
    [school] = written(tmp_path, f"{OLDER}\n{cells}".encode()).schools()

    assert (school.number, school.pool, school.contacts) == ("100001", PoolRules(), ())


def test_missing_columns_are_told_by_name_beside_unknown_ones_and_no_row_is_judged(tmp_path: Path) -> None:
    short = OLDER.replace(";stage", "").replace(";sites", ";sights")

    with pytest.raises(SettingsError) as refusal:
        written(tmp_path, f"{short}\nx;y".encode()).schools()
    assert str(refusal.value).splitlines() == [
        f"The register {tmp_path / 'schools.csv'} has problems:",
        "  line 1: columns missing: stage, sites",
        '  line 1: column "sights" is unknown; did you mean sites?',
    ]


def test_unknown_and_repeated_columns_are_told_with_all_other_problems(tmp_path: Path) -> None:
    header = HEADER.replace("contacts", "contcts").replace("remark", "campus") + ";Hausmeister"

    with pytest.raises(SettingsError) as refusal:
        written(tmp_path, "\n".join((header, row(school="1"))).encode()).schools()
    assert [line.strip() for line in str(refusal.value).splitlines()[1:]] == [
        'line 1: column "contcts" is unknown; did you mean contacts?',
        'line 1: column "Hausmeister" is unknown',
        'line 1: column "campus" stands there twice',
        'line 2: school "1" is no Schulnummer of six digits',
    ]


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    turned = f"{';'.join(reversed(PLAIN))}\n{';'.join(reversed(PLAIN.values()))}"

    assert written(tmp_path, turned.encode()).schools() == register(tmp_path, row()).schools()


def test_comments_are_passed_over_whatever_stands_in_them(tmp_path: Path) -> None:
    plain = register(tmp_path, row()).schools()
    kept = f'# Stand 2026\n#;"\n{HEADER}\n# hier; "so"; nicht\n{row()}\n#'

    assert written(tmp_path, kept.encode()).schools() == plain


@pytest.mark.parametrize("cell", [" RSK| RSKL", '" RSK| RSKL"', " RSK|| RSKL|  "])
def test_suffixes_keep_the_blanks_around_them(tmp_path: Path, cell: str) -> None:
    [school] = register(tmp_path, row(name_suffixes=cell, login_suffixes="-rsk")).schools()

    assert (school.name_suffixes, school.login_suffixes) == ((" RSK", " RSKL"), ("-rsk",))


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("contacts", "medien", 'line 2: contacts "medien" is no mail address'),
        ("contacts", "a@b.test|Medien <x@y.test>", 'line 2: contacts "Medien <x@y.test>" is no mail address'),
        ("contacts", "x@y.test, z@y.test", 'line 2: contacts "x@y.test, z@y.test" is no mail address'),
        ("contacts", "x@@y.test", 'line 2: contacts "x@@y.test" is no mail address'),
        ("mail_domains", "gs-nord.test|@gs.test", 'line 2: mail_domains "@gs.test" is no domain'),
        ("pool_attributes", "Koffer", 'line 2: pool_attributes "Koffer" is no name=value'),
        ("pool_attributes", "=ja", 'line 2: pool_attributes "=ja" is no name=value'),
    ],
)
def test_value_that_can_be_none_is_a_problem(tmp_path: Path, column: str, value: str, told: str) -> None:
    assert problems(tmp_path, row(**{column: value})) == [told]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("Nord\x00schule", "line 2: name: bytes that are no text"),
        ("\x1b[31mrot", "line 2: name: bytes that are no text"),
        ("x" * 10_000, "line 2: name: 10000 characters in a cell"),
        ('"Nord', "line 2: a quotation mark is not closed"),
    ],
)
def test_damaged_cell_costs_its_own_line_alone(tmp_path: Path, cell: str, told: str) -> None:
    assert problems(tmp_path, row(name=cell), row(school="2")) == [
        told,
        'line 3: school "2" is no Schulnummer of six digits',
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_mark_and_line_ends_of_a_spreadsheet_are_read(tmp_path: Path, end: str) -> None:
    plain = register(tmp_path, row()).schools()
    sheet = "\ufeff" + end.join((HEADER, row(), ""))

    assert written(tmp_path, sheet.encode()).schools() == plain


def test_spaces_around_values_and_empty_values_count_for_nothing(tmp_path: Path) -> None:
    spaced = row(school=" 100001 ", name=" Grundschule Nord", sites=" GS Nord | ", student_groups="| schueler |")

    assert register(tmp_path, spaced).schools() == register(tmp_path, row()).schools()


def test_quoted_cell_may_hold_the_separator(tmp_path: Path) -> None:
    [school] = register(tmp_path, row(name='"Grundschule ""Nord""; Haupthaus"')).schools()

    assert school.name == 'Grundschule "Nord"; Haupthaus'


def test_empty_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    assert problems(tmp_path, "", row(), "", row(school="1")) == [
        'line 5: school "1" is no Schulnummer of six digits',
        'line 5: site "GS Nord" stands already in line 3',
    ]


def test_line_with_more_cells_than_columns_is_a_problem(tmp_path: Path) -> None:
    told = "line 2: more cells than columns; several values in a cell are separated by |"

    assert problems(tmp_path, row(pool_names="GSN-Koffer-*;GSN-Reserve-*")) == [told]


def test_value_below_no_heading_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 2: more cells than columns"):
        written(tmp_path, f"{HEADER};\n{row()};x".encode()).schools()
    assert written(tmp_path, f"{HEADER};\n{row()};".encode()).schools()


def test_mail_domain_is_that_of_the_suffix_where_none_is_named(tmp_path: Path) -> None:
    [school] = register(tmp_path, row(iserv_base="DC=GS-Nord, dc=schule, dc=test")).schools()

    assert school.mail_domains == ("gs-nord.schule.test",)


def test_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no CSV file in UTF-8"):
        written(tmp_path, f"{HEADER}\n{row(name='Förderschule')}".encode("latin-1")).schools()


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.csv"

    with pytest.raises(SettingsError) as refusal:
        CsvRegister(path).schools()
    assert str(refusal.value) == f"The register {path} cannot be read: No such file or directory."


def test_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        CsvRegister(tmp_path).schools()


@pytest.mark.parametrize("content", [b"", b"\n", "\ufeff".encode()])
def test_empty_file_lacks_every_column(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SettingsError, match="columns missing: school, name"):
        written(tmp_path, content).schools()


def test_cell_of_endless_length_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="field larger than field limit"):
        register(tmp_path, row(name="x" * 200_000)).schools()


def test_file_is_read_anew_each_time(tmp_path: Path) -> None:
    source = register(tmp_path, row())
    assert [school.number for school in source.schools()] == ["100001"]

    register(tmp_path, row(school="100002"))
    assert [school.number for school in source.schools()] == ["100002"]
