"""When a read may be believed.

An incomplete read must never become a conclusion: a refused one leaves the last complete snapshot in force.
Each function returns why the read is refused, or None where it is complete.
"""

from dataclasses import dataclass

MEMBERS_FOUND = 0.98
"""Share of all group members that must be found among the users read: rights lost on a part of the users show here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetProof:
    """What a sweep of Jamf Pro says of itself.

    Attributes:
        total_first, total_last: ``totalCount`` on the first and on the last page.
        received: records that came, unreadable ones and repeated ones among them.
        unreadable: ids of records that could not be read, with the reason.
        sites: number of sites that the client sees.
    """

    total_first: int
    total_last: int
    received: int
    pages: int
    sites: int
    unreadable: tuple[tuple[str, str], ...] = ()


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


def refuse_fleet(proof: FleetProof, *, distinct: int, previous: FleetProof | None) -> str | None:
    """Why a sweep of Jamf Pro is refused; ``distinct`` counts the different ids that were staged."""
    if proof.total_first != proof.total_last:
        return f"the number of devices moved from {proof.total_first} to {proof.total_last} while reading"
    different = distinct + len({key for key, _ in proof.unreadable})
    if different != proof.total_first:
        return f"Jamf Pro said {proof.total_first} devices, {different} different ones came"
    if previous and proof.sites < previous.sites:
        return f"the client sees {proof.sites} sites, {previous.sites} before: were privileges or sites taken from it?"
    if previous and previous.total_first and not proof.total_first:
        return f"no device came, {previous.total_first} before"
    return None


def refuse_directory(proof: DirectoryProof, *, previous: DirectoryProof | None) -> str | None:
    """Why a read of one school's directory is refused."""
    if proof.missing:
        return f"not seen: {', '.join(proof.missing)}; may the service account read it?"
    if proof.missing_groups:
        return f"role groups not seen: {', '.join(proof.missing_groups)}; check the school's entry in the register"
    if proof.members_found < MEMBERS_FOUND * proof.members:
        return f"only {proof.members_found} of {proof.members} group members are among the users read"
    if previous and previous.users and not proof.users:
        return f"no user came, {previous.users} before"
    return None
