"""A Jamf Pro that answers each path as it is told, for answers that the demo's server does not give."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from connectors.jamf import JamfAccess, JamfFleet
from mdm_sync.core.model import Device
from mdm_sync.ports import FleetRead
from tests.far_side import GOOD, JAMF_SECRET, Clock, Sweep, Trust, serving
from tests.integration.demo.background_loop import BackgroundLoop

DETAIL_PATH = "/api/v2/mobile-devices/detail"
LIGHT_PATH = "/api/v2/mobile-devices"
COMPUTERS_PATH = "/api/v4/computers-inventory"
TOKEN_PATH = "/api/v1/oauth/token"
VERSION_PATH = "/api/v1/jamf-pro-version"
AUTH_PATH = "/api/v1/auth"
SITES_PATH = "/api/v1/sites"

Says = Mapping[str, Any]
BEARER: Says = {"access_token": "t", "expires_in": 1200, "token_type": "Bearer"}
EMPTY: Says = {"totalCount": 0, "results": []}
SEE_COMMANDS = "View MDM command information in Jamf Pro API"
GRANTED: Says = {"account": {"privileges": ["Read Computers", "Read Mobile Devices", "Read Sites", SEE_COMMANDS]}}


class Script:
    """Answers each path as it is told, several answers in turn, the last one for ever; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self._answers: dict[str, list[Says]] = {}
        self.say(TOKEN_PATH, json=BEARER)
        self.say(VERSION_PATH, json={"version": "11.30.1-t1784555528405"})
        self.say(AUTH_PATH, json=GRANTED)
        self.say(SITES_PATH, json=[])
        self.say(DETAIL_PATH, json=EMPTY)
        self.say(LIGHT_PATH, json=EMPTY)
        self.say(COMPUTERS_PATH, json=EMPTY)

    def say(self, path: str, *, json: object = None, **how: Any) -> None:
        self._answers[path] = [_answer(json, how)]

    def then(self, path: str, *, json: object = None, **how: Any) -> None:
        self._answers[path].append(_answer(json, how))

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        answers = self._answers.get(request.path, [{"status": 404}])
        return web.Response(**(answers.pop(0) if len(answers) > 1 else answers[0]))

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def queries(self, path: str) -> list[Mapping[str, str]]:
        return [request.query for request in self.asked if request.path == path]


def _answer(json: object, how: Says) -> Says:
    return how if json is None else {**how, "body": msgspec.json.encode(json)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """A server with a script, and clients for it."""

    script: Script
    url: str
    ca_file: Path
    clock: Clock

    def fleet(self, page_size: int = 100, **wanted: Any) -> JamfFleet:
        access = JamfAccess(
            url=self.url,
            client_id="reading",
            client_secret=lambda: JAMF_SECRET,
            ca_file=self.ca_file,
            clock=self.clock,
            sleep=self.clock.sleep,
        )
        return JamfFleet(access, page_size, **wanted)

    def sweep(self, page_size: int = 100, **wanted: Any) -> tuple[FleetRead, Sweep]:
        seen = Sweep()
        return self.fleet(page_size, **wanted).sweep(seen.stage, seen.progress), seen

    def record(self, *, wanted: Mapping[str, Any] | None = None, **fields: object) -> Device:
        """The device that becomes of one record."""
        self.script.say(DETAIL_PATH, json=page({"mobileDeviceId": "7", **fields}))
        [device] = self.sweep(**wanted or {})[1].devices
        return device

    def computer(self, *, wanted: Mapping[str, Any] | None = None, **fields: object) -> Device:
        """The device that becomes of one computer's record."""
        self.script.say(COMPUTERS_PATH, json=page({"id": "7", **fields}))
        [device] = self.sweep(**wanted or {})[1].devices
        return device


def page(*records: object, total: int | None = None) -> Says:
    return {"totalCount": len(records) if total is None else total, "results": records}


def rows(ids: Sequence[int]) -> list[Says]:
    return [{"mobileDeviceId": str(jamf_id)} for jamf_id in ids]


@contextmanager
def scripted_jamf(loop: BackgroundLoop, trust: Trust) -> Iterator[Scripted]:
    script, app = Script(), web.Application()
    app.router.add_route("*", "/{anything:.*}", script.answer)
    with serving(loop, app, trust) as urls:
        yield Scripted(script=script, url=urls[GOOD], ca_file=trust.ca_file, clock=Clock())
