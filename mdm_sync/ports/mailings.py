"""What recipients were told, and what is new to them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mdm_sync.core.brakes import Hold
from mdm_sync.core.model import School, Severity
from mdm_sync.core.news import Digest, HeldBack, Reported, SignOfLife
from mdm_sync.core.recipients import Recipient
from mdm_sync.ports.leaving import NewEntry


class Turn(StrEnum):
    """What goes out by a rhythm."""

    DIGEST = "digest"
    SIGN_OF_LIFE = "sign of life"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which findings a recipient is told of.

    Attributes:
        recipient: key of the recipient.
        logins_of: Schulnummer of the school whose persons are named by their logins; "": everybody by reference.
    """

    recipient: str
    schools: Collection[str]
    rules: Collection[str]
    least: Severity
    logins_of: str = ""


class Mailings(Protocol):
    """What each recipient was told."""

    def news(self, wanted: Wanted, schools: Iterable[School]) -> tuple[Reported, ...]:
        """The findings of which the recipient was not told how they stand, the most severe first.

        Findings that somebody looks after, or that settings withdrew, are not among them. Those of a first look come
        without their details: there are many of them, and they are only counted.
        """

    def open_counts(self, wanted: Wanted) -> dict[str, dict[str, int]]:
        """The open findings that are wanted, by school and rule."""

    def untold_holds(self, recipient: str) -> tuple[Hold, ...]:
        """The holds that wait for a decision and that the recipient was not told of since the last one about them."""

    def turn(self, recipient: str, kind: Turn) -> datetime | None:
        """When what goes out by a rhythm was last looked at; None: never."""

    def note_turn(self, recipient: str, kind: Turn, at: datetime) -> None:
        """It was looked at, whether or not there was anything to tell."""

    def put(self, entries: Callable[[], Sequence[NewEntry]], at: datetime) -> None:
        """Put mails into the outbox and remember what they tell; ``entries`` is called inside the transaction."""


class MailComposer(Protocol):
    """Puts news into mails, in the recipient's language."""

    def digest(self, recipient: Recipient, digest: Digest, earlier: Sequence[str], at: datetime) -> NewEntry:
        """The mail that tells what is new; ``earlier``: keys of the mails that told of the same findings."""

    def holds(self, recipient: Recipient, holds: Sequence[HeldBack], at: datetime) -> NewEntry:
        """The mail about conclusions that were kept back and wait for a person."""

    def sign_of_life(self, recipient: Recipient, life: SignOfLife) -> NewEntry:
        """The weekly mail that the program works."""
