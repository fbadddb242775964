"""The role that servers connect as: it must not be able to see past row-level security."""

from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from playhead.base.errors import Conflict
from playhead.storage.postgres import DatabaseUnavailable

SERVICE_ROLE = "playhead_service"
SYSTEM_ROLE = "playhead_system"

ATTEMPTS = 10
"""Roles belong to the whole server. Of two who alter one at once PostgreSQL lets one fail."""

REACHES_FILES = "'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'"
"""Roles of PostgreSQL that reach the server's files, and with them every table."""

POWERS = f"""
SELECT session_user AS name,
       array_remove(ARRAY[
           CASE WHEN r.rolsuper THEN 'it is a superuser' END,
           CASE WHEN r.rolbypassrls THEN 'it bypasses row-level security' END,
           CASE WHEN r.rolcreaterole THEN 'it may create roles' END,
           CASE WHEN r.rolreplication THEN 'it may copy the whole database' END,
           CASE WHEN EXISTS (SELECT FROM pg_class c
                              WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace)
                THEN 'it owns tables' END,
           -- Whoever owns the database owns the schema too, and may drop what is in it.
           CASE WHEN EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'public'
                                AND pg_has_role(r.oid, n.nspowner, 'MEMBER'))
                THEN 'it owns the schema' END,
           CASE WHEN EXISTS (SELECT FROM pg_roles o
                              WHERE o.oid <> r.oid AND pg_has_role(r.oid, o.oid, 'MEMBER')
                                AND (o.rolsuper OR o.rolbypassrls OR o.rolcreaterole
                                     OR o.rolreplication
                                     OR o.rolname IN ('{SYSTEM_ROLE}', {REACHES_FILES})
                                     OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = o.oid
                                          AND c.relnamespace = 'public'::regnamespace)))
                THEN 'it may become a role that does' END
       ], NULL) AS powers
  FROM pg_roles r WHERE r.rolname = session_user
"""  # noqa: S608 -- the names are our own constants


class ServiceRoleUnsafe(Conflict):
    """The role that is to serve requests could see or change every tenant's rows."""

    code = "database.role_unsafe"

    def __init__(self, name: str, powers: Sequence[str]) -> None:
        super().__init__(
            f"the database role {name} may not serve requests: {', '.join(powers)}. Use"
            f" {SERVICE_ROLE}: set PLAYHEAD_SERVICE_DATABASE_URL, or leave it out",
            role=name,
            powers=list(powers),
        )


class ServiceRoleUnusable(Conflict):
    """The owner of the database may not let the service role log in."""

    code = "database.role_unusable"


def check_service_role(url: str) -> None:
    """Return if whoever connects to ``url`` is held by row-level security.

    Raises:
        ServiceRoleUnsafe: It is not.
        DatabaseUnavailable: The server cannot be asked.
    """
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(POWERS.encode()).fetchone()
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(f"the database does not answer: {error}") from error
    judge(row)


async def check_connection(connection: psycopg.AsyncConnection[object]) -> None:
    """Check one new connection of a pool; a connection that fails is never lent.

    Raises:
        ServiceRoleUnsafe: Its role could see past row-level security.
    """
    cursor = connection.cursor(row_factory=psycopg.rows.tuple_row)
    await cursor.execute(POWERS.encode())
    judge(await cursor.fetchone())


def judge(found: tuple[str, Sequence[str]] | None) -> None:
    """Raise `ServiceRoleUnsafe` unless the role that ``found`` names has no power to fear."""
    if found is None or found[1]:
        name, powers = found or ("that connects", ["it is unknown"])
        raise ServiceRoleUnsafe(name, powers)


def open_service_role(owner_url: str, password: str | None) -> str:
    """Let the service role log in, and return its address.

    Args:
        owner_url: The address of the owner of the database, who may alter roles.
        password: What it has to log in with; None where the server trusts whoever reaches it.

    Raises:
        ServiceRoleUnusable: The owner may not do that; the message says what a superuser can run.
        DatabaseUnavailable: The server cannot be reached.
    """
    try:
        with psycopg.connect(owner_url, autocommit=True, connect_timeout=5) as connection:
            _alter(connection, password)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(f"the database does not answer: {error}") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise ServiceRoleUnusable(
            f"the owner of the database may not let {SERVICE_ROLE} log in; have a superuser run"
            f" ALTER ROLE {SERVICE_ROLE} LOGIN PASSWORD '...', and set"
            " PLAYHEAD_SERVICE_DATABASE_URL"
        ) from error
    return service_url(owner_url, password)


def service_url(owner_url: str, password: str | None) -> str:
    """Return the address of the same database for the service role."""
    parts = urlsplit(owner_url)
    place = parts.netloc.rpartition("@")[2]
    secret = "" if password is None else f":{quote(password, safe='')}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{SERVICE_ROLE}{secret}@{place}{parts.path}{query}"


def _alter(connection: psycopg.Connection[tuple[object, ...]], password: str | None) -> None:
    statement = sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(SERVICE_ROLE))
    if password is not None:
        # Hashed here: neither the server's log nor its statistics ever hold the password.
        hashed = connection.pgconn.encrypt_password(
            password.encode(), SERVICE_ROLE.encode(), b"scram-sha-256"
        )
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(hashed.decode()))
    for _ in range(ATTEMPTS - 1):
        with suppress(psycopg.errors.InternalError_):
            connection.execute(statement)
            return
    connection.execute(statement)
