"""Texts: every one stands in the German catalogue, translated, and fits the English one."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from config.rule_texts import RULE_TEXTS
from config.texts import Texts
from mdm_sync.core.rules import RULES

ROOT = Path(__file__).parents[3]
KEYWORDS = {**DEFAULT_KEYWORDS, **parse_keywords(["text", "plural:1,2", "counted:1,2"])}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
SUMMER, WINTER = datetime(2025, 7, 14, 10, 5, tzinfo=UTC), datetime(2025, 12, 1, 10, 5, tzinfo=UTC)

Key = str | tuple[str, ...]


def key_of(message: str | list[str] | tuple[str, ...] | None) -> Key:
    return message if isinstance(message, str) else tuple(message or ())


def extracted() -> dict[Key, str]:
    """Every translatable text with where it stands, as ``pybabel extract`` finds it."""
    with (ROOT / "config" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # the library has no types
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {key_of(message): f"{name}:{line}" for name, line, message, _, _ in found}


def catalogue() -> Catalog:
    with (ROOT / "config/locale/de/LC_MESSAGES/mdm_sync.po").open("rb") as file:
        return read_po(file, locale="de")


EXTRACTED = extracted()
TRANSLATED = {key_of(message.id): message for message in catalogue() if message.id}


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


class TestTheGermanCatalogue:
    def test_texts_are_found_in_every_place_that_shows_some(self) -> None:
        places = {place.rpartition("/")[0] for place in EXTRACTED.values()}
        assert places >= {"config", "config/templates", "connectors/mail", "mdm_sync/cli"}

    def test_every_text_stands_in_it(self) -> None:
        assert {key: place for key, place in EXTRACTED.items() if key not in TRANSLATED} == {}

    def test_none_is_left_over(self) -> None:
        assert TRANSLATED.keys() - EXTRACTED.keys() == set()

    def test_every_text_is_translated(self) -> None:
        assert [key for key, message in TRANSLATED.items() if not all(strings(message))] == []

    def test_none_is_marked_as_doubtful(self) -> None:
        assert [key for key, message in TRANSLATED.items() if message.fuzzy] == []

    def test_every_translation_has_the_placeholders_of_its_text(self) -> None:
        wrong = [
            key
            for key, message in TRANSLATED.items()
            for translation in strings(message)
            if placeholders(translation) != placeholders(key if isinstance(key, str) else key[-1])
        ]
        assert wrong == []

    def test_every_plural_has_two_forms(self) -> None:
        wrong = [
            key for key, message in TRANSLATED.items() if len(strings(message)) != (1 if isinstance(key, str) else 2)
        ]
        assert wrong == []


class TestRules:
    def test_each_has_its_texts_and_no_other_has(self) -> None:
        assert RULE_TEXTS.keys() == {rule.id for rule in RULES}

    @pytest.mark.parametrize("rule", [rule.id for rule in RULES])
    def test_its_english_texts_are_those_of_the_source(self, rule: str) -> None:
        texts = Texts("en").rule(rule)
        assert texts == RULE_TEXTS[rule]
        assert texts.title
        assert texts.why
        assert texts.remedy

    @pytest.mark.parametrize("rule", [rule.id for rule in RULES])
    def test_its_german_texts_differ_from_the_english_ones(self, rule: str) -> None:
        german, english = Texts("de").rule(rule), Texts("en").rule(rule)
        assert german.title != english.title
        assert german.why != english.why
        assert german.remedy != english.remedy

    def test_one_reads_in_german(self) -> None:
        assert Texts("de").rule("unknown-user").title == "Unbekannter Benutzer"


class TestLanguages:
    def test_an_unknown_language_names_the_catalogue_that_is_missing(self) -> None:
        with pytest.raises(FileNotFoundError, match=r"locale/fr/LC_MESSAGES/mdm_sync\.po"):
            Texts("fr")

    def test_a_text_without_translation_stays_as_it_is(self) -> None:
        assert Texts("de").text("no such text") == "no such text"

    @pytest.mark.parametrize(
        ("language", "number", "told"),
        [
            ("de", 0, "0 iPads ohne Person"),
            ("de", 1, "1 iPad ohne Person"),
            ("de", 2, "2 iPads ohne Person"),
            ("en", 0, "0 iPads without a person"),
            ("en", 1, "1 iPad without a person"),
            ("en", 2, "2 iPads without a person"),
        ],
    )
    def test_the_plural_fits_the_number(self, language: str, number: int, told: str) -> None:
        assert Texts(language).counted("device-unassigned", number) == told


class TestMoments:
    @pytest.mark.parametrize(
        ("language", "moment", "told"),
        [
            ("de", SUMMER, "14.07.25, 12:05"),
            ("de", WINTER, "01.12.25, 11:05"),
            ("en", SUMMER, "7/14/25, 12:05\u202fPM"),
            ("en", WINTER, "12/1/25, 11:05\u202fAM"),
        ],
    )
    def test_they_are_told_in_local_time(self, language: str, moment: datetime, told: str) -> None:
        assert Texts(language).moment(moment) == told

    def test_the_day_is_the_local_one(self) -> None:
        assert Texts("de").moment(datetime(2025, 12, 31, 23, 30, tzinfo=UTC)) == "01.01.26, 00:30"

    def test_the_zone_may_be_another(self) -> None:
        assert Texts("de", zone="UTC").moment(SUMMER) == "14.07.25, 10:05"


@pytest.mark.parametrize(("language", "count", "share"), [("de", "81.961", "0,45"), ("en", "81,961", "0.45")])
def test_numbers_are_written_as_people_write_them(language: str, count: str, share: str) -> None:
    texts = Texts(language)
    assert (texts.number(81_961), texts.number(Decimal("0.45"))) == (count, share)
    assert texts.number(Decimal("0.10"))[-2:] == "10"
