"""The schema of summaries as a reader of docs/ has it, and whether a summary keeps to it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

SCHEMA_FILE = Path(__file__).parents[1] / "docs" / "summary.schema.json"


def valid(document: Any) -> Any:
    """The document; raises where it does not keep to the schema in docs/."""
    return _check()(document)


@cache
def _check() -> Any:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    # fastjsonschema reads up to draft 7, which has all that is used here
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    return fastjsonschema.compile(schema)
