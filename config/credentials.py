"""Secrets, all through ``keyring``: the systemd credentials of a service, else the keyring of the system.

A headless server has no desktop keyring; systemd hands a service its secrets as files in ``$CREDENTIALS_DIRECTORY``
(systemd.exec(5), "CREDENTIALS"). The backend here reads them, and keyring chooses it by itself where they are.
"""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import KeyringError, PasswordSetError

from mdm_sync.errors import PermanentError

SERVICE = "mdm-sync"
OF_SCHOOL, ALL_SCHOOLS = "iserv-", "iserv-passwords"
"""The name of one school's password begins with the first; the second holds those of all."""
FOLDER_VARIABLE = "CREDENTIALS_DIRECTORY"
ABOVE_ALL_OTHERS = 10
_SCHOOL_LINE = re.compile(r"(?P<school>[0-9]{6})[ \t;](?P<password>.+)")
_PLAIN_TEXT = re.compile(r"keyrings\.alt\..*plain", re.IGNORECASE)


class SystemdCredentials(KeyringBackend):
    """Reads the secret ``name`` of the service ``mdm-sync`` from the file of that name."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - keyring's way to ask a class
        """Higher than any other where systemd has handed credentials over; unusable elsewhere."""
        if FOLDER_VARIABLE not in os.environ:
            raise RuntimeError(f"{FOLDER_VARIABLE} is not set")
        return ABOVE_ALL_OTHERS

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None where there is no such file; that of a school may stand in the one for all schools.

        Raises:
            PermanentError: others may read the file, or it is no UTF-8 text.
        """
        folder = Path(os.environ[FOLDER_VARIABLE])
        if service != SERVICE:
            return None
        if (path := folder / username).is_file():
            return _secret_text(path).rstrip("\r\n")
        if username.startswith(OF_SCHOOL) and (path := folder / ALL_SCHOOLS).is_file():
            return school_passwords(_secret_text(path), str(path)).get(username.removeprefix(OF_SCHOOL))
        return None

    def set_password(self, service: str, username: str, password: str) -> None:  # noqa: ARG002 - keyring's signature
        """Refused: systemd owns the files."""
        raise PasswordSetError("systemd credentials cannot be set from here; see systemd-creds(1)")


def school_passwords(text: str, where: str) -> dict[str, str]:
    """The passwords by Schulnummer: a line for each school, Schulnummer, a blank or ``;``, the password.

    Raises:
        PermanentError: some lines are not so, or a school stands there twice; all are named, none is repeated.
    """
    found: dict[str, str] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = _SCHOOL_LINE.fullmatch(line)
        if parts is None:
            wrong.append(f"line {number} is no Schulnummer, a blank and a password")
        elif parts["school"] in found:
            wrong.append(f"line {number}: the school {parts['school']} stood there before")
        else:
            found[parts["school"]] = parts["password"]
    if wrong:
        raise PermanentError(f"{where} cannot be used: {'; '.join(wrong)}.")
    return found


def _secret_text(path: Path) -> str:
    _refuse_if_open_to_others(path)
    return _text(path)


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
    value = _found(name)
    if not value:
        raise PermanentError(
            f"The secret {name} is not there. Hand it to the service as a systemd credential of that name, "
            f"or keep it in the system's keyring: mdm-sync secret set {name}"
        )
    return value


def is_kept(name: str) -> bool:
    """Whether there is a secret of this name.

    Raises:
        PermanentError: the secret store cannot be read.
    """
    return bool(_found(name))


def keep(name: str, value: str) -> None:
    """Keep a secret in the system's keyring.

    Raises:
        PermanentError: there is none that keeps secrets encrypted.
    """
    _refuse_plain_text()
    try:
        keyring.set_password(SERVICE, name, value)
    except KeyringError as error:
        raise PermanentError(
            f"No keyring of this system takes the secret {name} ({type(error).__name__}). "
            f"On a server seal it for systemd: mdm-sync secret set --sealed {name}"
        ) from error


def seal(name: str, value: str, folder: Path) -> Path:
    """Encrypt a secret for this machine alone, as systemd hands it to the service; returns its file.

    Raises:
        PermanentError: systemd-creds(1) is not here or failed, or the file cannot be written.
    """
    program = shutil.which("systemd-creds")
    if program is None:
        raise PermanentError("systemd-creds is not here: secrets are sealed on the server that runs the service.")
    path = folder / f"{SERVICE}.{name}"
    command = [program, "encrypt", f"--name={name}", "-", "-"]
    done = subprocess.run(command, input=value.encode(), capture_output=True, check=False)  # noqa: S603 - its name is a word of ours
    if done.returncode:
        raise PermanentError(f"systemd-creds could not seal {name} (exit code {done.returncode}); it takes root.")
    fresh = path.with_name(path.name + ".new")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_bytes(done.stdout)
        fresh.replace(path)
    except OSError as error:
        raise PermanentError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _found(name: str) -> str | None:
    _refuse_plain_text()
    try:
        return keyring.get_password(SERVICE, name)
    except KeyringError as error:
        raise PermanentError(f"No secret store can be used to get {name} ({type(error).__name__}).") from error


def _refuse_plain_text() -> None:
    """Also one of several that keyring would ask in turn."""
    chosen = keyring.get_keyring()
    for backend in (chosen, *getattr(chosen, "backends", ())):
        kind = f"{type(backend).__module__}.{type(backend).__qualname__}"
        if _PLAIN_TEXT.match(kind):
            raise PermanentError(
                f"The keyring of this system keeps secrets as plain text ({kind}) and is not used. "
                "Uninstall keyrings.alt, or seal the secrets for systemd: mdm-sync secret set --sealed NAME"
            )
