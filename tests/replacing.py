"""One ``replace`` for all records of the core, of which those that come by the ten thousand are Structs."""

import dataclasses
from typing import Any, TypeVar

import msgspec

Record = TypeVar("Record")


def replace(record: Record, /, **changes: Any) -> Record:
    """The same record with other values.

    Raises:
        TypeError: it has no such field.
    """
    if isinstance(record, msgspec.Struct):
        return msgspec.structs.replace(record, **changes)
    return dataclasses.replace(record, **changes)  # type: ignore[type-var]  # what is no Struct is a dataclass
