"""What can go wrong while the demo district starts or changes."""

from mdm_sync.errors import PermanentError


class DemoError(PermanentError):
    """The demo cannot do what was asked; the message says why and what to do."""
