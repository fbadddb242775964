"""The endpoint that lists the models that skills can name."""

from fastapi import APIRouter

from playhead.automation.skills.declared import READING, SHARED
from playhead.automation.skills.dependencies import DeskOf, ModelsAsked
from playhead.automation.skills.models_schemas import ModelList, model_list
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import Now
from playhead.web.wire import JsonBytes, encode

models_router = APIRouter(
    prefix="/models", tags=["models"], default_response_class=JsonBytes, dependencies=READING
)


@models_router.get("", responses={**answer("All of them.", ModelList), **problems(*SHARED)})
async def list_models(asked: ModelsAsked, desk: DeskOf, now: Now) -> JsonBytes:
    """List the models that skills can name, with their prices now."""
    return JsonBytes(encode(model_list(desk.prices, now, asked.provider)))
