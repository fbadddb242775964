"""Rows of the reflexes on markets: which there are, how far they are, who follows the tape."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import msgspec

from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Transaction
from playhead.storage.tenants import NOBODY, Tenants

SQL = load_sql(__package__)
LEAD = 0x706C_6179_6D6B_7473
"""The advisory lock of whoever follows the tape."""


@dataclass(frozen=True, slots=True)
class MarketReflex:
    """What the watcher needs of an active reflex."""

    reflex_id: UUID
    org_id: UUID
    revision: int
    active_since: Micros
    updated_at: Micros
    config: Mapping[str, object]
    condition: str | None
    dedupe_key: str | None


async def active_reflexes(tenants: Tenants) -> list[MarketReflex]:
    """Return the active reflexes on markets of all organisations."""
    rows = await tenants.fetch_all(NOBODY, SQL.active)
    return [
        MarketReflex(
            reflex_id=row.reflex_id,
            org_id=row.org_id,
            revision=row.revision,
            active_since=row.updated_at if row.active_since is None else row.active_since,
            updated_at=row.updated_at,
            config=row.trigger_config,
            condition=row.condition,
            dedupe_key=row.dedupe_key,
        )
        for row in rows
    ]


class Positions:
    """How far the reflexes of one organisation are, in a transaction of its own."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def load(self, reflex_ids: Collection[UUID]) -> dict[UUID, tuple[int, object]]:
        """Return revision and state, by reflex."""
        rows = await self._transaction.fetch_all(
            SQL.positions, org_id=self._org_id, reflex_ids=list(reflex_ids)
        )
        return {row.reflex_id: (row.revision, row.state) for row in rows}

    async def move_on(self, reflex_id: UUID, revision: int, state: object, *, now: Micros) -> bool:
        """Keep where a reflex is; False if it is no longer active, or another revision."""
        row = await self._transaction.fetch_optional(
            SQL.move_on,
            org_id=self._org_id,
            reflex_id=reflex_id,
            revision=revision,
            state=msgspec.json.encode(state).decode(),
            now=now,
        )
        return row is not None

    async def is_same(self, reflex_id: UUID, revision: int) -> bool:
        """Return whether a reflex is active in this revision; it stays until we commit."""
        row = await self._transaction.fetch_optional(
            SQL.is_same, org_id=self._org_id, reflex_id=reflex_id, revision=revision
        )
        return row is not None


class Lead:
    """The right to follow the tape for all; it lasts as long as the connection that has it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def check(self) -> None:
        """Make sure that the connection is there.

        Raises:
            DatabaseUnavailable: It is gone, and the lead with it.
        """
        await self._transaction.fetch_optional(SQL.lead_still)


@asynccontextmanager
async def leading(database: Database) -> AsyncIterator[Lead | None]:
    """Take the lead until the end of the block; None where somebody else has it."""
    async with database.reading() as connection:
        row = await connection.fetch_optional(SQL.take_lead, key=LEAD)
        if row is None or not row.taken:
            yield None
            return
        try:
            yield Lead(connection)
        finally:
            await connection.fetch_optional(SQL.leave_lead, key=LEAD)
