"""The scene that the tests of one module share; whatever a test does to it is rolled back."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.isolation.scene import Connection, Scene, set_scene


@pytest.fixture(scope="module")
def scene(module_database_url: str) -> Scene:
    """Two tenants with rows in every table."""
    with psycopg.connect(module_database_url) as connection:
        return set_scene(connection)


@pytest.fixture(scope="module")
def _owner(module_database_url: str) -> Iterator[Connection]:
    with psycopg.connect(module_database_url) as connection:
        yield connection


@pytest.fixture(scope="module")
def _service(module_service_database_url: str) -> Iterator[Connection]:
    with psycopg.connect(module_service_database_url) as connection:
        yield connection


@pytest.fixture
def owner(_owner: Connection) -> Iterator[Connection]:
    """A transaction of the owner of the database, rolled back."""
    yield _owner
    _owner.rollback()


@pytest.fixture
def service(_service: Connection) -> Iterator[Connection]:
    """A transaction of the role that serves requests, rolled back; others had it before."""
    yield _service
    _service.rollback()


@pytest.fixture
def new_service(module_service_database_url: str) -> Iterator[Connection]:
    """A connection of the role that serves requests, on which no tenant was ever named."""
    with psycopg.connect(module_service_database_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def system(owner: Connection) -> Connection:
    """A transaction of the role that looks across tenants; nobody can log in as it."""
    owner.execute("SET LOCAL ROLE playhead_system")
    return owner
