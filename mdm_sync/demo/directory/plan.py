"""Which processes must run so that every school is served as its faults demand: pure decisions."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mdm_sync.demo.certificates import CertificateFiles
from mdm_sync.demo.directory.faults import CERTIFICATE_FAULTS, FORWARDER_FAULTS, Faults, number
from mdm_sync.demo.directory.forwarder import Route
from mdm_sync.demo.directory.ports import LOOPBACK, Ports
from mdm_sync.demo.directory.slapd import Database, settings

SCHOOLS_PER_PROCESS = 20
GOOD_CERTIFICATE = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One school as it is to be served now."""

    number: str
    suffix: str
    ports: Ports
    faults: Faults
    database: Path

    @property
    def silent(self) -> bool:
        """Whether slapd does not listen for this school."""
        return not {"stopped", "hanging"}.isdisjoint(self.faults)

    @property
    def certificate(self) -> str:
        """Which certificate its server shows."""
        return next((name for name in CERTIFICATE_FAULTS if name in self.faults), GOOD_CERTIFICATE)

    @property
    def lenient(self) -> bool:
        """Whether its entries need the lenient schema."""
        return "broken-entries" in self.faults

    @property
    def listening_port(self) -> int:
        """Where slapd listens: behind the forwarder if something happens to the answers."""
        return self.ports.public if FORWARDER_FAULTS.isdisjoint(self.faults) else self.ports.inner


@dataclass(frozen=True, slots=True, kw_only=True)
class SlapdPlan:
    """One slapd process: its name, settings and ports."""

    name: str
    settings: str
    ports: tuple[int, ...]

    @property
    def urls(self) -> str:
        """Return the value of slapd's option ``-h``."""
        return " ".join(f"ldaps://{LOOPBACK}:{port}" for port in self.ports)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwarderPlan:
    """What the forwarder does on which ports."""

    routes: tuple[Route, ...]
    name: str = "forwarder"

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that clients connect to."""
        return tuple(route.port for route in self.routes)

    @property
    def argument(self) -> str:
        """Return what its process is started with."""
        return json.dumps([asdict(route) for route in self.routes])


def slapd_plans(schools: Sequence[Served], certificates: Mapping[str, CertificateFiles]) -> Iterator[SlapdPlan]:
    """Yield the slapd processes.

    Certificate and schema belong to a whole process, so schools that differ in them cannot share one.
    """
    groups: dict[tuple[int, str, bool], list[Served]] = defaultdict(list)
    for index, school in enumerate(schools):
        if not school.silent:
            groups[index // SCHOOLS_PER_PROCESS, school.certificate, school.lenient].append(school)
    for (index, certificate, lenient), members in groups.items():
        databases = [Database(suffix=one.suffix, folder=one.database, faults=one.faults) for one in members]
        yield SlapdPlan(
            name=f"slapd-{index + 1:02}-{certificate}{'-lenient' if lenient else ''}",
            settings=settings(certificates[certificate], databases, lenient=lenient),
            ports=tuple(one.listening_port for one in members),
        )


def forwarder_plans(schools: Sequence[Served]) -> Iterator[ForwarderPlan]:
    """Yield the forwarder, if some school needs it."""
    routes = tuple(
        _route(one) for one in schools if "stopped" not in one.faults and not FORWARDER_FAULTS.isdisjoint(one.faults)
    )
    if routes:
        yield ForwarderPlan(routes=routes)


def _route(school: Served) -> Route:
    if school.silent:
        return Route(port=school.ports.public)
    cut, stalling = number(school.faults, "cut"), number(school.faults, "stalling")
    return Route(
        port=school.ports.public,
        target=school.ports.inner,
        milliseconds=number(school.faults, "delay") or 0,
        limit=stalling if cut is None else cut,
        stalls=cut is None,
    )
