"""What every endpoint may ask of the application it runs in: the time, cursors, stream slots."""

from collections.abc import Callable
from typing import Annotated, cast

from fastapi import Depends, FastAPI, Request

from playhead.base.time import Micros
from playhead.web.cursors import Cursors
from playhead.web.requests import request_id_of
from playhead.web.streaming import StreamSlots


def install_state(app: FastAPI, *, now: Callable[[], Micros], cursors: Cursors) -> None:
    """Give ``app`` its clock, its cursors and its slots for streams."""
    app.state.now = now
    app.state.cursors = cursors
    app.state.streams = StreamSlots()


async def _now(request: Request) -> Micros:
    return cast(Callable[[], Micros], request.app.state.now)()


async def _cursors(request: Request) -> Cursors:
    return cast(Cursors, request.app.state.cursors)


async def _streams(request: Request) -> StreamSlots:
    return cast(StreamSlots, request.app.state.streams)


async def _request_id(request: Request) -> str:
    return request_id_of(request.scope)


Now = Annotated[Micros, Depends(_now)]
CursorBox = Annotated[Cursors, Depends(_cursors)]
Streams = Annotated[StreamSlots, Depends(_streams)]
RequestId = Annotated[str, Depends(_request_id)]
