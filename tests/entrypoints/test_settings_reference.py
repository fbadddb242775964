"""The page on settings says what the settings say."""

import re
from pathlib import Path

import pytest

from playhead.entrypoints.settings import Settings, variable_of

PAGE = (Path(__file__).parents[2] / "docs/reference/settings.md").read_text(encoding="utf-8")


def row_of(name: str) -> str:
    """Return the line of the page's table that a setting must have."""
    field = Settings.model_fields[name]
    default = getattr(field.default, "value", field.default)
    text = str(default).lower() if isinstance(default, bool) else str(default)
    shown = "" if default in {None, ""} else f"`{text}`"
    return f"| `{variable_of(name)}` | {shown} | {field.description} |"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described_with_its_default(name: str) -> None:
    assert row_of(name) in PAGE


def test_every_variable_in_the_table_is_one_that_is_read() -> None:
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE))

    assert listed == {variable_of(name) for name in Settings.model_fields}
