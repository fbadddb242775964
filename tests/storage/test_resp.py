"""Commands out, answers in, over one connection that many share."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from playhead.storage.resp import Answer, Answers, Line, LineLost, Refusal, command
from playhead.storage.valkey import Valkey, ValkeyUnavailable
from tests.web.limits.servers import own_valkey

WORDS = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=9)
ANSWERS: st.SearchStrategy[Answer] = st.recursive(
    st.one_of(st.integers(), st.binary(max_size=20), st.none(), WORDS.map(Refusal)),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)


def written(answer: Answer) -> bytes:
    if isinstance(answer, int):
        return b":%d\r\n" % answer
    if isinstance(answer, Refusal):
        return b"-%b\r\n" % answer.text.encode()
    if isinstance(answer, list):
        return b"*%d\r\n" % len(answer) + b"".join(written(each) for each in answer)
    return b"$-1\r\n" if answer is None else b"$%d\r\n%b\r\n" % (len(answer), answer)


def read_all(pieces: Sequence[bytes]) -> list[Answer]:
    answers = Answers()
    return [answer for piece in pieces for answer in answers.feed(piece)]


@given(answers=st.lists(ANSWERS, max_size=5), cuts=st.lists(st.integers(0, 200), max_size=4))
def test_answers_are_read_as_they_were_written_however_they_are_cut(
    answers: list[Answer], cuts: list[int]
) -> None:
    stream = b"".join(written(each) for each in answers)
    edges = [0, *sorted(cuts), len(stream)]
    pieces = [stream[first:last] for first, last in pairwise(edges)]

    assert read_all(pieces) == answers


@pytest.mark.parametrize("stream", [b"?\r\n", b":x\r\n", b"$x\r\n", b"\r\n", b"*1\r\n!\r\n"])
def test_what_is_no_answer_is_not_taken_for_one(stream: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_all([stream])


@pytest.mark.parametrize("stream", [b"", b":1", b"$5\r\nabc", b"*2\r\n:1\r\n"])
def test_half_an_answer_is_none(stream: bytes) -> None:
    assert read_all([stream]) == []


def test_a_command_is_its_words_with_their_lengths() -> None:
    assert command(["GET", b"\r\n", 42]) == b"*3\r\n$3\r\nGET\r\n$2\r\n\r\n\r\n$2\r\n42\r\n"


def on_a_line(url: str, act: Callable[[Line], Awaitable[None]]) -> None:
    async def run() -> None:
        line = await Line.connect(ConnectionPool.from_url(url, protocol=2))
        try:
            await act(line)
        finally:
            await line.close()

    asyncio.run(run())


def test_each_is_given_its_own_answer_even_when_others_give_up_waiting(valkey_url: str) -> None:
    async def act(line: Line) -> None:
        asking = [asyncio.create_task(line.ask("ECHO", number)) for number in range(200)]
        await asyncio.sleep(0)
        for impatient in asking[::3]:
            impatient.cancel()
        answers = await asyncio.gather(*asking, return_exceptions=True)
        for number, found in enumerate(answers):
            gone = isinstance(found, asyncio.CancelledError)
            assert gone if number % 3 == 0 else found == b"%d" % number
        assert await line.ask("ECHO", "after") == b"after"

    on_a_line(valkey_url, act)


def test_whoever_waits_when_the_connection_ends_is_told(valkey_url: str) -> None:
    async def act(line: Line) -> None:
        waiting = asyncio.create_task(line.ask("BLPOP", "nothing", 0))
        await asyncio.sleep(0)
        await line.close()
        with pytest.raises(LineLost):
            await waiting
        with pytest.raises(LineLost):
            await line.ask("PING")

    on_a_line(valkey_url, act)


def test_the_driver_signs_in_and_chooses_the_database(tmp_path: Path) -> None:
    with own_valkey(tmp_path / "valkey") as server:
        asyncio.run(sign_in(server.url))


async def sign_in(url: str) -> None:
    async with Valkey.open(url, timeout_seconds=5) as valkey:
        await valkey._ask("CONFIG", "SET", "requirepass", "open sesame")
    async with Valkey.open(url, timeout_seconds=5) as stranger:
        with pytest.raises(ValkeyUnavailable):
            await stranger.ping()
    async with Valkey.open(f"{url}?db=3&password=open+sesame", timeout_seconds=5) as friend:
        await friend.ping()
        told = await friend._ask("CLIENT", "INFO")
        assert isinstance(told, bytes)
        assert b" db=3 " in told


def test_nobody_at_the_address_is_the_drivers_error(tmp_path: Path) -> None:
    with pytest.raises(RedisError):
        on_a_line(f"unix://{tmp_path}/nobody.sock", lambda _: asyncio.sleep(0))
