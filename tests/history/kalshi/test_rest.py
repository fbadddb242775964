"""Asking the exchange over HTTP."""

import socket
from random import Random

import pytest

from playhead.base.time import Nanos
from playhead.history.kalshi import (
    Answer,
    BadRequest,
    ExchangeUnavailable,
    Question,
    Refused,
    RestClient,
    RetryPolicy,
    Signer,
    TooManyRequests,
    UnknownToExchange,
    Unreadable,
)
from tests.history.kalshi.scripted_http import scripted_http

pytestmark = pytest.mark.anyio
TOO_MANY = (429, '{"error":{"code":"too_many_requests","message":"too many requests"}}')
BOOK = '{"no_dollars":[["0.5400","20.00"]],"yes_dollars":[]}'


class Client(RestClient):
    """A client that does not really wait, and keeps what it was answered."""

    def __init__(self, url: str, signer: Signer | None = None) -> None:
        self.said: list[Question | Answer] = []
        self.waits: list[float] = []
        super().__init__(
            url,
            now=lambda: Nanos(1_791_979_200_123_000_000),
            random=Random(1),
            signer=signer,
            on_ask=self.said.append,
            on_answer=self.said.append,
            policy=RetryPolicy(attempts=3),
            sleep=self._wait,
        )

    async def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)


async def test_pages_are_read_to_the_empty_cursor_and_each_market_comes_once() -> None:
    first = (200, '{"cursor":"c1","markets":[{"ticker":"A"},{"ticker":"B"}]}')
    last = (200, '{"cursor":"","markets":[{"ticker":"B"},{"ticker":"C"}]}')
    async with scripted_http(first, last) as (url, script), Client(url) as client:
        pages = [page async for page in client.market_pages(status="open", mve_filter="exclude")]

    assert pages == [[{"ticker": "A"}, {"ticker": "B"}], [{"ticker": "C"}]]
    query = "limit=1000&status=open&mve_filter=exclude"
    assert script.asked == [
        f"GET /trade-api/v2/markets?{query}",
        f"GET /trade-api/v2/markets?{query}&cursor=c1",
    ]


async def test_a_list_that_goes_in_circles_is_given_up() -> None:
    circle = (200, '{"cursor":"c1","markets":[{"ticker":"A"}]}')
    async with scripted_http(circle) as (url, _), Client(url) as client:
        with pytest.raises(ExchangeUnavailable, match="goes in circles"):
            [page async for page in client.market_pages()]


async def test_every_attempt_and_every_answer_is_handed_over_as_it_was() -> None:
    async with (
        scripted_http(TOO_MANY, (200, '{"market": {"ticker":"A"}}')) as (url, _),
        Client(url) as client,
    ):
        await client.market("A")

    path = "/trade-api/v2/markets/A"
    assert client.said == [
        Question(get=path, query=""),
        Answer(path=path, query="", status=429, body=TOO_MANY[1]),
        Question(get=path, query=""),
        Answer(path=path, query="", status=200, body='{"market": {"ticker":"A"}}'),
    ]


async def test_an_answer_bears_the_path_and_the_query_of_its_question() -> None:
    async with scripted_http((200, '{"orderbooks":[]}')) as (url, script), Client(url) as client:
        await client.orderbooks(["KX-T3.75", "a b&c"])

    question, answer = client.said
    assert isinstance(question, Question)
    assert isinstance(answer, Answer)
    assert (question.get, question.query) == (answer.path, answer.query)
    assert f"GET {question.get}?{question.query}" == script.asked[0]


async def test_a_refusal_for_haste_is_followed_by_waits_that_are_not_all_the_same() -> None:
    async with scripted_http(TOO_MANY) as (url, script), Client(url) as client:
        with pytest.raises(TooManyRequests, match="too many requests"):
            await client.market("A")

    assert len(script.asked) == 3
    assert len(set(client.waits)) == 2


