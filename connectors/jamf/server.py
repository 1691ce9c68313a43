"""Which Jamf Pro it is: its version, its clock, its sites."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from connectors.jamf.listings import Version
from connectors.jamf.session import Answer
from mdm_sync.errors import TemporaryError

VERSION = "/api/v1/jamf-pro-version"
SITES = "/api/v1/sites"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Jamf Pro at the moment when it was asked.

    Attributes:
        time: by its own clock; None where it does not tell.
        release: major and minor number of the version.
    """

    version: str
    time: datetime | None
    release: Version


class _Version(msgspec.Struct):
    version: str


class _Site(msgspec.Struct):
    id: str | int
    name: str


def read_server(answer: Answer) -> Server:
    """Version and clock; the build behind ``-`` is left out."""
    try:
        version = msgspec.json.decode(answer.body, type=_Version).version.partition("-")[0]
        major, minor, *_ = version.split(".")
        return Server(version=version, time=answer.date, release=(int(major), int(minor)))
    except (msgspec.DecodeError, ValueError) as error:
        raise TemporaryError(f"Jamf Pro answered {VERSION} with something that is no version.") from error


def read_sites(answer: Answer) -> dict[int, str]:
    """Names of the sites by id."""
    try:
        return {int(site.id): site.name for site in msgspec.json.decode(answer.body, type=list[_Site])}
    except (msgspec.DecodeError, ValueError) as error:
        raise TemporaryError(f"Jamf Pro answered {SITES} with something that is no list of sites.") from error
