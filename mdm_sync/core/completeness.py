"""When a read may be believed.

An incomplete read must never become a conclusion: a refused one leaves the last complete snapshot in force.
Each function returns why the read is refused, or None where it is complete.
"""

from dataclasses import dataclass, field

MEMBERS_FOUND = 0.98
"""Share of all group members that must be found among the users read: rights lost on a part of the users show here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputersProof:
    """What the part of a sweep that reads computers says of itself; fields as in FleetProof.

    Attributes:
        repeated: records that came more than once.
    """

    total_first: int
    total_last: int
    received: int
    pages: int
    repeated: int = 0
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkLimit:
    """How much less than last time may come before it is not believed; both must be exceeded.

    Attributes:
        share: of what came last time, 0 to 1.
        number: of records.
    """

    share: float = 0.3
    number: int = 10

    def trips(self, now: int, before: int) -> bool:
        """Whether this is too little to be true; nothing at all after something always is."""
        lost = before - now
        return (before > 0 and now == 0) or (lost > self.number and lost > self.share * before)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetProof:
    """What a sweep of Jamf Pro says of itself.

    Attributes:
        total_first, total_last: ``totalCount`` on the first and on the last page of mobile devices.
        received: records that came, unreadable ones and repeated ones among them.
        unreadable: keys of records that could not be read ("device:4711"), with the reason.
        explained: ids that appeared or vanished while reading and were each looked up by a query of their own; None
            where the totals stood still and nothing had to be explained.
        sites: number of sites that the client sees.
        computers: None where computers are not read.
        privileges: what the client may do.
        version: of Jamf Pro.
        retries: calls that had to be repeated.
    """

    total_first: int
    total_last: int
    received: int
    pages: int
    sites: int
    unreadable: tuple[tuple[str, str], ...] = ()
    explained: int | None = None
    computers: ComputersProof | None = None
    privileges: tuple[str, ...] = ()
    version: str = ""
    retries: int = field(default=0, compare=False)
    seconds: float = field(default=0.0, compare=False)

    @property
    def all_unreadable(self) -> tuple[tuple[str, str], ...]:
        """Unreadable records of both families."""
        return self.unreadable + (self.computers.unreadable if self.computers else ())

    @property
    def proves_absence(self) -> bool:
        """Whether what did not come counts as missing; a sweep that had to be explained only proves presence."""
        return self.explained is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryProof:
    """What a read of one school's directory says of itself.

    Attributes:
        missing: entries that must be there and were not seen: the base, ``ou=users``, ``ou=groups``.
        missing_groups: role groups of the school's register entry that were not seen.
        members: distinct accounts that the groups name.
        members_found: how many of them are among the users read.
    """

    users: int
    groups: int
    missing: tuple[str, ...] = ()
    missing_groups: tuple[str, ...] = ()
    members: int = 0
    members_found: int = 0
    unreadable: tuple[tuple[str, str], ...] = ()
    pages: int = 0
    retries: int = field(default=0, compare=False)
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryProof:
    """What a read of the inventory says of itself: machines, and lines that could not be read, with the reason."""

    machines: int
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinkage:
    """How much less than last time came, where that is too much to be believed without a person's word.

    Attributes:
        lost: records, and sites of Jamf Pro.
        of: how many there were.
        text: the same in words.
    """

    lost: int
    of: int
    text: str


def refuse_fleet(proof: FleetProof, *, distinct: int) -> str | None:
    """Why a sweep of Jamf Pro is refused; ``distinct`` counts the different ids that were staged."""
    if refusal := _refuse_totals(proof, distinct + len({key for key, _ in proof.unreadable})):
        return refusal
    return _refuse_computers(proof.computers)


def refuse_directory(proof: DirectoryProof) -> str | None:
    """Why a read of one school's directory is refused."""
    if proof.missing:
        return f"not seen: {', '.join(proof.missing)}; may the service account read it?"
    if proof.missing_groups:
        return f"role groups not seen: {', '.join(proof.missing_groups)}; check the school's entry in the register"
    if proof.members_found < MEMBERS_FOUND * proof.members:
        return f"only {proof.members_found} of {proof.members} group members are among the users read"
    return None


def shrunk_fleet(proof: FleetProof, previous: FleetProof | None, limit: ShrinkLimit) -> Shrinkage | None:
    """Why a complete sweep is not believed: the client sees fewer sites, or far fewer devices, than last time."""
    if previous is None:
        return None
    before, now = previous.total_first + previous.sites, proof.total_first + proof.sites
    if proof.sites < previous.sites:
        text = f"the client sees {proof.sites} sites, {previous.sites} before: were privileges or sites taken from it?"
        return Shrinkage(lost=max(before - now, previous.sites - proof.sites), of=before, text=text)
    if limit.trips(proof.total_first, previous.total_first):
        text = f"{proof.total_first} devices came, {previous.total_first} before"
        return Shrinkage(lost=previous.total_first - proof.total_first, of=before, text=text)
    return None


def shrunk_directory(proof: DirectoryProof, previous: DirectoryProof | None, limit: ShrinkLimit) -> Shrinkage | None:
    """Why a complete read of a directory is not believed: far fewer users came than last time."""
    before = previous.users if previous else 0
    if not limit.trips(proof.users, before):
        return None
    return Shrinkage(lost=before - proof.users, of=before, text=f"{proof.users} users came, {before} before")


def refuse_inventory(proof: InventoryProof, previous: InventoryProof | None) -> str | None:
    """Why an inventory is refused; people keep it, so that what they take out of it is believed, but not all of it."""
    before = previous.machines if previous else 0
    return f"no machine came, {before} before" if before and not proof.machines else None


def _refuse_computers(proof: ComputersProof | None) -> str | None:
    if proof is None:
        return None
    came = proof.received - proof.repeated
    if proof.total_first != proof.total_last or came != proof.total_first:
        return f"Jamf Pro said {proof.total_first}, then {proof.total_last} computers, {came} different ones came"
    return None


def _refuse_totals(proof: FleetProof, different: int) -> str | None:
    if proof.explained is not None:
        fewest = min(proof.total_first, proof.total_last)
        too_few = different + proof.explained < fewest
        return f"Jamf Pro said {fewest} devices at least, {different} different ones came" if too_few else None
    if proof.total_first != proof.total_last:
        return f"the number of devices moved from {proof.total_first} to {proof.total_last} while reading"
    if different != proof.total_first:
        return f"Jamf Pro said {proof.total_first} devices, {different} different ones came"
    return None
