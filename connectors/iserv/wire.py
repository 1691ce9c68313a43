"""What this process and its workers say to each other, over a socket that only the two of them hold.

Plain typed values in MessagePack: ``msgspec`` reads and writes dataclasses several times faster than ``pickle``, and
nothing that comes in is ever run.
"""

from dataclasses import dataclass

import msgspec

from connectors.iserv.classes import GroupNames
from connectors.iserv.limits import Limits
from mdm_sync.core.completeness import DirectoryProof
from mdm_sync.core.model import Person, School, SchoolClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What one school's directory said; whether it may be believed, the core decides."""

    persons: tuple[Person, ...]
    classes: tuple[SchoolClass, ...]
    proof: DirectoryProof


class Start(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The first thing that a worker hears: what holds for all schools."""

    ca_file: str | None
    limits: Limits
    names: GroupNames


class Task(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A school to be read; the number stands for it in the answer."""

    number: int
    school: School
    password: str


class Answer(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What came of a task, as the worker tells it: a read, or why there is none."""

    number: int
    error: str = ""
    read: Read | None = None


class Told(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The same as it came; the persons are decoded only when they are wanted, for bytes are a fifth of them."""

    number: int
    error: str = ""
    read: msgspec.Raw = msgspec.Raw()

    def decoded(self) -> Read:
        """The read, where there is no error."""
        return msgspec.msgpack.decode(self.read, type=Read)
