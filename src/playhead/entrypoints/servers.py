"""Where the servers of a state folder are."""

from pathlib import Path

from playhead.entrypoints.embedded import postgres_url
from playhead.entrypoints.settings import Settings


def worker_database_url(settings: Settings) -> str:
    """Return the address of the database, whether or not it is up: a worker waits for it."""
    return settings.database_url or postgres_url(postgres_folder(settings.home))


def postgres_folder(home: Path) -> Path:
    """Return the folder of the embedded PostgreSQL."""
    return home / "postgres"


def valkey_folder(home: Path) -> Path:
    """Return the folder of the embedded Valkey."""
    return home / "valkey"
