"""The page on accounts says what the OpenAPI document of the whole API says."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.entrypoints.whole import Json, whole

FOLDER = Path(__file__).parents[2] / "docs/reference"
PAGE = (FOLDER / "accounts.md").read_text(encoding="utf-8")
BOTH = PAGE + (FOLDER / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document(
    module_service_database_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Json:
    async def declared() -> Json:
        home = tmp_path_factory.mktemp("home")
        async with whole(module_service_database_url, valkey_url, home) as api:
            return api.app.openapi()

    return asyncio.run(declared())


def test_every_endpoint_is_described(document: Json) -> None:
    missing = [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if f"`{method.upper()} {path}`" not in BOTH
    ]

    assert missing == []


def test_every_parameter_of_an_endpoint_of_accounts_is_in_its_section(document: Json) -> None:
    missing = [
        (path, parameter["name"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if f"`{method.upper()} {path}`" in PAGE
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
        and not is_named(parameter["name"], section_of(f"{method.upper()} {path}"))
    ]

    assert missing == []


def test_every_declared_error_is_in_a_table_with_its_status(document: Json) -> None:
    declared = {
        (code, status)
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        for code in response.get("content", {}).get("application/json", {}).get("examples", ())
    }
    missing = [each for each in sorted(declared) if f"| `{each[0]}` | {each[1]} |" not in BOTH]

    assert len(declared) > 50
    assert missing == []


def is_named(parameter: str, section: str) -> bool:
    """Whether ``section`` shows it as code: alone, with a value, or within an interval."""
    return any(parameter in re.findall(r"\w+", code) for code in re.findall("`([^`]*)`", section))


def section_of(heading: str) -> str:
    return PAGE.partition(f"`{heading}`")[2].partition("\n##")[0]
