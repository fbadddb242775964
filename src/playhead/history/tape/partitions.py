"""Partitions of the tape's tables: made ahead of what is written, dropped once it is sealed."""

from datetime import date, timedelta

from playhead.storage.postgres import Session

EVENTS_A_BLOCK = 1 << 22
"""Positions of one partition of recent events; no segment reaches across its edge."""

_BLOCK_TABLES = {"events": "position", "keyframes": "before_position"}


class Partitions:
    """Makes and drops partitions through one session. Idempotent."""

    def __init__(self, session: Session, *, events_a_block: int = EVENTS_A_BLOCK) -> None:
        self._session = session
        self.events_a_block = events_a_block
        self._made: set[str] = set()

    def prepare(self, first_position: int | None, last_position: int) -> None:
        """Make the partitions that hold these positions (inclusive) and the one after them."""
        size = self.events_a_block
        lowest = last_position if first_position is None else first_position
        for first in range(lowest - lowest % size, last_position + size + 1, size):
            for table in _BLOCK_TABLES:
                name = f"{table}_{first}"
                self._make(name, table, str(first), str(first + self.events_a_block))

    def prepare_day(self, day: date) -> None:
        """Make the partition for segments of ``day``."""
        upto = day + timedelta(days=1)
        self._make(f"segment_data_{day:%Y%m%d}", "segment_data", f"'{day}'", f"'{upto}'")

    def drop_block(self, first: int) -> None:
        """Drop the recent events of the block that starts at ``first``; they are all sealed.

        It goes on where an earlier call was cut off: after the detaching of either table, or in
        the middle of it.
        """
        for table in _BLOCK_TABLES:
            name = f"{table}_{first}"
            self._detach(name, table)
            self._session.execute(f"DROP TABLE IF EXISTS {name}")
            self._made.discard(name)

    def _detach(self, name: str, table: str) -> None:
        row = self._session.fetch_optional(
            "SELECT inhdetachpending AS is_pending FROM pg_inherits"
            " WHERE inhrelid = to_regclass(%(name)s)",
            name=name,
        )
        if row is not None:
            how = "FINALIZE" if row.is_pending else "CONCURRENTLY"
            self._session.execute(f"ALTER TABLE {table} DETACH PARTITION {name} {how}")

    def _make(self, name: str, table: str, first: str, upto: str) -> None:
        """Make a partition beside its table and attach it, which does not stop readers."""
        if name in self._made:
            return
        with self._session.transaction():
            found = self._session.fetch_optional("SELECT to_regclass(%(name)s) AS made", name=name)
            if found is None or found.made is None:
                self._session.execute(
                    f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING STORAGE)"
                )
                bounds = f"FROM ({first}) TO ({upto})"
                self._session.execute(
                    f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {bounds}"
                )
        self._made.add(name)
