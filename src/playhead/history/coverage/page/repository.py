"""The recordings that go on: the only module of the page that knows tables."""

from playhead.history.coverage.page.model import Recorder
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database

SQL = load_sql(__package__)


class Recorders:
    """Finds the recordings that go on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, limit: int) -> list[Recorder]:
        """Return at most ``limit``, those first that were heard of last."""
        async with self._database.reading() as connection:
            rows = await connection.fetch_all(SQL.recorders, limit=limit)
        return [
            Recorder(
                name=row.recorder,
                capture=row.capture,
                started_at=row.started_at,
                ingested_at=row.ingested_at,
                proven_to=row.proven_to,
                slowest_to=row.slowest_to,
                books=row.books,
            )
            for row in rows
        ]
