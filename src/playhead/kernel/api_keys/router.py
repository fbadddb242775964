"""The endpoints of API keys: for who may administer the organisation, but for reports of leaks."""

from fastapi import APIRouter, Response

from playhead.base.ids import InvalidId
from playhead.kernel.api_keys.bodies import KeyChangesBody, NewKeyBody, RotationBody
from playhead.kernel.api_keys.browse import browse, browse_usage
from playhead.kernel.api_keys.change import change
from playhead.kernel.api_keys.create import create
from playhead.kernel.api_keys.dependencies import (
    AuthorDep,
    KeyId,
    KeysAsked,
    ReportDep,
    RoomOf,
    Slowly,
    UsageAsked,
)
from playhead.kernel.api_keys.errors import (
    ExpiryPassed,
    IntervalInvalid,
    KeyNotFound,
    KeyNotLive,
    KeyScopeExceeded,
    TooManyKeys,
)
from playhead.kernel.api_keys.report_leak import report_leak
from playhead.kernel.api_keys.revoke import revoke
from playhead.kernel.api_keys.rotate import rotate
from playhead.kernel.api_keys.schemas import (
    KeyPage,
    KeyView,
    LeakReceived,
    NewKeyView,
    RotatedKeyView,
    UsagePage,
    key_view,
    new_key_view,
    rotated_key_view,
)
from playhead.kernel.api_keys.text import KeyMalformed
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import needs
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.idempotency import IdempotentRoute
from playhead.web.limits import LimitExceeded
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

SHARED = (NoOrganisation, ScopeMissing, DatabaseUnavailable)
ONE = (InvalidId, KeyNotFound, *SHARED)

router = APIRouter(
    prefix="/api-keys",
    tags=["API keys"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
    dependencies=[needs(Scope.ADMIN)],
)
_AS_USUAL = RotationBody()
public_router = APIRouter(prefix="/api-keys", tags=["API keys"], default_response_class=JsonBytes)


@router.get(
    "",
    responses={
        **answer("One page, the newest first.", KeyPage),
        **problems(CursorInvalid, *SHARED),
    },
)
async def list_keys(
    asked: KeysAsked, author: AuthorDep, room: RoomOf, cursors: CursorBox, now: Now
) -> JsonBytes:
    """List the organisation's API keys."""
    return JsonBytes(encode(await browse(room.reader, author.org_id, asked, cursors, now)))


@router.post(
    "",
    status_code=201,
    responses={
        **answer("The key, with its text.", NewKeyView, status=201),
        **problems(KeyScopeExceeded, ExpiryPassed, TooManyKeys, BodyTooLarge, *SHARED),
    },
)
async def create_key(body: NewKeyBody, author: AuthorDep, room: RoomOf, now: Now) -> JsonBytes:
    """Make an API key. The answer is the only one that ever holds its text."""
    issued = await create(room.desk, author, body.settings(), now, is_test=body.test)
    return JsonBytes(encode(new_key_view(issued, now)), status_code=201)


@router.get(
    "/usage",
    responses={
        **answer("One page, the newest key first.", UsagePage),
        **problems(CursorInvalid, IntervalInvalid, *SHARED),
    },
)
async def read_usage(
    asked: UsageAsked, author: AuthorDep, room: RoomOf, cursors: CursorBox, now: Now
) -> JsonBytes:
    """Tell how many requests were made with each key, by day. Requests count within seconds."""
    return JsonBytes(encode(await browse_usage(room.reader, author.org_id, asked, cursors, now)))


@router.get("/{id}", responses={**answer("The key.", KeyView), **problems(*ONE)})
async def read_key(key_id: KeyId, author: AuthorDep, room: RoomOf, now: Now) -> JsonBytes:
    """Return one API key, revoked or not."""
    return JsonBytes(encode(key_view(await room.reader.find(author.org_id, key_id), now)))


@router.patch(
    "/{id}",
    responses={
        **answer("The key as it is now.", KeyView),
        **problems(KeyNotLive, KeyScopeExceeded, ExpiryPassed, BodyTooLarge, *ONE),
    },
)
async def change_key(
    key_id: KeyId, body: KeyChangesBody, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Change what is sent; null clears. In force everywhere within 5 seconds."""
    changed = await change(room.desk, author, key_id, body.applied_to, now)
    return JsonBytes(encode(key_view(changed, now)))


@router.delete(
    "/{id}",
    status_code=204,
    responses={204: {"description": "It is revoked."}, **problems(*ONE)},
)
async def revoke_key(key_id: KeyId, author: AuthorDep, room: RoomOf, now: Now) -> Response:
    """Revoke an API key, everywhere within 5 seconds. One that is revoked stays so: 204 again."""
    await revoke(room.desk, author, key_id, now)
    return Response(status_code=204)


@router.post(
    "/{id}/rotate",
    status_code=201,
    responses={
        **answer("The new key, with its text, and the old one.", RotatedKeyView, status=201),
        **problems(KeyNotLive, KeyScopeExceeded, TooManyKeys, BodyTooLarge, *ONE),
    },
)
async def rotate_key(
    key_id: KeyId, author: AuthorDep, room: RoomOf, now: Now, body: RotationBody = _AS_USUAL
) -> JsonBytes:
    """Replace an API key by a new one like it. The old one stays good for `overlap_seconds`."""
    rotation = await rotate(room.desk, author, key_id, now, overlap=body.overlap())
    return JsonBytes(encode(rotated_key_view(rotation, now)), status_code=201)


@public_router.post(
    "/report-leak",
    status_code=202,
    dependencies=[Slowly],
    responses={
        **answer("The report was taken.", LeakReceived, status=202),
        **problems(KeyMalformed, LimitExceeded, BodyTooLarge, DatabaseUnavailable),
    },
)
async def report_key(report: ReportDep, room: RoomOf, now: Now) -> JsonBytes:
    """Report an API key that others can read: it is revoked at once and its owners are told.

    Nobody needs to sign in for this. The answer is the same whether there is such a key or not.
    """
    await report_leak(room.desk, room.mail, report, now)
    return JsonBytes(encode(LeakReceived(status="received")), status_code=202)
