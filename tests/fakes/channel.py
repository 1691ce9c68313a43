"""A way out of the house that keeps what was sent, and fails as it is told to."""

from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import OutboxEntry


class FakeChannel:
    """Satisfies ``mdm_sync.ports.Channel``.

    Args:
        answers: what becomes of one sending after another; None or nothing more: it goes through.
    """

    def __init__(self, *answers: MdmSyncError | None) -> None:
        self._answers = iter(answers)
        self.asked: list[OutboxEntry] = []
        self.sent: list[str] = []

    def send(self, entry: OutboxEntry) -> None:
        self.asked.append(entry)
        error = next(self._answers, None)
        if error is not None:
            raise error
        self.sent.append(entry.content)
