"""Bringing a database to the newest schema, on a real PostgreSQL."""

import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from playhead.storage.migrate import (
    MIGRATIONS,
    DatabaseTooOld,
    MigrationFailed,
    check_version,
    migrate,
)
from playhead.storage.postgres import DatabaseUnavailable


@pytest.fixture
def empty_url(empty_postgres_url: str) -> str:
    name = f"empty_{uuid.uuid4().hex}"
    root = empty_postgres_url.replace("/playhead?", "/postgres?")
    with psycopg.connect(root, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    return empty_postgres_url.replace("/playhead?", f"/{name}?")


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def write(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name.removeprefix('m')}.sql").write_text(text)
        return tmp_path

    return write


def test_files_run_in_order_and_once(empty_url: str, folder: Callable[..., Path]) -> None:
    place = folder(m0002_b="INSERT INTO a VALUES (1)", m0001_a="CREATE TABLE a (n int)")

    assert migrate(empty_url, place) == ["0001_a.sql", "0002_b.sql"]
    assert migrate(empty_url, place) == []


def test_later_file_is_applied_to_an_older_database(
    empty_url: str, folder: Callable[..., Path]
) -> None:
    migrate(empty_url, folder(m0001_a="CREATE TABLE a (n int)"))

    assert migrate(empty_url, folder(m0002_b="DROP TABLE a")) == ["0002_b.sql"]


def test_file_holds_several_statements_and_percent_signs(
    empty_url: str, folder: Callable[..., Path]
) -> None:
    migrate(empty_url, folder(m0001_a="CREATE TABLE a AS SELECT '100%' AS t; SELECT 7 % 3;"))

    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT t FROM a").fetchone() == ("100%",)


def test_failing_file_leaves_nothing_of_the_run(
    empty_url: str, folder: Callable[..., Path]
) -> None:
    place = folder(m0001_a="CREATE TABLE a (n int)", m0002_b="SELECT 1/0")

    with pytest.raises(MigrationFailed, match="division by zero"):
        migrate(empty_url, place)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT to_regclass('a')").fetchone() == (None,)


def test_newer_database_is_refused(empty_url: str, folder: Callable[..., Path]) -> None:
    place = folder(m0001_a="SELECT 1", m0002_b="SELECT 1")
    migrate(empty_url, place)
    (place / "0002_b.sql").unlink()

    with pytest.raises(MigrationFailed, match="schema 0002"):
        migrate(empty_url, place)


def test_misnamed_file_is_refused(empty_url: str, folder: Callable[..., Path]) -> None:
    with pytest.raises(MigrationFailed, match=r"1_a\.sql"):
        migrate(empty_url, folder(m1_a="SELECT 1"))


def test_own_migrations_are_found_in_the_package(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        newest = connection.execute("SELECT version_num FROM alembic_version").fetchone()

    assert newest == (max(MIGRATIONS.glob("*.sql")).name[:4],)


def test_old_server_is_refused() -> None:
    with pytest.raises(DatabaseTooOld, match=r"PostgreSQL 14; Playhead needs 15"):
        check_version(14)


def test_oldest_server_that_will_do_is_accepted() -> None:
    check_version(15)


def test_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        migrate(f"postgresql://nobody@/nothing?host={tmp_path}")