async def test_a_server_that_fails_is_asked_again() -> None:
    async with (
        scripted_http((502, "<html>"), (200, '{"series":[]}')) as (url, _),
        Client(url) as client,
    ):
        assert await client.series() == []


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        async with Client(f"http://127.0.0.1:{port}/trade-api/v2") as client:
            with pytest.raises(ExchangeUnavailable, match="cannot be reached"):
                await client.series()

    assert len(client.waits) == 2


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BadRequest), (401, Refused), (404, UnknownToExchange)]
)
async def test_what_asking_again_cannot_help_is_not_asked_again(
    status: int, kind: type[Exception]
) -> None:
    async with scripted_http((status, '{"msg":"no"}')) as (url, script), Client(url) as client:
        with pytest.raises(kind, match="no"):
            await client.market("A")

    assert len(script.asked) == 1


async def test_the_status_is_read_even_where_it_comes_with_an_error() -> None:
    down = (503, '{"exchange_active":false,"trading_active":false}')
    async with scripted_http(down) as (url, _), Client(url) as client:
        assert (await client.exchange_status())["exchange_active"] is False


async def test_the_status_is_asked_for_once() -> None:
    async with scripted_http(TOO_MANY) as (url, script), Client(url) as client:
        with pytest.raises(TooManyRequests):
            await client.exchange_status()

    assert len(script.asked) == 1


async def test_the_schedule_is_read() -> None:
    body = '{"schedule":{"standard_hours":[],"maintenance_windows":[]}}'
    async with scripted_http((200, body)) as (url, _), Client(url) as client:
        assert (await client.exchange_schedule())["maintenance_windows"] == []


async def test_a_schedule_while_the_exchange_is_down_is_none() -> None:
    async with scripted_http((503, "{}")) as (url, _), Client(url) as client:
        with pytest.raises(ExchangeUnavailable):
            await client.exchange_schedule()


async def test_requests_are_signed_without_their_query() -> None:
    async with (
        scripted_http((200, '{"cursor":"","events":[]}')) as (url, script),
        Client(url, Signer.made_up("key-1")) as client,
    ):
        assert [page async for page in client.event_pages()] == [[]]

    assert script.headers[0]["KALSHI-ACCESS-TIMESTAMP"] == "1791979200123"
    assert script.headers[0]["KALSHI-ACCESS-KEY"] == "key-1"


async def test_books_are_asked_for_by_repeating_the_name() -> None:
    body = f'{{"orderbooks":[{{"ticker":"B","orderbook_fp":{BOOK}}}]}}'
    async with scripted_http((200, body)) as (url, script), Client(url) as client:
        books = await client.orderbooks(["A", "B"])

    assert books == {"B": ((), ((540_000, 2_000),))}
    assert script.asked == ["GET /trade-api/v2/markets/orderbooks?tickers=A&tickers=B"]


async def test_a_book_without_a_name_is_nobody_s() -> None:
    body = f'{{"orderbooks":[{{"orderbook_fp":{BOOK}}}]}}'
    async with scripted_http((200, body)) as (url, _), Client(url) as client:
        assert "A" not in await client.orderbooks(["A"])


async def test_one_book_is_read() -> None:
    async with (
        scripted_http((200, f'{{"orderbook_fp":{BOOK}}}')) as (url, _),
        Client(url) as client,
    ):
        assert await client.orderbook("A") == ((), ((540_000, 2_000),))


async def test_a_book_under_another_name_is_refused() -> None:
    async with scripted_http((200, '{"orderbook":{}}')) as (url, _), Client(url) as client:
        with pytest.raises(Unreadable, match="without an order book"):
            await client.orderbook("A")


@pytest.mark.parametrize("body", ["<html>", "[]", '{"markets":7}', '{"cursor":""}'])
async def test_an_answer_that_nobody_can_read_is_an_exchange_that_is_not_there(body: str) -> None:
    async with scripted_http((200, body)) as (url, _), Client(url) as client:
        with pytest.raises(ExchangeUnavailable):
            [page async for page in client.market_pages()]
