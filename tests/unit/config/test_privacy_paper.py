"""The paper on data protection names what the settings say."""

import re
from pathlib import Path

from config.settings import RetentionSettings

PAPER = Path(__file__).parents[3] / "docs" / "datenschutz.md"


def test_it_names_each_retention_with_its_default() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", PAPER.read_text(encoding="utf-8"), re.MULTILINE))
    assert told == {name: str(field.default) for name, field in RetentionSettings.model_fields.items()}
