"""``playhead verify``: an answer against the frames as they were received."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn

from playhead.base.time import Nanos
from playhead.entrypoints.cli.book import Asked, find_answer
from playhead.entrypoints.cli.instants import instant_of
from playhead.entrypoints.cli.readers import clock_now, database_url, open_readers
from playhead.entrypoints.cli.verdict import verdict_text
from playhead.entrypoints.settings import Settings, load_settings
from playhead.history.capture import CaptureStore
from playhead.history.rewind import Clock
from playhead.history.rewind.schemas import book_view
from playhead.history.verify import Claim, Finding, Trails, Verdict, Verifier
from playhead.history.verify.ports import AnswerVerifier
from playhead.history.verify.schemas import SentAnswer, finding_view
from playhead.storage.postgres import Database
from playhead.web.problems import invalid_request
from playhead.web.wire import encode

EXIT_CODES = {Verdict.SAME: 0, Verdict.DIFFERENT: 1, Verdict.UNVERIFIABLE: 2}
STANDARD_INPUT = "-"
Advance = Callable[[int], None]


def verify_answer(
    answer: Annotated[
        str,
        typer.Argument(
            metavar="ANSWER", help="A file with an answer, - for standard input, or a ticker."
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option(help="With a ticker: -10s, -5m, -2h, -1d, now, or RFC 3339 with an offset."),
    ] = None,
    clock: Annotated[Clock, typer.Option(help="Which time --at is on.")] = Clock.RECEIVED,
    as_json: Annotated[bool, typer.Option("--json", help="As the API answers, whole.")] = False,
) -> None:
    """Check an answer of `playhead book --json` or the API against the raw captures here.

    With a ticker the answer is asked for first. Exit code 0: the same book; 1: different; 2: the
    captures here cannot tell.
    """
    settings = load_settings()
    text = _answer_of(answer) if at is None else None
    if text is None:
        text = asyncio.run(_asked(settings, answer, at or "now", clock))
    finding = asyncio.run(_verified(settings, claim_of(text)))
    shown = encode(finding_view(finding)).decode() if as_json else verdict_text(finding)
    Console(highlight=False, soft_wrap=True).out(shown)
    raise typer.Exit(EXIT_CODES[finding.verdict])


def claim_of(text: bytes) -> Claim:
    """Return what an answer, as JSON, claims.

    Raises:
        RequestInvalid: It is no such answer; the message names the field at fault.
        NothingToVerify: It says that the book is unknown.
    """
    try:
        return SentAnswer.model_validate_json(text).claim()
    except ValidationError as error:
        found = [{**each, "loc": ("answer", *each["loc"])} for each in error.errors()]
        raise invalid_request(found) from error


def _answer_of(name: str) -> bytes | None:
    """Return the answer that was handed in; None if it is to be asked for."""
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    file = Path(name)
    if file.is_file():
        return file.read_bytes()
    if file.suffix == ".json" or len(file.parts) > 1:
        raise typer.BadParameter(f"there is no file {name}")
    return None


async def _asked(settings: Settings, ticker: str, at: str, clock: Clock) -> bytes:
    now = clock_now()
    async with open_readers(settings) as readers:
        asked = Asked(ticker, instant_of(at, now=now), clock, now)
        return encode(book_view(await find_answer(readers, asked)))


async def _verified(settings: Settings, claim: Claim) -> Finding:
    with _progress() as advance:
        async with open_verifier(settings, advance) as verifier:
            return await verifier.verify(claim)


@asynccontextmanager
async def open_verifier(settings: Settings, progress: Advance) -> AsyncIterator[AnswerVerifier]:
    """Open a verifier of the home that ``settings`` name, which reads any number of bytes.

    Raises:
        NothingRuns: Its embedded database is not up.
        DatabaseUnavailable: The database cannot be reached.
    """
    captures = CaptureStore(settings.home / "captures", lambda: Nanos(time.time_ns()))
    async with Database.open(database_url(settings), connections=1) as database:
        yield Verifier(Trails(database), captures, most_bytes=None, progress=progress)


@contextmanager
def _progress() -> Iterator[Advance]:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("reading the capture"), DownloadColumn())
    with Progress(
        *columns,
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("", total=None)
        yield lambda read: progress.advance(task, read)
