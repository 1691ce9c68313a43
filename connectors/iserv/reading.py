"""One school's directory, read whole: with several tries, and given up at its deadline."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from connectors.iserv.accounts import PERSON_ATTRIBUTES, accounts_of, persons_of, proof_of
from connectors.iserv.classes import GroupNames
from connectors.iserv.groups import GROUP_ATTRIBUTES, classes_of, groups_of, not_among, roles_of
from connectors.iserv.limits import Deadline
from connectors.iserv.messages import Entry
from connectors.iserv.search import Connection, Way, directory, exists, search
from connectors.iserv.wire import Read
from connectors.retries import retrying
from mdm_sync.core.model import DirectoryAddress, School
from mdm_sync.errors import TemporaryError

T = TypeVar("T")


def read_school(school: School, address: DirectoryAddress, password: str, way: Way, names: GroupNames) -> Read:
    """Read a school's directory.

    Raises:
        PermanentError: it refuses us, or shows a part of itself only.
        TemporaryError: it could not be read in several tries, or by the deadline.
    """

    def read() -> Read:
        with directory(address, password, way) as connection:
            return _read_tree(connection, school, address.base_dn, way, names)

    whole, tries = _with_retries(read, way.deadline)
    return replace(whole, proof=replace(whole.proof, retries=tries - 1, seconds=way.deadline.passed))


def _with_retries(read: Callable[[], T], deadline: Deadline) -> tuple[T, int]:
    """What a try at last gave, and how many there were. The error of the last one that was made says what is wrong."""
    errors: list[TemporaryError | None] = []

    def attempt() -> T:
        errors.append(None)
        try:
            return read()
        except TemporaryError as error:
            errors[-1] = error
            raise

    try:
        return retrying(deadline.pause)(attempt), len(errors)
    except TemporaryError as error:
        cause = errors[-1] or error
        raise TemporaryError(f"{cause} Given up after {deadline.passed:.0f} s and tries: {len(errors)}.") from error


def _read_tree(connection: Connection, school: School, base: str, way: Way, names: GroupNames) -> Read:
    tree = _Tree(connection, base, way.limits.page_size)
    groups = groups_of(tree.below("ou=groups", "(cn=*)", GROUP_ATTRIBUTES), names)
    elsewhere = not_among(groups, school)  # roles, perhaps: only the persons name those
    attributes = (*PERSON_ATTRIBUTES, "memberOf") if elsewhere else PERSON_ATTRIBUTES
    users = tree.below("ou=users", "(objectClass=posixAccount)", attributes)
    roles = roles_of(users, elsewhere, base)
    accounts, unreadable = accounts_of(users)
    return Read(
        persons=persons_of(school, accounts, groups, roles),
        classes=classes_of(groups),
        proof=proof_of(
            school, users, groups, roles=roles, missing=tuple(tree.missing), unreadable=unreadable, pages=tree.pages
        ),
    )


class _Tree:
    """The parts of one directory, with a note of those that are not seen and of the pages that came."""

    def __init__(self, connection: Connection, base: str, page_size: int) -> None:
        self.missing = [] if exists(connection, base) else [base]
        self.pages = 0
        self._connection = connection
        self._base = base
        self._page_size = page_size

    def below(self, part: str, query: str, attributes: Sequence[str]) -> Sequence[Entry]:
        """All entries of a part that the query fits."""
        name = f"{part},{self._base}"
        answer = search(self._connection, name, query, attributes, self._page_size)
        if answer is None:
            self.missing.append(name)
            return ()
        self.pages += answer.pages
        return answer.entries
