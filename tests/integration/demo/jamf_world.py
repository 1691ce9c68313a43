"""A small made-up fleet and a Jamf Pro server that runs for a test."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import requests
from aiohttp import web

from mdm_sync.demo.jamf import privileges
from mdm_sync.demo.jamf.controls import control_routes
from mdm_sync.demo.jamf.fleet import Fleet
from mdm_sync.demo.jamf.server import ApiClient, JamfSettings, jamf_app
from mdm_sync.demo.model import DemoDevice, DemoSchool, District, Plan
from tests.replacing import replace

NOW = datetime(2026, 9, 1, 6, 30, 0, 307_000, tzinfo=UTC)
DETAIL = "/api/v2/mobile-devices/detail"
COMMANDS = "/api/v2/mdm/commands"


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


def ipad(number: int, **fields: object) -> DemoDevice:
    plain = DemoDevice(
        jamf_id=number,
        serial=f"DMP{number:09d}",
        udid=f"00008103-{number:016X}",
        management_id=str(uuid5(NAMESPACE_URL, f"https://jamf.example/{number}")),
        name=f"GSN-iPad-{number:05d}",
        asset_tag=f"INV-{number:05d}",
        site_id=number % 3 + 1,
        username=f"p{number}",
        real_name=f"Muster, Mia {number}",
        email=f"p{number}@gs-nord.test",
        building="GS Nord" if number % 2 else "GS Süd",
        room=str(number % 20),
        groups=("Alle iPads", "Klasse 3a") if number % 4 == 0 else ("Alle iPads",),
        extension_attributes=(("Ausgabe", "2025-08-20"), ("Koffer", f"K{number % 7}")),
        last_inventory=NOW - timedelta(hours=number % 480),
        last_contact=NOW - timedelta(minutes=number % 600),
        last_enrolled=NOW - timedelta(days=300),
        profile_expires=NOW + timedelta(days=400),
        purchased=date(2023, 5, 17),
    )
    return replace(plain, **fields)


def mac(number: int) -> DemoDevice:
    return ipad(
        number,
        family="computer",
        device_type="macOS",
        model="MacBook Air",
        model_identifier="Mac14,2",
        serial=f"C02{number:09d}",
        management_id=str(uuid5(NAMESPACE_URL, f"https://jamf.example/mac/{number}")),
    )


def district(*devices: DemoDevice) -> District:
    schools = tuple(
        DemoSchool(
            number=f"10000{site}",
            name=f"Schule {site}",
            form="02",
            slug=f"gs-{site}",
            site_id=site,
            site_name=f"10000{site} Schule {site}",
            contact=f"sekretariat@gs-{site}.test",
        )
        for site in (1, 2, 3)
    )
    return District(plan=Plan(now=NOW), schools=schools, groups=(), persons=(), devices=devices)


def settings(clock: Clock) -> JamfSettings:
    everything = frozenset(privileges.ALL)
    return JamfSettings(
        clients={
            "reader": ApiClient(secret="r", privileges=privileges.READING),
            "locker": ApiClient(secret="l", privileges=privileges.LOCKING),
            "all": ApiClient(secret="a", privileges=everything),
            "one-school": ApiClient(secret="o", privileges=everything, sites=frozenset({2})),
        },
        users={"admin": ApiClient(secret="geheim", privileges=everything)},
        clock=clock,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The server's certificate, and the file by which clients verify it."""

    context: ssl.SSLContext
    authority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server and the way to it."""

    url: str
    control: str
    fleet: Fleet
    settings: JamfSettings
    clock: Clock
    session: requests.Session

    def token(self, client: str = "all") -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": client,
            "client_secret": self.settings.clients[client].secret,
        }
        answer = self.session.post(f"{self.url}/api/v1/oauth/token", data=form, timeout=10)
        return str(answer.json()["access_token"])

    def switch(self, fault: str, *, on: bool = True, value: str | None = None) -> None:
        self.steer("PUT", f"faults/{fault}", {"on": on, "value": value})

    def steer(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.control}/jamf/{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_for_calls(self, count: int) -> None:
        end = time.monotonic() + 10
        while self.steer("GET", "counters")["in_flight"] != count:
            assert time.monotonic() < end

    def log_in(self, client: str) -> None:
        self.session.headers["Authorization"] = f"Bearer {self.token(client)}"

    def send(self, method: str, path: str, body: object = None, *, timeout: float = 10) -> requests.Response:
        return self.session.request(method, self.url + path, json=body, timeout=timeout)

    def order(self, kind: str, *management_ids: str, timeout: float = 10, **texts: str) -> requests.Response:
        clients = [{"managementId": management_id} for management_id in management_ids]
        body = {"clientData": clients, "commandData": {"commandType": kind, **texts}}
        return self.send("POST", COMMANDS, body, timeout=timeout)

    def get(self, path: str, params: object = None, *, timeout: float = 10) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=timeout)  # type: ignore[arg-type]  # any mapping

    def ids(self, **params: object) -> list[int]:
        return [int(row["mobileDeviceId"]) for row in self.rows(**params)]

    def rows(self, **params: object) -> list[dict[str, Any]]:
        wanted = {"sort": "mobileDeviceId:asc", "page-size": 2000, **params}
        answer = self.get(DETAIL, {name.replace("_", "-"): value for name, value in wanted.items()})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["results"])


@contextmanager
def running(*devices: DemoDevice, tls: Tls | None = None) -> Iterator[Server]:
    """Run a server for these devices, with the control entries on a port of their own."""
    clock = Clock()
    fleet = Fleet(district(*devices))
    chosen = settings(clock)
    control = web.Application()
    control.add_routes(control_routes(fleet, chosen))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def call(coroutine: object) -> object:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)  # type: ignore[arg-type]  # a coroutine

    runners = [web.AppRunner(app) for app in (jamf_app(fleet, chosen), control)]
    try:
        urls = [str(call(_serve(runner, tls))) for runner, tls in zip(runners, (tls, None), strict=True)]
        with requests.Session() as session:
            session.trust_env = False  # REQUESTS_CA_BUNDLE would win over verify
            session.verify = tls.authority if tls else True
            server = Server(url=urls[0], control=urls[1], fleet=fleet, settings=chosen, clock=clock, session=session)
            server.log_in("all")
            yield server
    finally:
        for runner in runners:
            call(runner.cleanup())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _serve(runner: web.AppRunner, tls: Tls | None) -> str:
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls.context if tls else None)
    await site.start()
    return f"{'https' if tls else 'http'}://localhost:{runner.addresses[0][1]}"
