"""Real servers for the tests: one PostgreSQL and one Valkey a run, one database a test."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from playhead.entrypoints.embedded import running_postgres, running_valkey
from playhead.storage.migrate import migrate
from playhead.storage.roles import open_service_role, service_url

# What is thrown away afterwards needs no care for the disk, and little memory.
HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
}
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def empty_postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded PostgreSQL with an empty database, for the whole run."""
    with running_postgres(tmp_path_factory.mktemp("postgres"), HASTY) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(empty_postgres_url: str) -> str:
    """The template: a migrated database. Make copies of it; do not write into it."""
    migrate(empty_postgres_url)
    open_service_role(empty_postgres_url, None)
    return empty_postgres_url


@pytest.fixture(scope="session")
def new_database(postgres_url: str) -> Callable[[], str]:
    """Gives a function that makes another migrated database and returns its address."""

    def make() -> str:
        name = f"copy_{next(NUMBERS)}"
        with _administration(postgres_url) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE playhead".encode())
        return postgres_url.replace("/playhead?", f"/{name}?")

    return make


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """A migrated, empty database of the test's own."""
    return new_database()


@pytest.fixture(scope="module")
def module_database_url(new_database: Callable[[], str]) -> str:
    """A migrated database that the tests of one module share."""
    return new_database()


@pytest.fixture
def service_database_url(database_url: str) -> str:
    """The test's own database, for the role that serves requests."""
    return service_url(database_url, None)


@pytest.fixture(scope="module")
def module_service_database_url(module_database_url: str) -> str:
    """The module's own database, for the role that serves requests."""
    return service_url(module_database_url, None)


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded Valkey for the whole run."""
    with running_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@contextmanager
def _administration(url: str) -> Iterator[psycopg.Connection]:
    # Beside the template: a database with open connections cannot be copied.
    with psycopg.connect(url.replace("/playhead?", "/postgres?"), autocommit=True) as connection:
        yield connection
