"""Earlier years for the yearly report: iPads in schools beside the counts of incidents."""

from pathlib import Path

import pytest

from connectors.incidents import read_earlier_report
from mdm_sync.core.loss_figures import YearFigures
from mdm_sync.core.year_facts import EarlierStock, EarlierYears
from mdm_sync.errors import SettingsError


def read(folder: Path, header: str, *lines: str) -> EarlierYears:
    file = folder / "years.csv"
    file.write_text("\n".join((header, *lines)), encoding="utf-8")
    return read_earlier_report(file)


def test_a_year_has_its_counts_and_its_ipads_in_schools(tmp_path: Path) -> None:
    told = read(
        tmp_path,
        "Jahr;iPads;Schäden;Diebstahl und Verlust;iPads in Schulen;Grundschule;berufskolleg und Weiterbildungskolleg",
        "2021;27.315;123;51;26.000;;9.000",
        "2022;38640;285;60;;20000;18000",
        "2023;;;;;;",
    )

    assert told == EarlierYears(
        figures=(
            YearFigures(year=2021, ipads=27_315, damaged=123, missing=51),
            YearFigures(year=2022, ipads=38_640, damaged=285, missing=60),
            YearFigures(year=2023),
        ),
        stocks=(
            EarlierStock(year=2021, ipads=26_000, by_forms={("30", "25"): 9_000}),
            EarlierStock(year=2022, by_forms={("02",): 20_000, ("30", "25"): 18_000}),
            EarlierStock(year=2023),
        ),
        together=(("02",), ("30", "25")),
    )


def test_the_year_alone_is_enough(tmp_path: Path) -> None:
    told = read(tmp_path, "Jahr", "2022")

    assert told == EarlierYears(figures=(YearFigures(year=2022),), stocks=(EarlierStock(year=2022),))


def test_forms_are_not_more_than_all_together(tmp_path: Path) -> None:
    header = "Jahr;iPads in Schulen;Gymnasium;Realschule"

    assert read(tmp_path, header, "2022;30;10;20").stocks[0].ipads == 30
    with pytest.raises(SettingsError, match=r"line 2: the forms are 31 together, more than iPads in Schulen: 30\."):
        read(tmp_path, header, "2022;30;10;21")


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        ("Jahr;Gymasium", "2022;1", 'headings: "Gymasium" is no column of this file. Is it "Gymnasium"?'),
        ("Jahr;Ipads in Schule", "2022;1", 'Is it "iPads in Schulen"?'),
        ("Jahr;xyz", "2022;1", "There are: Jahr, iPads, Schäden, "),
        ("Jahr;Gymnasium;Gymnasium und Realschule", "2022;1;2", "forms that stand there twice: Gymnasium."),
        ("Jahr;Gymnasium", "2022;-", 'line 2, Gymnasium: "-" is no number; write it in digits, such as 27315.'),
        ("Jahr;iPads in Schulen", "2022;?", "line 2, iPads in Schulen"),
        ("Jahr;iPads in Schulen", "22;1", 'line 2: "22" is no year'),
        ("Jahr;iPads in Schulen", "2022", "line 2: 1 cells where there are 2 columns"),
        ("iPads in Schulen", "2", "columns missing: Jahr"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_a_way_out(
    tmp_path: Path, header: str, line: str, message: str
) -> None:
    with pytest.raises(SettingsError) as told:
        read(tmp_path, header, line)

    assert message in str(told.value)


def test_a_year_stands_there_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="years that stand there twice: 2022"):
        read(tmp_path, "Jahr;Gymnasium", "2022;1", "2022;2")
