"""The details of a finding, each with a name that people read."""

from collections.abc import Iterator
from datetime import date, datetime

from mdm_sync.core.model import Finding
from mdm_sync.ports import Texts

_DAYS = frozenset({"last_inventory", "purchased", "profile_expires"})
_MOMENTS = frozenset({"since"})


def readable_details(finding: Finding, texts: Texts, *, said: str) -> Iterator[tuple[str, str]]:
    """Name and value of each detail that says more than what was ``said``; dates as people here write them."""
    names = _names(texts)
    for key, value in finding.details.items():
        if value and value != said:
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
        "site": texts.text("Site"),
        "sites": texts.text("Sites"),
        "source": texts.text("Source"),
        "since": texts.text("Not read since"),
        "record": texts.text("Record"),
        "reason": texts.text("Reason"),
        "privilege": texts.text("Privilege"),
    }


def _value(key: str, value: str, texts: Texts) -> str:
    try:
        if key in _DAYS:
            return texts.day(date.fromisoformat(value))
        if key in _MOMENTS:
            return texts.moment(datetime.fromisoformat(value))
    except ValueError:
        return value  # a later version may write it in another form
    return value
