"""Pages of different sizes that fit together, and filters of a bounded length."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.jamf.conditions import of_serial
from connectors.jamf.parts import LONGEST_FILTER, Ids, Places, batches, divisible
from connectors.jamf.sizes import LARGER_AFTER, PageSizes


@pytest.mark.parametrize(("asked", "size"), [(1, 1), (7, 6), (997, 972), (1000, 1000), (2000, 2000)])
def test_sizes_have_small_factors(asked: int, size: int) -> None:
    assert divisible(asked) == size


@given(size=st.integers(1, 2000).map(divisible), number=st.integers(0, 100))
def test_the_parts_of_a_page_are_the_page(size: int, number: int) -> None:
    page = Places(number * size, size)
    places = [place for part in page.smaller() for place in range(part.start, part.start + part.size)]

    assert places == ([] if size == 1 else list(range(page.start, page.start + size)))
    assert all(part.start % part.size == 0 for part in page.smaller())


@given(falls=st.lists(st.booleans(), max_size=60), largest=st.integers(1, 2000))
def test_pages_whose_size_changes_leave_no_gap(falls: list[bool], largest: int) -> None:
    sizes, start = PageSizes(largest), 0
    for falling in falls:
        size = sizes.at(start)
        assert start % size == 0
        start += size
        if falling and sizes.may_fall(size):
            sizes.fell(size)
        sizes.came()


def test_a_size_that_fell_grows_back_slowly() -> None:
    sizes = PageSizes(1000)
    sizes.fell(1000)
    sizes.fell(500)
    seen = []
    for _ in range(2 * LARGER_AFTER + 1):
        seen.append(sizes.at(0))
        sizes.came()

    assert seen == [250] * LARGER_AFTER + [500] * LARGER_AFTER + [1000]


def test_a_size_does_not_fall_below_the_floor() -> None:
    assert [size for size in (1000, 500, 250, 125) if PageSizes(1000).may_fall(size)] == [1000, 500, 250]


@given(st.sets(st.integers(1, 10**9), max_size=3000))
def test_batches_hold_every_id_once_and_no_filter_is_too_long(ids: set[int]) -> None:
    parts = list(batches(ids, "mobileDeviceId"))

    assert [jamf_id for part in parts for jamf_id in part.ids] == sorted(ids)
    assert all(len(quote(dict(part.query("mobileDeviceId"))["filter"])) <= LONGEST_FILTER for part in parts)


def test_ids_are_halved_down_to_one() -> None:
    assert Ids((1, 2, 3)).smaller() == (Ids((1,)), Ids((2, 3)))
    assert Ids((1,)).smaller() == ()


def test_a_serial_number_is_quoted() -> None:
    condition = of_serial("serialNumber", 'a"b\\c')

    assert condition is not None
    assert condition.text == r'serialNumber=="a\"b\\c"'


@pytest.mark.parametrize("serial", ["", " ", "*", "DMP*", "a\nb", "a\x00"])
def test_what_can_be_no_serial_number_is_not_asked_for(serial: str) -> None:
    assert of_serial("serialNumber", serial) is None
