"""What the mail server remembers: messages as files, logins, and counts."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from mdm_sync.demo.sinks.numbered import Numbered


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One attempt to log in. The password itself is not kept."""

    login: str
    password_sent: bool
    encrypted: bool
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """The envelope of a message that was kept; ``<number>.json`` beside ``<number>.eml`` holds the same."""

    file: str
    sender: str
    recipients: tuple[str, ...]
    login: str
    encrypted: bool


class Mailbox:
    """Keeps messages as numbered ``.eml`` files in a folder.

    Attributes:
        counters: connections, handshakes, logins, logins_refused, passwords_in_clear, messages, refused_temporarily,
            refused_permanently and lost.
    """

    def __init__(self, folder: Path) -> None:
        self._numbered = Numbered(folder)
        self._messages: list[KeptMessage] = []
        self._logins: list[Login] = []
        self.counters = Counter(dict.fromkeys(_COUNTED, 0))

    @property
    def messages(self) -> tuple[KeptMessage, ...]:
        """The messages kept since the start."""
        return tuple(self._messages)

    @property
    def logins(self) -> tuple[Login, ...]:
        """The attempts to log in since the start."""
        return tuple(self._logins)

    def note(self, login: Login) -> None:
        """Remember an attempt to log in."""
        self._logins.append(login)
        self.counters["logins" if login.accepted else "logins_refused"] += 1
        if login.password_sent and not login.encrypted:
            self.counters["passwords_in_clear"] += 1

    def keep(self, content: bytes, *, sender: str, recipients: tuple[str, ...], login: str, encrypted: bool) -> None:
        """Write a message and its envelope."""
        path = self._numbered.next()
        message = KeptMessage(
            file=f"{path.name}.eml", sender=sender, recipients=recipients, login=login, encrypted=encrypted
        )
        path.with_suffix(".eml").write_bytes(content)
        path.with_suffix(".json").write_text(json.dumps(asdict(message), ensure_ascii=False))
        self._messages.append(message)
        self.counters["messages"] += 1


_COUNTED = (
    "connections",
    "handshakes",
    "logins",
    "logins_refused",
    "passwords_in_clear",
    "messages",
    "refused_temporarily",
    "refused_permanently",
    "lost",
)
