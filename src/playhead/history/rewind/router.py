"""Endpoints of the past: a book at an instant, the changes of an interval."""

from fastapi import APIRouter, Response

from playhead.history.markets import MarketNotFound
from playhead.history.rewind.change_schemas import (
    AbsentRun,
    ChangeLine,
    ChangesPage,
    DataLine,
    EndLine,
)
from playhead.history.rewind.changes import page_changes, stream_changes
from playhead.history.rewind.dependencies import (
    BookAsked,
    ChangesAsked,
    EmptyInterval,
    RewindOf,
    StreamNotPaged,
    WantsLines,
)
from playhead.history.rewind.errors import ChangesMoved, InstantInFuture
from playhead.history.rewind.schemas import BookView, book_view
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.cursors import CursorInvalid
from playhead.web.openapi import answer
from playhead.web.parameters import PathName
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now, RequestId, Streams
from playhead.web.streaming import ErrorLine, NdjsonStream, TooManyStreams
from playhead.web.wire import JsonBytes, encode

router = APIRouter(prefix="/markets/{ticker}", tags=["the past"], default_response_class=JsonBytes)


@router.get(
    "/book",
    responses={
        **answer("The book, or the statement that it is unknown.", BookView),
        **problems(MarketNotFound, InstantInFuture, DatabaseUnavailable),
    },
)
async def read_book(ticker: PathName, asked: BookAsked, rewind: RewindOf, now: Now) -> JsonBytes:
    """Return the book as it stood at an instant, and what that rests on. Never a guess."""
    found = await rewind.book(ticker, at=asked.at, clock=asked.clock, now=now)
    shown = book_view(found, view=asked.view, depth=asked.depth, strict=asked.strict)
    return JsonBytes(encode(shown))


@router.get(
    "/changes",
    responses={
        **answer(
            "One page of runs; by `Accept: application/x-ndjson` every line of the interval.",
            ChangesPage,
            lines=DataLine | AbsentRun | ChangeLine | EndLine | ErrorLine,
        ),
        **problems(
            MarketNotFound,
            EmptyInterval,
            InstantInFuture,
            StreamNotPaged,
            CursorInvalid,
            ChangesMoved,
            TooManyStreams,
            DatabaseUnavailable,
        ),
    },
)
async def read_changes(
    ticker: PathName,
    asked: ChangesAsked,
    lines: WantsLines,
    rewind: RewindOf,
    cursors: CursorBox,
    now: Now,
    streams: Streams,
    request_id: RequestId,
) -> Response:
    """Return the changes of `[from, to)` in order, in runs of data and of absence."""
    if lines:
        told = stream_changes(rewind, ticker, asked, now=now)
        return await NdjsonStream.started(streams.hold(told), request_id)
    return JsonBytes(encode(await page_changes(rewind, ticker, asked, now=now, cursors=cursors)))
