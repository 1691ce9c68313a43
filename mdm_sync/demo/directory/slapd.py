"""The program slapd: where it is, its settings, and how a directory is filled."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mdm_sync.demo.certificates import CertificateFiles
from mdm_sync.demo.directory.faults import Faults, number
from mdm_sync.demo.directory.schema import schema
from mdm_sync.demo.errors import DemoError

_MODULES = Path("/usr/lib/ldap")
_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/libexec:/usr/local/libexec"
_SIZE_LIMIT = 500
_MAP_SIZE = 1 << 28
"""Most bytes that one school's database may take; the file is as small as its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One school's database as slapd serves it."""

    suffix: str
    folder: Path
    faults: Faults

    def settings(self) -> str:
        """Return its part of slapd.conf.

        IServ's defaults as far as they are public: only the accounts below ou=ldap read, and they read all but
        passwords. ``size.prtotal`` is what lets a paged search go beyond the size limit (slapd.conf(5), limits).
        """
        lines = [
            "database mdb",
            f'suffix "{self.suffix}"',
            f'directory "{self.folder}"',
            f"maxsize {_MAP_SIZE}",
            "dbnosync",
            "index objectClass,cn,uid,uuid eq",
            f'limits dn.children="ou=ldap,{self.suffix}" {self._limits()}',
            *self._access(),
        ]
        return "\n".join(lines)

    def _limits(self) -> str:
        paged = number(self.faults, "size-limit-paged")
        limit = number(self.faults, "size-limit") if paged is None else paged
        size = _SIZE_LIMIT if limit is None else limit
        return f"size.soft={size} size.hard={size} size.prtotal={'unlimited' if paged is None else paged}"

    def _access(self) -> list[str]:
        readers = f'by dn.children="ou=ldap,{self.suffix}" read by * none'
        shown = (
            f'dn.subtree="ou=users,{self.suffix}"',
            f'dn.subtree="ou=groups,{self.suffix}"',
            f'dn.base="{self.suffix}"',
        )
        seen = [] if "no-rights" in self.faults else [f"access to {what} {readers}" for what in shown]
        return ["access to attrs=userPassword by anonymous auth by * none", *seen, "access to * by * none"]


def settings(certificate: CertificateFiles, databases: Sequence[Database], *, lenient: bool) -> str:
    """Return a whole slapd.conf(5)."""
    lines = [
        schema(lenient=lenient),
        *_modules(),
        f'TLSCertificateFile "{certificate.certificate}"',
        f'TLSCertificateKeyFile "{certificate.key}"',
        "disallow bind_anon",
        "require authc",
        "threads 4",
        *(database.settings() for database in databases),
    ]
    return "\n".join(lines) + "\n"


def loading_settings(database: Database, *, lenient: bool) -> str:
    """Return a slapd.conf(5) that is enough to fill one database."""
    return "\n".join([schema(lenient=lenient), *_modules(), database.settings()]) + "\n"


def install(folder: Path, places: str | None = None) -> Path:
    """Copy slapd into the folder and return the copy.

    Args:
        folder: where the copy is put.
        places: folders to search, as in PATH; by default PATH itself and where systems keep their servers.

    Debian binds an AppArmor profile to /usr/sbin/slapd that forbids it to read folders other than its own; the copy
    has another path and is not confined.
    """
    found = shutil.which("slapd", path=places or f"{os.environ.get('PATH', '')}:{_SYSTEM_FOLDERS}")
    if found is None:
        raise DemoError("slapd is not installed; it is in the package slapd (apt-get install slapd)")
    copy = folder / "slapd"
    copy.unlink(missing_ok=True)
    return Path(shutil.copy2(found, copy))


def _modules() -> list[str]:
    """Load the database module where it is one: Debian's slapd has it outside, others inside."""
    return [f"modulepath {_MODULES}", "moduleload back_mdb"] if (_MODULES / "back_mdb.so").exists() else []
