"""Stopping stops the spend: the provider sees its connection close, within a second."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import anyio
import pytest

from playhead.automation.models import Provider, Tally, Text, TimeOuts, Upstream, Usage
from tests.automation.models.scripted import COUNTS, Script, ScriptedProvider
from tests.automation.models.stage import HOSTED, REQUEST, Heard, hear, opened, until_texts

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("kind", HOSTED)]

WITHIN_SECONDS = 1.0


async def seconds_until_noticed(provider: ScriptedProvider, since: float) -> float:
    """Return how long after ``since`` the provider saw its client go."""
    (exchange,) = provider.exchanges
    async with asyncio.timeout(5):
        await exchange.closed.wait()
    return exchange.closed_at - since


async def until_asked(provider: ScriptedProvider) -> None:
    async with asyncio.timeout(5):
        while not provider.exchanges:
            await asyncio.sleep(0.005)


STALLED = {
    "silent": Script(is_silent=True),
    "before the first token": Script(stall_after=0),
    "in the middle": Script(stall_after=2),
    "while it writes": Script(texts=("x",) * 500, seconds_between=0.01),
}


@pytest.mark.parametrize("case", STALLED)
async def test_cancelling_closes_the_connection(
    kind: Provider,
    case: str,
    provider: ScriptedProvider,
    upstream: Upstream,
    record_property: Callable[[str, object], None],
) -> None:
    provider.script, heard = STALLED[case], Heard()
    asking = asyncio.create_task(
        hear(await opened(kind, provider.address, upstream), REQUEST, heard)
    )
    await until_asked(provider)
    await until_texts(heard, {"in the middle": 2, "while it writes": 3}.get(case, 0))

    since = asyncio.get_running_loop().time()
    asking.cancel()
    taken = await seconds_until_noticed(provider, since)

    record_property("seconds", taken)
    assert taken <= WITHIN_SECONDS
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert len(provider.exchanges) == 1


async def test_what_came_before_the_cancel_is_kept(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script, heard = Script(stall_after=2), Heard()
    asking = asyncio.create_task(
        hear(await opened(kind, provider.address, upstream), REQUEST, heard)
    )
    await until_texts(heard, 2)

    asking.cancel()
    await asyncio.wait([asking])

    assert heard.pieces == [Text("Once "), Text("upon ")]


SO_FAR = {
    Provider.ANTHROPIC: Usage(COUNTS.input, COUNTS.cached, COUNTS.written),
    Provider.GOOGLE: None,
    Provider.OPENAI: None,
    Provider.COMPATIBLE: None,
}


async def test_what_was_counted_before_the_cancel_is_kept(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script, heard, tally = Script(stall_after=2), Heard(), Tally()
    model = await opened(kind, provider.address, upstream)
    asking = asyncio.create_task(hear(model, REQUEST, heard, tally))
    await until_texts(heard, 2)

    asking.cancel()
    await asyncio.wait([asking])

    assert tally.usage == SO_FAR[kind]


async def test_a_scope_that_is_cancelled_closes_the_connection(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script, heard = Script(stall_after=1), Heard()
    model = await opened(kind, provider.address, upstream)

    async with anyio.create_task_group() as group:
        group.start_soon(hear, model, REQUEST, heard)
        await until_texts(heard, 1)
        since = asyncio.get_running_loop().time()
        group.cancel_scope.cancel()

    assert await seconds_until_noticed(provider, since) <= WITHIN_SECONDS


async def test_closing_the_iterator_between_two_texts_closes_the_connection(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(stall_after=1)
    model = await opened(kind, provider.address, upstream)

    async with aclosing(model.stream(REQUEST)) as pieces:
        assert await anext(pieces) == Text("Once ")
        since = asyncio.get_running_loop().time()

    assert await seconds_until_noticed(provider, since) <= WITHIN_SECONDS


async def test_a_consumer_that_fails_closes_the_connection(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(stall_after=1)
    model = await opened(kind, provider.address, upstream)

    async def consume() -> None:
        async with aclosing(model.stream(REQUEST)) as pieces:
            async for _ in pieces:
                raise LookupError

    since = asyncio.get_running_loop().time()
    with pytest.raises(LookupError):
        await consume()

    assert await seconds_until_noticed(provider, since) <= WITHIN_SECONDS


async def test_a_time_out_closes_the_connection(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(stall_after=1)
    hasty = TimeOuts(connect=2, first_token=5, between_tokens=0.05, total=10)

    await hear(await opened(kind, provider.address, upstream, hasty))

    now = asyncio.get_running_loop().time()
    assert await seconds_until_noticed(provider, now) <= WITHIN_SECONDS


async def test_nothing_stays_behind_after_many_cancels(
    kind: Provider, provider: ScriptedProvider
) -> None:
    upstream = Upstream(most_connections=2)
    provider.script = Script(stall_after=1)
    model = await opened(kind, provider.address, upstream)
    for _ in range(6):
        heard = Heard()
        asking = asyncio.create_task(hear(model, REQUEST, heard))
        await until_texts(heard, 1)
        asking.cancel()
        await asyncio.wait([asking])

    provider.script = Script()
    heard = await hear(model)
    await upstream.aclose()

    assert heard.problem is None
    assert len(heard.texts) == 3
