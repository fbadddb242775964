"""Ends executions: money is settled and witnesses are told, in the transaction of the end."""

from collections.abc import Collection, Sequence
from uuid import UUID

from playhead.automation.executions.charging import Bill, Charges
from playhead.automation.executions.model import ExecutionStatus
from playhead.automation.executions.ports import Witness
from playhead.automation.executions.repository import ExecutionRows, Final, Verdict, Written
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


class Closer:
    """Writes final states. Hold the job's lock before: jobs are locked first, executions second."""

    def __init__(self, charges: Charges, witnesses: Sequence[Witness] = ()) -> None:
        """``witnesses`` are told in order; the sequence may be filled later."""
        self._charges = charges
        self._witnesses = witnesses

    async def finish(
        self,
        tx: Transaction,
        org_id: UUID,
        execution_id: UUID,
        written: Written,
        verdict: Verdict,
        *,
        now: Micros,
    ) -> bool:
        """End the execution of an attempt; False if it has ended already, or is gone."""
        final = await ExecutionRows(tx, org_id).finish(execution_id, written, verdict, now)
        if final is not None:
            await self._close(tx, org_id, final, now)
        return final is not None

    async def drop(
        self,
        tx: Transaction,
        org_id: UUID,
        execution_ids: Collection[UUID],
        verdict: Verdict,
        *,
        now: Micros,
    ) -> frozenset[UUID]:
        """End executions that nobody runs, and return which did not end before.

        Those that have ended already are left as they are.
        """
        finals = await ExecutionRows(tx, org_id).drop(execution_ids, verdict, now)
        for final in finals:
            await self._close(tx, org_id, final, now)
        return frozenset(final.ended.execution_id for final in finals)

    async def _close(self, tx: Transaction, org_id: UUID, final: Final, now: Micros) -> None:
        bill = Bill(final.ended.execution_id, final.reserved_credits, final.pico_dollars)
        if _is_charged(final):
            credits = await self._charges.settle(tx, org_id, bill, now=now)
            if credits:
                await ExecutionRows(tx, org_id).charged(bill.execution_id, credits)
        else:
            await self._charges.release(tx, org_id, bill, now=now)
        for witness in self._witnesses:
            await witness.ended(tx, final.ended, now=now)


def _is_charged(final: Final) -> bool:
    # Nobody pays for what failed; who stops an answer pays for what came of it.
    if final.ended.status is ExecutionStatus.CANCELLED:
        return bool(final.pico_dollars)
    return final.ended.status is ExecutionStatus.COMPLETED
