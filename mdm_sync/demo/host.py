"""The process that serves a district: ``python -m mdm_sync.demo.host FOLDER``.

It starts Jamf Pro, the directories, the mail server and upstream, writes the installation that fits them, tells that
it is ready by ``running.json``, and stops all of it on SIGTERM, or when its standard input ends.
"""

import asyncio
import json
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path

from aiohttp import web

from mdm_sync.demo.certificates import CertificateFiles, DemoAuthority, loopback_hosts
from mdm_sync.demo.directory import Directories
from mdm_sync.demo.directory.controls import control_routes as directory_routes
from mdm_sync.demo.district import generate
from mdm_sync.demo.installation import (
    CLIENT_ID,
    LOCKING_CLIENT_ID,
    MAIL_LOGIN,
    Addresses,
    secret_names,
    write_installation,
)
from mdm_sync.demo.jamf.controls import control_routes as jamf_routes
from mdm_sync.demo.jamf.fleet import Fleet
from mdm_sync.demo.jamf.privileges import LOCKING, READING
from mdm_sync.demo.jamf.server import ApiClient, JamfSettings, jamf_app
from mdm_sync.demo.model import District
from mdm_sync.demo.places import Places
from mdm_sync.demo.sinks.mail import MailSink, start_mail_sink
from mdm_sync.demo.sinks.mail import control_routes as mail_routes
from mdm_sync.demo.sinks.upstream import SINK, UpstreamSettings, upstream_app
from mdm_sync.demo.sinks.upstream import control_routes as upstream_routes

PARENT_WATCHED = "--end-with-parent"


class DistrictHost:
    """A district with all its servers, and what may be changed of it while it is up."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._district = generate(places.read_plan())
        self._secrets = {name: secrets.token_urlsafe(16) for name in secret_names(self._district)}
        self._authority = DemoAuthority.create()
        self._fleet = Fleet(self._district)
        self._jamf = JamfSettings(
            clients={
                CLIENT_ID: ApiClient(secret=self._secrets["jamf-client-secret"], privileges=READING),
                LOCKING_CLIENT_ID: ApiClient(secret=self._secrets["jamf-locking-client-secret"], privileges=LOCKING),
            }
        )
        self._directories = Directories(
            places.servers / "directories",
            self._authority,
            self._district,
            lambda school: self._secrets[f"iserv-{school.number}"],
        )
        self._addresses: Addresses | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Everything is up inside, and stopped at the end, however it comes."""
        async with AsyncExitStack() as stack:
            self._authority.ca_file(self._places.folder)
            certificate = self._issue_certificate()
            await asyncio.to_thread(self._directories.start)
            stack.callback(self._directories.stop)
            mail = await self._start_mail(stack)
            upstream = upstream_app(self._places.summaries, UpstreamSettings(token=self._secrets["upstream-token"]))
            jamf = jamf_app(self._fleet, self._jamf)
            self._addresses = Addresses(
                jamf_port=await _serve(stack, jamf, certificate),
                upstream_port=await _serve(stack, upstream, certificate),
                mail_port=mail.port,
                directory=self._directories.url,
            )
            self._write_installation()
            controls = await self._serve_controls(stack, mail, upstream)
            self._tell(controls)
            stack.callback(self._places.running.unlink, missing_ok=True)
            yield

    async def turn_to_day(self, request: web.Request) -> web.Response:
        """``PUT /district/day`` with ``{"day": N}``: show the district as it is on that day."""
        day = int((await request.json())["day"])
        plan = replace(self._district.plan, day=day)
        self._district = await asyncio.to_thread(generate, plan)
        self._fleet.load(self._district)
        await asyncio.to_thread(self._directories.load, self._district)
        self._write_installation()
        return web.json_response({"day": day})

    async def describe(self, _: web.Request) -> web.Response:
        """``GET /district``: its plan and its counts."""
        return web.json_response({"plan": _plan_facts(self._district), "counts": _counts(self._district)})

    def _issue_certificate(self) -> CertificateFiles:
        folder = self._places.servers / "certificates"
        folder.mkdir(exist_ok=True)
        return self._authority.issue(folder, "server", loopback_hosts())

    async def _start_mail(self, stack: AsyncExitStack) -> MailSink:
        folder, password = self._places.servers / "mail", self._secrets["mail-password"]
        sink = await start_mail_sink(folder, self._authority, login=MAIL_LOGIN, password=password)
        stack.push_async_callback(sink.close)
        return sink

    def _write_installation(self) -> None:
        if self._addresses is None:
            raise RuntimeError("the servers have no addresses before they are up")
        write_installation(self._places, self._district, self._addresses, self._secrets)

    async def _serve_controls(self, stack: AsyncExitStack, mail: MailSink, upstream: web.Application) -> Path:
        app = web.Application()
        app.add_routes(
            [
                web.get("/district", self.describe),
                web.put("/district/day", self.turn_to_day),
                *jamf_routes(self._fleet, self._jamf),
                *directory_routes(self._directories),
                *mail_routes(mail),
                *upstream_routes(upstream[SINK]),
            ]
        )
        # A socket's path is short by nature (unix(7)); the demo's folder may lie deep.
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mdm-sync-demo-"))
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.UnixSite(runner, f"{folder}/control").start()
        return Path(folder) / "control"

    def _tell(self, controls: Path) -> None:
        """Appear at once and whole: whoever waits for the file may read it."""
        draft = self._places.running.with_suffix(".draft")
        draft.write_text(json.dumps({"process": os.getpid(), "controls": str(controls)}), encoding="utf-8")
        draft.rename(self._places.running)


async def _serve(stack: AsyncExitStack, app: web.Application, certificate: CertificateFiles) -> int:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate.server_context(), shutdown_timeout=1)
    await site.start()
    port: int = runner.addresses[0][1]
    return port


def _plan_facts(district: District) -> Mapping[str, object]:
    return asdict(district.plan) | {"now": district.plan.now.isoformat()}


def _counts(district: District) -> Mapping[str, int]:
    return {
        "schools": len(district.schools),
        "groups": len(district.groups),
        "persons": len(district.persons),
        "devices": len(district.devices),
        "inventory": len(district.inventory),
        "incidents": len(district.incidents),
        "planted": len(district.truth),
    }


async def _until_told(*, end_with_parent: bool) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    if end_with_parent:
        loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1) else told.set())
    await told.wait()


async def _main(folder: Path, *, end_with_parent: bool) -> None:
    async with DistrictHost(Places(folder)).serving():
        await _until_told(end_with_parent=end_with_parent)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), end_with_parent=PARENT_WATCHED in sys.argv[2:]))
