"""What is wrong with a settings file, as people mend it: the line, the setting, what it must be, and what was meant."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from config.settings import Settings

Where = tuple[int | str, ...]
"""The way to a setting: names of tables and keys, and numbers of tables in a list."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_NAME = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_SECRET = re.compile(r"secret|passw|token|kennwort", re.IGNORECASE)


def problem_lines(errors: Iterable[ErrorDetails], text: str) -> list[str]:
    """One line for each problem, by the lines of the file; values are never repeated, for one may be a secret."""
    lines = line_numbers(text)
    told = sorted((_line(one["loc"], lines), ".".join(map(str, one["loc"])), _message(one)) for one in errors)
    return [f"  {f'line {line}: ' if line else ''}{name}: {message}" for line, name, message in told]


def line_numbers(text: str) -> Mapping[Where, int]:
    """On which line of a TOML document each table and each key stands."""
    found: dict[Where, int] = {}
    counts: dict[Where, int] = {}
    table: Where = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            table = _numbered(_names(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_names(key[1])), number)
    return found


def _names(dotted: str) -> Where:
    return tuple(name.strip("\"'") for name in _NAME.findall(dotted))


def _numbered(names: Where, counts: Mapping[Where, int]) -> Where:
    """A table below the last of a list of tables is that one's."""
    where: Where = ()
    for name in names[:-1]:
        where = (*where, name)
        if where in counts:
            where = (*where, counts[where])
    return (*where, *names[-1:])


def _line(where: Where, lines: Mapping[Where, int]) -> int:
    """The line of the setting, else of the table that it is missing from; 0: of neither."""
    while where:
        if where in lines:
            return lines[where]
        where = where[:-1]
    return 0


def _message(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return "must be given"
    if error["type"] != "extra_forbidden":
        return error["msg"].removeprefix("Value error, ")
    *table, name = error["loc"]
    if _SECRET.search(str(name)):
        return "secrets never stand here, change this one; then: mdm-sync secret set NAME"
    near = get_close_matches(str(name), list(_settings_of(tuple(table))), n=1)
    return "there is no such setting" + (f"; did you mean {near[0]}?" if near else "")


def _settings_of(table: Where) -> Iterator[str]:
    """The names that there are in a table."""
    models: list[type[BaseModel]] = [Settings]
    for name in table:
        models = [one for model in models for one in _tables_of(model, name)]
    for model in models:
        yield from model.model_fields


def _tables_of(model: type[BaseModel], name: int | str) -> list[type[BaseModel]]:
    """What stands below this name; a number or the key of a dictionary stays where it is."""
    field = model.model_fields.get(str(name))
    return list(_models_in(field.annotation)) if field else [model]


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
