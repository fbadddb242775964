"""What every use of skills stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.models.prices import PriceBook
from playhead.automation.skills.errors import SKILL_PREFIX
from playhead.automation.skills.ports import NOTHING, Runs
from playhead.base.ids import format_id, new_uuid
from playhead.base.time import Micros
from playhead.kernel.audit import Action, AuditPort
from playhead.kernel.identity import Caller
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenants


@dataclass(frozen=True, slots=True)
class SkillDesk:
    """Where skills are looked at and changed.

    Attributes:
        tenants: Over a database that is connected as the service role.
        prices: Which models there are.
        runs: What runs skills.
        new_id: Makes an id.
    """

    tenants: Tenants
    audit: AuditPort
    prices: PriceBook
    runs: Runs = NOTHING
    new_id: Callable[[Micros], UUID] = new_uuid

    async def note(
        self,
        transaction: Transaction,
        caller: Caller,
        action: Action,
        skill_id: UUID,
        now: Micros,
        **details: object,
    ) -> None:
        """Add to the audit log what the caller did to a skill; the last thing in a transaction."""
        await self.audit.append(
            transaction,
            org_id=caller.org,
            actor=caller.name,
            action=action.value,
            subject=format_id(SKILL_PREFIX, skill_id),
            details=details,
            address=caller.address,
            request_id=caller.request_id,
            now=now,
        )
