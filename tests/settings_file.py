"""A settings file as it must be: closed to others."""

from pathlib import Path


def write_settings(path: Path, text: str) -> Path:
    """Write this text as a settings file."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path
