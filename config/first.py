"""A first settings file: the commented example with a few answers in it, and its JSON Schema for editors."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from config.problems import problem_lines
from config.settings import Settings
from mdm_sync.errors import PermanentError, SettingsError

SCHEMA_NAME = "mdm-sync.schema.json"
_HEADER = re.compile(r"\[\[?([\w.-]+)\]\]?")
_OPTION = re.compile(r"#?(\w+) = ")
_LEFT_OUT = ("inventory", "upstream")

Answers = Mapping[tuple[str, str], str | list[str]]
"""Values by table and option; a table of the example that may be left out and has none here is commented out."""


def first_settings(answers: Answers, language: str) -> str:
    """The example with these answers in the place of its own values."""
    example = (files("config") / "example.toml").read_text(encoding="utf-8")
    optional = {*_LEFT_OUT, "mail"} - {table for table, _ in answers}
    lines = _lines(example.splitlines(), {**answers, ("", "language"): language}, optional)
    return f"#:schema {SCHEMA_NAME}\n" + "".join(f"{line}\n" for line in lines)


def _lines(example: list[str], answers: Answers, left_out: set[str]) -> Iterator[str]:
    table = ""
    for line in example:
        if header := _HEADER.match(line):
            table = header[1]
        option = _OPTION.match(line)
        if option and (table, option[1]) in answers:
            yield f"{option[1]} = {json.dumps(answers[table, option[1]], ensure_ascii=False)}"
        elif table.partition(".")[0] in left_out and line and not line.startswith("#"):
            yield f"#{line}"
        else:
            yield line


def settings_schema() -> str:
    """The JSON Schema of the settings file."""
    schema = Settings.model_json_schema()
    schema["title"] = "Settings of mdm-sync"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_first(path: Path, text: str) -> None:
    """Write a new settings file, closed to others; the group of the service may read it.

    Raises:
        SettingsError: there is one already, or these would be no good settings: nothing is written.
        PermanentError: it cannot be written.
    """
    try:
        Settings.model_validate(tomllib.loads(text))
    except ValidationError as error:
        problems = "\n".join(problem_lines(error.errors(), ""))
        raise SettingsError(f"These answers make no settings; nothing is written:\n{problems}") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o640, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except FileExistsError as error:
        raise SettingsError(f"{path} is there already; it is left as it is.") from error
    except OSError as error:
        raise PermanentError(f"{path} cannot be written: {error.strerror}.") from error


def write_schema(folder: Path) -> Path:
    """Write the JSON Schema of this version beside the settings; returns its file.

    Raises:
        PermanentError: it cannot be written.
    """
    path = folder / SCHEMA_NAME
    try:
        path.write_text(settings_schema(), encoding="utf-8")
    except OSError as error:
        raise PermanentError(f"{path} cannot be written: {error.strerror}.") from error
    return path
