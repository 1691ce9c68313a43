"""An invented district of three schools, its settings and register, and a store that two cycles have filled."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mdm_sync.core.conditions import Conditions
from mdm_sync.core.model import (
    NO_SITE,
    Device,
    DeviceKind,
    DirectoryAddress,
    Family,
    Person,
    Role,
    School,
    UserFields,
)
from mdm_sync.core.rules.book import RuleBook
from mdm_sync.cycle import Scope, run_cycle
from mdm_sync.equipment import Equipment
from state import Store
from tests.command_line import Ran, mdm_sync_here
from tests.fakes.directories import FakeDirectories
from tests.fakes.fleet import FakeFleet
from tests.replacing import replace
from tests.settings_file import write_settings

ADDRESS = DirectoryAddress(url="ldaps://iserv.example", base_dn="dc=example", account_dn="cn=reader")

PARK = School(number="190001", name="Grundschule am Park", form="02", sites=("GS Park",), directory=ADDRESS)
OST = School(number="190002", name="Gymnasium Ost", form="20", sites=("GYM Ost",), directory=ADDRESS)
WEST = School(number="190003", name="Gesamtschule West", form="15", sites=("GE West",), directory=ADDRESS)
SCHOOLS = (PARK, OST, WEST)
SITES = {1: "GS Park", 2: "GYM Ost", 3: "GE West", 9: "Niemandsland"}

SETTINGS = """
language = "{language}"
[state]
folder = "state"
[jamf]
url = "https://jamf.example"
client_id = "reader"
"""
REGISTER = (
    "school;name;form;stage;sites;iserv_url;iserv_base;iserv_account;"
    "mail_domains;student_groups;teacher_groups;staff_groups"
)


def ipad(jamf_id: int, site: int, username: str | None = "", **more: Any) -> Device:
    """A managed and supervised iPad; its serial number and asset tag end with its id."""
    fields: dict[str, Any] = {
        "jamf_id": jamf_id,
        "serial": f"DMPX{jamf_id:04}",
        "name": f"iPad {jamf_id}",
        "asset_tag": f"INV-{jamf_id}",
        "kind": DeviceKind.IPAD,
        "model": "iPad (9. Generation)",
        "site_id": site,
        "shared": False,
        "managed": True,
        "supervised": True,
        "lost_mode": False,
        "user": None if username is None else UserFields(username=username),
    }
    return Device(**(fields | more))


def person(school: School, login: str, role: Role = Role.STUDENT, **more: Any) -> Person:
    """An account whose names are made of its login."""
    given, _, family = login.partition(".")
    fields: dict[str, Any] = {"given_name": given.title(), "family_name": family.title()}
    mail = f"{login}@{school.number}.example"
    return Person(school=school.number, uuid=f"uuid-{login}", login=login, mail=mail, role=role, **(fields | more))


PERSONS = {
    PARK.number: [person(PARK, f"kind.{number}", classes=("klasse 1a",), grade=1) for number in range(6)],
    OST.number: [
        person(OST, "mia.beispiel", classes=("klasse.7b",), grade=7),
        person(OST, "ole.beispiel", classes=("klasse.7b",), grade=7),
        person(OST, "lea.lehrerin", Role.TEACHER),
    ],
    WEST.number: [person(WEST, "tom.woanders", grade=5)],
}
DEVICES = [
    ipad(11, 1, "kind.0"),
    ipad(12, 1, "kind.1"),
    ipad(21, 2, "mia.beispiel"),
    ipad(22, 2, ""),
    ipad(23, 2, "ole.beispeil"),
    ipad(24, 2, "", managed=False, name="Größe Ärzte-iPad"),
    ipad(25, 2, user=UserFields(email="tom.woanders@190003.example")),
    ipad(31, 3, "tom.woanders", serial="DMPXTWIN"),
    ipad(32, 9, "", serial="DMPXTWIN"),
    ipad(33, NO_SITE, ""),
    ipad(41, 3, "nobody.known"),
    ipad(99, 3),
    ipad(
        7,
        2,
        "",
        kind=DeviceKind.MAC,
        family=Family.COMPUTER,
        serial="C02MAC7",
        name="MacBook",
        shared=None,
        supervised=None,
    ),
]


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with settings, register and store, and the commands on it."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def speak(self, language: str) -> None:
        write_settings(self.folder / "mdm-sync.toml", SETTINGS.format(language=language))

    def run(self, *arguments: str) -> Ran:
        return mdm_sync_here(*arguments, environment={"MDM_SYNC_CONFIG": str(self.folder / "mdm-sync.toml")})

    def listed(self, *arguments: str) -> list[dict[str, Any]]:
        """The findings that a list with these options holds."""
        ran = self.run("findings", "list", *arguments, "--format", "json")
        assert ran.code == 0, ran.err
        found: list[dict[str, Any]] = ran.document["findings"]
        return found


def install(folder: Path, language: str = "en") -> Installation:
    """Settings and register; there is no store yet."""
    installation = Installation(folder)
    installation.speak(language)
    rows = [
        f"{one.number};{one.name};{one.form};live;{one.sites[0]};ldaps://iserv.example;dc=example;cn=reader;"
        f"{one.number}.example;schueler;lehrer;"
        for one in SCHOOLS
    ]
    (folder / "schools.csv").write_text("\n".join((REGISTER, *rows, "")), encoding="utf-8")
    return installation


def equipment(store: Store, fleet: FakeFleet, directories: FakeDirectories, at: datetime) -> Equipment:
    """What a cycle at this moment works with."""
    return Equipment(
        fleet=fleet,
        directories=directories,
        state=store,
        rules=RuleBook(),
        conditions=lambda now: Conditions(now=now),
        mails=None,
        summaries=None,
        clock=lambda: at,
        progress=lambda *_: None,
    )


def cycle(folder: Path, at: datetime, *, devices: Sequence[Device], unread: Sequence[School] = ()) -> None:
    """One cycle of this moment."""
    directories = FakeDirectories(PERSONS)
    directories.failures = {school.number: "The directory does not answer." for school in unread}
    fleet = FakeFleet(devices, SITES)
    fleet.granted = ("Read Computers", "Read Mobile Devices", "Send Mobile Device Lost Mode Command")
    fleet.unreadable = {"device:99": "the record has no serial number"}
    with closing(Store.open(folder)) as store:
        run_cycle(equipment(store, fleet, directories, at), SCHOOLS, Scope())


def fill(folder: Path, now: datetime) -> None:
    """A cycle three days ago, in which device 21 was free, then one two hours ago, in which WEST did not answer."""
    free = [replace(one, user=UserFields()) if one.jamf_id == 21 else one for one in DEVICES]
    cycle(folder, now - timedelta(days=3), devices=free)
    cycle(folder, now - timedelta(hours=2), devices=[*DEVICES, ipad(26, 2, "")], unread=[WEST])
