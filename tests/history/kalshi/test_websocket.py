"""The WebSocket, over a real socket."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection

from playhead.base.time import Nanos
from playhead.history.kalshi import (
    Closed,
    Connection,
    ConnectionEnded,
    ExchangeUnavailable,
    InvalidAddress,
    Listener,
    NotTaken,
    Patience,
    Refused,
    Signer,
    connect,
)
from tests.history.kalshi.scripted_websocket import scripted_websocket

pytestmark = pytest.mark.anyio
HASTY = Patience(open_seconds=2, send_seconds=0.2, close_seconds=0.2)


class Ears:
    """Remembers what came, in order; a pong is None."""

    def __init__(self) -> None:
        self.came: list[bytes | None] = []
        self.listener = Listener(self.came.append, lambda: self.came.append(None))

    async def connect(self, url: str, *, compression: bool = False) -> Connection:
        return await connect(
            url,
            self.listener,
            now=lambda: Nanos(1_791_979_200_123_000_000),
            signer=Signer.made_up("key-1"),
            compression=compression,
            patience=HASTY,
        )


def saying(*frames: str | bytes | list[str]) -> Callable[[ServerConnection], Awaitable[None]]:
    async def play(peer: ServerConnection) -> None:
        for frame in frames:
            await peer.send(frame, text=True)

    return play


async def silence(peer: ServerConnection) -> None:
    await peer.wait_closed()


@pytest.mark.parametrize("compression", [False, True])
async def test_frames_come_exactly_as_sent_and_in_order(compression: bool) -> None:
    ears = Ears()
    async with scripted_websocket(saying('{"a":1}\n', b'{"\xff"', ['{"b"', ":", "2}"])) as url:
        connection = await ears.connect(url, compression=compression)
        await connection.wait_closed()

    assert ears.came == [b'{"a":1}\n', b'{"\xff"', b'{"b":2}']


async def test_a_frame_above_a_mebibyte_comes_whole() -> None:
    ears = Ears()
    large = b"x" * 3_000_000
    async with scripted_websocket(saying(large)) as url:
        await (await ears.connect(url)).wait_closed()

    assert ears.came == [large]


async def test_a_pong_does_not_overtake_the_frames_before_it() -> None:
    async def play(peer: ServerConnection) -> None:
        await peer.recv()
        for number in range(300):
            await peer.send(str(number))
        await peer.recv()

    ears = Ears()
    async with scripted_websocket(play) as url:
        connection = await ears.connect(url)
        await connection.send("go")
        while len(ears.came) < 300:
            await asyncio.sleep(0.01)
        await connection.ping()
        while ears.came[-1] is not None:
            await asyncio.sleep(0.01)
        await connection.close()

    assert ears.came == [*(str(number).encode() for number in range(300)), None]


async def test_the_handshake_is_signed() -> None:
    seen: dict[str, str] = {}

    async def play(peer: ServerConnection) -> None:
        assert peer.request is not None
        seen.update(peer.request.headers.raw_items())

    async with scripted_websocket(play) as url:
        await (await Ears().connect(url)).wait_closed()

    assert seen["KALSHI-ACCESS-KEY"] == "key-1"
    assert seen["KALSHI-ACCESS-TIMESTAMP"] == "1791979200123"


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Refused), (502, ExchangeUnavailable), (404, ExchangeUnavailable)]
)
async def test_a_refused_upgrade_says_whether_to_try_again(
    status: int, kind: type[Exception]
) -> None:
    async with scripted_websocket(silence, status) as url:
        with pytest.raises(kind, match=str(status)):
            await Ears().connect(url)


async def test_nobody_there_is_unavailable() -> None:
    async with scripted_websocket(silence) as url:
        pass

    with pytest.raises(ExchangeUnavailable, match="cannot connect"):
        await Ears().connect(url)


async def test_an_address_of_another_kind_is_invalid() -> None:
    with pytest.raises(InvalidAddress):
        await Ears().connect("http://127.0.0.1")


async def test_the_close_code_of_the_exchange_is_told() -> None:
    async def play(peer: ServerConnection) -> None:
        await peer.close(1008, "policy")

    async with scripted_websocket(play) as url:
        assert await (await Ears().connect(url)).wait_closed() == Closed(1008, "policy")


async def test_a_connection_that_is_just_gone_has_the_abnormal_code() -> None:
    async def play(peer: ServerConnection) -> None:
        peer.transport.abort()

    async with scripted_websocket(play) as url:
        assert (await (await Ears().connect(url)).wait_closed()).code == 1006


async def test_sending_after_the_end_is_an_error() -> None:
    async with scripted_websocket(saying()) as url:
        connection = await Ears().connect(url)
        await connection.wait_closed()

        with pytest.raises(ConnectionEnded):
            await connection.send("too late")


async def test_a_peer_that_takes_nothing_is_noticed_and_let_go() -> None:
    async def play(peer: ServerConnection) -> None:
        peer.transport.pause_reading()
        await asyncio.sleep(5)

    async with scripted_websocket(play) as url:
        connection = await Ears().connect(url)
        with pytest.raises(NotTaken):
            await connection.send("x" * 20_000_000)
        await connection.close()

        assert (await connection.wait_closed()).code == 1006
