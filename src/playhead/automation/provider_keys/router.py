"""The endpoints of provider keys: for who may administer the organisation."""

from fastapi import APIRouter, Response

from playhead.automation.models import ProviderPlaceInvalid
from playhead.automation.models.keys import InvalidProviderKey
from playhead.automation.provider_keys.dependencies import DeskOf, ProviderDep
from playhead.automation.provider_keys.errors import ProviderKeyNotFound
from playhead.automation.provider_keys.schemas import (
    ProviderKeyBody,
    ProviderKeyList,
    ProviderKeyView,
    provider_key_list,
    provider_key_view,
)
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep, needs
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.idempotency import IdempotentRoute
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import Now
from playhead.web.wire import JsonBytes, encode

SHARED = (NoOrganisation, ScopeMissing, DatabaseUnavailable)

router = APIRouter(
    prefix="/provider-keys",
    tags=["provider keys"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
    dependencies=[needs(Scope.ADMIN)],
)


@router.get("", responses={**answer("All of them.", ProviderKeyList), **problems(*SHARED)})
async def list_provider_keys(caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """List which providers' keys the organisation has put here. No key is ever shown."""
    return JsonBytes(encode(provider_key_list(await desk.all(caller))))


@router.post(
    "",
    status_code=201,
    responses={
        **answer("The key replaces the one before.", ProviderKeyView),
        **answer("The provider's first key.", ProviderKeyView, status=201),
        **problems(InvalidProviderKey, ProviderPlaceInvalid, BodyTooLarge, *SHARED),
    },
)
async def put_provider_key(
    body: ProviderKeyBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Keep a provider's key, sealed, in place of the one before. It is not tried out."""
    kept, is_new = await desk.put(caller, body.chosen(), body.secret(), body.base_url, now)
    return JsonBytes(encode(provider_key_view(kept)), 201 if is_new else 200)


@router.delete(
    "/{provider}",
    status_code=204,
    responses={204: {"description": "It is gone."}, **problems(ProviderKeyNotFound, *SHARED)},
)
async def remove_provider_key(
    provider: ProviderDep, caller: CallerDep, desk: DeskOf, now: Now
) -> Response:
    """Forget a provider's key. What is asked of the provider from then on is refused."""
    await desk.remove(caller, provider, now)
    return Response(status_code=204)
