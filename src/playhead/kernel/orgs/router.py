"""The endpoints of organisations."""

from fastapi import APIRouter, Response

from playhead.base.ids import InvalidId
from playhead.kernel.identity import NoOrganisation, NotAPerson, RoleMissing, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep
from playhead.kernel.orgs.dependencies import DeletionAsked, DeskOf, OrgId
from playhead.kernel.orgs.errors import NameNotConfirmed, OrgNotFound, TooManyOrganisations
from playhead.kernel.orgs.invitations_router import accepting_router, invitations_router
from playhead.kernel.orgs.members_router import members_router
from playhead.kernel.orgs.organisations import create, delete, mine, read, rename
from playhead.kernel.orgs.schemas import (
    NewOrgBody,
    OrgChangesBody,
    OrgPage,
    OrgView,
    org_page,
    org_view,
)
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.idempotency import IdempotentRoute
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import Now
from playhead.web.wire import JsonBytes, encode

ONE = (InvalidId, OrgNotFound, ScopeMissing, DatabaseUnavailable)

router = APIRouter(
    prefix="/orgs",
    tags=["organisations"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
)
routers = (router, members_router, invitations_router, accepting_router)


@router.get(
    "",
    responses={
        **answer("All of them.", OrgPage),
        **problems(NoOrganisation, OrgNotFound, DatabaseUnavailable),
    },
)
async def list_organisations(caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """List the organisations that the caller belongs to."""
    return JsonBytes(encode(org_page(await mine(desk, caller))))


@router.post(
    "",
    status_code=201,
    responses={
        **answer("The organisation.", OrgView, status=201),
        **problems(NotAPerson, TooManyOrganisations, BodyTooLarge, DatabaseUnavailable),
    },
)
async def create_organisation(
    body: NewOrgBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Make an organisation; the caller is its owner. A person belongs to 20 at most."""
    return JsonBytes(encode(org_view(await create(desk, caller, body.name, now))), 201)


@router.get(
    "/{org_id}",
    responses={
        **answer("The organisation.", OrgView),
        **problems(InvalidId, OrgNotFound, DatabaseUnavailable),
    },
)
async def read_organisation(org_id: OrgId, caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """Return one organisation that the caller belongs to."""
    return JsonBytes(encode(org_view(await read(desk, caller, org_id))))


@router.patch(
    "/{org_id}",
    responses={
        **answer("The organisation as it is now.", OrgView),
        **problems(RoleMissing, BodyTooLarge, *ONE),
    },
)
async def change_organisation(
    org_id: OrgId, body: OrgChangesBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Change what is sent. For admins and owners."""
    return JsonBytes(encode(org_view(await rename(desk, caller, org_id, body.name, now))))


@router.delete(
    "/{org_id}",
    status_code=204,
    responses={
        204: {"description": "It is gone."},
        **problems(RoleMissing, NameNotConfirmed, *ONE),
    },
)
async def delete_organisation(
    org_id: OrgId, asked: DeletionAsked, caller: CallerDep, desk: DeskOf
) -> Response:
    """Delete an organisation and all that is its: members, keys, audit log. For owners."""
    await delete(desk, caller, org_id, asked.confirm)
    return Response(status_code=204)
