"""The coverage endpoint."""

from fastapi import APIRouter

from playhead.history.coverage.days.schemas import DaysView
from playhead.history.coverage.dependencies import CoverageAsked, DaysOf, TimelinesOf
from playhead.history.coverage.errors import (
    IntervalEmpty,
    IntervalInFuture,
    ParameterMisplaced,
)
from playhead.history.coverage.read import read_coverage
from playhead.history.coverage.timeline.schemas import TimelinePage
from playhead.history.markets import MarketNotFound
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.cursors import CursorInvalid
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

router = APIRouter(prefix="/coverage", tags=["the public record"], default_response_class=JsonBytes)


@router.get(
    "",
    responses={
        **answer(
            "With a ticker one page of its stretches, without one the last days.",
            TimelinePage,
            otherwise=DaysView,
        ),
        **problems(
            MarketNotFound,
            ParameterMisplaced,
            IntervalEmpty,
            IntervalInFuture,
            CursorInvalid,
            DatabaseUnavailable,
        ),
    },
)
async def read_record(
    asked: CoverageAsked, timelines: TimelinesOf, days: DaysOf, now: Now, cursors: CursorBox
) -> JsonBytes:
    """Tell what is proven: of one market, stretch by stretch; of all markets, day by day."""
    told = await read_coverage(asked, timelines, days, now=now, cursors=cursors)
    return JsonBytes(encode(told))
