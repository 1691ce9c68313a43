"""A district seen from outside: by curl, ldapsearch and openssl, never through our own code."""

import csv
import json
import os
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mdm_sync.demo.district import generate
from mdm_sync.demo.installation import CLIENT_ID, LOCKING_CLIENT_ID, MAIL_LOGIN
from mdm_sync.demo.model import DemoDevice, District
from tests.command_line import Ran
from tests.e2e.conftest import Installation

PATIENCE = 1.0
"""Seconds after which an answer does not come; without a fault it takes some hundredths."""
NO_ANSWER = 28
"""How curl, and every program here, ends when an answer does not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a stranger with the passwords can do with a district that is up.

    Attributes:
        installation: the district.
        district: what it is made of, to compare with.
        school: the number of the school whose directory is looked at.
        lockable: devices that nobody has locked, a new one each time.
    """

    installation: Installation
    district: District
    school: str
    lockable: Iterator[DemoDevice]

    def command(self, *arguments: str) -> str:
        """Run a command of ``mdm-sync demo`` and return what it says."""
        ran = self.installation.run("demo", *arguments, "--folder", str(self.installation.places.folder))
        assert ran.code == 0, ran.err
        return ran.out

    def curl(self, *arguments: str) -> Ran:
        trust = str(self.installation.places.folder / "ca.pem")
        return run("curl", "-q", "-sS", "--noproxy", "*", "-m", str(PATIENCE), "--cacert", trust, *arguments)

    def token(self, client: str = CLIENT_ID) -> dict[str, Any]:
        """Return what Jamf Pro answers to a client that logs in."""
        secret = {CLIENT_ID: "jamf-client-secret", LOCKING_CLIENT_ID: "jamf-locking-client-secret"}[client]
        form = f"grant_type=client_credentials&client_id={client}&client_secret={self.secret(secret)}"
        answer: dict[str, Any] = json.loads(self.curl("-d", form, f"{self.jamf_url}/api/v1/oauth/token").out)
        return answer

    def jamf(self, path: str, *options: str, token: str | None = None, client: str = CLIENT_ID) -> Ran:
        """Call Jamf Pro, with a new token where none is given; ``[0-2]`` in the path are three calls."""
        bearer = token or self.token(client)["access_token"]
        return self.curl("-H", f"Authorization: Bearer {bearer}", *options, f"{self.jamf_url}{path}")

    def upstream(self, *options: str) -> Ran:
        """Push a summary."""
        bearer = f"Authorization: Bearer {self.secret('upstream-token')}"
        return self.curl("-H", bearer, "-d", "{}", *options, str(self.settings["upstream"]["url"]))

    def mail(self, *options: str) -> Ran:
        """Send a mail that says nothing."""
        account = f"{MAIL_LOGIN}:{self.secret('mail-password')}"
        envelope = ("--user", account, "--mail-from", "mdm-sync@stadt.test", "--upload-file", os.devnull)
        return self.curl(*envelope, *options, f"smtp://localhost:{self.settings['mail']['port']}")

    def ldapsearch(self, *options: str, unit: str = "users", school: str | None = None) -> Ran:
        """Read the children of ``ou=users`` or ``ou=groups`` as the school's account."""
        row = self.register[school or self.school]
        server = ("-H", row["iserv_url"], "-D", row["iserv_account"], "-w", self.secret(f"iserv-{row['school']}"))
        below = ("-s", "one", "-b", f"ou={unit},{row['iserv_base']}")
        trust = {"LDAPTLS_CACERT": str(self.installation.places.folder / "ca.pem"), "LDAPTLS_REQCERT": "demand"}
        return run("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", *server, *below, *options, **trust)

    def openssl(self, port: int, *options: str) -> Ran:
        """Shake hands with a server of the district as one who checks its certificate."""
        trust = str(self.installation.places.folder / "ca.pem")
        checks = ("-CAfile", trust, "-verify_hostname", "localhost", "-verify_return_error")
        return run("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *checks, *options)

    @property
    def settings(self) -> dict[str, Any]:
        return tomllib.loads(self.installation.places.settings.read_text(encoding="utf-8"))

    @property
    def register(self) -> dict[str, dict[str, str]]:
        with self.installation.places.register.open(encoding="utf-8") as file:
            return {row["school"]: row for row in csv.DictReader(file, delimiter=";")}

    @property
    def jamf_url(self) -> str:
        return str(self.settings["jamf"]["url"])

    @property
    def directory_port(self) -> int:
        return int(self.register[self.school]["iserv_url"].rpartition(":")[2])

    @property
    def logins(self) -> set[str]:
        """The people of the school."""
        return {person.login for person in self.district.persons if person.school == self.school}

    @property
    def teachers(self) -> set[str]:
        [school] = [one for one in self.district.schools if one.number == self.school]
        groups = set(school.teacher_groups)
        return {one.login for one in self.district.persons if one.school == self.school and groups & set(one.groups)}

    @property
    def fleet(self) -> set[str]:
        """The ids of all mobile devices."""
        return {str(device.jamf_id) for device in self.district.devices if device.family == "mobile"}

    def secret(self, name: str) -> str:
        return (self.installation.places.credentials / name).read_text(encoding="utf-8")


def outside_of(installation: Installation) -> Outside:
    """Look at a district's larger school."""
    district = generate(installation.places.read_plan())
    sizes = {school.number: 0 for school in district.schools}
    for person in district.persons:
        sizes[person.school] += 1
    sound = [device for device in district.devices if device.family == "mobile" and device.managed]
    lockable = [one for one in sound if one.supervised and not one.lost_mode and not one.pending_lock]
    return Outside(
        installation=installation, district=district, school=max(sizes, key=sizes.__getitem__), lockable=iter(lockable)
    )


def run(program: str, *arguments: str, **environment: str) -> Ran:
    """Run a program to its end, or for as long as our patience lasts."""
    try:
        done = subprocess.run(
            [program, *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE * 2,
            check=False,
        )
    except subprocess.TimeoutExpired as waited:
        return Ran(NO_ANSWER, _text(waited.stdout), _text(waited.stderr))
    return Ran(done.returncode, _text(done.stdout), _text(done.stderr))


def _text(output: bytes | None) -> str:
    return (output or b"").decode(errors="replace")
