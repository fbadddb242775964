"""A tariff and a witness that write down each time that they are asked, in the same transaction.

What they wrote can be counted afterwards: a settlement too many or too few shows.
"""

from collections.abc import Mapping
from uuid import UUID

import psycopg

from playhead.automation.executions import Bill, Ended, Reserved
from playhead.automation.reflexes import ReflexWitness
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction

RESERVED, SETTLED, RELEASED, TOLD = "reserved", "settled", "released", "told"
_NOTE = "INSERT INTO soak_ledger (execution_id, what) VALUES (%(execution_id)s, %(what)s)"


def make_ledger(owner_url: str) -> None:
    """Make the table, as the owner of the database."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("CREATE TABLE soak_ledger (execution_id uuid, what text)")
        connection.execute("GRANT SELECT, INSERT ON soak_ledger TO playhead_service")


class LedgerTariff:
    """Charges a credit for what completes."""

    async def reserve(
        self, tx: Transaction, org_id: UUID, estimates: Mapping[UUID, int], *, now: Micros
    ) -> Reserved:
        for execution_id in estimates:
            await tx.send(_NOTE, execution_id=execution_id, what=RESERVED)
        return Reserved(dict.fromkeys(estimates, 1), {})

    async def settle(self, tx: Transaction, org_id: UUID, bill: Bill, *, now: Micros) -> int:
        await tx.send(_NOTE, execution_id=bill.execution_id, what=SETTLED)
        return 1

    async def release(self, tx: Transaction, org_id: UUID, bill: Bill, *, now: Micros) -> None:
        await tx.send(_NOTE, execution_id=bill.execution_id, what=RELEASED)


class LedgerWitness(ReflexWitness):
    """Tells reflexes as ever, and notes that it was told."""

    async def ended(self, tx: Transaction, ended: Ended, *, now: Micros) -> None:
        await super().ended(tx, ended, now=now)
        await tx.send(_NOTE, execution_id=ended.execution_id, what=TOLD)
