"""One page of records: a bad record costs that record only, and no page is taken for one that is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from connectors.jamf.session import Answer
from mdm_sync.core.model import NO_SITE, Device, Family, subject_of
from mdm_sync.errors import RecordError, TemporaryError

R = TypeVar("R")  # a record, as one list has it


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One decoded page.

    Attributes:
        total: records that there are in all, as this page says; None where it does not say.
        received: records that came in it.
        ids: of those that could be read.
        unreadable: key and reason of those that could not.
    """

    total: int | None
    received: int
    ids: list[int]
    devices: list[Device] = []
    unreadable: list[tuple[str, str]] = []


class _RawPage(msgspec.Struct, rename="camel"):
    total_count: int
    results: list[msgspec.Raw]


_decode_raw_page = msgspec.json.Decoder(_RawPage).decode
_decode_loosely = msgspec.json.Decoder(dict[str, Any]).decode


class Decoded(Protocol[R]):
    """A page whose records all have the types that they should have."""

    @property
    def total_count(self) -> int: ...  # noqa: D102 - as Jamf Pro calls it

    @property
    def results(self) -> list[R]: ...  # noqa: D102 - likewise


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReader(Generic[R]):
    """Reads pages of one family.

    Attributes:
        decode_page, decode_record: of the body of a page, and of one record.
        device: makes the device of a record, or raises RecordError.
        id_keys: keys that may hold the id of a record.
    """

    family: Family
    decode_page: Callable[[bytes], Decoded[R]]
    decode_record: Callable[[bytes | msgspec.Raw], R]
    device: Callable[[R], Device]
    id_keys: Sequence[str]

    def read(self, answer: Answer, start: int) -> Page:
        """Decode a page.

        Args:
            answer: as it came.
            start: place of its first record among all; with it a record without an id has a key of its own.

        Raises:
            TemporaryError: it is no page at all: cut, or a proxy's page.
        """
        try:
            page = self.decode_page(answer.body)
            devices = list(map(self.device, page.results))
        except (msgspec.ValidationError, RecordError):
            return self._read_one_by_one(answer.body, start)
        except msgspec.DecodeError as error:
            raise _no_page() from error
        ids = [device.jamf_id for device in devices]
        return Page(total=page.total_count, received=len(devices), ids=ids, devices=devices)

    def _read_one_by_one(self, body: bytes, start: int) -> Page:
        try:
            page = _decode_raw_page(body)
        except msgspec.DecodeError as error:
            raise _no_page() from error
        devices: list[Device] = []
        unreadable: list[tuple[str, str]] = []
        for place, raw in enumerate(page.results, start=start + 1):
            try:
                devices.append(self.device(self.decode_record(raw)))
            except (msgspec.DecodeError, RecordError) as error:
                reason = error.reason if isinstance(error, RecordError) else str(error)
                unreadable.append((self._key(raw, place), reason))
        ids = [device.jamf_id for device in devices]
        return Page(total=page.total_count, received=len(page.results), ids=ids, devices=devices, unreadable=unreadable)

    def _key(self, raw: msgspec.Raw, place: int) -> str:
        """The subject of a record that could not be read, or its place where even the id is missing."""
        try:
            record = _decode_loosely(raw)
        except msgspec.DecodeError:
            record = {}
        texts = (str(record.get(key)) for key in self.id_keys)
        jamf_id = next((int(text) for text in texts if text.isdecimal()), None)
        return placed(self.family, place) if jamf_id is None else subject_of(self.family, jamf_id)


def placed(family: Family, place: int) -> str:
    """Key of a record whose id is not known, by its place in the read, from 1."""
    return f"{family.value} at place {place}"


def _no_page() -> TemporaryError:
    return TemporaryError("Jamf Pro answered with something that is no page of devices.")


def number(value: str | int | None, field: str) -> int:
    """A number that Jamf Pro sends as text. Raises RecordError where it is none."""
    text = str(value)
    if not text.isdecimal():
        raise RecordError("a record", f"{field} is no number")
    return int(text)


def site(value: str | int | None) -> int:
    """The id of a site; Jamf Pro has several ways to say that there is none."""
    return NO_SITE if value in (None, "", "-1", -1) else number(value, "siteId")
