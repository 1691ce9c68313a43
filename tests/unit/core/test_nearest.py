"""What may have been meant by something written."""

from mdm_sync.core.nearest import alike

SERIALS = ("DMPX0024", "DMPX0042", "C02XL0AAJG5H")


def test_the_likeliest_first_in_any_case_of_letters() -> None:
    assert alike("dmpx0O24", SERIALS)[0] == "DMPX0024"


def test_nothing_where_nothing_is_like_it() -> None:
    assert alike("zzz", SERIALS) == ()


def test_no_more_than_so_many() -> None:
    assert len(alike("DMPX0024", SERIALS, most=1)) == 1
