"""The far side of the connectors for tests: the demo's servers, each with good and with wrong certificates.

Servers on asyncio run in one background thread; slapd in processes of its own.
"""

import asyncio
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from connectors.iserv.directories import IServDirectories
from connectors.iserv.limits import Limits
from connectors.jamf import JamfAccess, JamfFleet
from connectors.mail import MailChannel, SmtpServer
from connectors.upstream import UpstreamChannel
from mdm_sync.core.model import (
    NO_SITE,
    Device,
    DeviceKind,
    DirectoryAddress,
    Family,
    Person,
    PoolRules,
    Role,
    School,
    UserFields,
)
from mdm_sync.demo.certificates import DemoAuthority, loopback_hosts
from mdm_sync.demo.directory import Directories
from mdm_sync.demo.district import generate
from mdm_sync.demo.jamf.fleet import Fleet, Record
from mdm_sync.demo.jamf.privileges import READING
from mdm_sync.demo.jamf.server import ApiClient, JamfSettings, jamf_app
from mdm_sync.demo.model import DemoDevice, DemoPerson, DemoSchool, District, Plan
from mdm_sync.demo.sinks.mail import MailSink, start_mail_sink
from mdm_sync.demo.sinks.upstream import SINK, UpstreamSettings, UpstreamSink, upstream_app
from mdm_sync.ports import DirectoryFailure, DirectoryRead, FleetRead
from tests.integration.demo.background_loop import BackgroundLoop
from tests.replacing import replace

GOOD = "good"
WRONG_CERTIFICATES = ("unknown", "wrong-name", "expired")

JAMF_CLIENT, JAMF_SECRET = "reading", "jamf-geheim"
MAIL_LOGIN, MAIL_PASSWORD = "mdm-sync", "post-geheim"
UPSTREAM_TOKEN = "stadt-geheim"
NOW = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)


def small_district() -> District:
    """Two schools, about 250 devices and 220 persons."""
    return generate(Plan(now=NOW))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Certificates for servers on this machine, and the file by which clients check them."""

    ca_file: Path
    contexts: Mapping[str, ssl.SSLContext]

    @classmethod
    def create(cls, folder: Path, authority: DemoAuthority) -> "Trust":
        hosts = loopback_hosts()
        files = {
            GOOD: authority.issue(folder, "good", hosts),
            "unknown": authority.unknown(folder, "unknown", hosts),
            "wrong-name": authority.wrong_name(folder, "wrong-name"),
            "expired": authority.expired(folder, "expired", hosts),
        }
        contexts = {name: pair.server_context() for name, pair in files.items()}
        return cls(ca_file=authority.ca_file(folder), contexts=contexts)


@contextmanager
def serving(loop: BackgroundLoop, app: web.Application, trust: Trust) -> Iterator[Mapping[str, str]]:
    """Serve the application once with each certificate; yield the URLs by the certificate's name."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    loop.call(runner.setup())
    try:
        yield {name: loop.call(_listen(runner, context)) for name, context in trust.contexts.items()}
    finally:
        loop.call(runner.cleanup())


async def _listen(runner: web.AppRunner, context: ssl.SSLContext) -> str:
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    return f"https://localhost:{runner.addresses[-1][1]}"


