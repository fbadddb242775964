"""The endpoints of reflexes."""

from fastapi import APIRouter, Response

from playhead.automation.models.prices import ModelUnknown
from playhead.automation.reflexes.bodies import (
    NewReflexBody,
    ReflexCallBody,
    ReflexChangesBody,
    ReflexTestBody,
    RegenerationBody,
)
from playhead.automation.reflexes.browse import browse, browse_events, browse_executions
from playhead.automation.reflexes.call import call
from playhead.automation.reflexes.change import change, remove, reset_errors, switch
from playhead.automation.reflexes.conditions import ConditionInvalid
from playhead.automation.reflexes.create import create
from playhead.automation.reflexes.dependencies import (
    AuthorDep,
    EventsAsked,
    ReflexesAsked,
    ReflexId,
    RehearsalAsked,
    RoomOf,
    RunsAsked,
)
from playhead.automation.reflexes.errors import (
    ConditionsAmbiguous,
    EventInvalid,
    EventTooLarge,
    NotApiCall,
    NotMarket,
    NotWebhook,
    ReflexInputInvalid,
    ReflexNotFound,
    TooManyReflexes,
    TriggerConfigInvalid,
    TriggerUnavailable,
)
from playhead.automation.reflexes.market.errors import IntervalInvalid, MarketsTooMany
from playhead.automation.reflexes.rehearse import rehearse
from playhead.automation.reflexes.schemas import (
    FullReflexView,
    NewReflexView,
    ReflexEventPage,
    ReflexOverview,
    ReflexPage,
    ReflexReceived,
    ReflexRunPage,
    ReflexSecretView,
    ReflexStats,
    ReflexTrialView,
    ReflexView,
    ReflexWebhookView,
    RehearsalView,
    full_reflex_view,
    new_reflex_view,
    overview_view,
    received_view,
    reflex_view,
    rehearsal_view,
    secret_view,
    stats_view,
    trial_view,
)
from playhead.automation.reflexes.try_out import try_out
from playhead.automation.reflexes.webhook_info import webhook_info
from playhead.automation.reflexes.webhooks.regenerate import regenerate
from playhead.automation.skills import InputInvalid, LabelNotFound, SkillInactive, SkillNotFound
from playhead.automation.timeline import MarketUnknown
from playhead.base.ids import InvalidId
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import needs
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.idempotency import IdempotentRoute
from playhead.web.openapi import answer
from playhead.web.pages import PagingMixed
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

SHARED = (NoOrganisation, ScopeMissing, DatabaseUnavailable)
ONE = (InvalidId, ReflexNotFound, *SHARED)
PAGED = (CursorInvalid, PagingMixed)
CHOICE = (
    TriggerUnavailable,
    TriggerConfigInvalid,
    ConditionInvalid,
    ConditionsAmbiguous,
    ReflexInputInvalid,
    SkillNotFound,
    LabelNotFound,
    SkillInactive,
    BodyTooLarge,
)
EVENT = (EventInvalid, EventTooLarge, BodyTooLarge)
RUN = (InputInvalid, SkillNotFound, LabelNotFound, ModelUnknown, BodyTooLarge)
READ = needs(Scope.AUTOMATION_READ)
WRITE = needs(Scope.AUTOMATION_WRITE)
_AS_USUAL = RegenerationBody.model_validate({})

