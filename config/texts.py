"""Texts in the reader's language, and the templates of mails."""

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from config.rule_texts import RULE_TEXTS, RuleText

if TYPE_CHECKING:
    from jinja2 import Environment

DOMAIN = "mdm_sync"
SOURCE_LANGUAGE = "en"
_NEXT_UNIT = 2
"""From two of a unit on it is told in it: 36 hours, then 2 days."""


class Texts:
    """Texts of one language; satisfies ``mdm_sync.ports.Texts``."""

    def __init__(self, language: str, zone: str = "Europe/Berlin") -> None:
        self.language = language
        self._zone: tzinfo = get_timezone(zone)
        self._catalogue = _catalogue(language)

    def text(self, message: str) -> str:
        """The message in this language."""
        return self._catalogue.gettext(message)

    def plural(self, one: str, many: str, number: int) -> str:
        """The form of the message that fits the number."""
        return self._catalogue.ngettext(one, many, number)

    def rule(self, rule_id: str) -> RuleText:
        """Title, reason and remedy of a rule in this language."""
        source = RULE_TEXTS[rule_id]
        return RuleText(
            counted=source.counted,
            title=self.text(source.title),
            why=self.text(source.why),
            remedy=self.text(source.remedy),
        )

    def counted(self, rule_id: str, number: int) -> str:
        """So many findings of a rule: "2 iPads without a person"."""
        return self.plural(*RULE_TEXTS[rule_id].counted, number) % {"number": number}

    def moment(self, moment: datetime) -> str:
        """Date and time of day as people here write them, in local time."""
        return format_datetime(moment, "short", tzinfo=self._zone, locale=self.language)

    def exact(self, moment: datetime) -> str:
        """The same to the second, with the year in full and the zone: for papers that are read years later."""
        told = format_datetime(moment, "medium", tzinfo=self._zone, locale=self.language)
        local = moment.astimezone(self._zone)
        zone = get_timezone_name(local, width="short", locale=self.language)
        return f"{told} {zone if zone.isalpha() else local.tzname()}"  # English knows no short name of ours

    def written_day(self, day: date) -> str:
        """A day with the month in words."""
        return format_date(day, "long", locale=self.language)

    def day(self, day: date) -> str:
        """A date as people here write it; that of a moment in local time."""
        if isinstance(day, datetime):
            day = day.astimezone(self._zone)
        return format_date(day, "medium", locale=self.language)

    def span(self, span: timedelta) -> str:
        """A span of time in its largest unit: "3 hours"."""
        return format_timedelta(span, granularity="minute", threshold=_NEXT_UNIT, locale=self.language)

    def ago(self, span: timedelta) -> str:
        """How long ago something was: "3 hours ago"; "in 3 hours" where the span is below zero."""
        return format_timedelta(
            -span, granularity="minute", threshold=_NEXT_UNIT, add_direction=True, locale=self.language
        )

    def number(self, number: float | Decimal) -> str:
        """A number as people here write it; a Decimal with all its places."""
        if not isinstance(number, Decimal):
            return format_decimal(number, locale=self.language)
        return format_decimal(number, locale=self.language, decimal_quantization=False, format=_pattern(number))

    def templates(self) -> "Environment":
        """The templates, with these texts; what goes into HTML is escaped."""
        from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

        environment = Environment(
            loader=PackageLoader("config"),
            extensions=["jinja2.ext.i18n"],
            autoescape=select_autoescape(enabled_extensions=("html.j2",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.install_gettext_translations(self._catalogue, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
        return environment


def _pattern(number: Decimal) -> str:
    exponent = number.as_tuple().exponent
    places = "0" * -exponent if isinstance(exponent, int) else ""
    return f"#,##0.{places}" if places else "#,##0"


def _catalogue(language: str) -> NullTranslations:
    """Compiled when it is needed: one source, no compiled file that could be stale."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    source = files("config") / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)
