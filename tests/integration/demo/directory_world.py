"""A small district for the directories' tests, and the tools that look at it from outside."""

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mdm_sync.demo.directory import Directories
from mdm_sync.demo.model import DemoGroup, DemoPerson, DemoSchool, District, Plan

NORD, SUED = "100001", "100002"
PATIENCE = 20


def password(school: DemoSchool) -> str:
    return f"geheim-{school.number}"


def district(schools: int = 2, persons: int = 60, classes: int = 3) -> District:
    every = tuple(_school(index) for index in range(1, schools + 1))
    return District(
        plan=Plan(now=datetime(2026, 11, 2, tzinfo=UTC), schools=schools),
        schools=every,
        groups=tuple(group for school in every for group in _groups(school, classes)),
        persons=tuple(_person(school, index, classes) for school in every for index in range(persons)),
        devices=(),
    )


def _school(index: int) -> DemoSchool:
    number = f"{100000 + index}"
    return DemoSchool(
        number=number,
        name=f"Schule {index}",
        form="02",
        slug=f"gs-{index}",
        site_id=index,
        site_name=number,
        contact=f"{number}@schulen.test",
    )


def _groups(school: DemoSchool, classes: int) -> Sequence[DemoGroup]:
    accounts = ["schueler", "lehrer", *(f"klasse.{number}a" for number in range(1, classes + 1))]
    return [
        DemoGroup(school=school.number, uuid=f"g-{school.number}-{account}", account=account, name=account.title())
        for account in accounts
    ]


def _person(school: DemoSchool, index: int, classes: int) -> DemoPerson:
    role = "lehrer" if index % 10 == 0 else "schueler"
    login = f"juergen.mueller{index}"
    return DemoPerson(
        school=school.number,
        uuid=f"p-{school.number}-{index}",
        login=login,
        given_name="Jürgen",
        family_name=f"Müller-Lüdenscheidt {index}",
        mail=f"{login}@{school.mail_domain}",
        groups=(role, f"klasse.{index % classes + 1}a"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What ldapsearch said: the LDAP result code (255 where there was no connection) and its LDIF."""

    code: int
    text: str
    errors: str

    @property
    def names(self) -> list[str]:
        return [line.removeprefix("dn: ") for line in self.text.splitlines() if line.startswith("dn:")]

    def values(self, attribute: str) -> list[str]:
        return [line.split(": ", 1)[1] for line in self.text.splitlines() if line.startswith(f"{attribute}:")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Looks at the directories as a stranger does."""

    directories: Directories
    district: District
    authority: Path

    def school(self, number: str) -> DemoSchool:
        return next(school for school in self.district.schools if school.number == number)

    def port(self, number: str) -> int:
        return int(self.directories.url(number).rpartition(":")[2])

    def search(
        self, number: str, *options: str, unit: str = "ou=users,", paged: bool = True, patience: float = PATIENCE
    ) -> Answer:
        """Read one school as its account."""
        school = self.school(number)
        page = ["-E", "pr=50/noprompt"] if paged else []
        account = ["-D", school.account_dn, "-w", password(school)]
        return self.ldapsearch(number, *account, "-b", f"{unit}{school.base_dn}", *page, *options, patience=patience)

    def people(self, number: str, *options: str, paged: bool = True, patience: float = PATIENCE) -> Answer:
        return self.search(number, "-s", "one", *options, paged=paged, patience=patience)

    def groups(self, number: str, *options: str) -> Answer:
        return self.search(number, "-s", "one", *options, unit="ou=groups,")

    def ldapsearch(self, number: str, *options: str, patience: float = PATIENCE) -> Answer:
        done = run(
            "ldapsearch",
            *("-x", "-LLL", "-o", "ldif-wrap=no", "-H", self.directories.url(number), *options),
            patience=patience,
            LDAPTLS_CACERT=str(self.authority),
            LDAPTLS_REQCERT="demand",
        )
        return Answer(code=done.returncode, text=done.stdout, errors=done.stderr)

    def openssl(self, number: str) -> str:
        """Return what ``openssl s_client`` thinks of the certificate."""
        done = run(
            "openssl",
            *("s_client", "-connect", f"127.0.0.1:{self.port(number)}"),
            *("-CAfile", str(self.authority), "-verify_hostname", "localhost"),
        )
        return next(line for line in done.stdout.splitlines() if "erify return code" in line)

    def shake_hands(self, number: str, patience: float) -> str | None:
        """Return the TLS version, or raise TimeoutError after that many seconds without an answer."""
        context = ssl.create_default_context(cafile=self.authority)
        address = ("127.0.0.1", self.port(number))
        with (
            socket.create_connection(address, patience) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            return secured.version()


def run(
    program: str, *arguments: str, patience: float = PATIENCE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of this machine to its end."""
    return subprocess.run(
        [shutil.which(program) or program, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )


def processes_of(folder: Path) -> list[int]:
    """Return the ids of running processes whose command line names the folder."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _names(entry, folder)]


def _names(process: Path, folder: Path) -> bool:
    try:
        return str(folder).encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False
