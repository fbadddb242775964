"""Organisations: made by the operator, found by id or name."""

from uuid import UUID

from playhead.base.ids import format_id, new_uuid, parse_id
from playhead.base.time import Micros
from playhead.entrypoints.administration.errors import OrganisationAmbiguous, OrganisationUnknown
from playhead.entrypoints.administration.model import OrgRecord
from playhead.entrypoints.administration.opening import Administration
from playhead.entrypoints.administration.repository import AllTenants, add_organisation
from playhead.kernel.audit import Action
from playhead.kernel.identity.model import ORG_PREFIX
from playhead.storage.tenants import Tenant

PLAN = "operator"
SHOWN = 10


async def organisations(
    desk: Administration, *, part: str | None = None, limit: int
) -> list[OrgRecord]:
    """Return at most ``limit`` organisations, the oldest first; ``part`` is one of their name."""
    async with desk.view.transaction() as transaction:
        return await AllTenants(transaction).organisations(now=desk.now(), part=part, limit=limit)


async def find_organisation(desk: Administration, named: str | None) -> OrgRecord:
    """Return the organisation of this id or exact name; None: the only one there is.

    Raises:
        InvalidId: It looks like an id and is none.
        OrganisationUnknown: There is none.
        OrganisationAmbiguous: There are several; the message lists some.
    """
    is_id = named is not None and named.startswith(f"{ORG_PREFIX}_")
    async with desk.view.transaction() as transaction:
        found = await AllTenants(transaction).organisations(
            now=desk.now(),
            limit=SHOWN + 1,
            name=None if is_id else named,
            org_id=parse_id(ORG_PREFIX, str(named), field="--org") if is_id else None,
        )
    return _only(found, named)


async def create_organisation(desk: Administration, name: str, *, plan: str = PLAN) -> UUID:
    """Make an organisation that nobody belongs to yet, and return its id.

    It has the plan of the operator's own ones, whose limits are far above those of customers.
    """
    org_id = new_uuid(desk.now())
    await ensure_organisation(desk, org_id, name, plan=plan, now=desk.now())
    return org_id


async def ensure_organisation(
    desk: Administration, org_id: UUID, name: str, *, plan: str, now: Micros
) -> None:
    """Make an organisation of this id, unless there is one: that stays as it is."""
    async with desk.tenants.transaction(Tenant(org_id)) as transaction:
        if await add_organisation(transaction, org_id, name, plan, now):
            subject = format_id(ORG_PREFIX, org_id)
            details = {"name": name, "plan": plan}
            await desk.note(transaction, org_id, Action.ORG_CREATED, subject, details)


def _only(found: list[OrgRecord], named: str | None) -> OrgRecord:
    if len(found) == 1:
        return found[0]
    if not found and named is None:
        raise OrganisationUnknown(
            "there is no organisation yet: make one with `playhead orgs create NAME`"
        )
    if not found:
        raise OrganisationUnknown(
            f"there is no organisation {named!r}: `playhead orgs list` shows which there are"
        )
    which = "several organisations" if named is None else f"several organisations named {named!r}"
    raise OrganisationAmbiguous(f"there are {which}; say which with --org: {_listed(found)}")


def _listed(found: list[OrgRecord]) -> str:
    shown = [f"{each.id} ({each.name})" for each in found[:SHOWN]]
    return ", ".join([*shown, "..."] if len(found) > SHOWN else shown)
