"""The register of schools, and the open data that it is kept up from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mdm_sync.core.model import School
from mdm_sync.core.register_plan import PublishedSchool, RegisterPlan
from mdm_sync.ports.sources import UnreadableLine


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNote:
    """Something to be said of one line of the register."""

    line: int
    text: str

    def __str__(self) -> str:
        """As messages show it."""
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCheck:
    """What is to be said of a register: ``problems`` keep it from being read, ``warnings`` do not."""

    schools: int
    problems: tuple[RegisterNote, ...] = ()
    warnings: tuple[RegisterNote, ...] = ()


class Register(Protocol):
    """The schools of the district."""

    def schools(self) -> tuple[School, ...]:
        """All schools, ordered by number.

        Raises:
            SettingsError: the register cannot be read; all its problems at once, with line numbers.
        """

    def known(self) -> tuple[School, ...]:
        """All schools; none where there is no register yet.

        Raises:
            SettingsError: there is one and it cannot be read.
        """

    def check(self) -> RegisterCheck:
        """All that is wrong or odd, ordered by line.

        Raises:
            SettingsError: there is no register, or it is no text.
        """

    def update(self, plan: RegisterPlan) -> Path | None:
        """Take the plan's new schools and changed fields over, all of them or nothing; all else stays as it is.

        Returns:
            Where the register as it was before lies now; None where there was none.

        Raises:
            SettingsError: it cannot be read, or is no longer what the plan was made from.
            PermanentError: it cannot be written; it is as it was.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRead:
    """What a file of the state's open data holds.

    Attributes:
        authorities: entries that stand for no school; they are left out.
    """

    schools: tuple[PublishedSchool, ...]
    authorities: int = 0
    unreadable: tuple[UnreadableLine, ...] = ()
