"""A small invented district as the store gets to know it, and short ways to let reads come in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect

from mdm_sync.core.completeness import DirectoryProof, FleetProof
from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import (
    NO_SITE,
    Device,
    DeviceKind,
    Finding,
    Person,
    Role,
    School,
    Severity,
    UserFields,
)
from mdm_sync.ports import Changes, Commit, DirectoryRead, FleetRead, KeptTotals, NewEntry
from state import Store
from tests.replacing import replace

FILE = "state.db"
MORNING = datetime(2025, 11, 3, 6, 0, tzinfo=UTC)
NOON = MORNING + timedelta(hours=6)
EVENING = MORNING + timedelta(hours=12)

NORD = School(number="100001", name="Schule Nord", sites=("Nord", "Nord Turnhalle"))
SUED = School(number="100002", name="Schule Süd", sites=("Süd",))
WEST = School(number="100003", name="Schule West", sites=("West",))
DISTRICT = (NORD, SUED, WEST)
SITES = {10: "Nord", 11: "Nord Turnhalle", 20: "Süd", 30: "Niemandsland"}

Unreadable = tuple[tuple[str, str], ...]


def device(jamf_id: int, *, site: int | None = 10, user: UserFields | None = None, serial: str = "") -> Device:
    """A device in the first school's first site; without more the answer did not say whom it names."""
    return Device(
        jamf_id=jamf_id,
        serial=serial or f"DMPX{jamf_id}",
        name=f"iPad {jamf_id}",
        asset_tag=f"INV-{jamf_id}",
        kind=DeviceKind.IPAD,
        model="iPad (9. Generation)",
        site_id=site,
        shared=False,
        user=user,
    )


UNPLACED = device(90, site=NO_SITE)


def names(mail: str) -> UserFields:
    """User fields that name somebody by an address."""
    return UserFields(email=mail)


def person(login: str, *, school: School = NORD, uuid: str = "", role: Role = Role.STUDENT) -> Person:
    """An account whose address is its login at a domain of its school's number."""
    return Person(
        school=school.number,
        uuid=uuid or f"uuid-{login}",
        login=login,
        mail=f"{login}@{school.number}.example",
        role=role,
    )


def sweep(
    store: Store,
    *devices: Device,
    unreadable: Unreadable = (),
    sites: Mapping[int, str] = SITES,
    at: datetime = MORNING,
) -> Changes:
    """A complete sweep comes in and is accepted."""
    store.staging.clear_fleet()
    store.staging.stage_devices(devices)
    return store.staging.accept_fleet(FleetRead(proof=fleet_proof(devices, unreadable), sites=sites), at)


def fleet_proof(devices: Sequence[Device], unreadable: Unreadable = ()) -> FleetProof:
    """What a sweep of these says of itself."""
    total = len(devices) + len(unreadable)
    keys = tuple((f"device:{key}", reason) for key, reason in unreadable)
    return FleetProof(total_first=total, total_last=total, received=total, pages=1, sites=len(SITES), unreadable=keys)


def read(
    store: Store, school: School, *persons: Person, unreadable: Unreadable = (), at: datetime = MORNING
) -> Changes:
    """A complete read of a school's directory comes in and is accepted."""
    proof = DirectoryProof(users=len(persons) + len(unreadable), groups=2, unreadable=unreadable)
    return store.staging.accept_directory(DirectoryRead(school=school, persons=persons, proof=proof), at)


def sources(store: Store) -> tuple[tuple[str, datetime | None, str | None], ...]:
    """How each source stands: its name, its last complete read, its trouble."""
    return tuple((one.name, one.complete_at, one.error) for one in store.snapshot.sources())


def without_refs(persons: Iterable[Person] | None) -> list[Person]:
    """The persons as their directory gave them."""
    return [replace(one, ref="", left_since=None) for one in persons or ()]


def refs(store: Store, school: School) -> dict[str, str]:
    """The references of a school's persons, by uuid."""
    return {one.uuid: one.ref for one in store.snapshot.persons_of(school) or ()}


def finding(
    rule: str = "unknown-user",
    about: int = 1,
    *,
    school: School = NORD,
    severity: Severity = Severity.WARNING,
    serial: str = "DMPX1",
) -> Finding:
    """Something wrong with a device of the first school."""
    return Finding(
        rule=rule, subject=f"device:{about}", school=school.number, severity=severity, details={"serial": serial}
    )


def opened(*findings: Finding) -> list[Transition]:
    """These findings are new."""
    return steps(TransitionKind.OPENED, *findings)


def steps(kind: TransitionKind, *findings: Finding) -> list[Transition]:
    """All of these findings take this step."""
    return [Transition(kind=kind, finding=one) for one in findings]


def nothing_to_send() -> Sequence[NewEntry]:
    """No news for anybody."""
    return ()


def commit(
    store: Store,
    transitions: Sequence[Transition] = (),
    entries: Callable[[], Sequence[NewEntry]] = nothing_to_send,
    *,
    at: datetime = MORNING,
) -> None:
    """A cycle that took a minute is committed."""
    store.commit(Commit(started=at - timedelta(minutes=1), finished=at, transitions=transitions, entries=entries))


def put_in(store: Store, *contents: str, kind: str = "mail", at: datetime = MORNING) -> None:
    """Something must leave the house, in this order."""
    commit(store, entries=lambda: [NewEntry(kind=kind, content=content) for content in contents], at=at)


def keep_totals(store: Store, content: str = "{}", *, at: datetime = MORNING) -> None:
    """A cycle keeps the totals of its day."""

    def kept() -> tuple[NewEntry, ...]:
        store.history.keep_totals(KeptTotals(day=at.date(), content=content))
        return ()

    commit(store, entries=kept, at=at)


def ask(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What the file itself says, past the program."""
    with closing(connect(folder / FILE)) as connection:
        return [tuple(row) for row in connection.execute(query)]


def dump(folder: Path) -> list[str]:
    """Everything that the store holds."""
    with closing(connect(folder / FILE)) as connection:
        return list(connection.iterdump())


def alter(folder: Path, script: str) -> None:
    """Change the file past the program."""
    with closing(connect(folder / FILE)) as connection:
        connection.executescript(script)
