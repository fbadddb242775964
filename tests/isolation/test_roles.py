"""Who may serve requests: a role that row-level security holds, and no other."""

import asyncio
from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest

from playhead.storage.postgres import Database, DatabaseUnavailable
from playhead.storage.roles import ServiceRoleUnsafe, check_connection, check_service_role

UNSAFE = {
    "ALTER ROLE {role} SUPERUSER": "it is a superuser",
    "ALTER ROLE {role} BYPASSRLS": "it bypasses row-level security",
    "ALTER ROLE {role} CREATEROLE": "it may create roles",
    "ALTER ROLE {role} REPLICATION": "it may copy the whole database",
    "CREATE TABLE kept (); ALTER TABLE kept OWNER TO {role}": "it owns tables",
    "ALTER SCHEMA public OWNER TO {role}": "it owns the schema",
    "ALTER DATABASE {database} OWNER TO {role}": "it owns the schema",
    "GRANT playhead_system TO {role}": "it may become a role that does",
    "GRANT playhead TO {role}": "it may become a role that does",
    "GRANT pg_read_server_files TO {role}": "it may become a role that does",
    "GRANT pg_execute_server_program TO {role}": "it may become a role that does",
}
MEDDLING = (
    "SET ROLE playhead_system",
    "SET ROLE playhead",
    "SET SESSION AUTHORIZATION playhead",
    "ALTER TABLE api_keys DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY",
    "ALTER POLICY tenant ON api_keys USING (true)",
    "CREATE POLICY more ON api_keys USING (true)",
    "DROP POLICY tenant ON api_keys",
    "ALTER TABLE audit_log DISABLE TRIGGER chain",
    "CREATE TABLE public.mine ()",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "GRANT SELECT ON audit_heads TO PUBLIC",
    "ALTER ROLE playhead_service BYPASSRLS",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SET session_replication_role = replica",
)


@pytest.fixture
def role(database_url: str) -> Iterator[str]:
    """A role that may log in and no more; it is gone after the test, and what it owns."""
    name = f"role_{uuid4().hex}"
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {name} LOGIN".encode())
        yield name
        owner.execute(f"REASSIGN OWNED BY {name} TO playhead".encode())
        owner.execute(f"DROP OWNED BY {name}".encode())
        owner.execute(f"DROP ROLE {name}".encode())


@pytest.fixture
def empower(database_url: str, role: str) -> Callable[[str], str]:
    """Gives a function that gives the role a power, and returns the role's address."""

    def give(statement: str) -> str:
        with psycopg.connect(database_url, autocommit=True) as owner:
            names = {"role": role, "database": owner.info.dbname}
            owner.execute(statement.format(**names).encode())
        return database_url.replace("//playhead@", f"//{role}@")

    return give


def test_the_service_role_may_serve(module_service_database_url: str) -> None:
    check_service_role(module_service_database_url)


def test_the_owner_may_not(module_database_url: str) -> None:
    with pytest.raises(ServiceRoleUnsafe, match="it owns tables"):
        check_service_role(module_database_url)


def test_another_role_without_powers_may_serve(empower: Callable[[str], str]) -> None:
    check_service_role(empower("SELECT 1"))


@pytest.mark.parametrize(("statement", "power"), UNSAFE.items(), ids=UNSAFE.keys())
def test_a_role_with_a_power_may_not_serve(
    empower: Callable[[str], str], role: str, statement: str, power: str
) -> None:
    with pytest.raises(ServiceRoleUnsafe, match=power) as refused:
        check_service_role(empower(statement))

    assert refused.value.fields["role"] == role


def test_dressing_up_as_the_service_role_helps_nobody(module_database_url: str) -> None:
    dressed = f"{module_database_url}&options=-c%20role%3Dplayhead_service"

    with pytest.raises(ServiceRoleUnsafe, match="the database role playhead may not"):
        check_service_role(dressed)


def test_a_pool_never_lends_a_connection_that_is_unsafe(empower: Callable[[str], str]) -> None:
    url = empower("ALTER ROLE {role} BYPASSRLS")

    async def story() -> None:
        async with Database.open(url, connections=2, check=check_connection) as database:
            database._pool.timeout = 0.3  # instead of seconds
            with pytest.raises(DatabaseUnavailable):
                await database.fetch_pipelined("SELECT 1", {}, "SELECT 1", {})

    asyncio.run(story())


def test_a_pool_lends_what_is_safe(module_service_database_url: str) -> None:
    async def story() -> None:
        url = module_service_database_url
        async with (
            Database.open(url, connections=2, check=check_connection) as database,
            database.reading() as lent,
        ):
            assert len(await lent.fetch_all("SELECT 1")) == 1

    asyncio.run(story())


@pytest.mark.parametrize("statement", MEDDLING)
def test_the_service_may_not_meddle(
    service: psycopg.Connection[tuple[object, ...]], statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute(statement.encode())
