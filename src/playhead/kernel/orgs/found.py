"""Found organisations."""

from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.identity import Role
from playhead.kernel.orgs.repository import OrgRows
from playhead.storage.postgres import Transaction


async def create_organisation(
    transaction: Transaction, *, org_id: UUID, name: str, owner: UUID, now: Micros
) -> None:
    """Make the organisation ``org_id`` with its owner; the person must exist in the database.

    The transaction must be one of ``Tenant(org_id, owner)``. Nothing is audited: whoever calls
    knows by which request it came. Costs no round trip.
    """
    rows = OrgRows(transaction, org_id)
    await rows.found(name, now)
    await rows.join(owner, Role.OWNER, now)


class Founding:
    """The same, for who takes it as an argument."""

    async def found(
        self, transaction: Transaction, *, org_id: UUID, name: str, owner: UUID, now: Micros
    ) -> None:
        """Make an organisation with its owner, in a ``transaction`` of that tenant."""
        await create_organisation(transaction, org_id=org_id, name=name, owner=owner, now=now)
