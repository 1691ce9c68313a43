import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_sync.core.spelling import lookup_key, name_key, without_suffix


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        pytest.param("Max.Mueller", "max.mueller", id="letter case"),
        pytest.param("ÄÖÜ äöü", "aeoeue aeoeue", id="umlauts"),
        pytest.param("ß ẞ", "ss ss", id="sharp s"),
        pytest.param(decomposed("Öl"), "oel", id="decomposed"),
        pytest.param("Zoé Çağla Şahin Ñ", "zoe cagla sahin n", id="other accents go"),
        pytest.param("Y\u0131ld\u0131z \u0130pek", "yildiz ipek", id="Turkish i, dotless and dotted"),
        pytest.param("Søren Łukasz Đorđe", "soren lukasz dorde", id="letters with a stroke"),
        pytest.param("\uff2d\uff41\uff58", "max", id="wide letters"),
        pytest.param(
            "Анна \u0391\u03bd\u03bd\u03b1", "анна \u03b1\u03bd\u03bd\u03b1", id="letters of other alphabets stay"
        ),
        pytest.param(" \t Max \n", "max", id="white space around"),
        pytest.param("\u00a0Mäx\u00a0", "maex", id="no-break spaces around"),
        pytest.param("a  b", "a  b", id="white space within stays"),
        pytest.param("é  b", "e  b", id="white space within stays beside an accent"),
        pytest.param("a\x1b[31mb", "a\x1b[31mb", id="escape sequences stay"),
        pytest.param("", "", id="empty"),
    ],
)
def test_the_form_in_which_logins_and_addresses_are_compared(written: str, key: str) -> None:
    assert lookup_key(written) == key


@given(st.text())
def test_the_form_of_comparison_stays_when_taken_twice(written: str) -> None:
    assert lookup_key(lookup_key(written)) == lookup_key(written)


@given(st.text())
def test_composed_and_decomposed_are_one(written: str) -> None:
    assert lookup_key(decomposed(written)) == lookup_key(written)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Max Müller", "max mueller"),
        ("  Max \t Müller ", "max mueller"),
        ("Müller,Max", "mueller, max"),
        ("Müller , Max", "mueller, max"),
        ("", ""),
    ],
)
def test_the_form_in_which_names_are_compared(written: str, key: str) -> None:
    assert name_key(written) == key


@pytest.mark.parametrize(
    ("name", "suffix", "bare"),
    [
        pytest.param("max mueller rsk", " RSK", "max mueller", id="a word"),
        pytest.param("max mueller rsk", "RSK", "max mueller", id="a word whose blank was cut"),
        pytest.param("max mursk", "RSK", "max mursk", id="the end of a word"),
        pytest.param("max mueller2b", "2b", "max mueller2b", id="a figure is a word of its own"),
        pytest.param("max mueller (ß)", "(ß)", "max mueller (ß)", id="as it is written, not as it is compared"),
        pytest.param("max mueller (ss)", "(ß)", "max mueller", id="in brackets"),
        pytest.param("max mueller-rsk", "-RSK", "max mueller", id="behind a hyphen"),
        pytest.param("max mur-sk", "R-SK", "max mur-sk", id="the end of a word, the suffix with a hyphen"),
        pytest.param("rsk max mueller", "RSK", "rsk max mueller", id="in front"),
        pytest.param("rsk", "RSK", "rsk", id="nothing but the suffix"),
    ],
)
def test_what_a_school_appends_to_a_name_is_taken_off(name: str, suffix: str, bare: str) -> None:
    assert without_suffix(name, suffix) == bare
