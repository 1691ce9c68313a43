"""Whom the connectors trust."""

import ssl
from pathlib import Path

from mdm_sync.errors import PermanentError


def trust(ca_file: Path | None, setting: str) -> ssl.SSLContext:
    """How to check the other side: by the certificates of this file and none other, or by the system's.

    Args:
        ca_file: None for the system's.
        setting: names the file to people.

    Raises:
        PermanentError: the file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:  # faults of ssl are OSErrors, too
        raise PermanentError(f"{setting}: {ca_file} cannot be read or holds no certificate.") from error
