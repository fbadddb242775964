"""``playhead coverage``: what is proven of a market, stretch by stretch."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console

from playhead.base.errors import Invalid
from playhead.base.time import Micros, format_instant
from playhead.entrypoints.cli.instants import instant_of
from playhead.entrypoints.cli.readers import clock_now, open_database
from playhead.entrypoints.settings import load_settings
from playhead.history.coverage import Clock
from playhead.history.coverage.page.texts import duration, percent
from playhead.history.coverage.timeline import Part, Timeline, Timelines
from playhead.history.coverage.timeline.schemas import part_view
from playhead.history.coverage.words import words_for
from playhead.web.wire import encode

HEADINGS = ("from", "until", "for", "", "recorder", "")


class IntervalReversed(Invalid):
    """The interval ends before it begins."""

    code = "coverage.empty_interval"

    def __init__(self) -> None:
        super().__init__("--to must be later than --from", field="--to")


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which market, and over which interval `[since, until)`."""

    ticker: str
    since: Micros
    until: Micros
    clock: Clock
    now: Micros


def print_coverage(
    ticker: Annotated[str, typer.Argument(help="The market, for example KXBTC-26DEC31-T200000.")],
    since: Annotated[
        str, typer.Option("--from", help="-10s, -5m, -2h, -1d, or RFC 3339 with an offset.")
    ] = "-1d",
    until: Annotated[str, typer.Option("--to", help="As --from, or now.")] = "now",
    clock: Annotated[Clock, typer.Option(help="Which time the interval is on.")] = Clock.RECEIVED,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print when TICKER's book is proven, and why it is not for the rest."""
    now = clock_now()
    asked = Asked(ticker, _instant(since, now), _instant(until, now), clock, now)
    if asked.until <= asked.since:
        raise IntervalReversed
    timeline = asyncio.run(_read(asked))
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        for part in timeline.parts:
            console.out(encode(part_view(part, clock)).decode())
    else:
        heading, *rows = coverage_lines(timeline)
        console.print(heading, style="bold")
        console.out("\n".join(rows))


def coverage_lines(timeline: Timeline) -> list[str]:
    """Return an aligned table with its heading, and a last line that says the share."""
    rows = [HEADINGS, *(_cells(part) for part in timeline.parts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return [*(_aligned(row, widths) for row in rows), "", _share_text(timeline)]


async def _read(asked: Asked) -> Timeline:
    async with open_database(load_settings()) as database:
        return await Timelines(database).of_market(
            asked.ticker, since=asked.since, until=asked.until, clock=asked.clock, now=asked.now
        )


def _instant(text: str, now: Micros) -> Micros:
    at = instant_of(text, now=now)
    return now if at is None else at


def _cells(part: Part) -> tuple[str, ...]:
    since, until = (format_instant(at).replace("T", " ") for at in (part.since, part.until))
    length = _plain(duration(Micros(part.until - part.since)))
    if part.absence is None:
        recorder = part.interval.recorder if part.interval else ""
        return since, until, length, "proven", recorder, ""
    state = "missing" if part.is_gap else "unknown"
    reason = words_for(part.absence.cause).short
    return since, until, length, state, part.absence.recorder or "", reason


def _share_text(timeline: Timeline) -> str:
    if timeline.proven + timeline.gap == 0:
        return "Nothing should have been known."
    share = _plain(percent(timeline.proven, timeline.gap))
    return f"{share} of what should be known is proven."


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
