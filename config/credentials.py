"""Secrets, all through ``keyring``: the systemd credentials of a service, else the keyring of the system.

A headless server has no desktop keyring; systemd hands a service its secrets as files in ``$CREDENTIALS_DIRECTORY``
(systemd.exec(5), "CREDENTIALS"). The backend here reads them, and keyring chooses it by itself where they are.
"""

import os
import stat
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import KeyringError, PasswordSetError

from mdm_sync.errors import PermanentError

SERVICE = "mdm-sync"
FOLDER_VARIABLE = "CREDENTIALS_DIRECTORY"
ABOVE_ALL_OTHERS = 10


class SystemdCredentials(KeyringBackend):
    """Reads the secret ``name`` of the service ``mdm-sync`` from the file of that name."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - keyring's way to ask a class
        """Higher than any other where systemd has handed credentials over; unusable elsewhere."""
        if FOLDER_VARIABLE not in os.environ:
            raise RuntimeError(f"{FOLDER_VARIABLE} is not set")
        return ABOVE_ALL_OTHERS

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None where there is no such file.

        Raises:
            PermanentError: others may read the file, or it is no UTF-8 text.
        """
        path = Path(os.environ[FOLDER_VARIABLE]) / username
        if service != SERVICE or not path.is_file():
            return None
        _refuse_if_open_to_others(path)
        return _text(path).rstrip("\r\n")

    def set_password(self, service: str, username: str, password: str) -> None:  # noqa: ARG002 - keyring's signature
        """Refused: systemd owns the files."""
        raise PasswordSetError("systemd credentials cannot be set from here; see systemd-creds(1)")


def _refuse_if_open_to_others(path: Path) -> None:
    """The group bits say nothing: systemd grants the service's user access by an ACL, whose mask shows there."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & stat.S_IRWXO:
        raise PermanentError(f"The secret file {path} is open to others (mode {mode:04o}). Mend it: chmod 400 {path}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        # Not chained: that error holds the bytes of the secret.
        raise PermanentError(f"The secret file {path} is no UTF-8 text. Write it anew in that encoding.") from None


def secret(name: str) -> str:
    """The secret of this name.

    Raises:
        PermanentError: there is none, or it or the secret store cannot be read; the message never holds a secret.
    """
    try:
        value = keyring.get_password(SERVICE, name)
    except KeyringError as error:
        raise PermanentError(f"No secret store can be used to get {name} ({type(error).__name__}).") from error
    if not value:
        raise PermanentError(
            f"The secret {name} is not there. Hand it to the service as a systemd credential of that name, "
            f"or keep it in the system's keyring: keyring set {SERVICE} {name}"
        )
    return value
