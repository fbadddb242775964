"""No endpoint of automation, and no requirement, is without a test here."""

import importlib
import re

from tests.automation.acceptance.place import Place
from tests.automation.acceptance.table import OPERATIONS, PROMISED, REQUIREMENTS

GROUPS = ("/skills", "/habits", "/reflexes", "/executions", "/models", "/provider-keys")
PARENT = __name__.rpartition(".")[0]


def names_of(module: str) -> list[str]:
    """Return the names of the tests of a module."""
    return [each for each in dir(importlib.import_module(f"{PARENT}.{module}"))]


def test_every_endpoint_of_the_table_has_the_one_test_that_it_names() -> None:
    found = {
        (each.method, each.path): sum(name.startswith(each.test) for name in names_of(each.module))
        for each in OPERATIONS
    }

    assert {key: many for key, many in found.items() if many != 1} == {}
    assert len(found) == len(OPERATIONS)


def test_every_endpoint_of_automation_in_the_document_is_in_the_table(place: Place) -> None:
    document = place.client.get("/openapi.json").json()
    documented = {
        f"{method.upper()} {plain(path)}"
        for path, methods in document["paths"].items()
        for method in methods
        if path.removeprefix("/api/v1").startswith((*GROUPS, "/webhooks/reflexes"))
    }

    assert documented == {f"{each.method} {each.path}" for each in OPERATIONS}


def plain(path: str) -> str:
    """Return a path as the table has it: whatever its id is called."""
    return re.sub(r"\{(skill|habit|reflex|execution)_id\}", "{id}", path.removeprefix("/api/v1"))


def test_every_endpoint_that_the_contract_names_is_in_the_table() -> None:
    there = {(each.path.split("/")[1], each.promised) for each in OPERATIONS}
    promised = {(kind, name) for kind, names in PROMISED.items() for name in names}

    assert len(promised) == 55
    assert {each for each in there if each[1] is not None} == promised


def test_every_requirement_has_a_test_that_bears_its_number() -> None:
    names = {name for each in OPERATIONS for name in names_of(each.module)}
    bare = [
        f"test_{kind.lower()}_{number:02}"
        for kind, many in REQUIREMENTS.items()
        for number in range(1, many + 1)
    ]

    assert [each for each in bare if not any(n.startswith(f"{each}_") for n in names)] == []
