"""``playhead book``: the book of a market at an instant."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from playhead.base.time import Micros
from playhead.entrypoints.cli.instants import instant_of
from playhead.entrypoints.cli.ladder import render_book
from playhead.entrypoints.cli.near import near_tickers
from playhead.entrypoints.cli.readers import Readers, clock_now, open_readers
from playhead.entrypoints.cli.unknown import unknown_text
from playhead.entrypoints.settings import load_settings
from playhead.history.markets import MarketNotFound
from playhead.history.rewind import BookAnswer, Clock
from playhead.history.rewind.schemas import book_view
from playhead.web.wire import encode

INCOMPLETE = 3
"""The exit code of an answer that says *unknown*."""

Show = Callable[[Readers, BookAnswer], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which book; ``at`` None for the newest."""

    ticker: str
    at: Micros | None
    clock: Clock
    now: Micros


def print_book(
    ticker: Annotated[str, typer.Argument(help="The market, for example KXBTC-26DEC31-T200000.")],
    at: Annotated[
        str, typer.Option(help="-10s, -5m, -2h, -1d, now, or RFC 3339 with an offset.")
    ] = "now",
    clock: Annotated[Clock, typer.Option(help="Which time --at is on.")] = Clock.RECEIVED,
    depth: Annotated[int, typer.Option(min=1, help="Levels a side.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="As the API answers, whole.")] = False,
) -> None:
    """Print TICKER's book as it stood at an instant, or that it is unknown (exit code 3)."""
    now = clock_now()
    asked = Asked(ticker, instant_of(at, now=now), clock, now)
    console = Console(highlight=False, soft_wrap=True)
    show = show_json if as_json else partial(show_ladder, depth=depth)
    is_known = asyncio.run(_answer(asked, partial(show, console)))
    if not is_known:
        raise typer.Exit(INCOMPLETE)


async def find_answer(readers: Readers, asked: Asked) -> BookAnswer:
    """Return the answer of the tape.

    Raises:
        MarketNotFound: Nothing of this ticker is recorded; its message names near ones.
        InstantInFuture: The instant has not come yet.
    """
    try:
        return await readers.rewind.book(
            asked.ticker, at=asked.at, clock=asked.clock, now=asked.now
        )
    except MarketNotFound as error:
        near = await near_tickers(asked.ticker, readers.markets)
        if near:
            error.message += f"; did you mean {' or '.join(near)}?"
            error.args = (error.message,)
        raise


async def show_json(console: Console, readers: Readers, answer: BookAnswer) -> None:
    """Print ``answer`` as the API sends it."""
    console.out(encode(book_view(answer)).decode())


async def show_ladder(
    console: Console, readers: Readers, answer: BookAnswer, *, depth: int
) -> None:
    """Print ``answer`` for a person: a ladder, or the sentence that says why there is none."""
    if answer.found is None:
        console.out(unknown_text(answer))
        return
    market = await readers.markets.find(answer.ticker)
    console.print(render_book(answer, answer.found, title=market.title, depth=depth))


async def _answer(asked: Asked, show: Show) -> bool:
    async with open_readers(load_settings()) as readers:
        answer = await find_answer(readers, asked)
        await show(readers, answer)
    return answer.found is not None
