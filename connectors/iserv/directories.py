"""The schools' directories, several at a time; one school's trouble is that school's answer only."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from connectors.iserv.accounts import (
    GROUP_ATTRIBUTES,
    PERSON_ATTRIBUTES,
    accounts_of,
    members_of,
    persons_of,
    proof_of,
)
from connectors.iserv.search import Connection, Limits, directory, exists, search
from connectors.retries import retrying
from mdm_sync.core.model import DirectoryAddress, School
from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import DirectoryFailure, DirectoryRead

AT_A_TIME = 8


class IServDirectories:
    """The persons of the schools; satisfies ``mdm_sync.ports.Directories``.

    Args:
        password: the service account's password of a school, asked for when it is needed, never kept.
        ca_file: certificates to trust beside none other; None for the system's.
    """

    def __init__(self, *, password: Callable[[School], str], ca_file: Path | None, limits: Limits) -> None:
        self._password = password
        self._ca_file = ca_file
        self._limits = limits

    def read(self, schools: Sequence[School]) -> Iterator[DirectoryRead | DirectoryFailure]:
        """Read these schools, in any order, one answer each."""
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            for answer in as_completed([pool.submit(self._read_one, school) for school in schools]):
                yield answer.result()

    def _read_one(self, school: School) -> DirectoryRead | DirectoryFailure:
        if school.directory is None:
            return DirectoryFailure(school=school, error="The register names no iserv_url for this school.")
        try:
            return retrying()(self._read_directory, school, school.directory)
        except MdmSyncError as error:
            return DirectoryFailure(school=school, error=str(error))

    def _read_directory(self, school: School, address: DirectoryAddress) -> DirectoryRead:
        password = self._password(school)
        with directory(address, password, ca_file=self._ca_file, limits=self._limits) as connection:
            return self._read_tree(connection, school, address.base_dn)

    def _read_tree(self, connection: Connection, school: School, base: str) -> DirectoryRead:
        users, groups = f"ou=users,{base}", f"ou=groups,{base}"
        missing = tuple(name for name in (base, users, groups) if not exists(connection, name))
        if missing:
            return DirectoryRead(
                school=school, persons=(), proof=proof_of(school, (), {}, missing=missing, unreadable=())
            )
        page_size = self._limits.page_size
        entries = search(connection, users, "(objectClass=posixAccount)", PERSON_ATTRIBUTES, page_size)
        members = members_of(search(connection, groups, "(cn=*)", GROUP_ATTRIBUTES, page_size))
        accounts, unreadable = accounts_of(entries)
        proof = proof_of(school, entries, members, missing=(), unreadable=unreadable)
        return DirectoryRead(school=school, persons=persons_of(school, accounts, members), proof=proof)
