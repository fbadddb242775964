"""The one place where money meets executions: reserved before the work, settled after it.

`Starter` reserves, in the transaction that adds the execution. `Closer` settles or releases, in the
transaction that ends it, which is fenced: once for each execution, whoever dies. Nothing else in
the product knows what an execution costs its organisation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from playhead.base.errors import PlayheadError
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


@dataclass(frozen=True, slots=True)
class Reserved:
    """What came of reserving.

    Attributes:
        credits: How many were set aside, for each execution that may start.
        refused: Why the others may not.
    """

    credits: Mapping[UUID, int]
    refused: Mapping[UUID, PlayheadError]


@dataclass(frozen=True, slots=True)
class Bill:
    """One execution's end, as far as it concerns money.

    Attributes:
        reserved: Credits that were set aside for it.
        pico_dollars: What its models cost, exactly; None where the provider did not count.
    """

    execution_id: UUID
    reserved: int
    pico_dollars: int | None


class Charges(Protocol):
    """A tariff, and the account that it is charged to. All in the caller's transaction."""

    async def reserve(
        self, tx: Transaction, org_id: UUID, estimates: Mapping[UUID, int], *, now: Micros
    ) -> Reserved:
        """Set aside what executions are expected to cost.

        Args:
            estimates: Pico-dollars by execution. A constant number of statements, however many.
        """
        ...

    async def settle(self, tx: Transaction, org_id: UUID, bill: Bill, *, now: Micros) -> int:
        """Charge what an execution did cost, give the rest back; return the credits charged."""
        ...

    async def release(self, tx: Transaction, org_id: UUID, bill: Bill, *, now: Micros) -> None:
        """Give everything back: the execution failed, or was cancelled before it cost anything."""
        ...


class FreeTariff:
    """Charges nothing, and reserves nothing for it."""

    async def reserve(
        self, tx: Transaction, org_id: UUID, estimates: Mapping[UUID, int], *, now: Micros
    ) -> Reserved:
        """Return no credits for every execution."""
        return Reserved(dict.fromkeys(estimates, 0), {})

    async def settle(self, tx: Transaction, org_id: UUID, bill: Bill, *, now: Micros) -> int:
        """Return no credits."""
        return 0

    async def release(self, tx: Transaction, org_id: UUID, bill: Bill, *, now: Micros) -> None:
        """Give nothing back."""
