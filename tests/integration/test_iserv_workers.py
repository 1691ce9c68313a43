"""How a read begins and ends, and what a worker that dies costs."""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from mdm_sync.core.model import School
from mdm_sync.ports import DirectoryFailure, DirectoryRead
from tests.far_side import IServSide, iserv_password
from tests.replacing import replace

pytestmark = pytest.mark.demo

NORD, SUED = "194011", "194024"


class TestReading:
    def test_starts_before_any_answer_is_taken(self, iserv: IServSide) -> None:
        asked = Event()

        def password(school: School) -> str:
            asked.set()
            return iserv_password(school.number)

        with iserv.reader(password=password).reading([iserv.school(NORD)]) as answers:
            assert asked.wait(10)
            [answer] = answers

        assert isinstance(answer, DirectoryRead)

    def test_that_is_left_ends_its_workers(self, iserv: IServSide) -> None:
        with iserv.faulty("hanging", NORD):
            with iserv.reader().reading(iserv.schools) as answers:
                next(answers)
                assert workers()
            assert workers() == []

    def test_that_is_done_leaves_no_worker(self, iserv: IServSide) -> None:
        iserv.read(iserv.schools)

        assert workers() == []

    def test_gives_no_answer_after_it_was_left(self, iserv: IServSide) -> None:
        with iserv.reader().reading(iserv.schools) as answers:
            pass

        with pytest.raises(RuntimeError, match="ended"):
            next(answers)

    def test_of_many_schools_starts_no_more_workers_than_it_is_told(self, iserv: IServSide) -> None:
        with iserv.faulty("hanging", NORD, SUED):
            schools = [replace(school, number=f"{school.number}-{copy}") for school in iserv.schools for copy in "ab"]
            asked = Gate(4)
            with iserv.reader(password=asked.password, processes=2, at_a_time=4).reading(schools):
                asked.wait()
                assert len(workers()) == 2

    def test_shows_no_password_to_other_users_of_the_machine(self, iserv: IServSide) -> None:
        asked = Gate(1)
        with iserv.faulty("hanging", NORD), iserv.reader(password=asked.password).reading([iserv.school(NORD)]):
            asked.wait()
            shown = [
                (Path(f"/proc/{worker}") / name).read_bytes() for worker in workers() for name in ("cmdline", "environ")
            ]

        assert shown
        assert not any(b"geheim" in text for text in shown)

    def test_passes_on_what_goes_wrong_in_the_program_itself(self, iserv: IServSide) -> None:
        def password(_: School) -> str:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), iserv.reader(password=password).reading(iserv.schools) as answers:
            list(answers)

        assert workers() == []


class TestWorkerThatDies:
    def test_costs_the_schools_that_it_had(self, iserv: IServSide, caplog: pytest.LogCaptureFixture) -> None:
        with iserv.faulty("hanging", NORD), iserv.reader(processes=2, at_a_time=2).reading(iserv.schools) as answers:
            first = next(answers)
            kill_workers()
            second = next(answers)

        assert isinstance(first, DirectoryRead)
        assert second.school.number == NORD
        assert isinstance(second, DirectoryFailure)
        assert "died" in second.error
        assert ("connectors.iserv.crew", logging.WARNING) in {(name, level) for name, level, _ in caplog.record_tuples}

    def test_costs_those_that_no_other_is_left_to_read(self, iserv: IServSide) -> None:
        asked = Gate(1)
        reader = iserv.reader(password=asked.password, processes=1, at_a_time=1)
        with iserv.faulty("hanging", NORD), reader.reading([iserv.school(NORD), iserv.school(SUED)]) as answers:
            asked.wait()
            kill_workers()
            told = {answer.school.number: answer for answer in answers}

        assert set(told) == {NORD, SUED}
        assert all(isinstance(answer, DirectoryFailure) and "died" in answer.error for answer in told.values())


PROGRAM = """
import sys
from connectors.iserv.directories import IServDirectories
from connectors.iserv.limits import Limits
from mdm_sync.core.model import DirectoryAddress, School

address = DirectoryAddress(url=sys.argv[1], base_dn="dc=s,dc=test", account_dn="cn=mdm-sync,dc=s,dc=test")
school = School(number="100001", name="GS Nord", directory=address)

def password(school):
    print("asked", flush=True)
    return "geheim"

with IServDirectories(password=password, ca_file=None, limits=Limits()).reading([school]) as answers:
    list(answers)
"""


def test_no_worker_outlives_the_program_that_is_killed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"ldaps://localhost:{silent.getsockname()[1]}"
        with subprocess.Popen([sys.executable, "-c", PROGRAM, url], stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout
            program.stdout.readline()
            [worker] = workers(program.pid)
            end = os.pidfd_open(worker)
            program.kill()

    assert select.select([end], [], [], 10)[0], "the worker goes on"
    os.close(end)


class Gate:
    """Gives passwords and notes that they were asked for."""

    def __init__(self, times: int) -> None:
        self._left = times
        self._reached = Event()

    def password(self, school: School) -> str:
        self._left -= 1
        if not self._left:
            self._reached.set()
        return iserv_password(school.number[:6])

    def wait(self) -> None:
        assert self._reached.wait(10)


def workers(program: int | None = None) -> list[int]:
    """Processes of a program, else of this one, that read directories and have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            mine = int((path / "stat").read_text().rpartition(")")[2].split()[1]) == (program or os.getpid())
            if mine and b"connectors.iserv.worker" in (path / "cmdline").read_bytes():
                found.append(int(path.name))
    return found


def kill_workers() -> None:
    for worker in workers():
        os.kill(worker, signal.SIGKILL)
