"""Settings, secrets and texts: their types, their loader, the commented example, the templates of mails."""

import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""No other package has a say in how settings are read, and none is looked for at each start."""
