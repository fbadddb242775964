"""The reference page says what the OpenAPI document says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playhead.history.coverage import IS_GAP
from playhead.history.coverage.words import WORDS
from tests.web.client import api

PAGE = (Path(__file__).parents[2] / "docs/reference/api.md").read_text(encoding="utf-8")
DOCUMENT = api().openapi()
OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    (path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for operation in methods.values()
]


def declared_errors() -> Iterator[tuple[str, str]]:
    for _, operation in OPERATIONS:
        for status, response in operation["responses"].items():
            for code in response["content"]["application/json"].get("examples", ()):
                yield code, status


def section_of(path: str) -> str:
    method = "POST" if "post" in DOCUMENT["paths"][path] else "GET"
    _, found, rest = PAGE.partition(f"`{method} {path}`")
    assert found, f"{path} has no section"
    return rest.partition("\n##")[0]


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_every_route_and_each_of_its_parameters_is_described(
    path: str, operation: dict[str, Any]
) -> None:
    section = section_of(path)
    parameters = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]

    assert [name for name in parameters if f"`{name}" not in section] == []


@pytest.mark.parametrize(("code", "status"), sorted(set(declared_errors())))
def test_every_declared_error_is_in_the_table_with_its_status(code: str, status: str) -> None:
    assert f"| `{code}` | {status} |" in PAGE


@pytest.mark.parametrize("value", DOCUMENT["components"]["schemas"]["MarketStatus"]["enum"])
def test_every_market_status_is_named(value: str) -> None:
    assert f"`{value}`" in PAGE


@pytest.mark.parametrize("cause", IS_GAP)
def test_every_cause_is_told_in_the_words_of_the_page_of_record(cause: str) -> None:
    words, counts = WORDS[cause], "yes" if IS_GAP[cause] else "no"

    assert f"| `{cause}` | {counts} | {words.short} | {words.sentence} |" in PAGE
