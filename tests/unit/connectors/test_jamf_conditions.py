"""Filters by many serial numbers: few, short enough, and each knows what may come through it."""

from urllib.parse import quote

from connectors.jamf.conditions import of_serials
from connectors.jamf.parts import LONGEST_FILTER
from tests.replacing import replace
from tests.unit.core.given import ipad


def test_nearly_two_hundred_serial_numbers_are_one_filter() -> None:
    (condition,) = of_serials("serialNumber", [f"DMPX{number:08d}" for number in range(190)])
    assert len(quote(condition.text)) <= LONGEST_FILTER


def test_more_are_several_filters_that_hold_each_serial_number_once() -> None:
    serials = [f"DMPX{number:08d}" for number in range(1000)]
    conditions = list(of_serials("serialNumber", serials))
    assert len(conditions) == 6
    assert all(len(quote(condition.text)) <= LONGEST_FILTER for condition in conditions)
    told = [serial.strip('"') for one in conditions for serial in one.text.partition("(")[2][:-1].split(",")]
    assert told == serials


def test_a_filter_knows_what_may_come_through_it() -> None:
    (condition,) = of_serials("serialNumber", ["DMPX1", "dmpx2"])
    mine, other = ipad(jamf_id=1), replace(ipad(jamf_id=2), serial="DMPX3")
    assert not condition.is_ignored([mine, replace(other, serial="DMPX2")])
    assert condition.is_ignored([mine, other])


def test_what_can_be_no_serial_number_is_not_asked_for() -> None:
    assert list(of_serials("serialNumber", ["", " ", "DMP*", "a\nb"])) == []


def test_quotation_marks_end_no_value() -> None:
    (condition,) = of_serials("serialNumber", ['x",y', "z\\"])
    assert condition.text == 'serialNumber=in=("x\\",y","z\\\\")'
