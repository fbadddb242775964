"""The house stays small: the largest function and file, and names that hide an idea."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path for part in ("src", "tests", "benchmarks") for path in ROOT.glob(f"{part}/**/*.py")
)
LONGEST_FUNCTION = 50
LONGEST_FILE = 500
ATTICS = {"utils", "util", "helpers", "common", "misc", "manager", "service"}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_one_idea(path: Path) -> None:
    too_long = {name: lines for name, lines in functions(path) if lines > LONGEST_FUNCTION}

    assert too_long == {}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert path.stem not in ATTICS
