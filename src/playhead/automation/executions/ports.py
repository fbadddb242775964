"""Who is told that an execution has ended."""

from typing import Protocol

from playhead.automation.executions.model import Ended
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


class Witness(Protocol):
    """Takes note of ends, such as a habit that counts failures."""

    async def ended(self, tx: Transaction, ended: Ended, *, now: Micros) -> None:
        """Take note of one end, once for each execution, in the transaction that ends it.

        What it raises keeps the execution from ending: the transaction is rolled back.
        """
        ...
