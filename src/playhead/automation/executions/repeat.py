"""Requests that are made again because nobody answered: what they started, they do not again."""

from uuid import UUID

from playhead.automation.executions.repository import ExecutionRows
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction
from playhead.web.idempotency import KEPT


async def started_before(
    tx: Transaction, org_id: UUID, mark: str | None, *, now: Micros
) -> UUID | None:
    """Return the execution that the same request has started; None if it is the first time.

    Its process may have died between the commit and the answer. Nobody else asks meanwhile: the key
    of the request is held by whoever calls this.

    Args:
        mark: Of the request; None where it may not be repeated.
    """
    if mark is None:
        return None
    return await ExecutionRows(tx, org_id).of_request(mark, Micros(now - KEPT))
