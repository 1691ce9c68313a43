"""The details of a finding, each with a name that people read."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Protocol

from mdm_sync.core.model import Finding

_DAYS = frozenset({"last_inventory", "purchased", "profile_expires", "left"})
_MOMENTS = frozenset({"since", "reported_at", "asked_at", "seen_at", "enrolled_at"})


class Texts(Protocol):
    """Texts in the reader's language, as far as they are needed here."""

    def text(self, message: str) -> str:
        """The message in this language."""

    def moment(self, moment: datetime) -> str:
        """Date and time of day as people here write them."""

    def day(self, day: date) -> str:
        """A date as people here write it."""


def readable_details(
    finding: Finding, texts: Texts, *, said: str, without: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """Name and value of each detail that says more than what was ``said``; dates as people here write them.

    Args:
        finding: whose details they are.
        texts: of the reader's language.
        said: what was said already, not told again.
        without: names of details that are told elsewhere.
    """
    names = _names(texts)
    for key, value in finding.details.items():
        if value and value != said and key not in without:
            yield names.get(key, key), _value(key, value, texts)


def _names(texts: Texts) -> dict[str, str]:
    return {
        "serial": texts.text("Serial number"),
        "asset_tag": texts.text("Asset tag"),
        "devices": texts.text("Devices"),
        "students": texts.text("Students"),
        "needed": texts.text("Needed"),
        "person": texts.text("Person"),
        "person_school": texts.text("School of the person"),
        "near": texts.text("Perhaps meant"),
        "last_inventory": texts.text("Last inventory"),
        "purchased": texts.text("Bought"),
        "profile_expires": texts.text("MDM profile until"),
        "left": texts.text("Gone since"),
        "by": texts.text("Recognised by"),
        "incident": texts.text("Incident"),
        "reported_at": texts.text("Reported"),
        "asked_at": texts.text("Lock asked for"),
        "seen_at": texts.text("Last seen"),
        "enrolled_at": texts.text("Enrolled"),
        "former": texts.text("Known before as"),
        "site": texts.text("Site"),
        "sites": texts.text("Sites"),
        "source": texts.text("Source"),
        "since": texts.text("Not read since"),
        "record": texts.text("Record"),
        "reason": texts.text("Reason"),
        "privilege": texts.text("Privilege"),
        "entry": texts.text("Entry of the outbox"),
    }


def _obstacles(texts: Texts) -> dict[str, str]:
    """Why a device cannot be locked; other reasons are told as they are."""
    return {
        "mac": texts.text("a Mac"),
        "apple-tv": texts.text("an Apple TV"),
        "unmanaged": texts.text("not managed"),
        "unsupervised": texts.text("not supervised"),
    }


def _value(key: str, value: str, texts: Texts) -> str:
    if key == "reason":
        return _obstacles(texts).get(value, value)
    try:
        if key in _DAYS:
            return texts.day(date.fromisoformat(value))
        if key in _MOMENTS:
            return texts.moment(datetime.fromisoformat(value))
    except ValueError:
        return value  # a later version may write it in another form
    return value
