"""The floor: what the servers themselves need to give all that a cycle reads.

The same pages by ``curl`` (page size 1000, gzip, 5 connections), and the same trees by ``ldapsearch`` (LDAPS, the same
attributes, page 500, 8 at a time).
"""

import csv
import os
import ssl
import subprocess
import tomllib
from pathlib import Path

import httpx

from connectors.iserv.accounts import PERSON_ATTRIBUTES
from connectors.iserv.groups import GROUP_ATTRIBUTES
from connectors.jamf.records import SECTIONS
from mdm_sync.demo.installation import CLIENT_ID
from mdm_sync.demo.model import District
from mdm_sync.demo.places import Places

PAGE, ENTRIES = 1000, 500
CONNECTIONS, DIRECTORIES = 5, 8


class Floor:
    """Reads a district that is up; ``folder`` holds what curl and ldapsearch are told."""

    def __init__(self, places: Places, district: District, folder: Path) -> None:
        self._places = places
        self._district = district
        self._environment = {**os.environ, "LDAPTLS_CACERT": str(places.folder / "ca.pem")}
        self._curl = folder / "curl.conf"
        self._searches = folder / "searches.txt"
        self._write_searches()

    def read(self) -> None:
        """Read all pages, then all trees."""
        self.read_pages()
        self.read_trees()

    def read_pages(self, kept: Path | None = None) -> None:
        """Read all pages of devices; keep them as ``<number>.page`` in a folder if one is named."""
        self._write_urls(kept)
        curl = ["curl", "-Z", "--fail", "--no-progress-meter", "--parallel-max", str(CONNECTIONS), "-K"]
        subprocess.run([*curl, self._curl], check=True, stdout=subprocess.DEVNULL)

    def read_trees(self) -> None:
        """Read users and groups of all directories that are connected."""
        with self._searches.open() as searches:
            subprocess.run(
                ["xargs", "-P", str(DIRECTORIES), "-L", "1", "ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no"],
                stdin=searches,
                stdout=subprocess.DEVNULL,
                env=self._environment,
                check=True,
            )

    def _write_urls(self, kept: Path | None) -> None:
        token, jamf = self._token(), jamf_url(self._places)
        devices = sum(device.family == "mobile" for device in self._district.devices)
        query = "&".join(f"section={section}" for section in SECTIONS)
        lines = [
            f'url = "{jamf}/api/v2/mobile-devices/detail?{query}&page={page}&page-size={PAGE}'
            f'&sort=mobileDeviceId:asc"\noutput = "{kept / f"{page}.page" if kept else os.devnull}"'
            for page in range(-(-devices // PAGE))
        ]
        options = f'header = "Authorization: Bearer {token}"\nheader = "Accept-Encoding: gzip"\n'
        ca_file = f'cacert = "{self._places.folder / "ca.pem"}"\n'
        self._curl.write_text(options + ca_file + "\n".join(lines), encoding="utf-8")

    def _token(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": jamf_secret(self._places)}
        trust = ssl.create_default_context(cafile=str(self._places.folder / "ca.pem"))
        answer = httpx.post(f"{jamf_url(self._places)}/api/v1/oauth/token", data=form, verify=trust)
        return str(answer.json()["access_token"])

    def _write_searches(self) -> None:
        lines: list[str] = []
        for row in _register(self._places):
            password = self._places.credentials / f"iserv-{row['school']}"
            bind = f"-H {row['iserv_url']} -D {row['iserv_account']} -y {password} -E pr={ENTRIES}/noprompt"
            users, groups = f"-b ou=users,{row['iserv_base']}", f"-b ou=groups,{row['iserv_base']}"
            lines.append(f"{bind} {users} (objectClass=posixAccount) {' '.join(PERSON_ATTRIBUTES)}")
            lines.append(f"{bind} {groups} (cn=*) {' '.join(GROUP_ATTRIBUTES)}")
        self._searches.write_text("\n".join(lines), encoding="utf-8")


def jamf_url(places: Places) -> str:
    """Where the district's Jamf Pro is."""
    return str(tomllib.loads(places.settings.read_text())["jamf"]["url"])


def jamf_secret(places: Places) -> str:
    """The secret of the API client that reads."""
    return (places.credentials / "jamf-client-secret").read_text()


def _register(places: Places) -> list[dict[str, str]]:
    with places.register.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter=";") if row["stage"] != "not connected"]
