"""Read the rows of reflexes, each question in one round trip or in one transaction."""

from collections.abc import Mapping
from uuid import UUID

from playhead.automation.reflexes.errors import ReflexNotFound
from playhead.automation.reflexes.model import Event
from playhead.automation.reflexes.reading.model import Counts, Overview
from playhead.automation.reflexes.repository import ReflexRows
from playhead.automation.reflexes.tables import Listed, Run, event_of, listed_of, run_of
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction
from playhead.storage.tenants import Tenant, Tenants
from playhead.web.pages import Slice

SQL = load_sql(__package__)
RECENT = 10


async def find(transaction: Transaction, org_id: UUID, reflex_id: UUID) -> Listed:
    """Return a reflex with its skill.

    Raises:
        ReflexNotFound: The organisation has none of this id.
    """
    row = await transaction.fetch_optional(SQL.find, org_id=org_id, reflex_id=reflex_id)
    return _found(row, reflex_id)


class ReflexReader:
    """Reads the reflexes of organisations."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def find(self, org_id: UUID, reflex_id: UUID) -> Listed:
        """Return a reflex with its skill.

        Raises:
            ReflexNotFound: The organisation has none of this id.
        """
        row = await self._tenants.fetch_optional(
            Tenant(org_id), SQL.find, org_id=org_id, reflex_id=reflex_id
        )
        return _found(row, reflex_id)

    async def page(
        self, org_id: UUID, filters: Mapping[str, object], part: Slice
    ) -> tuple[list[Listed], int | None]:
        """Return one page of reflexes, the newest first, and their number if it is wanted."""
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            rows = await transaction.fetch_all(SQL.page, org_id=org_id, **filters, **_bounds(part))
            total = await _total(transaction, part, SQL.total, org_id=org_id, **filters)
        return [listed_of(row) for row in rows], total

    async def full(self, org_id: UUID, reflex_id: UUID) -> tuple[Listed, list[Event], list[Run]]:
        """Return a reflex with its newest events and executions.

        Raises:
            ReflexNotFound: The organisation has none of this id.
        """
        asked = {"org_id": org_id, "reflex_id": reflex_id, **_bounds(Slice(RECENT, 0, None, False))}
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            listed = await find(transaction, org_id, reflex_id)
            events = await transaction.fetch_all(SQL.events, **asked, state=None)
            runs = await transaction.fetch_all(SQL.executions, **asked)
        return listed, [event_of(row) for row in events], [run_of(row) for row in runs]

    async def events(
        self, org_id: UUID, reflex_id: UUID, state: str | None, part: Slice
    ) -> tuple[list[Event], int | None]:
        """Return one page of what reached a reflex, the newest first.

        Raises:
            ReflexNotFound: The organisation has none of this id.
        """
        asked = {"org_id": org_id, "reflex_id": reflex_id, "state": state}
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            await ReflexRows(transaction, org_id).find(reflex_id)
            rows = await transaction.fetch_all(SQL.events, **asked, **_bounds(part))
            total = await _total(transaction, part, SQL.events_total, **asked)
        return [event_of(row) for row in rows], total

    async def executions(
        self, org_id: UUID, reflex_id: UUID, part: Slice
    ) -> tuple[list[Run], int | None]:
        """Return one page of a reflex's executions, the newest first.

        Raises:
            ReflexNotFound: The organisation has none of this id.
        """
        asked = {"org_id": org_id, "reflex_id": reflex_id}
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            await ReflexRows(transaction, org_id).find(reflex_id)
            rows = await transaction.fetch_all(SQL.executions, **asked, **_bounds(part))
            total = await _total(transaction, part, SQL.executions_total, **asked)
        return [run_of(row) for row in rows], total

    async def counts(self, org_id: UUID, reflex_id: UUID) -> tuple[Listed, Counts]:
        """Return what has come of a reflex.

        Raises:
            ReflexNotFound: The organisation has none of this id.
        """
        asked = {"org_id": org_id, "reflex_id": reflex_id}
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            listed = await find(transaction, org_id, reflex_id)
            rows = await transaction.fetch_all(SQL.event_counts, **asked)
            runs = await transaction.fetch_all(SQL.execution_counts, **asked)
        events: dict[str, int] = {}
        reasons: dict[str, int] = {}
        for row in rows:
            events[row.state] = events.get(row.state, 0) + row.events
            if row.because is not None:
                reasons[row.because] = reasons.get(row.because, 0) + row.events
        executions = {row.status: row.executions for row in runs}
        return listed, Counts(events, reasons, executions)

    async def overview(self, org_id: UUID) -> Overview:
        """Return what has come of all reflexes."""
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            kinds = await transaction.fetch_all(SQL.overview, org_id=org_id)
            fired = await transaction.fetch_all(SQL.fired_by_type, org_id=org_id)
            recent = await transaction.fetch_all(SQL.recent, org_id=org_id, most=RECENT)
            (outcome,) = await transaction.fetch_all(SQL.outcome, org_id=org_id)
        return Overview(
            reflexes={row.trigger_type: row.reflexes for row in kinds},
            active=sum(row.active for row in kinds),
            failing=sum(row.failing for row in kinds),
            fired={row.source: row.fired for row in fired},
            completed=outcome.completed,
            ended=outcome.ended,
            recent=[event_of(row) for row in recent],
        )


def _found(row: Row | None, reflex_id: UUID) -> Listed:
    if row is None:
        raise ReflexNotFound(reflex_id)
    return listed_of(row)


def _bounds(part: Slice) -> dict[str, object]:
    before = part.before
    return {
        "before_at": None if before is None else before.at,
        "before_id": None if before is None else before.id,
        "most": part.most,
        "skip": part.skip,
    }


async def _total(transaction: Transaction, part: Slice, query: str, **asked: object) -> int | None:
    if not part.counted:
        return None
    (row,) = await transaction.fetch_all(query, **asked)
    total: int = row.total
    return total
