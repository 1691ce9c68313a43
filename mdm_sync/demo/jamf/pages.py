"""Pages of records as finished bytes, kept until one of their records changes."""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Final

import msgspec

from mdm_sync.demo.jamf.answers import Answer
from mdm_sync.demo.jamf.fleet import Record

Render = Callable[[Record], object]
_SMALL: Final = 25


class Pages:
    """Finished pages, packed, the least used forgotten first.

    A page is known by the versions of its records, so it stays good whatever filter or order led to it, and a change of
    one device costs one page.
    """

    def __init__(self, budget: int = 96 * 2**20) -> None:
        self._budget = budget
        self._size = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    async def page(self, style: Hashable, total: int, rows: Sequence[Record], render: Render) -> Answer:
        """Return ``{"totalCount": …, "results": […]}``.

        Args:
            style: all that ``render`` depends on beside the record.
            total: ``totalCount``.
            rows: the records of this page.
            render: record → JSON object.
        """
        if len(rows) <= _SMALL:
            return Answer(body=encode(total, rows, render), rows=len(rows))
        key = style, total, tuple([row.version for row in rows])
        packed = self._kept.get(key)
        if packed is None:
            packed = await asyncio.to_thread(_pack, total, rows, render)
            self._keep(key, packed)
        self._kept.move_to_end(key)
        return Answer(body=None, packed=packed, rows=len(rows))

    def _keep(self, key: Hashable, packed: bytes) -> None:
        self._size += len(packed) - len(self._kept.pop(key, b""))
        self._kept[key] = packed
        while self._size > self._budget and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._size -= len(old)


def encode(total: int, rows: Sequence[Record], render: Render) -> bytes:
    """Return the JSON of a page."""
    encoder = msgspec.json.Encoder()
    body = b",".join([encoder.encode(render(row)) for row in rows])
    return b'{"totalCount":%d,"results":[%b]}' % (total, body)


def _pack(total: int, rows: Sequence[Record], render: Render) -> bytes:
    return gzip.compress(encode(total, rows, render), compresslevel=1, mtime=0)
