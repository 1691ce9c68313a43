from collections.abc import Collection
from dataclasses import dataclass, field

from mdm_sync.core.locks import LockCommand, LockKind
from mdm_sync.errors import PermanentError, TemporaryError


@dataclass(slots=True)
class FakeLockCommands:
    """Keeps commands in memory.

    Attributes:
        taken: what was sent and taken.
        silent: no answer comes, though a command is taken.
        deaf: no answer comes, and none is taken.
        refuses: says no.
        blind: lists cannot be had.
    """

    taken: list[LockCommand] = field(default_factory=list)
    silent: bool = False
    deaf: bool = False
    refuses: bool = False
    blind: bool = False

    def commands(self, management_id: str) -> tuple[LockCommand, ...]:
        if self.blind:
            raise TemporaryError("the list cannot be had")
        return tuple(one for one in self.taken if one.management_id == management_id)

    def send(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        if self.refuses:
            raise PermanentError("refused")
        if not self.deaf:
            number = len(self.taken) + 1
            uuid = f"00000000-0000-4000-8000-{number:012}"
            self.taken.append(LockCommand(uuid=uuid, management_id=management_id, kind=kind, state="pending"))
            if not self.silent:
                return uuid
        return self.became(management_id, kind, known)

    def became(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        new = [one for one in self.commands(management_id) if one.kind == kind and one.uuid not in known]
        return new[-1].uuid if new else None
