"""A worker process: reads the directories of the schools that it is told, a few at a time.

Started as ``python -m connectors.iserv.worker DESCRIPTOR`` by ``crew``, which says why; the descriptor is the worker's
end of a socket. It ends when the other end is closed, however that came about: no worker outlives the program. Signals
are the program's business: what a terminal or systemd sends to the whole group is not for the worker.
"""

import gc
import signal
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread

import msgspec

from connectors.iserv.limits import Deadline
from connectors.iserv.reading import read_school
from connectors.iserv.search import Way
from connectors.iserv.wire import Answer, Read, Start, Task
from connectors.trust import trust
from mdm_sync.errors import MdmSyncError, PermanentError, crashes_told_by_place, told_by_place

FEW_COLLECTIONS = 50_000
"""Objects between two runs of the garbage collector: entries come by the thousand and hold no cycles."""


def main(descriptor: int) -> None:
    """Read what is asked for until the other end is closed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    gc.set_threshold(FEW_COLLECTIONS)
    with crashes_told_by_place(_say), Connection(descriptor) as connection:
        try:
            _work(connection)
        except (EOFError, OSError):
            return  # the other end is closed
        except Exception as error:  # noqa: BLE001 - whatever it is, its words are not for the log
            _say(told_by_place(error))
            sys.exit(1)


def _say(told: str) -> None:
    sys.stderr.write(f"mdm-sync: reading directories: {told}\n")


def _work(connection: Connection) -> None:
    reader = _Reader(msgspec.msgpack.decode(connection.recv_bytes(), type=Start))
    tell = _teller(connection)
    tasks = msgspec.msgpack.Decoder(Task)
    while True:
        task = tasks.decode(connection.recv_bytes())
        Thread(target=lambda task: tell(reader.answer(task)), args=[task], daemon=True).start()


def _teller(connection: Connection) -> Callable[[Answer], None]:
    lock = Lock()

    def tell(answer: Answer) -> None:
        message = msgspec.msgpack.encode(answer)
        with lock, suppress(OSError):  # nobody may be left to hear it
            connection.send_bytes(message)

    return tell


class _Reader:
    """Reads schools. The certificates to trust are loaded once: that costs more than a small school."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._loading = Lock()
        self._context: ssl.SSLContext | None = None

    def answer(self, task: Task) -> Answer:
        """What came of a task. Whatever goes wrong is told, and without its text where that is not ours."""
        try:
            return Answer(number=task.number, read=self._read(task))
        except MdmSyncError as error:
            return Answer(number=task.number, error=str(error))
        except Exception as error:  # noqa: BLE001 - one school's trouble must stay its own, a fault of ours among them
            return Answer(number=task.number, error=f"The program failed at this directory: {_fault(error)}.")

    def _read(self, task: Task) -> Read:
        address, limits = task.school.directory, self._start.limits
        if address is None:
            raise PermanentError("The register names no iserv_url for this school.")
        way = Way(trust=self._trust(), limits=limits, deadline=Deadline(limits.total_seconds))
        return read_school(task.school, address, task.password, way, self._start.names)

    def _trust(self) -> ssl.SSLContext:
        with self._loading:
            if self._context is None:
                ca_file = self._start.ca_file
                self._context = trust(Path(ca_file) if ca_file else None, "iserv.ca_file")
            return self._context


def _fault(error: Exception) -> str:
    """Where a fault of the program is; its text may name a person."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" ({Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno})" if trace else ""
    return f"{type(error).__name__}{place}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
