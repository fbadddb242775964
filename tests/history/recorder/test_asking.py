"""What of REST is kept in the capture."""

from random import Random

import pytest

from playhead.base.errors import Unavailable
from playhead.base.time import Nanos
from playhead.history.capture import Kind
from playhead.history.kalshi import Backoff, Hosts, RetryPolicy, decode_answer
from playhead.history.recorder import rest_client
from tests.history.kalshi.scripted_http import Reply, scripted_http
from tests.history.recorder.builders import Notebook, options

pytestmark = pytest.mark.anyio
OPEN = (200, '{"exchange_active":true,"trading_active":true}')
PAUSED = (503, '{"exchange_active":true,"trading_active":false}')
BOOKS = (200, '{"orderbooks":[]}')
SECOND = 1_000_000_000


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000

    def __call__(self) -> Nanos:
        return Nanos(self.seconds * SECOND)


async def looked(capture: Notebook, *replies: Reply, at: tuple[int, ...]) -> None:
    """Ask for the state of the exchange at each of these seconds."""
    clock = Clock()
    async with scripted_http(*replies) as (url, _):
        chosen = options(Hosts(url, "ws://127.0.0.1:9"), status_keep_seconds=60)
        async with rest_client(chosen, capture=capture, now=clock, random=Random(1)) as rest:
            for second in at:
                clock.seconds = 1_000 + second
                await rest.exchange_status()


async def test_a_state_that_stays_the_same_is_kept_once_a_minute() -> None:
    capture = Notebook()

    await looked(capture, OPEN, at=(0, 5, 59, 60, 65))

    assert len(capture.of(Kind.REST)) == 2


async def test_a_state_that_changes_is_kept_at_once() -> None:
    capture = Notebook()

    await looked(capture, OPEN, OPEN, PAUSED, PAUSED, OPEN, at=(0, 5, 10, 15, 20))

    statuses = [decode_answer(kept).status for kept in capture.of(Kind.REST)]
    assert statuses == [200, 503, 200]


async def test_a_state_that_could_not_be_kept_is_kept_the_next_time() -> None:
    capture = Notebook()
    async with scripted_http(OPEN) as (url, _):
        chosen = options(Hosts(url, "ws://127.0.0.1:9"))
        async with rest_client(chosen, capture=capture, now=Clock(), random=Random(1)) as rest:
            capture.refusal = Unavailable("the disk is full")
            with pytest.raises(Unavailable):
                await rest.exchange_status()
            capture.refusal = None
            await rest.exchange_status()

    assert len(capture.of(Kind.REST)) == 1


async def test_every_attempt_to_get_books_is_kept_before_it_is_made_and_nothing_else_is() -> None:
    capture, retry = Notebook(), RetryPolicy(attempts=2, backoff=Backoff(0, 0))
    async with scripted_http((502, ""), BOOKS, OPEN) as (url, _):
        chosen = options(Hosts(url, "ws://127.0.0.1:9"), asking=retry)
        async with rest_client(chosen, capture=capture, now=Clock(), random=Random(1)) as rest:
            await rest.orderbooks(["A", "B"])
            await rest.exchange_status()

    kinds = [kind for kind, _, _ in capture.records]
    assert kinds == [Kind.SENT, Kind.REST, Kind.SENT, Kind.REST, Kind.REST]
    question = b'{"get":"/trade-api/v2/markets/orderbooks","query":"tickers=A&tickers=B"}'
    assert capture.of(Kind.SENT) == [question, question]
