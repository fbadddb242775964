"""The endpoints of a skill's versions and labels."""

from fastapi import APIRouter, Response

from playhead.automation.skills.bodies import LabelBody
from playhead.automation.skills.browse import browse_versions, read_version
from playhead.automation.skills.change import restore
from playhead.automation.skills.declared import DEFINED, ONE, READING, WRITING
from playhead.automation.skills.dependencies import (
    DeskOf,
    LabelPath,
    Number,
    SkillId,
    VersionsAsked,
    place_of_version,
    versions_bound,
)
from playhead.automation.skills.errors import LabelNotFound, TooManySkills, VersionNotFound
from playhead.automation.skills.labels import read_labels, remove_label, set_label
from playhead.automation.skills.schemas import (
    SkillLabelList,
    SkillLabelView,
    SkillVersionPage,
    SkillVersionView,
    SkillView,
    label_list,
    label_view,
    skill_view,
    version_view,
)
from playhead.kernel.identity.dependencies import CallerDep
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.idempotency import IdempotentRoute
from playhead.web.openapi import answer
from playhead.web.pages import PagingMixed
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

versions_router = APIRouter(
    prefix="/skills/{id}",
    tags=["skills"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
)


@versions_router.get(
    "/versions",
    dependencies=READING,
    responses={
        **answer("One page, the newest first.", SkillVersionPage),
        **problems(CursorInvalid, PagingMixed, *ONE),
    },
)
async def list_versions(
    skill_id: SkillId, asked: VersionsAsked, caller: CallerDep, desk: DeskOf, cursors: CursorBox
) -> JsonBytes:
    """List what a skill has done, version by version."""
    bound = versions_bound(skill_id)
    rows, total = await browse_versions(desk, caller, skill_id, asked.slice(cursors, bound))
    return JsonBytes(
        asked.answer(rows, total, cursors, bound, place_of=place_of_version, view=version_view)
    )


@versions_router.get(
    "/versions/{number}",
    dependencies=READING,
    responses={**answer("The version.", SkillVersionView), **problems(VersionNotFound, *ONE)},
)
async def read_one_version(
    skill_id: SkillId, number: Number, caller: CallerDep, desk: DeskOf
) -> JsonBytes:
    """Return one version of a skill. It never changes."""
    return JsonBytes(encode(version_view(await read_version(desk, caller, skill_id, number))))


@versions_router.post(
    "/versions/{number}/restore",
    dependencies=WRITING,
    responses={
        **answer("The skill as it is now.", SkillView),
        **problems(VersionNotFound, TooManySkills, *DEFINED, BodyTooLarge, *ONE),
    },
)
async def restore_version(
    skill_id: SkillId, number: Number, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Let a skill do again what an earlier version did, by a new version like it."""
    restored = await restore(desk, caller, skill_id, number, now)
    return JsonBytes(encode(skill_view(restored)))


@versions_router.get(
    "/labels",
    dependencies=READING,
    responses={**answer("All of them, by name.", SkillLabelList), **problems(*ONE)},
)
async def list_labels(skill_id: SkillId, caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """List the labels of a skill and the versions that they point to."""
    return JsonBytes(encode(label_list(await read_labels(desk, caller, skill_id))))


@versions_router.post(
    "/labels",
    status_code=201,
    dependencies=WRITING,
    responses={
        **answer("The label, which was there, points to another version.", SkillLabelView),
        **answer("The new label.", SkillLabelView, status=201),
        **problems(VersionNotFound, TooManySkills, BodyTooLarge, *ONE),
    },
)
async def put_label(
    skill_id: SkillId, body: LabelBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Let a label, such as `production`, point to a version; it points to one at a time."""
    label, is_new = await set_label(desk, caller, skill_id, body.label, body.version, now)
    return JsonBytes(encode(label_view(label)), 201 if is_new else 200)


@versions_router.delete(
    "/labels/{label}",
    status_code=204,
    dependencies=WRITING,
    responses={204: {"description": "It is gone."}, **problems(LabelNotFound, *ONE)},
)
async def delete_label(
    skill_id: SkillId, label: LabelPath, caller: CallerDep, desk: DeskOf, now: Now
) -> Response:
    """Remove a label. The version stays; whoever runs by this label is refused from then on."""
    await remove_label(desk, caller, skill_id, label, now)
    return Response(status_code=204)
