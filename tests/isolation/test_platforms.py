"""Migrating where the owner is no superuser, where others migrate too, and on a platform that
publishes the schema: on a server of this module's own, because roles belong to the whole server."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from playhead.entrypoints.embedded import running_postgres
from playhead.storage.migrate import MigrationFailed, migrate
from playhead.storage.postgres import DatabaseUnavailable
from playhead.storage.roles import (
    ServiceRoleUnusable,
    check_service_role,
    open_service_role,
    service_url,
)
from tests.isolation.completeness import what_is_wrong
from tests.isolation.scene import set_scene

OPTIONS = {"fsync": "off", "shared_buffers": "32MB", "log_statement": "all"}
PUBLISHED = ("anon", "authenticated", "service_role")
PASSWORD = "p@ss:/w%rd?#"

Execute = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("platform")


@pytest.fixture(scope="module")
def server_url(folder: Path) -> Iterator[str]:
    """A PostgreSQL on which nobody has migrated yet."""
    with running_postgres(folder, OPTIONS) as url:
        yield url


@pytest.fixture
def superuser(server_url: str) -> Iterator[Execute]:
    """Gives a function that runs a statement as superuser; afterwards the server is bare again."""
    with psycopg.connect(at(server_url, "postgres"), autocommit=True) as connection:

        def execute(statement: str) -> list[tuple[object, ...]]:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

        yield execute
        kept = "'postgres', 'playhead', 'template0', 'template1'"
        for (name,) in execute(f"SELECT datname FROM pg_database WHERE datname NOT IN ({kept})"):
            execute(f"DROP DATABASE {name} WITH (FORCE)")
        for (name,) in execute(
            "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname NOT LIKE 'pg\\_%'"
        ):
            execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def at(url: str, database: str, user: str = "playhead") -> str:
    """Return the address of another database of the same server."""
    return url.replace("//playhead@", f"//{user}@").replace("/playhead?", f"/{database}?")


@contextmanager
def as_owner(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


def test_an_owner_who_may_create_roles_needs_nobody_else(
    superuser: Execute, server_url: str
) -> None:
    superuser("CREATE ROLE boss LOGIN CREATEROLE")
    superuser("CREATE DATABASE theirs OWNER boss")
    url = at(server_url, "theirs", "boss")

    migrate(url)
    check_service_role(open_service_role(url, None))
    assert migrate(url) == []
    with as_owner(url) as owner:
        assert what_is_wrong(owner, "boss") == []
        set_scene(owner)


def test_an_owner_who_may_not_is_told_what_to_ask_for(superuser: Execute, server_url: str) -> None:
    superuser("CREATE ROLE boss LOGIN")
    superuser("CREATE DATABASE theirs OWNER boss")
    url = at(server_url, "theirs", "boss")

    for sentence, remedy in (
        ("the role playhead_service is missing", "CREATE ROLE playhead_service"),
        ("the role playhead_system is missing", "CREATE ROLE playhead_system"),
        ("boss may not become the role playhead_system", "GRANT playhead_system TO boss"),
    ):
        with pytest.raises(MigrationFailed, match=sentence) as refused:
            migrate(url)
        assert f"as a superuser: {remedy}" in str(refused.value)
        superuser(remedy)
    migrate(url)
    with pytest.raises(ServiceRoleUnusable, match="ALTER ROLE playhead_service LOGIN PASSWORD"):
        open_service_role(url, "a password")
    superuser("ALTER ROLE playhead_service LOGIN PASSWORD 'a password'")
    check_service_role(service_url(url, "a password"))


def test_several_databases_of_one_server_migrate_at_once(
    superuser: Execute, server_url: str
) -> None:
    superuser("CREATE ROLE boss LOGIN CREATEROLE")
    names = [f"theirs_{n}" for n in range(4)]
    for name in names:
        superuser(f"CREATE DATABASE {name} OWNER boss")

    def start(name: str) -> str:
        url = at(server_url, name, "boss")
        migrate(url)
        return open_service_role(url, "a password")

    with ThreadPoolExecutor(2 * len(names)) as pool:
        for url in pool.map(start, names * 2):
            check_service_role(url)


def test_roles_of_a_platform_get_nothing_now_or_later(superuser: Execute, server_url: str) -> None:
    superuser("CREATE ROLE boss LOGIN CREATEROLE CREATEDB BYPASSRLS")
    superuser("CREATE DATABASE theirs OWNER boss")
    url = at(server_url, "theirs", "boss")
    for role in PUBLISHED:
        superuser(f"CREATE ROLE {role}")
    with psycopg.connect(url) as owner:
        for kind in ("TABLES", "FUNCTIONS", "SEQUENCES"):
            owner.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON {} TO {}").format(
                    sql.SQL(kind), sql.SQL(", ").join(map(sql.Identifier, PUBLISHED))
                )
            )

    migrate(url)
    with as_owner(url) as owner:
        assert what_is_wrong(owner, "boss") == []
        owner.execute("CREATE TABLE later (n bigserial)")
        owner.execute("CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        assert (
            owner.execute(
                "SELECT role, c.relname::text FROM unnest(%(roles)s::text[]) AS role, pg_class c"
                " WHERE c.relnamespace = 'public'::regnamespace AND"
                "   CASE c.relkind WHEN 'S'"
                "        THEN has_sequence_privilege(role, c.oid, 'USAGE, SELECT, UPDATE')"
                "        WHEN 'r' THEN has_table_privilege(role, c.oid,"
                "             'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') END"
                " UNION ALL"
                " SELECT role, p.proname::text FROM unnest(%(roles)s::text[]) AS role, pg_proc p"
                " WHERE p.pronamespace = 'public'::regnamespace"
                "   AND has_function_privilege(role, p.oid, 'EXECUTE')",
                {"roles": list(PUBLISHED)},
            ).fetchall()
            == []
        )


def test_the_service_logs_in_with_a_password_that_nobody_else_ever_holds(
    superuser: Execute, server_url: str, folder: Path
) -> None:
    superuser("CREATE DATABASE theirs")
    url = at(server_url, "theirs")
    migrate(url)
    served = open_service_role(url, PASSWORD)

    ((stored,),) = superuser("SELECT rolpassword FROM pg_authid WHERE rolname = 'playhead_service'")
    assert str(stored).startswith("SCRAM-SHA-256$")
    with _passwords_needed(superuser, folder):
        check_service_role(served)
        with pytest.raises(DatabaseUnavailable, match="password authentication failed"):
            check_service_role(service_url(url, "another"))
        with pytest.raises(DatabaseUnavailable, match="password"):
            check_service_role(service_url(url, None))
    log = (folder / "postgres.log").read_text()
    assert "ALTER ROLE" in log
    assert PASSWORD not in log


@contextmanager
def _passwords_needed(superuser: Execute, folder: Path) -> Iterator[None]:
    """Have the server ask the service role for its password."""
    (file,) = folder.rglob("pg_hba.conf")
    trusting = file.read_text()
    file.write_text(f"local all playhead_service scram-sha-256\n{trusting}")
    superuser("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        file.write_text(trusting)
        superuser("SELECT pg_reload_conf()")
