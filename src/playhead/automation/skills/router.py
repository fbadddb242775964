"""The endpoints of skills."""

from fastapi import APIRouter, Response

from playhead.automation.skills.bodies import ImportBody, NewSkillBody, SkillChangesBody
from playhead.automation.skills.browse import browse, portray, read
from playhead.automation.skills.bulk_router import bulk_router
from playhead.automation.skills.change import change
from playhead.automation.skills.create import create, duplicate, import_skill
from playhead.automation.skills.declared import DEFINED, ONE, READING, SHARED, WRITING
from playhead.automation.skills.dependencies import DeskOf, SkillId, SkillsAsked, place_of
from playhead.automation.skills.errors import SkillNameTaken, TooManySkills
from playhead.automation.skills.models_router import models_router
from playhead.automation.skills.remove import delete
from playhead.automation.skills.schemas import (
    SkillExportView,
    SkillFullView,
    SkillPage,
    SkillPortraitView,
    SkillView,
    export_view,
    full_view,
    portrait_view,
    skill_view,
)
from playhead.automation.skills.versions_router import versions_router
from playhead.kernel.identity.dependencies import CallerDep
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.idempotency import IdempotentRoute
from playhead.web.openapi import answer
from playhead.web.pages import PagingMixed
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

router = APIRouter(
    prefix="/skills",
    tags=["skills"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
)
routers = (bulk_router, router, versions_router, models_router)
"""In this order: a path of the first must not pass for an id."""


@router.get(
    "",
    dependencies=READING,
    responses={
        **answer("One page, the newest first.", SkillPage),
        **problems(CursorInvalid, PagingMixed, *SHARED),
    },
)
async def list_skills(
    asked: SkillsAsked, caller: CallerDep, desk: DeskOf, cursors: CursorBox
) -> JsonBytes:
    """List the organisation's skills. By `page` and `page_size` the answer has a `total`."""
    part = asked.slice(cursors, asked.bound)
    rows, total = await browse(desk, caller, asked.filters, part)
    return JsonBytes(
        asked.answer(rows, total, cursors, asked.bound, place_of=place_of, view=skill_view)
    )


@router.post(
    "",
    status_code=201,
    dependencies=WRITING,
    responses={
        **answer("The skill.", SkillView, status=201),
        **problems(SkillNameTaken, TooManySkills, *DEFINED, BodyTooLarge, *SHARED),
    },
)
async def create_skill(body: NewSkillBody, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Make a skill. What it does is its version 1."""
    made = await create(desk, caller, body.facts(), body.definition(), now, note=body.note)
    return JsonBytes(encode(skill_view(made)), 201)


@router.post(
    "/import",
    status_code=201,
    dependencies=WRITING,
    responses={
        **answer("The skill, under another name where its own was taken.", SkillView, status=201),
        **problems(SkillNameTaken, TooManySkills, *DEFINED, BodyTooLarge, *SHARED),
    },
)
async def import_one(body: ImportBody, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Make a skill from what `GET /skills/{id}/export` gave, or from its fields alone."""
    made = await import_skill(desk, caller, body.facts(), body.definition(), now)
    return JsonBytes(encode(skill_view(made)), 201)


@router.get(
    "/{id}",
    dependencies=READING,
    responses={**answer("The skill.", SkillPortraitView), **problems(*ONE)},
)
async def read_skill(skill_id: SkillId, caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """Return a skill, how many habits and reflexes run it, and its newest executions."""
    found = await portray(desk, caller, skill_id, in_full=False)
    return JsonBytes(encode(portrait_view(found)))


@router.get(
    "/{id}/full",
    dependencies=READING,
    responses={**answer("The skill and what refers to it.", SkillFullView), **problems(*ONE)},
)
async def read_skill_in_full(skill_id: SkillId, caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """Return a skill with its habits, reflexes and newest executions."""
    found = await portray(desk, caller, skill_id, in_full=True)
    return JsonBytes(encode(full_view(found)))


@router.patch(
    "/{id}",
    dependencies=WRITING,
    responses={
        **answer("The skill as it is now.", SkillView),
        **problems(SkillNameTaken, TooManySkills, *DEFINED, BodyTooLarge, *ONE),
    },
)
async def change_skill(
    skill_id: SkillId, body: SkillChangesBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Change what is sent; null clears. A change of what the skill does makes a new version."""
    changed = await change(desk, caller, skill_id, body.applied_to, now, note=body.note)
    return JsonBytes(encode(skill_view(changed)))


@router.delete(
    "/{id}",
    status_code=204,
    dependencies=WRITING,
    responses={204: {"description": "It is gone."}, **problems(*ONE)},
)
async def delete_skill(skill_id: SkillId, caller: CallerDep, desk: DeskOf, now: Now) -> Response:
    """Delete a skill with its versions, habits, reflexes and executions."""
    await delete(desk, caller, skill_id, now)
    return Response(status_code=204)


@router.post(
    "/{id}/duplicate",
    status_code=201,
    dependencies=WRITING,
    responses={
        **answer("The copy.", SkillView, status=201),
        **problems(SkillNameTaken, TooManySkills, BodyTooLarge, *ONE),
    },
)
async def duplicate_skill(
    skill_id: SkillId, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Copy a skill's newest version into a new skill, called `X (copy)`, `X (copy 2)` ..."""
    made = await duplicate(desk, caller, skill_id, now)
    return JsonBytes(encode(skill_view(made)), 201)


@router.get(
    "/{id}/export",
    dependencies=READING,
    responses={**answer("The skill as a document.", SkillExportView), **problems(*ONE)},
)
async def export_skill(skill_id: SkillId, caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """Return a skill as a document that `POST /skills/import` takes, here or elsewhere."""
    return JsonBytes(encode(export_view(await read(desk, caller, skill_id))))
