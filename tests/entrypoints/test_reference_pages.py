"""The reference pages say what the OpenAPI document of the whole API says."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.entrypoints.whole import Json, whole

FOLDER = Path(__file__).parents[2] / "docs/reference"
ACCOUNTS, AUTOMATION, HISTORY = (
    (FOLDER / name).read_text(encoding="utf-8")
    for name in ("accounts.md", "automation.md", "api.md")
)
ALL = ACCOUNTS + AUTOMATION + HISTORY


@pytest.fixture(scope="module")
def document(
    module_service_database_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Json:
    async def declared() -> Json:
        home = tmp_path_factory.mktemp("home")
        async with whole(module_service_database_url, valkey_url, home) as api:
            return api.app.openapi()

    return asyncio.run(declared())


def test_every_endpoint_has_a_section(document: Json) -> None:
    missing = [name for name, _ in operations(document) if f"`{name}`" not in ALL]

    assert missing == []


@pytest.mark.parametrize("page", [ACCOUNTS, AUTOMATION], ids=["accounts", "automation"])
def test_every_section_is_of_an_endpoint_that_exists(document: Json, page: str) -> None:
    described = re.findall(r"`((?:GET|POST|PATCH|PUT|DELETE) /[^`]*)`", page)
    known = {name for name, _ in operations(document)}

    assert len(described) > 30
    assert [name for name in described if name not in known] == []


@pytest.mark.parametrize("page", [ACCOUNTS, AUTOMATION], ids=["accounts", "automation"])
def test_every_query_parameter_is_in_the_section_of_its_endpoint(document: Json, page: str) -> None:
    missing = [
        (name, parameter["name"])
        for name, operation in operations(document)
        if f"### `{name}`" in page
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and not is_named(parameter["name"], section_of(name, page))
    ]

    assert missing == []


def test_every_field_of_a_body_of_automation_is_named(document: Json) -> None:
    fields = {
        (name, field)
        for name, operation in operations(document)
        if f"### `{name}`" in AUTOMATION
        for field in fields_of(operation, document)
    }

    assert len(fields) > 80
    assert [each for each in sorted(fields) if not is_named(each[1], AUTOMATION)] == []


def test_every_declared_error_is_in_a_table_with_its_status(document: Json) -> None:
    declared = {each for _, operation in operations(document) for each in errors_of(operation)}

    assert len(declared) > 100
    assert [each for each in sorted(declared) if row_of(each) not in ALL] == []


def test_every_error_of_automation_is_in_the_table_of_its_page(document: Json) -> None:
    declared = {
        each
        for name, operation in operations(document)
        if f"### `{name}`" in AUTOMATION
        for each in errors_of(operation)
    }
    table = AUTOMATION.partition("## Errors of requests")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `([\w.]+)` \| (\d+) \|", table, re.MULTILINE))

    assert len(declared) > 50
    assert told == declared


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Give every operation under its heading."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def errors_of(operation: Json) -> Iterator[tuple[str, str]]:
    """Give the codes that an operation declares, each with its status."""
    for status, response in operation["responses"].items():
        for code in response.get("content", {}).get("application/json", {}).get("examples", ()):
            yield code, status


def fields_of(operation: Json, document: Json) -> Iterator[str]:
    """Give the names of the fields of the body that an operation takes."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for place in re.findall(r"#/components/schemas/(\w+)", str(content["schema"])):
            yield from document["components"]["schemas"][place]["properties"]


def row_of(error: tuple[str, str]) -> str:
    return f"| `{error[0]}` | {error[1]} |"


def is_named(parameter: str, section: str) -> bool:
    """Whether ``section`` shows it as code: alone, with a value, or within an interval."""
    return any(parameter in re.findall(r"\w+", code) for code in re.findall("`([^`]*)`", section))


def section_of(heading: str, page: str) -> str:
    return page.partition(f"### `{heading}`")[2].partition("\n##")[0]
