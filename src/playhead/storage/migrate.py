"""Brings a database to the newest schema. A revision is one file of plain SQL, forward only."""

import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, create_engine, exc, pool

from playhead.base.errors import Invalid
from playhead.storage.postgres import DatabaseUnavailable

MIGRATIONS = Path(str(resources.files("playhead"))) / "migrations" / "sql"
LOCK = 0x706C6179_68656164  # "playhead": two starts at once migrate one after the other
_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql", re.ASCII)


OLDEST_POSTGRES = 15


class DatabaseTooOld(Invalid):
    """The server is an older PostgreSQL than Playhead works with."""

    code = "database.too_old"


class MigrationFailed(Invalid):
    """A migration file cannot be applied, or the database is newer than this program."""

    code = "database.migration"


def migrate(url: str, folder: Path = MIGRATIONS) -> list[str]:
    """Apply every ``NNNN_name.sql`` of ``folder`` that the database lacks, all or none.

    Args:
        url: The libpq address of the database.
        folder: Where the files are; their numbers give the order.

    Returns:
        The names of the files that were applied, in order; none when there was nothing to do.

    Raises:
        DatabaseUnavailable: The database cannot be reached.
        DatabaseTooOld: Its version is not one that Playhead works with.
        MigrationFailed: A file fails, or the database's schema is not one of ``folder``.
    """
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=pool.NullPool
    )
    try:
        with engine.begin() as connection:
            number = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
            check_version(int(number) // 10_000)
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            return _apply(connection, _directory(folder))
    except exc.OperationalError as error:
        raise DatabaseUnavailable(f"the database does not answer: {error.orig}") from error
    except exc.DBAPIError as error:
        raise MigrationFailed(f"a migration failed: {error.orig}") from error
    finally:
        engine.dispose()


def check_version(version: int) -> None:
    """Return if a PostgreSQL of the major ``version`` will do.

    Raises:
        DatabaseTooOld: It will not.
    """
    if version < OLDEST_POSTGRES:
        raise DatabaseTooOld(
            f"the database is PostgreSQL {version}; Playhead needs {OLDEST_POSTGRES} or newer"
        )


def _apply(connection: Connection, directory: ScriptDirectory) -> list[str]:
    applied: list[str] = []

    def steps(current: Any, context: MigrationContext) -> Iterable[RevisionStep]:
        for script in _missing(directory, current):
            applied.append(Path(script.path).name)
            yield RevisionStep(directory.revision_map, script, True)

    context = MigrationContext.configure(
        connection, opts={"fn": steps, "transaction_per_migration": False}
    )
    context.run_migrations(connection=connection)
    return applied


def _missing(directory: ScriptDirectory, current: tuple[str, ...]) -> list[Script]:
    known = {script.revision for script in directory.walk_revisions()}
    unknown = set(current) - known
    if unknown:
        raise MigrationFailed(
            f"the database has schema {min(unknown)}, which this version of Playhead does not know"
        )
    newest_first = directory.walk_revisions()
    missing = [script for script in newest_first if script.revision > max(current, default="")]
    return missing[::-1]


def _directory(folder: Path) -> ScriptDirectory:
    directory = ScriptDirectory(folder)
    previous = None
    for file in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(file.name)
        if match is None:
            raise MigrationFailed(f"{file.name} is not named like 0001_what_it_does.sql")
        directory.revision_map.add_revision(_script(file, match.group(1), previous))
        previous = match.group(1)
    return directory


def _script(file: Path, number: str, previous: str | None) -> Script:
    def upgrade(*, connection: Connection) -> None:
        # Without parameters the text goes to the server as it is: several statements, any `%`.
        plain = connection.execution_options(no_parameters=True)
        plain.exec_driver_sql(file.read_text(encoding="utf-8"))

    module = ModuleType(file.stem, doc=file.stem)
    vars(module).update(revision=number, down_revision=previous, upgrade=upgrade)
    return Script(module, number, str(file))
