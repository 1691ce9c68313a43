"""All directories of a district, with one port for each school."""

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mdm_sync.demo.certificates import CertificateFiles, DemoAuthority, loopback_hosts
from mdm_sync.demo.directory.children import Children
from mdm_sync.demo.directory.content import SchoolContent, by_school
from mdm_sync.demo.directory.faults import CONTENT_FAULTS, FAULTS, check
from mdm_sync.demo.directory.plan import GOOD_CERTIFICATE, Served, forwarder_plans, slapd_plans
from mdm_sync.demo.directory.ports import Ports, reserve
from mdm_sync.demo.directory.processes import Processes
from mdm_sync.demo.directory.slapd import install
from mdm_sync.demo.directory.store import Filling, Store
from mdm_sync.demo.directory.traffic import count
from mdm_sync.demo.errors import DemoError
from mdm_sync.demo.model import DemoSchool, District


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    children: Children
    processes: Processes
    store: Store
    certificates: Mapping[str, CertificateFiles]


class Directories:
    """Serves every school's directory by LDAPS on a loopback port of its own.

    Use it as a context manager or call ``stop``; if this process dies, its servers die with it. All methods may be
    called from any thread. Switching a fault or loading another day restarts the processes that it concerns, which
    cuts the connections of up to 20 schools.

    Args:
        folder: for settings, databases and logs; created if missing. The ports are noted here, so a later start with
            the same folder has the same ones.
        authority: signs the servers' certificates.
        district: what is served first.
        password: the password of a school's reading account.
    """

    def __init__(
        self, folder: Path, authority: DemoAuthority, district: District, password: Callable[[DemoSchool], str]
    ) -> None:
        self._folder = folder.resolve()
        self._authority = authority
        self._password = password
        self._lock = threading.RLock()
        self._contents: Mapping[str, SchoolContent] = by_school(district)
        self._faults: dict[str, dict[str, str | None]] = {}
        self._databases: dict[str, Path] = {}
        self._ports: Mapping[str, Ports] = {}
        self._held = ExitStack()
        self._running: _Running | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Fill and start all directories; return when all of them answer.

        Raises:
            DemoError: slapd is missing, or something did not start. Nothing is left running then.
        """
        with self._lock:
            if self._running is None:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._running = self._prepare()
                self._refill(self._contents)

    def stop(self) -> None:
        """Stop all that was started."""
        with self._lock:
            if self._running is not None:
                self._running.processes.stop()
                self._running.children.close()
                self._running = None
                self._held.close()

    def url(self, school_number: str) -> str:
        """Return where a school's directory is served, after the first start: ``ldaps://localhost:<port>``."""
        return f"ldaps://localhost:{self._ports[school_number].public}"

    def load(self, district: District) -> None:
        """Serve this district from now on; schools whose content stays the same are not loaded again."""
        with self._lock:
            self._contents = by_school(district)
            if self._running is not None:
                self._refill(self._contents)

    def fault(self, name: str, on: bool, school_number: str | None, value: str | None = None) -> None:  # noqa: FBT001 - on or off is the order
        """Switch a fault for one school, or for all of them if no school is named; return when it is in force.

        Args:
            name: a key of ``FAULTS``.
            on: False switches it off.
            school_number: the school, or None for all.
            value: see ``FAULTS``.

        Raises:
            DemoError: there is no such fault or school, or the value does not fit.
        """
        check(name, value)
        with self._lock:
            if school_number is not None and school_number not in self._contents:
                raise DemoError(f"the demo has no school {school_number!r}")
            numbers = self._contents if school_number is None else [school_number]
            for number in numbers:
                self._note(name, number, on=on, value=value)
            if self._running is not None:
                self._refill(numbers if name in CONTENT_FAULTS else ())

    def active(self) -> Mapping[str, Mapping[str, str | None]]:
        """Return the faults that are on: name, then school number, then value."""
        with self._lock:
            return {
                name: {number: faults[name] for number, faults in sorted(self._faults.items()) if name in faults}
                for name in FAULTS
                if any(name in faults for faults in self._faults.values())
            }

    def counters(self) -> Mapping[str, Mapping[str, int]]:
        """Return connections, binds, searches and entries sent since the folder was made, by school number."""
        with self._lock:
            if self._running is None:
                return {}
            ports = {port: number for number, pair in self._ports.items() for port in (pair.public, pair.inner)}
            return count(self._running.processes.logs(), ports)

    def _note(self, name: str, number: str, *, on: bool, value: str | None) -> None:
        # Plans that are in force refer to the old faults; they stay as they were.
        faults = dict(self._faults.get(number, {}))
        if on:
            faults[name] = value
        else:
            faults.pop(name, None)
        self._faults[number] = faults

    def _prepare(self) -> _Running:
        program = install(self._folder)
        children = Children()
        return _Running(
            children=children,
            processes=Processes(program, self._folder, children),
            store=Store(self._folder / "databases", program, children, self._password),
            certificates=self._issue(),
        )

    def _issue(self) -> Mapping[str, CertificateFiles]:
        folder, hosts = self._folder, loopback_hosts()
        return {
            GOOD_CERTIFICATE: self._authority.issue(folder, "good", hosts),
            "certificate-wrong-name": self._authority.wrong_name(folder, "wrong-name"),
            "certificate-expired": self._authority.expired(folder, "expired", hosts),
            "certificate-unknown": self._authority.unknown(folder, "unknown", hosts),
        }

    def _refill(self, numbers: Iterable[str]) -> None:
        """Bring the databases of these schools up to date, and the processes of all."""
        running = self._running
        if running is None:
            return
        try:
            self._ports = reserve(self._folder / "ports.json", self._contents, self._held)
            self._databases |= running.store.fill(self._filling(number) for number in numbers)
            schools = [self._served(number) for number in self._contents]
            running.processes.become([*slapd_plans(schools, running.certificates), *forwarder_plans(schools)])
            running.store.keep(school.database for school in schools)
        except BaseException:
            self.stop()
            raise

    def _filling(self, number: str) -> Filling:
        return Filling(content=self._contents[number], faults=self._faults.get(number, {}))

    def _served(self, number: str) -> Served:
        return Served(
            number=number,
            suffix=self._contents[number].school.base_dn,
            ports=self._ports[number],
            faults=self._faults.get(number, {}),
            database=self._databases[number],
        )