class Clock:
    """Seconds that stand still until a test lets them pass; what is slept for is noted."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@dataclass(slots=True, kw_only=True)
class Sweep:
    """What a sweep handed over, page by page, and what it told of its progress."""

    pages: list[list[Device]] = field(default_factory=list)
    told: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def devices(self) -> list[Device]:
        return [device for page in self.pages for device in page]

    @property
    def mobile(self) -> list[Device]:
        return [device for device in self.devices if device.family is Family.MOBILE]

    @property
    def computers(self) -> list[Device]:
        return [device for device in self.devices if device.family is Family.COMPUTER]

    def stage(self, devices: Sequence[Device]) -> None:
        self.pages.append(list(devices))

    def progress(self, what: str, done: int, total: int) -> None:
        self.told.append((what, done, total))


@dataclass(frozen=True, slots=True, kw_only=True)
class JamfSide:
    """A running Jamf Pro, and clients for it. ``asked`` are path and query of the calls that it answered."""

    loop: BackgroundLoop
    district: District
    records: Fleet
    settings: JamfSettings
    urls: Mapping[str, str]
    ca_file: Path
    clock: Clock
    asked: list[str]

    @property
    def devices(self) -> list[DemoDevice]:
        """The mobile devices."""
        return [device for device in self.district.devices if device.family == "mobile"]

    @property
    def computers(self) -> list[DemoDevice]:
        return [device for device in self.district.devices if device.family == "computer"]

    def switch(self, fault: str, value: str | None = None, *, on: bool = True) -> None:
        async def switch() -> None:
            self.settings.faults.switch(fault, on, value)

        self.loop.call(switch())

    def shown(self, family: str) -> Mapping[int, Record]:
        return self.records.shown(family)

    def change(self, family: str, jamf_id: int, **fields: object) -> None:
        async def change() -> None:
            self.records.change(family, jamf_id, fields)

        self.loop.call(change())

    def remove(self, family: str, jamf_id: int) -> None:
        async def remove() -> None:
            self.records.remove(family, jamf_id)

        self.loop.call(remove())

    def calls(self, endpoint: str) -> int:
        return self.settings.counters.requests[endpoint]

    def access(self, certificate: str = GOOD, **changes: Any) -> JamfAccess:
        plain: dict[str, Any] = {
            "url": self.urls[certificate],
            "client_id": JAMF_CLIENT,
            "client_secret": lambda: JAMF_SECRET,
            "ca_file": self.ca_file,
            "clock": self.clock,
            "sleep": self.clock.sleep,
        }
        return JamfAccess(**plain | changes)

    def fleet(self, page_size: int = 1000, **changes: Any) -> JamfFleet:
        return JamfFleet(self.access(**changes), page_size)

    def sweep(self, page_size: int = 1000, **changes: Any) -> tuple[FleetRead, Sweep]:
        seen = Sweep()
        return self.fleet(page_size, **changes).sweep(seen.stage, seen.progress), seen


@contextmanager
def jamf_side(loop: BackgroundLoop, district: District, trust: Trust) -> Iterator[JamfSide]:
    clock = Clock()
    client = ApiClient(secret=JAMF_SECRET, privileges=READING)
    settings = JamfSettings(clients={JAMF_CLIENT: client}, clock=clock)
    records, asked = Fleet(district), list[str]()
    app = jamf_app(records, settings)

    async def note(request: web.Request, _: web.StreamResponse) -> None:
        asked.append(request.path_qs)

    app.on_response_prepare.append(note)
    with serving(loop, app, trust) as urls:
        yield JamfSide(
            loop=loop,
            district=district,
            records=records,
            settings=settings,
            urls=urls,
            ca_file=trust.ca_file,
            clock=clock,
            asked=asked,
        )


_SECTIONS = (
    *("general", "hardware", "userandlocation", "purchasing"),
    *("security", "groups", "groupmemberships", "extensionattributes"),
)
_KINDS = {"iOS": DeviceKind.IPAD, "tvOS": DeviceKind.APPLE_TV, "Unknown": DeviceKind.UNKNOWN}


def device_of(demo: DemoDevice, attributes: frozenset[str] = frozenset()) -> Device:
    """What the program is to make of a record: every field that the server says, and None where it is silent."""
    return _computer_of(demo, attributes) if demo.family == "computer" else _mobile_device_of(demo, attributes)


def _mobile_device_of(demo: DemoDevice, attributes: frozenset[str]) -> Device:
    unknown, television = demo.device_type == "Unknown", demo.device_type == "tvOS"
    says = _spoken(demo, ["general", "hardware"] if unknown else None)
    if television:
        says = says - {"security"}
    return replace(
        _said_alike(demo, says),
        kind=_KINDS[demo.device_type],
        model="" if unknown else demo.model,
        shared=demo.shared_ipad if "general" in says and not television else None,
        lost_mode=demo.lost_mode if "security" in says else None,
        lost_mode_since=_whole(demo.lost_mode_since) if "security" in says and demo.lost_mode else None,
        building=demo.building if "userandlocation" in says else "",
        prestage=demo.prestage if "general" in says else "",
        groups=tuple(sorted(demo.groups)) if "groups" in says else None,
        attributes=_attributes_of(demo, attributes) if "extensionattributes" in says else None,
    )


def _computer_of(demo: DemoDevice, attributes: frozenset[str]) -> Device:
    says = _spoken(demo, None)
    return replace(
        _said_alike(demo, says),
        family=Family.COMPUTER,
        kind=DeviceKind.MAC,
        groups=tuple(sorted(demo.groups)) if "groupmemberships" in says else None,
        attributes=_attributes_of(demo, attributes) if "extensionattributes" in says else None,
    )


def _said_alike(demo: DemoDevice, says: frozenset[str]) -> Device:
    """What both families say; ``kind`` is left open."""
    general, user = "general" in says, "userandlocation" in says
    site = NO_SITE if demo.site_id is None else demo.site_id
    return Device(
        jamf_id=demo.jamf_id,
        serial=demo.serial if "hardware" in says else "",
        name=demo.name if general else "",
        asset_tag=demo.asset_tag if general else "",
        kind=DeviceKind.UNKNOWN,
        model=demo.model if "hardware" in says else "",
        site_id=site if general else None,
        shared=None,
        user=UserFields(username=demo.username, real_name=demo.real_name, email=demo.email) if user else None,
        management_id=demo.management_id if general else "",
        managed=demo.managed if general else None,
        supervised=demo.supervised if general else None,
        last_inventory=_thousandths(demo.last_inventory) if general else None,
        last_contact=_whole(demo.last_contact) if general else None,
        last_enrolled=_whole(demo.last_enrolled) if general else None,
        profile_expires=_whole(demo.profile_expires) if general else None,
        purchased=demo.purchased if "purchasing" in says else None,
        room=demo.room if user else "",
    )


def _spoken(demo: DemoDevice, only: Sequence[str] | None) -> frozenset[str]:
    """Sections that are not null."""
    silent = {section.replace("_", "").lower() for section in demo.null_sections}
    return frozenset(_SECTIONS if only is None else only) - silent


def _attributes_of(demo: DemoDevice, wanted: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pair for pair in demo.extension_attributes if pair[0] in wanted))


def _whole(moment: datetime | None) -> datetime | None:
    """As it is sent: in seconds."""
    return moment and moment.replace(microsecond=0)


def _thousandths(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(microsecond=moment.microsecond // 1000 * 1000)


QUICK = Limits(connect_seconds=5, answer_seconds=20, total_seconds=30)
DirectoryAnswer = DirectoryRead | DirectoryFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class IServSide:
    """Running directories of all schools of a district, and clients for them."""

    directories: Directories
    district: District
    ca_file: Path

    @property
    def numbers(self) -> list[str]:
        return [school.number for school in self.district.schools]

    @property
    def schools(self) -> list[School]:
        return [school_of(school, self.directories.url(school.number)) for school in self.district.schools]

    def school(self, number: str) -> School:
        return next(school for school in self.schools if school.number == number)

    def binds(self, number: str) -> int:
        return self.directories.counters()[number]["binds"]

    def persons(self, number: str) -> list[Person]:
        demo = next(school for school in self.district.schools if school.number == number)
        return [person_of(demo, person) for person in self.district.persons if person.school == number]

    def reader(self, limits: Limits = QUICK, **changes: Any) -> IServDirectories:
        plain: dict[str, Any] = {
            "password": lambda school: iserv_password(school.number),
            "ca_file": self.ca_file,
            "limits": limits,
        }
        return IServDirectories(**plain | changes)

    def read(self, schools: Sequence[School], limits: Limits = QUICK, **changes: Any) -> Mapping[str, DirectoryAnswer]:
        with self.reader(limits, **changes).reading(schools) as answers:
            return {answer.school.number: answer for answer in answers}

    @contextmanager
    def faulty(self, name: str, *numbers: str, value: str | None = None) -> Iterator[None]:
        """Switch a fault on for some schools."""
        with ExitStack() as stack:
            for number in numbers:
                self.directories.fault(name, on=True, school_number=number, value=value)
                stack.callback(self.directories.fault, name, on=False, school_number=number)
            yield


@contextmanager
def iserv_side(folder: Path, authority: DemoAuthority, district: District) -> Iterator[IServSide]:
    with Directories(folder / "run", authority, district, lambda school: iserv_password(school.number)) as directories:
        yield IServSide(directories=directories, district=district, ca_file=authority.ca_file(folder))


def iserv_password(number: str) -> str:
    return f"iserv-geheim-{number}"


def school_of(demo: DemoSchool, url: str) -> School:
    return School(
        number=demo.number,
        name=demo.name,
        form=demo.form,
        sites=(demo.site_name,),
        directory=DirectoryAddress(url=url, base_dn=demo.base_dn, account_dn=demo.account_dn),
        mail_domains=(demo.mail_domain,),
        student_groups=demo.student_groups,
        teacher_groups=demo.teacher_groups,
        staff_groups=demo.staff_groups,
        leaver_groups=demo.leaver_groups,
        pool=PoolRules(names=demo.pool_names),
    )


def person_of(school: DemoSchool, demo: DemoPerson) -> Person:
    groups = set(demo.groups)
    role = _role(school, groups)
    return Person(
        school=demo.school,
        uuid=demo.uuid,
        login=demo.login,
        mail=demo.mail,
        role=role,
        given_name=demo.given_name,
        family_name=demo.family_name,
        leaver=bool(groups & set(school.leaver_groups)),
        classes=tuple(sorted(group for group in groups if group.startswith("klasse."))),
        grade=None if role in {Role.TEACHER, Role.STAFF} else _grade(groups),
    )


def _grade(groups: set[str]) -> int | None:
    """The demo's schools with grades have a group for each."""
    years = [group for group in groups if group.startswith("jahrgang.")]
    return int(years[0].removeprefix("jahrgang.")) if years else None


