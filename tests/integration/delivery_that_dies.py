"""A delivery that is killed at one of its steps: ``python -m tests.integration.delivery_that_dies STORE PORT CA STEP``.

With a token behind these the port is that of upstream, else that of a mail server.
A step is the beginning or the end of a claim, a sending, or the marking after it. Without such a step it ends with 0.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.mail import MailChannel, SmtpServer
from connectors.upstream import UpstreamChannel
from mdm_sync.delivery import deliver
from state import Store
from tests.far_side import MAIL_LOGIN, MAIL_PASSWORD
from tests.integration.given_mails import NOW


class Dying:
    """Stands before an outbox or a channel, and counts the steps down to the last one."""

    steps_left = 0

    def __init__(self, behind: object) -> None:
        self._behind = behind

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._behind, name)

        def counted(*arguments: object, **named: object) -> Any:
            self._step()
            answer = method(*arguments, **named)
            self._step()
            return answer

        return counted

    def _step(self) -> None:
        Dying.steps_left -= 1
        if Dying.steps_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def clock() -> datetime:
    """All is due."""
    return NOW


def channels(port: int, ca_file: Path, *token: str) -> dict[str, Any]:
    """The way out that dies."""
    if token:
        url = f"https://localhost:{port}/summaries"
        return {"summary": Dying(UpstreamChannel(url=url, ca_file=ca_file, token=lambda: token[0]))}
    server = SmtpServer(host="localhost", port=port, login=MAIL_LOGIN, ca_file=ca_file)
    return {"mail": Dying(MailChannel(server, lambda: MAIL_PASSWORD))}


def main(folder: Path, port: int, ca_file: Path, step: int, *token: str) -> None:
    """Deliver, and die at this step, counted from 1."""
    Dying.steps_left = step
    store = Store.open(folder)
    outbox: Any = Dying(store.outbox)
    deliver(outbox, channels(port, ca_file, *token), clock)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
