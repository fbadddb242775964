"""The endpoints that run skills and tell of their executions; they stand below ``/skills``."""

from typing import Any

from fastapi import APIRouter, Response

from playhead.automation.executions.bodies import ExecuteBody, TrialBody
from playhead.automation.executions.browse import browse
from playhead.automation.executions.dependencies import (
    Accepted,
    DaysAsked,
    DeskOf,
    SkillExecutionsAsked,
    SkillId,
    WaitAsked,
)
from playhead.automation.executions.errors import AtInFuture, ExecutionNotFound
from playhead.automation.executions.execute import execute, try_out
from playhead.automation.executions.replies import reply
from playhead.automation.executions.schemas import ExecutionPage, ExecutionStarted, ExecutionView
from playhead.automation.executions.statistics_schemas import TotalsView, totals_view
from playhead.automation.executions.streams import EVENTS
from playhead.automation.models import CompletionInvalid
from playhead.automation.models.prices import ModelUnknown
from playhead.automation.skills import (
    InputInvalid,
    LabelNotFound,
    SchemaInvalid,
    SkillInactive,
    SkillNotFound,
    TemplateInvalid,
    VersionNotFound,
)
from playhead.base.ids import InvalidId
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep, needs
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.idempotency import IdempotentRoute, MarkOf
from playhead.web.openapi import answer
from playhead.web.pages import PagingMixed
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

# ExecutionNotFound: it can be forgotten, with its skill, while somebody waits for its end.
SHARED = (NoOrganisation, ScopeMissing, DatabaseUnavailable)
FINDING = (SkillNotFound, VersionNotFound, LabelNotFound)
TESTING = (*FINDING, ExecutionNotFound, InputInvalid, ModelUnknown, AtInFuture)
STARTING = (*TESTING, SkillInactive)
TRYING = (
    CompletionInvalid,
    InputInvalid,
    ModelUnknown,
    SchemaInvalid,
    TemplateInvalid,
    AtInFuture,
)
READING = [needs(Scope.AUTOMATION_READ)]
WRITING = [needs(Scope.AUTOMATION_WRITE)]
USUAL_TEST_SECONDS = 30.0
_NOTHING = ExecuteBody()

skills_router = APIRouter(
    prefix="/skills",
    tags=["skills"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
)


def _answers() -> dict[int | str, dict[str, Any]]:
    declared = {
        **answer("It has ended: the execution.", ExecutionView),
        **answer("It goes on: where to find it.", ExecutionStarted, status=202),
    }
    declared[200]["content"][EVENTS] = {}
    return declared


@skills_router.post(
    "/test",
    dependencies=WRITING,
    responses={**_answers(), **problems(*TRYING, ExecutionNotFound, BodyTooLarge, *SHARED)},
)
async def try_configuration(
    body: TrialBody,
    asked: WaitAsked,
    accept: Accepted,
    caller: CallerDep,
    desk: DeskOf,
    now: Now,
    mark: MarkOf,
) -> Response:
    """Run a configuration without saving it; waits for its end, up to 30 seconds as a rule."""
    execution_id = await try_out(desk, caller, body.definition(), body.wish(mark), now)
    seconds = asked.seconds(USUAL_TEST_SECONDS)
    return await reply(desk, caller.org, execution_id, seconds=seconds, accept=accept)


@skills_router.post(
    "/{skill_id}/execute",
    dependencies=WRITING,
    responses={
        **_answers(),
        **problems(*STARTING, InvalidId, BodyTooLarge, *SHARED),
    },
)
async def execute_skill(
    skill_id: SkillId,
    asked: WaitAsked,
    accept: Accepted,
    caller: CallerDep,
    desk: DeskOf,
    now: Now,
    mark: MarkOf,
    body: ExecuteBody = _NOTHING,
) -> Response:
    """Run a skill. Answers at once, or with `wait` when it has ended; or with its events.

    With `Accept: text/event-stream` the answer is what `GET /executions/{id}/stream` tells.
    """
    execution_id = await execute(desk, caller, skill_id, body.wish(mark), now)
    return await reply(desk, caller.org, execution_id, seconds=asked.seconds(), accept=accept)


@skills_router.post(
    "/{skill_id}/test",
    dependencies=WRITING,
    responses={
        **_answers(),
        **problems(*TESTING, InvalidId, BodyTooLarge, *SHARED),
    },
)
async def try_skill(
    skill_id: SkillId,
    asked: WaitAsked,
    accept: Accepted,
    caller: CallerDep,
    desk: DeskOf,
    now: Now,
    mark: MarkOf,
    body: ExecuteBody = _NOTHING,
) -> Response:
    """Run a skill as a test, also one that is not active; waits for its end, up to 30 seconds."""
    execution_id = await execute(desk, caller, skill_id, body.wish(mark), now, is_test=True)
    seconds = asked.seconds(USUAL_TEST_SECONDS)
    return await reply(desk, caller.org, execution_id, seconds=seconds, accept=accept)


@skills_router.get(
    "/{skill_id}/executions",
    dependencies=READING,
    responses={
        **answer("One page, the newest first.", ExecutionPage),
        **problems(SkillNotFound, CursorInvalid, PagingMixed, InvalidId, *SHARED),
    },
)
async def list_executions_of(
    skill_id: SkillId,
    asked: SkillExecutionsAsked,
    caller: CallerDep,
    desk: DeskOf,
    cursors: CursorBox,
) -> JsonBytes:
    """List the executions of a skill."""
    await desk.reader.check_skill(caller.org, skill_id)
    chosen, bound = asked.filter(skill_id), asked.bound(skill_id)
    return JsonBytes(await browse(desk, caller.org, asked, chosen, cursors, bound))


@skills_router.get(
    "/{skill_id}/stats",
    dependencies=READING,
    responses={
        **answer("Totals.", TotalsView),
        **problems(SkillNotFound, InvalidId, *SHARED),
    },
)
async def read_totals_of(
    skill_id: SkillId, asked: DaysAsked, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Return numbers about the executions of a skill in the last days."""
    since = asked.since(now)
    await desk.reader.check_skill(caller.org, skill_id)
    found = await desk.statistics.totals(caller.org, since, skill_id)
    return JsonBytes(encode(totals_view(found, since)))
