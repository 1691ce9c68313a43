"""The installation of mdm-sync that belongs to a district: settings, register, secrets, CSV files, the truth."""

import csv
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mdm_sync.demo.district.exports import dirty_incidents_csv, earlier_years_csv, incidents_csv, inventory_csv
from mdm_sync.demo.district.truth import write_truth
from mdm_sync.demo.model import DemoSchool, District
from mdm_sync.demo.places import Places

MAIL_LOGIN = "mdm-sync"
CLIENT_ID = "mdm-sync-reading"
LOCKING_CLIENT_ID = "mdm-sync-locking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the district's servers answer; a school's directory by its number."""

    jamf_port: int
    upstream_port: int
    mail_port: int
    directory: Callable[[str], str]


def write_installation(places: Places, district: District, addresses: Addresses, secrets: Mapping[str, str]) -> None:
    """Write all that mdm-sync needs to work on the district."""
    places.settings.touch(mode=0o600)
    places.settings.write_text(_settings(places, addresses, district.plan.language), encoding="utf-8")
    _write_register(places.register, district, addresses)
    _write_secrets(places.credentials, secrets)
    write_truth(district, places.folder / "truth.csv")
    _write_exports(places.folder, district)


def secret_names(district: District) -> list[str]:
    """The secrets of all accounts in the district that mdm-sync may use."""
    directories = [f"iserv-{school.number}" for school in district.schools]
    return ["jamf-client-secret", "jamf-locking-client-secret", "mail-password", "upstream-token", *directories]


def _settings(places: Places, addresses: Addresses, language: str) -> str:
    return f"""\
# Settings of the demo district. The secrets lie in {places.credentials.name}/, as systemd would hand them over.
language = "{language}"

[state]
folder = "{places.state.name}"

[schools]
register_file = "{places.register.name}"

[inventory]
file = "inventory.csv"

[incidents]
folder = "incidents"

[jamf]
url = "https://localhost:{addresses.jamf_port}"
client_id = "{CLIENT_ID}"
ca_file = "ca.pem"

[iserv]
ca_file = "ca.pem"

[repair]
attribute = "Status"
values = ["Reparatur"]

[locking]
enabled = true
client_id = "{LOCKING_CLIENT_ID}"
message = "Eigentum der Stadt. Bitte zurückgeben."
phone = "+49 231 0000"
footnote = "Schul-IT"

[mail]
host = "localhost"
port = {addresses.mail_port}
login = "{MAIL_LOGIN}"
ca_file = "ca.pem"
sender = "mdm-sync@systemhaus.example"
recipients = ["mdm-team@systemhaus.example"]

[upstream]
url = "https://localhost:{addresses.upstream_port}/summaries"
ca_file = "ca.pem"
"""


def _write_exports(folder: Path, district: District) -> None:
    """The online form's export as it should be (UTF-8) and as it comes (Windows-1252), inventory, earlier years."""
    exports = {
        "incidents.csv": incidents_csv(district).encode(),
        "incidents-dirty.csv": dirty_incidents_csv(district).encode("cp1252"),
        "inventory.csv": inventory_csv(district).encode(),
        "earlier-years.csv": earlier_years_csv(district).encode(),
    }
    (folder / "incidents").mkdir(exist_ok=True)
    for name, content in exports.items():
        (folder / name).write_bytes(content)


def _write_register(path: Path, district: District, addresses: Addresses) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _row(district.schools[0], ""), delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(school, addresses.directory(school.number)) for school in district.schools)


def _row(school: DemoSchool, url: str) -> dict[str, str]:
    return {
        "school": school.number,
        "name": school.name,
        "form": school.form,
        "stage": school.stage,
        "sites": school.site_name,
        "iserv_url": url,
        "iserv_base": school.base_dn,
        "iserv_account": school.account_dn,
        "mail_domains": "|".join((school.mail_domain, *school.mail_aliases)),
        "student_groups": "|".join(school.student_groups),
        "teacher_groups": "|".join(school.teacher_groups),
        "staff_groups": "|".join(school.staff_groups),
        "leaver_groups": "|".join(school.leaver_groups),
        "login_suffixes": "|".join(school.login_suffixes),
        "name_suffixes": "|".join(school.name_suffixes),
        "pool_names": _patterns(school, "Koffer", "Klassensatz"),
        "administration_names": _patterns(school, "Verwaltung"),
        "spare_names": _patterns(school, "Reserve"),
        "campus": school.campus or "",
        "support": school.support,
        "contacts": school.contact,
    }


def _patterns(school: DemoSchool, *kinds: str) -> str:
    """The school's name patterns of these kinds of shared devices."""
    return "|".join(pattern for pattern in school.pool_names if any(f"-{kind}-" in pattern for kind in kinds))


def _write_secrets(folder: Path, secrets: Mapping[str, str]) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, value in secrets.items():
        path = folder / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "w", encoding="utf-8") as file:
            file.write(value)
