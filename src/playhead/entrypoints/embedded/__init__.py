"""PostgreSQL and Valkey out of Python wheels, as real servers with their state in one folder."""

from playhead.entrypoints.embedded.errors import ServerFailed
from playhead.entrypoints.embedded.postgres import EmbeddedPostgres, postgres_url, running_postgres
from playhead.entrypoints.embedded.reasons import reason_in
from playhead.entrypoints.embedded.valkey import EmbeddedValkey, running_valkey, valkey_url

__all__ = [
    "EmbeddedPostgres",
    "EmbeddedValkey",
    "ServerFailed",
    "postgres_url",
    "reason_in",
    "running_postgres",
    "running_valkey",
    "valkey_url",
]
