"""A second opinion: pgrls, which somebody else wrote, finds nothing that is not explained."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.isolation.scene import Connection

PROGRAM = Path(sys.executable).with_name("pgrls")
CONFIGURATION = Path(__file__).with_name("pgrls.toml")

NAMED = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL
SELECT 'public.' || p.polrelid::regclass::text || '.' || p.polname FROM pg_policy p
UNION ALL
SELECT 'public.' || t.tgrelid::regclass::text || '.' || t.tgname FROM pg_trigger t
UNION ALL
SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
"""


def findings(url: str) -> Iterator[str]:
    """Return what pgrls finds in a database, as rule and place."""
    command = [str(PROGRAM), "lint", "--config", str(CONFIGURATION), "--format", "json"]
    done = subprocess.run(
        [*command, "--database-url", url], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    for found in json.loads(done.stdout)["violations"]:
        yield f"{found['rule_id']} {found['location']}: {found['title']}"


def test_nothing_is_found_that_is_not_explained(module_database_url: str) -> None:
    assert list(findings(module_database_url)) == []


def test_what_is_wrong_is_found(database_url: str) -> None:
    with psycopg.connect(database_url) as owner:
        owner.execute("CREATE TABLE notes (org_id uuid)")
        owner.execute("CREATE POLICY more ON api_keys FOR SELECT USING (true)")

    found = {line.partition(":")[0] for line in findings(database_url)}
    assert {"SEC001 public.notes", "SEC008 public.api_keys.more"} <= found


@pytest.mark.parametrize("rule", tomllib.loads(CONFIGURATION.read_text())["lint"]["rules"])
def test_whatever_is_excused_exists(owner: Connection, rule: str) -> None:
    excused = tomllib.loads(CONFIGURATION.read_text())["lint"]["rules"][rule]["allowlist"]
    existing = {name for (name,) in owner.execute(NAMED.encode())}

    assert set(excused) - existing == set()
