"""The worker processes of one read, seen from this process.

Answers are taken apart in Python, so threads alone would take turns on one core; they serve for waiting on slow
servers. A worker is a fresh interpreter that imports what it needs to read directories and little else (21 MiB). It is
not forked, because this process has threads, whose locks a fork would copy as they stand. It is not started by
``multiprocessing`` either, whose fresh processes import the main module anew, here the whole command line, and need
one process more to watch over them.

One thread here looks after each worker: it hands over schools as the worker has room for them, and takes the answers.
So a worker that dies costs the schools that it has in hand, and a slow school holds up no other.
"""

import logging
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Lock, Thread

import msgspec

from connectors.iserv.answers import Answers, Came
from connectors.iserv.wire import Start, Task, Told
from mdm_sync.core.model import School
from mdm_sync.errors import MdmSyncError

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "connectors.iserv.worker")
GRACE_SECONDS = 5.0
"""A worker gives up a school at the school's limit. What hangs where no limit reaches, as the look-up of a name may, is
not waited for longer than so much more."""
END_SECONDS = 5.0
"""How long a worker that has nothing more to do may take to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _InHand:
    """A school that a worker has, and the moment until which its answer is waited for."""

    school: School
    until: float


class Crew:
    """Reads schools in worker processes and puts what comes into ``answers``, one for each school; begins at once.

    Args:
        password: asked for here, one school at a time, when the school is handed over.
        rooms: for each worker, how many schools it reads at a time.
    """

    def __init__(
        self,
        schools: Sequence[School],
        password: Callable[[School], str],
        start: Start,
        rooms: Sequence[int],
        answers: Answers,
    ) -> None:
        self._waiting = deque(enumerate(schools))
        self._password = password
        self._start = start
        self._answers = answers
        self._lock = Lock()
        self._unanswered = len(schools)
        self._left = False
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads = [Thread(target=self._look_after_one, args=[room]) for room in rooms]
        self._working = len(self._threads)
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """See the workers end; where they have something under way, end them, and with them their connections."""
        self._left = True
        self._waiting.clear()
        self._answers.close()
        for process in self._processes if self._unanswered else ():
            process.kill()
        for thread in self._threads:
            thread.join()

    def _look_after_one(self, room: int) -> None:
        try:
            with self._worker() as worker:
                self._keep_busy(worker, room)
        except OSError as error:
            log.warning("a process to read directories could not be started: %s", error)
        except BaseException as error:  # noqa: BLE001 - raised again where the answers are taken
            self._answers.put(error)
        finally:
            self._go()

    def _go(self) -> None:
        """Leave; who is last says of the schools that nobody has taken that nobody will."""
        with self._lock:
            self._working -= 1
            last = not self._working
        while last and (task := self._next()) is not None:
            self._fail(task[1], "The processes that read directories have died; the next cycle tries again.")

    @contextmanager
    def _worker(self) -> Iterator[Connection]:
        ours, theirs = Pipe()
        with ours:
            with theirs:
                process = subprocess.Popen(  # noqa: S603 - our own module in our own interpreter
                    [*COMMAND, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
            self._processes.append(process)
            try:
                yield ours
            finally:
                ours.close()
                _end(process)

    def _keep_busy(self, worker: Connection, room: int) -> None:
        in_hand: dict[int, _InHand] = {}
        try:
            worker.send_bytes(msgspec.msgpack.encode(self._start))
            while self._hand_over(worker, in_hand, room):
                self._take(worker, in_hand)
        except (EOFError, OSError):
            if not self._left:
                log.warning("a process that read directories died; it had %d in hand", len(in_hand))
            for one in in_hand.values():
                self._fail(one.school, "The process that read this directory died; the next cycle tries again.")

    def _hand_over(self, worker: Connection, in_hand: dict[int, _InHand], room: int) -> bool:
        """Let the worker have as many schools as it has room for; whether it has any."""
        while len(in_hand) < room and (task := self._next()) is not None:
            number, school = task
            if (password := self._password_of(school)) is not None:
                until = time.monotonic() + self._start.limits.total_seconds + GRACE_SECONDS
                in_hand[number] = _InHand(school=school, until=until)
                worker.send_bytes(msgspec.msgpack.encode(Task(number=number, school=school, password=password)))
        return bool(in_hand)

    def _next(self) -> tuple[int, School] | None:
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def _password_of(self, school: School) -> str | None:
        """The password; None where the school is answered already, because there is none."""
        if school.directory is None:
            self._fail(school, "The register names no iserv_url for this school.")
            return None
        try:
            with self._lock:
                return self._password(school)
        except (MdmSyncError, OSError) as error:
            self._fail(school, str(error))
            return None

    def _take(self, worker: Connection, in_hand: dict[int, _InHand]) -> None:
        """Wait for one answer, or until a school is overdue."""
        if worker.poll(max(0.0, min(one.until for one in in_hand.values()) - time.monotonic())):
            told = msgspec.msgpack.decode(worker.recv_bytes(), type=Told)
            if one := in_hand.pop(told.number, None):  # None where it was overdue
                self._answer(one.school, told)
            return
        for number, one in list(in_hand.items()):
            if one.until <= time.monotonic():
                del in_hand[number]
                self._fail(one.school, "The directory was not read within its time limit.")

    def _fail(self, school: School, error: str) -> None:
        self._answer(school, Told(number=0, error=error))

    def _answer(self, school: School, told: Told) -> None:
        with self._lock:
            self._unanswered -= 1
        self._answers.put(Came(school=school, told=told))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """See a worker end, which it does when the socket is closed; make it end where it does not."""
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
