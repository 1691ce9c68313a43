"""Which groups are classes and years, and which grade they tell."""

import pytest

from connectors.iserv.classes import GroupNames, grade_of

USUAL = GroupNames()


def grades(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


@pytest.mark.parametrize(
    ("account", "name", "told"),
    [
        ("klasse.10a", "Klasse 10a", grades(10)),
        ("klasse.5a", "Klasse 5a", grades(5)),
        ("klasse.06e1", "Klasse 06e1", grades(6)),
        ("klasse.1-2a", "Klasse 1/2a", grades(1)),
        ("klasse.7", "Klasse 7", grades(7)),
        ("KLASSE.13B", "klasse 13b", grades(13)),
        ("5a", "Klasse 5a", grades(5)),
        ("klasse.5a", "Die Füchse", grades(5)),
        ("klasse.5a", "Klasse 6a", grades(5, 6)),
        ("klasse.fos11", "Klasse FOS11", grades()),
        ("klasse.hbfu12b", "Klasse HBFU12B", grades()),
        ("klasse.s1a", "Klasse S1A", grades()),
        ("klasse.fuechse", "Klasse Füchse", grades()),
        ("klasse.123a", "Klasse 123a", grades()),
        ("klasse.14a", "Klasse 14a", grades()),
        ("klasse.0a", "Klasse 0a", grades()),
    ],
)
def test_class(account: str, name: str, told: frozenset[int]) -> None:
    assert USUAL.class_grades(account, name) == told
    assert USUAL.year_grades(account, name) is None


@pytest.mark.parametrize(
    ("account", "name"),
    [
        ("unterricht.ku.01", "Unterricht KU - Haak - 152C"),
        ("jahrgang.9", "Jahrgang 9"),
        ("lehrer", "Lehrer"),
        ("klassenlehrer", "Klassenlehrer"),
        ("klasse", "Klasse"),
        ("klasse.", "Klasse "),
        ("klasse.10a.eltern", "Klasse 10a Eltern"),
        ("ag.klasse.5a", "AG Klasse 5a"),
    ],
)
def test_no_class(account: str, name: str) -> None:
    assert USUAL.class_grades(account, name) is None


@pytest.mark.parametrize(
    ("account", "name", "told"),
    [
        ("jahrgang.9", "Jahrgang 9", grades(9)),
        ("jahrgang.09", "Jahrgang 09", grades(9)),
        ("stufe9", "Jahrgang 9", grades(9)),
        ("jahrgang.ef", "Jahrgang EF", None),
        ("klasse.9a", "Klasse 9a", None),
        ("jahrgang.9.eltern", "Jahrgang 9 Eltern", None),
    ],
)
def test_year(account: str, name: str, told: frozenset[int] | None) -> None:
    assert USUAL.year_grades(account, name) == told


def test_names_may_be_told_otherwise() -> None:
    names = GroupNames(classes=(r"kl-(?P<grade>\d+)\w", r"lerngruppe.*"), years=(r"stufe (?P<grade>\d+)",))

    assert names.class_grades("kl-8b", "8b") == grades(8)
    assert names.class_grades("lerngruppe.rot", "Rot") == grades()
    assert names.class_grades("klasse.8b", "Klasse 8b") is None
    assert names.year_grades("s8", "Stufe 8") == grades(8)


@pytest.mark.parametrize(
    ("years", "classes", "told"),
    [
        ([], [], None),
        ([grades(2)], [grades(1)], 2),
        ([], [grades(5)], 5),
        ([], [grades(5), grades(5), grades()], 5),
        ([], [grades(5), grades(6)], None),
        ([grades(5), grades(6)], [grades(5)], None),
        ([], [grades(5, 6)], None),
        ([], [grades()], None),
    ],
)
def test_grade_of_a_person(years: list[frozenset[int]], classes: list[frozenset[int]], told: int | None) -> None:
    assert grade_of(years, classes) == told
