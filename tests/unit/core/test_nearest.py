"""What may have been meant by something written."""

import pytest

from mdm_sync.core.nearest import alike

SERIALS = ("DMPX0024", "DMPX0042", "C02XL0AAJG5H")


def test_the_likeliest_first_in_any_case_of_letters() -> None:
    assert alike("dmpx0O24", SERIALS)[0] == "DMPX0024"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("zzz", id="no letter of it"),
        pytest.param("DMP", id="the beginning alone"),
        pytest.param("0024 DMPX", id="the same parts turned round"),
    ],
)
def test_nothing_where_nothing_is_like_it(written: str) -> None:
    assert alike(written, SERIALS) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("klemxxs", ("klemens",), id="five of seven are"),
        pytest.param("klexxxs", (), id="four of seven are"),
        pytest.param("lkemxns", ("klemens",), id="a swap of two counts as one slip"),
    ],
)
def test_most_of_the_letters_must_be_right(written: str, meant: tuple[str, ...]) -> None:
    assert alike(written, ["klemens"]) == meant


def test_no_more_than_three() -> None:
    assert alike("DMPX0", ("DMPX1", "DMPX2", "DMPX3", "DMPX4")) == ("DMPX1", "DMPX2", "DMPX3")
