"""The exchange's REST API, as far as a recorder needs it: whole lists, exact values, retries."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Self

import httpx2

from playhead.base.time import Nanos
from playhead.history.kalshi.answers import Answer, Question, refusal_of
from playhead.history.kalshi.backoff import Backoff
from playhead.history.kalshi.errors import ExchangeUnavailable
from playhead.history.kalshi.messages import Levels
from playhead.history.kalshi.rest_shapes import Json, levels_of, list_of, object_of
from playhead.history.kalshi.signing import Signer

MOST_PER_PAGE = 1000
MOST_BOOKS = 100
BOOKS_RESOURCE = "/markets/orderbooks"
STATUS_RESOURCE = "/exchange/status"
Query = Mapping[str, str | int | Sequence[str]]
_BACKOFF = Backoff()
_RETRIED = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to ask, and how long to wait in between."""

    attempts: int = 6
    backoff: Backoff = _BACKOFF
    timeout_seconds: float = 20.0


def _ignore(_: object) -> None:
    return None


class RestClient:
    """Asks the exchange, signed where there is a key. Use it as an async context manager.

    Every attempt goes to ``on_ask`` before it is made, and every answer, refusals included, to
    ``on_answer`` before it is read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        now: Callable[[], Nanos],
        random: Random,
        signer: Signer | None = None,
        on_ask: Callable[[Question], None] = _ignore,
        on_answer: Callable[[Answer], None] = _ignore,
        policy: RetryPolicy = RetryPolicy(),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._base = httpx2.URL(base_url.rstrip("/"))
        self._now = now
        self._random = random
        self._signer = signer
        self._on_ask = on_ask
        self._on_answer = on_answer
        self._policy = policy
        self._sleep = sleep
        self._client = httpx2.AsyncClient(timeout=policy.timeout_seconds, trust_env=False)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def exchange_status(self) -> Json:
        """Return whether the exchange and its trading are active; also while it is down for work.

        It is asked once: whoever watches asks again anyway.

        Raises:
            LimitReached: It asked to slow down.
            Unavailable: It cannot be reached.
        """
        answer = await self._ask(STATUS_RESOURCE, {}, attempts=1)
        body = object_of(answer.body)
        if "exchange_active" not in body:
            raise refusal_of(answer.status, answer.body)
        return body

    async def exchange_schedule(self) -> Json:
        """Return the trading hours and the maintenance that is announced; asked once.

        Raises:
            LimitReached: It asked to slow down.
            Unavailable: It cannot be reached, or is down.
        """
        answer = await self._ask("/exchange/schedule", {}, attempts=1)
        if answer.status >= 400:
            raise refusal_of(answer.status, answer.body)
        return object_of(answer.body, "schedule")

    def market_pages(self, **filters: str | int) -> AsyncIterator[list[Json]]:
        """Return all markets that pass ``filters``, page by page, each market once.

        Args:
            filters: Such as ``status="open"``, ``mve_filter="exclude"``, ``min_created_ts``.
        """
        return self._pages("/markets", "markets", "ticker", {"limit": MOST_PER_PAGE, **filters})

    def event_pages(self, **filters: str | int) -> AsyncIterator[list[Json]]:
        """Return all events that pass ``filters``, page by page, each event once."""
        return self._pages("/events", "events", "event_ticker", {"limit": 200, **filters})

    def trade_pages(self, **filters: str | int) -> AsyncIterator[list[Json]]:
        """Return all trades that pass ``filters``, newest first, page by page, each once."""
        query = {"limit": MOST_PER_PAGE, **filters}
        return self._pages("/markets/trades", "trades", "trade_id", query)

    async def series(self, **filters: str | int) -> list[Json]:
        """Return all series that pass ``filters``; the exchange does not page them."""
        return list_of(await self.get("/series", filters), "series")

    async def market(self, ticker: str) -> Json:
        """Return the record of one market.

        Raises:
            NotFound: Unknown or archived, or created so recently that REST does not know it yet.
        """
        return object_of(await self.get(f"/markets/{ticker}", {}), "market")

    async def orderbook(self, ticker: str) -> tuple[Levels, Levels]:
        """Return the YES and the NO bids of one market; they bear no time and no number."""
        return levels_of(object_of(await self.get(f"/markets/{ticker}/orderbook", {})))

    async def orderbooks(self, tickers: Sequence[str]) -> dict[str, tuple[Levels, Levels]]:
        """Return the YES and the NO bids of up to 100 markets at once; unknown ones are left out.

        Raises:
            Unreadable: A book is not in today's form.
            PlayheadError: As ``get``.
        """
        books = list_of(await self.get(BOOKS_RESOURCE, {"tickers": tickers}), "orderbooks")
        return {str(book.get("ticker")): levels_of(book) for book in books}

    async def get(self, resource: str, query: Query) -> str:
        """Return the body of one resource under the base address.

        Raises:
            Invalid: The exchange does not understand the request.
            Unauthenticated: It does not accept the key.
            NotFound: It has no such thing.
            LimitReached: It asked to slow down, and went on doing so.
            Unavailable: It cannot be reached, or failed, and went on doing so.
        """
        answer = await self._ask(resource, query)
        if answer.status >= 400:
            raise refusal_of(answer.status, answer.body)
        return answer.body

    async def _ask(self, resource: str, query: Query, attempts: int | None = None) -> Answer:
        most = self._policy.attempts if attempts is None else attempts
        failures = 0
        while True:
            try:
                answer = await self._ask_once(resource, query)
            except httpx2.RequestError as error:
                failures += 1
                if failures >= most:
                    raise ExchangeUnavailable(f"the exchange cannot be reached: {error}") from error
            else:
                failures += 1
                if answer.status not in _RETRIED or failures >= most:
                    return answer
            await self._sleep(self._policy.backoff.seconds(failures, self._random))

    async def _ask_once(self, resource: str, query: Query) -> Answer:
        url = self._base.copy_with(path=self._base.path + resource)
        headers = self._signer.headers("GET", url.path, self._now()) if self._signer else {}
        request = self._client.build_request(
            "GET", url, params=httpx2.QueryParams(query), headers=headers
        )
        asked = Question(get=url.path, query=request.url.query.decode())
        self._on_ask(asked)
        response = await self._client.send(request)
        answer = Answer(
            path=asked.get,
            query=asked.query,
            status=response.status_code,
            body=response.content.decode(errors="replace"),
        )
        self._on_answer(answer)
        return answer

    async def _pages(
        self, resource: str, name: str, key: str, query: Query
    ) -> AsyncIterator[list[Json]]:
        seen: set[str] = set()
        cursors: set[str] = set()
        cursor = ""
        while True:
            asked = {**query, "cursor": cursor} if cursor else query
            body = await self.get(resource, asked)
            fresh = [item for item in list_of(body, name) if str(item.get(key)) not in seen]
            seen.update(str(item.get(key)) for item in fresh)
            yield fresh
            cursor = str(object_of(body).get("cursor") or "")
            if not cursor:
                return
            if cursor in cursors:
                raise ExchangeUnavailable(f"the list of {name} goes in circles")
            cursors.add(cursor)