router = APIRouter(
    prefix="/reflexes",
    tags=["Reflexes"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
)


@router.get(
    "",
    dependencies=[READ],
    responses={
        **answer("One page, the newest first.", ReflexPage),
        **problems(InvalidId, *PAGED, *SHARED),
    },
)
async def list_reflexes(
    asked: ReflexesAsked, author: AuthorDep, room: RoomOf, cursors: CursorBox
) -> JsonBytes:
    """List the organisation's reflexes."""
    return JsonBytes(await browse(room, author.org_id, asked, cursors))


@router.post(
    "",
    status_code=201,
    dependencies=[WRITE],
    responses={
        **answer("The reflex, with the secret of its webhook.", NewReflexView, status=201),
        **problems(InvalidId, TooManyReflexes, *CHOICE, *SHARED),
    },
)
async def create_reflex(
    body: NewReflexBody, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Make a reflex. The answer is the only one that ever holds the secret of its webhook."""
    made = await create(room.desk, author, body.chosen(), is_active=body.is_active, now=now)
    view = new_reflex_view(made.listed, room.public_url, made.secret)
    return JsonBytes(encode(view), status_code=201)


@router.get(
    "/stats",
    dependencies=[READ],
    responses={**answer("All of them in numbers.", ReflexOverview), **problems(*SHARED)},
)
async def read_overview(author: AuthorDep, room: RoomOf) -> JsonBytes:
    """Tell how many reflexes there are, and how often they fired."""
    return JsonBytes(encode(overview_view(await room.reader.overview(author.org_id))))


@router.get(
    "/{id}",
    dependencies=[READ],
    responses={**answer("The reflex.", ReflexView), **problems(*ONE)},
)
async def read_reflex(reflex_id: ReflexId, author: AuthorDep, room: RoomOf) -> JsonBytes:
    """Return one reflex."""
    found = await room.reader.find(author.org_id, reflex_id)
    return JsonBytes(encode(reflex_view(found, room.public_url)))


@router.get(
    "/{id}/full",
    dependencies=[READ],
    responses={
        **answer("The reflex with its newest events and executions.", FullReflexView),
        **problems(*ONE),
    },
)
async def read_full_reflex(reflex_id: ReflexId, author: AuthorDep, room: RoomOf) -> JsonBytes:
    """Return one reflex with the newest of what reached it and of what it ran."""
    listed, events, runs = await room.reader.full(author.org_id, reflex_id)
    return JsonBytes(encode(full_reflex_view(listed, events, runs, room.public_url)))


@router.patch(
    "/{id}",
    dependencies=[WRITE],
    responses={
        **answer("The reflex as it is now.", ReflexView),
        **problems(*CHOICE, *ONE),
    },
)
async def change_reflex(
    reflex_id: ReflexId, body: ReflexChangesBody, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Change what is sent; null clears. One that becomes a webhook gets its secret by
    regenerate-secret.
    """
    changed = await change(
        room.desk, author, reflex_id, body.applied_to, is_active=body.is_active, now=now
    )
    return JsonBytes(encode(reflex_view(changed, room.public_url)))


@router.delete(
    "/{id}",
    status_code=204,
    dependencies=[WRITE],
    responses={204: {"description": "It is gone."}, **problems(*ONE)},
)
async def delete_reflex(reflex_id: ReflexId, author: AuthorDep, room: RoomOf, now: Now) -> Response:
    """Remove a reflex with all that reached it. Its executions stay."""
    await remove(room.desk, author, reflex_id, now)
    return Response(status_code=204)


_SWITCHED = {
    **answer("The reflex as it is now.", ReflexView),
    **problems(SkillInactive, SkillNotFound, LabelNotFound, *ONE),
}


@router.post("/{id}/activate", dependencies=[WRITE], responses=_SWITCHED)
async def activate_reflex(
    reflex_id: ReflexId, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Switch a reflex on. It has no part in what happened before."""
    changed = await switch(room.desk, author, reflex_id, True, now)
    return JsonBytes(encode(reflex_view(changed, room.public_url)))


@router.post("/{id}/deactivate", dependencies=[WRITE], responses=_SWITCHED)
async def deactivate_reflex(
    reflex_id: ReflexId, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Switch a reflex off. What reaches it is kept, and fires nothing."""
    changed = await switch(room.desk, author, reflex_id, False, now)
    return JsonBytes(encode(reflex_view(changed, room.public_url)))


@router.post("/{id}/toggle", dependencies=[WRITE], responses=_SWITCHED)
async def toggle_reflex(
    reflex_id: ReflexId, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Switch a reflex on if it is off, and off if it is on."""
    changed = await switch(room.desk, author, reflex_id, None, now)
    return JsonBytes(encode(reflex_view(changed, room.public_url)))


@router.post("/{id}/reset-errors", dependencies=[WRITE], responses=_SWITCHED)
async def reset_reflex(reflex_id: ReflexId, author: AuthorDep, room: RoomOf, now: Now) -> JsonBytes:
    """Forget the failures of a reflex, and switch it on again if they had paused it."""
    changed = await reset_errors(room.desk, author, reflex_id, now)
    return JsonBytes(encode(reflex_view(changed, room.public_url)))


@router.post(
    "/{id}/test",
    dependencies=[WRITE],
    responses={
        **answer("What the event would come to.", ReflexTrialView),
        **problems(*EVENT, *RUN, *ONE),
    },
)
async def test_reflex(
    reflex_id: ReflexId, body: ReflexTestBody, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Try a reflex with an event: would it fire, and why? With `execute`, run the skill too."""
    trial = await try_out(
        room.desk, author, reflex_id, body.event_data, execute=body.execute, now=now
    )
    return JsonBytes(encode(trial_view(trial)))


@router.post(
    "/{id}/events",
    status_code=202,
    dependencies=[WRITE],
    responses={
        **answer("The event was taken.", ReflexReceived, status=202),
        **problems(NotApiCall, *EVENT, *ONE),
    },
)
async def call_reflex(
    reflex_id: ReflexId, body: ReflexCallBody, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Set off a reflex whose trigger is `api_call`."""
    received = await call(room.desk, author, reflex_id, body.event, source_id=body.id, now=now)
    return JsonBytes(encode(received_view(received)), status_code=202)


@router.post(
    "/{id}/rehearse",
    dependencies=[READ],
    responses={
        **answer("What it would have done.", RehearsalView),
        **problems(NotMarket, IntervalInvalid, MarketsTooMany, MarketUnknown, *RUN, *ONE),
    },
)
async def rehearse_reflex(
    reflex_id: ReflexId, asked: RehearsalAsked, author: AuthorDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Tell when a reflex on a market would have fired in the past, and with which book.

    Nothing is run; with `execute` the skill is, once for each firing, and looks at the past.
    """
    rehearsed = await rehearse(room, author, reflex_id, asked.stretch(), now=now)
    return JsonBytes(encode(rehearsal_view(rehearsed)))


@router.post(
    "/{id}/regenerate-secret",
    status_code=201,
    dependencies=[WRITE],
    responses={
        **answer("The new secret.", ReflexSecretView, status=201),
        **problems(NotWebhook, BodyTooLarge, *ONE),
    },
)
async def regenerate_secret(
    reflex_id: ReflexId,
    author: AuthorDep,
    room: RoomOf,
    now: Now,
    body: RegenerationBody = _AS_USUAL,
) -> JsonBytes:
    """Replace the secret of a webhook. The one before stays good for `overlap_seconds`."""
    overlap = body.overlap()
    secret = await regenerate(room.desk, author, reflex_id, overlap=overlap, now=now)
    return JsonBytes(encode(secret_view(reflex_id, secret, room.public_url)), status_code=201)


@router.get(
    "/{id}/webhook",
    dependencies=[READ],
    responses={
        **answer("Where and how to send webhooks.", ReflexWebhookView),
        **problems(NotWebhook, *ONE),
    },
)
async def read_webhook(reflex_id: ReflexId, author: AuthorDep, room: RoomOf) -> JsonBytes:
    """Tell how to send webhooks to a reflex. The secret is not told, and nothing is changed."""
    found = await room.reader.find(author.org_id, reflex_id)
    return JsonBytes(encode(webhook_info(found, room.public_url)))


@router.get(
    "/{id}/events",
    dependencies=[READ],
    responses={
        **answer("One page, the newest first.", ReflexEventPage),
        **problems(*PAGED, *ONE),
    },
)
async def list_events(
    reflex_id: ReflexId, asked: EventsAsked, author: AuthorDep, room: RoomOf, cursors: CursorBox
) -> JsonBytes:
    """List what reached a reflex, with why it fired or did not."""
    return JsonBytes(await browse_events(room, author.org_id, reflex_id, asked, cursors))


@router.get(
    "/{id}/executions",
    dependencies=[READ],
    responses={
        **answer("One page, the newest first.", ReflexRunPage),
        **problems(*PAGED, *ONE),
    },
)
async def list_executions(
    reflex_id: ReflexId, asked: RunsAsked, author: AuthorDep, room: RoomOf, cursors: CursorBox
) -> JsonBytes:
    """List what a reflex ran."""
    return JsonBytes(await browse_executions(room, author.org_id, reflex_id, asked, cursors))


@router.get(
    "/{id}/stats",
    dependencies=[READ],
    responses={**answer("The reflex in numbers.", ReflexStats), **problems(*ONE)},
)
async def read_stats(reflex_id: ReflexId, author: AuthorDep, room: RoomOf) -> JsonBytes:
    """Tell how often a reflex fired, why it did not, and how its runs ended."""
    listed, counts = await room.reader.counts(author.org_id, reflex_id)
    return JsonBytes(encode(stats_view(listed, counts)))
