import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_sync.core.harmless import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("iPad von Jörg Groß", "iPad von Jörg Groß", id="plain text stays"),
        pytest.param("", "", id="nothing"),
        pytest.param(" \t\n", "", id="white space only"),
        pytest.param("  iPad  7 ", "iPad 7", id="blanks are joined and cut off"),
        pytest.param("iPad\nBcc: x@example.test", "iPad Bcc: x@example.test", id="line end"),
        pytest.param("iPad\r\n\tneu", "iPad neu", id="carriage return and tab"),
        pytest.param("a\u2028b\u2029c\u0085d", "a b c d", id="line ends of Unicode"),
        pytest.param("a\u00a0b", "a b", id="no-break space"),
        pytest.param("a\x00b\x07c\x7fd", "abcd", id="control characters"),
        pytest.param("\x1b[31mrot\x1b[0m", "[31mrot[0m", id="an escape sequence loses its escape"),
        pytest.param("\x9b31mrot", "31mrot", id="the one-character escape"),
        pytest.param("\u202egpj.exe", "gpj.exe", id="right-to-left override"),
        pytest.param("\u2066a\u2069\u200fb", "ab", id="isolates and marks of direction"),
        pytest.param("a\u200bb\ufeffc\u00add", "abcd", id="zero-width space, byte order mark, soft hyphen"),
        pytest.param("a\ud800b", "ab", id="a lone surrogate"),
        pytest.param("a\ue000b", "ab", id="private use"),
        pytest.param("a\U000e0378b", "ab", id="not assigned"),
        pytest.param("\U0001f469\u200d\U0001f680", "\U0001f469\U0001f680", id="an emoji falls into its parts"),
        pytest.param("\u2764\ufe0f", "\u2764\ufe0f", id="an emoji's variant stays"),
        pytest.param("\u0627\u0644\u0641", "\u0627\u0644\u0641", id="letters written right to left stay"),
        pytest.param("a\u0308", "a\u0308", id="a combining mark stays"),
        pytest.param("<b>&amp;</b>", "<b>&amp;</b>", id="markup is the page's matter"),
    ],
)
def test_text_from_outside_on_one_harmless_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("x" * 119, "x" * 119, id="one less"),
        pytest.param("x" * 120, "x" * 120, id="exactly"),
        pytest.param("x" * 121, "x" * 119 + "…", id="one more"),
        pytest.param(" " * 5 + "x" * 120, "x" * 120, id="what is cut off anyway does not count"),
        pytest.param("x" * 120 + "\u200b", "x" * 120, id="what is not shown does not count"),
    ],
)
def test_a_line_holds_120_characters(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(("longest", "line"), [(6, "abcdef"), (5, "abcd…"), (2, "a…"), (1, "…")])
def test_a_line_may_be_shorter(longest: int, line: str) -> None:
    assert one_line("abcdef", longest) == line


@settings(deadline=None)
@given(st.text(st.characters()), st.integers(min_value=1, max_value=20))
def test_whatever_comes_is_one_short_line_that_stays_as_it_is(text: str, longest: int) -> None:
    line = one_line(text, longest)

    assert (len(line) <= longest, len(line.splitlines()) <= 1, one_line(line, longest)) == (True, True, line)


def test_of_a_text_that_shows_next_to_nothing_only_the_beginning_is_looked_at() -> None:
    assert one_line("A" + "\u200b" * 159 + "B", 10) == "A…"
    assert one_line("A" + "\u200b" * 158 + "B", 10) == "AB"
