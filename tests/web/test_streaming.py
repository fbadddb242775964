"""Streams in bounded memory and number."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from playhead.web import streaming
from playhead.web.streaming import CHUNK, NdjsonStream, StreamSlots, TooManyStreams, wants_lines

LINE = b"x" * 999
Message = dict[str, object]


class Source:
    """Makes lines as they are asked for, and knows how many were and whether it was closed."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.made = 0
        self.closed = False

    async def lines(self) -> AsyncGenerator[bytes, None]:
        try:
            for _ in range(self.count):
                self.made += 1
                yield LINE
        finally:
            self.closed = True


async def send_all(source: Source, send: Callable[[Message], Awaitable[None]]) -> None:
    stream = await NdjsonStream.started(source.lines(), "req_1")
    await stream.stream_response(send)  # type: ignore[arg-type]


def test_lines_arrive_whole_in_chunks() -> None:
    source, chunks = Source(200), []

    async def take(message: Message) -> None:
        chunks.append(bytes(message.get("body", b"")))  # type: ignore[call-overload]

    asyncio.run(send_all(source, take))

    assert b"".join(chunks) == (LINE + b"\n") * 200
    assert max(map(len, chunks)) < CHUNK + 1000


def test_no_more_is_made_than_the_client_takes() -> None:
    source, made_at = Source(10_000), []

    async def take(message: Message) -> None:
        made_at.append(source.made)

    asyncio.run(send_all(source, take))

    steps = [later - earlier for earlier, later in itertools.pairwise(made_at)]
    assert max(steps) <= CHUNK // len(LINE) + 2


def test_a_client_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 0.01)
    source = Source(10_000)

    async def hang(message: Message) -> None:
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        asyncio.run(send_all(source, hang))

    assert source.closed


def test_a_stream_past_the_limit_is_refused_and_one_that_ended_gives_its_slot_back() -> None:
    asyncio.run(hold_and_release())


async def hold_and_release() -> None:
    slots = StreamSlots(limit=1)
    first = slots.hold(Source(2).lines())
    await anext(first)
    with pytest.raises(TooManyStreams):
        await anext(slots.hold(Source(2).lines()))
    await first.aclose()
    assert await anext(slots.hold(Source(2).lines())) == LINE


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/x-ndjson", True),
        ("text/html, Application/X-NDJSON;q=0.9", True),
        ("application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_lines_are_sent_to_those_who_ask_for_them(accept: str, wanted: bool) -> None:
    assert wants_lines(accept) is wanted
