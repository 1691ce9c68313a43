"""A look at each source, as it answers now: nothing is stored."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from mdm_sync.core.completeness import refuse_directory
from mdm_sync.core.model import School
from mdm_sync.core.views import Privileges
from mdm_sync.equipment import FLEET, Checkup
from mdm_sync.errors import MdmSyncError, SettingsError
from mdm_sync.ports import DirectoryFailure, DirectoryRead

AT_A_TIME = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one source answers.

    Attributes:
        name: as among the sources; of a way out the kind of what goes there.
        school: whose directory it is.
        error: why it cannot be read, or why what came is not complete; None: it can be.
        is_ours: the error lies in our own settings.
        certificate_until: end of the server's certificate; None where it could not be seen.
        version: of Jamf Pro.
        counts: how many of what it shows, by a word of ours: "devices", "sites", "users", "groups".
        seconds: that the look took.
    """

    name: str
    school: School | None = None
    error: str | None = None
    is_ours: bool = False
    certificate_until: datetime | None = None
    version: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    privileges: Privileges = field(default_factory=Privileges)
    seconds: float = 0.0


def look_at_fleet(checkup: Checkup) -> Look:
    """Look at Jamf Pro: certificate, login, privileges, counts."""
    started = checkup.clock()
    look = Look(name=FLEET, certificate_until=_certificate_end(checkup, checkup.fleet_url))
    try:
        greeting = checkup.fleet.greeting()
        look = replace(
            look,
            version=greeting.version,
            counts=(("devices", greeting.devices), ("sites", greeting.sites)),
            privileges=checkup.fleet.privileges(),
        )
    except MdmSyncError as error:
        look = replace(look, error=str(error), is_ours=isinstance(error, SettingsError))
    return replace(look, seconds=(checkup.clock() - started).total_seconds())


def look_at_directories(checkup: Checkup, schools: Sequence[School]) -> Iterator[Look]:
    """Look at the directories of these schools, in the order in which they answer."""
    with ThreadPoolExecutor(AT_A_TIME) as threads, checkup.directories.reading(schools) as answers:
        ends = {school.number: threads.submit(_directory_end, checkup, school) for school in schools}
        for answer in answers:
            yield replace(_directory(answer), certificate_until=ends[answer.school.number].result())


def look_at_ways_out(checkup: Checkup) -> Iterator[Look]:
    """Look at the mail server and upstream: reachable, trusted, login taken. Nothing is sent."""
    for kind, way in checkup.ways_out.items():
        started, look = checkup.clock(), Look(name=kind)
        try:
            way.check()
        except MdmSyncError as error:
            look = replace(look, error=str(error))
        yield replace(look, seconds=(checkup.clock() - started).total_seconds())


def _directory(answer: DirectoryRead | DirectoryFailure) -> Look:
    school = answer.school
    if isinstance(answer, DirectoryFailure):
        return Look(name=school.source, school=school, error=answer.error)
    refusal = refuse_directory(answer.proof)
    return Look(
        name=school.source,
        school=school,
        error=f"The read is not complete: {refusal}." if refusal else None,
        counts=(("users", answer.proof.users), ("groups", answer.proof.groups)),
        seconds=answer.proof.seconds,
    )


def _directory_end(checkup: Checkup, school: School) -> datetime | None:
    return _certificate_end(checkup, school.directory.url) if school.directory else None


def _certificate_end(checkup: Checkup, url: str) -> datetime | None:
    """None where it cannot be seen: the read that follows tells why in its own words."""
    try:
        return checkup.certificate_end(url)
    except MdmSyncError:
        return None
