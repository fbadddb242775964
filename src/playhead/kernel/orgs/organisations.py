"""Make, rename and delete organisations."""

import logging
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller, Role, RoleMissing
from playhead.kernel.identity.model import ORG_PREFIX
from playhead.kernel.orgs.desk import OrgDesk, check_key
from playhead.kernel.orgs.errors import NameNotConfirmed, TooManyOrganisations
from playhead.kernel.orgs.found import create_organisation
from playhead.kernel.orgs.model import MOST_ORGANISATIONS, Organisation
from playhead.kernel.orgs.repository import OrgRows
from playhead.kernel.orgs.rules import may_delete
from playhead.kernel.people import People
from playhead.storage.tenants import Tenant

_log = logging.getLogger(__name__)


async def create(desk: OrgDesk, caller: Caller, name: str, now: Micros) -> Organisation:
    """Make an organisation whose owner is the caller.

    Raises:
        NotAPerson: The caller is an API key.
        TooManyOrganisations: The person belongs to as many as one may.
    """
    org_id, person = desk.new_id(now), caller.person
    async with desk.tenants.transaction(Tenant(org_id, person)) as transaction:
        people = People(transaction)
        await people.lock(person)  # nobody joins two at once
        if len(await people.belongings()) >= MOST_ORGANISATIONS:
            raise TooManyOrganisations(MOST_ORGANISATIONS)
        await create_organisation(transaction, org_id=org_id, name=name, owner=person, now=now)
        made = await OrgRows(transaction, org_id).find(person)
        await desk.audit.append_by(
            transaction,
            caller,
            org_id=org_id,
            action=Action.ORG_CREATED,
            subject=format_id(ORG_PREFIX, org_id),
            now=now,
            name=name,
        )
    return made


async def read(desk: OrgDesk, caller: Caller, org_id: UUID) -> Organisation:
    """Return an organisation that the caller belongs to.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
    """
    check_key(caller, org_id, scope=None)
    async with desk.tenants.transaction(Tenant(org_id, caller.user_id)) as transaction:
        return await OrgRows(transaction, org_id).find(caller.user_id)


async def mine(desk: OrgDesk, caller: Caller) -> list[Organisation]:
    """Return the organisations that the caller belongs to, by when they joined."""
    if caller.user_id is None:
        return [await read(desk, caller, caller.org)]
    async with desk.tenants.transaction(Tenant(user_id=caller.user_id)) as transaction:
        found = await People(transaction).belongings()
    return [
        Organisation(each.org_id, each.name, each.plan, each.role, each.created_at, each.joined_at)
        for each in found
    ]


async def rename(
    desk: OrgDesk, caller: Caller, org_id: UUID, name: str | None, now: Micros
) -> Organisation:
    """Give an organisation another name; None leaves it as it is.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        RoleMissing: The caller may not.
    """
    async with desk.changing(caller, org_id) as opened:
        opened.check_administrator()
        if name is not None and name != opened.name:
            await opened.rows.rename(name, now)
            names = {"before": opened.name, "after": name}
            await opened.note(Action.ORG_UPDATED, format_id(ORG_PREFIX, org_id), now, name=names)
        return await opened.rows.find(caller.user_id)


async def delete(desk: OrgDesk, caller: Caller, org_id: UUID, confirm: str) -> None:
    """Delete an organisation with all that belongs to it, the audit log included.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        RoleMissing: The caller is not an owner.
        NameNotConfirmed: ``confirm`` is not its name.
    """
    async with desk.changing(caller, org_id) as opened:
        if not may_delete(opened.standing.role):
            raise RoleMissing([Role.OWNER])
        if confirm != opened.name:
            raise NameNotConfirmed
        await opened.rows.delete()
    # Its audit log is gone with it: this line is what is left.
    _log.warning(
        "%s was deleted by %s (request %s)",
        format_id(ORG_PREFIX, org_id),
        caller.name,
        caller.request_id,
    )
