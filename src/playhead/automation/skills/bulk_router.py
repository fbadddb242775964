"""The endpoints that change many skills at once."""

from fastapi import APIRouter

from playhead.automation.skills.bodies import BulkBody, SkillIdsBody
from playhead.automation.skills.bulk import BulkAction, change_many
from playhead.automation.skills.declared import SHARED, WRITING
from playhead.automation.skills.dependencies import DeskOf
from playhead.automation.skills.schemas import BulkResultView, bulk_view
from playhead.kernel.identity.dependencies import CallerDep
from playhead.web.bodies import BodyTooLarge
from playhead.web.idempotency import IdempotentRoute
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import Now
from playhead.web.wire import JsonBytes, encode

RESPONSES = {
    **answer("What became of each.", BulkResultView),
    **problems(BodyTooLarge, *SHARED),
}
bulk_router = APIRouter(
    prefix="/skills/bulk",
    tags=["skills"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
    dependencies=WRITING,
)


@bulk_router.post("", responses=RESPONSES)
async def change_skills(body: BulkBody, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Activate, deactivate or delete up to 100 skills, all in one transaction."""
    result = await change_many(desk, caller, body.skill_ids, body.action, now)
    return JsonBytes(encode(bulk_view(result)))


@bulk_router.post("/activate", responses=RESPONSES)
async def activate_skills(
    body: SkillIdsBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Activate up to 100 skills, all in one transaction."""
    result = await change_many(desk, caller, body.skill_ids, BulkAction.ACTIVATE, now)
    return JsonBytes(encode(bulk_view(result)))


@bulk_router.post("/deactivate", responses=RESPONSES)
async def deactivate_skills(
    body: SkillIdsBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Deactivate up to 100 skills, all in one transaction."""
    result = await change_many(desk, caller, body.skill_ids, BulkAction.DEACTIVATE, now)
    return JsonBytes(encode(bulk_view(result)))


@bulk_router.delete("", responses=RESPONSES)
async def delete_skills(body: SkillIdsBody, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Delete up to 100 skills with all that belongs to them, all in one transaction."""
    result = await change_many(desk, caller, body.skill_ids, BulkAction.DELETE, now)
    return JsonBytes(encode(bulk_view(result)))