def _role(school: DemoSchool, groups: set[str]) -> Role:
    if groups & set(school.leaver_groups):
        return Role.UNKNOWN
    if groups & set(school.teacher_groups):
        return Role.TEACHER
    if groups & set(school.staff_groups):
        return Role.STAFF
    return Role.STUDENT if groups & set(school.student_groups) else Role.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSide:
    """A running mail server, and channels to it."""

    loop: BackgroundLoop
    sink: MailSink
    folder: Path
    ca_file: Path

    def switch(self, fault: str, value: str | None = None, *, on: bool = True) -> None:
        async def switch() -> None:
            self.sink.switch(fault, on, value)

        self.loop.call(switch())

    def hang_up(self) -> None:
        """End all connections."""

        async def cut() -> None:
            self.sink.cut()

        self.loop.call(cut())

    def channel(self, *, login: str | None = MAIL_LOGIN, password: str = MAIL_PASSWORD) -> MailChannel:
        server = SmtpServer(host="localhost", port=self.sink.port, login=login, ca_file=self.ca_file)
        return MailChannel(server, lambda: password)


@contextmanager
def mail_side(loop: BackgroundLoop, folder: Path, authority: DemoAuthority) -> Iterator[MailSide]:
    sink = loop.call(start_mail_sink(folder, authority, login=MAIL_LOGIN, password=MAIL_PASSWORD))
    try:
        yield MailSide(loop=loop, sink=sink, folder=folder / "messages", ca_file=authority.ca_file(folder))
    finally:
        loop.call(sink.close())


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSide:
    """A running upstream, and channels to it."""

    loop: BackgroundLoop
    sink: UpstreamSink
    folder: Path
    urls: Mapping[str, str]
    ca_file: Path

    def switch(self, fault: str, value: str | None = None, *, on: bool = True) -> None:
        async def switch() -> None:
            self.sink.switch(fault, on, value)

        self.loop.call(switch())

    def channel(self, certificate: str = GOOD, *, token: str = UPSTREAM_TOKEN) -> UpstreamChannel:
        return UpstreamChannel(url=f"{self.urls[certificate]}/summaries", token=lambda: token, ca_file=self.ca_file)


@contextmanager
def upstream_side(loop: BackgroundLoop, folder: Path, trust: Trust) -> Iterator[UpstreamSide]:
    app = upstream_app(folder, UpstreamSettings(token=UPSTREAM_TOKEN))
    with serving(loop, app, trust) as urls:
        yield UpstreamSide(loop=loop, sink=app[SINK], folder=folder, urls=urls, ca_file=trust.ca_file)


class Listener:
    """A TLS server that notes every byte of what it is told, and hangs up."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: list[bytes] = []


@contextmanager
def listening(loop: BackgroundLoop, context: ssl.SSLContext, answer: bytes = b"") -> Iterator[Listener]:
    """Listen; whatever a client says is noted and answered by ``answer``."""
    listener, server = loop.call(_listener(context, answer))
    try:
        yield listener
    finally:
        loop.call(_close(server))


async def _listener(context: ssl.SSLContext, answer: bytes) -> tuple[Listener, asyncio.Server]:
    listener = Listener(0)

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            listener.heard.append(await reader.read(1 << 16))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0, ssl=context)
    listener.port = server.sockets[0].getsockname()[1]
    return listener, server


async def _close(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()
