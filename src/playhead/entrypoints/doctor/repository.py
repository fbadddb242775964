"""What the database's catalogue says, as values; asked as the owner."""

from playhead.entrypoints.doctor.schema import Definer, Policy, Table
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Session, Transaction

SQL = load_sql(__package__)


class Catalogue:
    """Reads the schema of a database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def version(self) -> int:
        """Return the major version of the server."""
        return int(self._session.fetch_all(SQL.version)[0].major)

    def clock(self) -> int:
        """Return the server's time in UTC microseconds."""
        return int(self._session.fetch_all(SQL.clock)[0].at)

    def migration(self) -> str | None:
        """Return the number of the newest migration that was applied; None: of none."""
        if not self._session.fetch_all(SQL.has_schema)[0].found:
            return None
        row = self._session.fetch_optional(SQL.schema)
        return None if row is None else row.current

    def tables(self) -> list[Table]:
        """Return the tables that are no partitions, by name."""
        return [
            Table(row.name, tuple(row.tenant_columns), row.is_enabled, row.is_forced)
            for row in self._session.fetch_all(SQL.tables)
        ]

    def policies(self) -> list[Policy]:
        """Return the policies, by table and name."""
        return [
            Policy(row.table_name, row.name, tuple(row.roles), row.reads, row.writes)
            for row in self._session.fetch_all(SQL.policies)
        ]

    def definers(self) -> list[Definer]:
        """Return the functions that act as their owner, by name."""
        return [
            Definer(row.name, tuple(row.callers), row.has_search_path)
            for row in self._session.fetch_all(SQL.definers)
        ]


async def newest_sealed(transaction: Transaction, limit: int) -> list[bytes]:
    """Return what was sealed last, in a transaction that sees all."""
    return [bytes(row.sealed) for row in await transaction.fetch_all(SQL.sealed, limit=limit)]
