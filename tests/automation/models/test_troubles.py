"""What all models have in common when something goes wrong: each time-out, each class of error."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from playhead.automation.models import (
    ModelAnswerTooLarge,
    ModelContentRefused,
    ModelContextTooLong,
    ModelFailed,
    ModelKeyRejected,
    ModelNotOffered,
    ModelOverloaded,
    ModelQuotaSpent,
    ModelRateLimited,
    ModelRefused,
    ModelRequestInvalid,
    ModelStreamBroken,
    ModelTimedOut,
    ModelUnavailable,
    ModelUnreachable,
    Provider,
    TimeOuts,
    Upstream,
)
from tests.automation.models.scripted import Counted, Fault, Script, ScriptedProvider
from tests.automation.models.stage import HOSTED, PATIENT, SECRET, hear, opened

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("kind", HOSTED)]

FIRST = TimeOuts(connect=2, first_token=0.2, between_tokens=5, total=10)
BETWEEN = TimeOuts(connect=2, first_token=5, between_tokens=0.15, total=10)
TOTAL = TimeOuts(connect=2, first_token=5, between_tokens=5, total=0.25)

LATE = {
    "silent": (Script(is_silent=True), FIRST, "first_token", 0),
    "before": (Script(stall_after=0), FIRST, "first_token", 0),
    "middle": (Script(stall_after=2), BETWEEN, "between_tokens", 2),
    "thinks": (Script(thinking=1, stall_after=0), BETWEEN, "between_tokens", 0),
    "drips": (Script(texts=("x",) * 99, seconds_between=0.04), TOTAL, "total", 6),
}


@pytest.mark.parametrize("case", LATE)
async def test_each_part_has_its_time(
    kind: Provider, case: str, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script, time_outs, phase, most_texts = LATE[case]

    heard = await hear(await opened(kind, provider.address, upstream, time_outs))

    assert isinstance(heard.problem, ModelTimedOut)
    assert (heard.problem.phase, heard.problem.fields) == (phase, {"phase": phase})
    assert len(heard.texts) <= most_texts
    assert len(provider.exchanges) == 1


@contextmanager
def deaf_address() -> Iterator[str]:
    """Give an address at which connections are never taken."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(deaf.getsockname())
        yield "http://{}:{}".format(*deaf.getsockname())
        for each in waiting:
            each.close()


async def test_connecting_has_its_time(kind: Provider, upstream: Upstream) -> None:
    hasty = TimeOuts(connect=0.1, first_token=5, between_tokens=5, total=10)
    with deaf_address() as address:
        heard = await hear(await opened(kind, address, upstream, hasty))

    assert isinstance(heard.problem, ModelTimedOut)
    assert heard.problem.phase == "connect"


async def test_a_provider_that_is_not_there_is_unreachable(
    kind: Provider, upstream: Upstream
) -> None:
    heard = await hear(await opened(kind, "http://127.0.0.1:9", upstream))

    assert isinstance(heard.problem, ModelUnreachable)


BROKEN = {
    "dropped": Script(drop_after=2),
    "malformed": Script(malformed_after=2),
    "odd": Script(odd_after=2),
    "unfinished": Script(end_after=2),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_answer_keeps_what_came_before(
    kind: Provider, case: str, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = BROKEN[case]

    heard = await hear(await opened(kind, provider.address, upstream))

    assert isinstance(heard.problem, ModelStreamBroken)
    assert heard.texts == ["Once ", "upon "]
    assert len(provider.exchanges) == 1


TRANSIENT = {
    "limited": (Fault(429, "rate_limit_exceeded", headers={"retry-after": "7"}), ModelRateLimited),
    "timeout": (Fault(408), ModelFailed),
    "conflict": (Fault(409), ModelFailed),
    "failed": (Fault(500, "api_error"), ModelFailed),
    "gateway": (Fault(502), ModelFailed),
    "unavailable": (Fault(503, "UNAVAILABLE"), ModelOverloaded),
    "overloaded": (Fault(529, "overloaded_error"), ModelOverloaded),
}


@pytest.mark.parametrize("case", TRANSIENT)
async def test_what_may_pass_is_unavailable_and_asked_once(
    kind: Provider, case: str, provider: ScriptedProvider, upstream: Upstream
) -> None:
    fault, expected = TRANSIENT[case]
    provider.script = Script(fault=fault)

    heard = await hear(await opened(kind, provider.address, upstream))

    assert type(heard.problem) is expected
    assert isinstance(heard.problem, ModelUnavailable)
    assert heard.problem.retry_after == (7 if fault.headers else None)
    assert len(provider.exchanges) == 1


PERMANENT = {
    "invalid": (Fault(400, "invalid_request_error"), ModelRequestInvalid),
    "unprocessable": (Fault(422), ModelRequestInvalid),
    "key": (Fault(401, "authentication_error", f"no such key: {SECRET}"), ModelKeyRejected),
    "forbidden": (Fault(403, "permission_error"), ModelKeyRejected),
    "unpaid": (Fault(402, "billing_error"), ModelQuotaSpent),
    "quota": (Fault(429, "insufficient_quota"), ModelQuotaSpent),
    "unknown": (Fault(404, "not_found_error"), ModelNotOffered),
    "long": (Fault(400, "", "prompt is too long: 210000 tokens > 200000"), ModelContextTooLong),
    "longer": (Fault(400, "context_length_exceeded"), ModelContextTooLong),
    "longest": (
        Fault(400, "INVALID_ARGUMENT", "The input exceeds the maximum number of tokens allowed"),
        ModelContextTooLong,
    ),
    "content": (Fault(400, "content_policy_violation"), ModelContentRefused),
    "moved": (
        Fault(307, headers={"location": "http://127.0.0.1:9/elsewhere"}),
        ModelRequestInvalid,
    ),
}


@pytest.mark.parametrize("case", PERMANENT)
async def test_what_cannot_pass_is_refused_and_asked_once(
    kind: Provider, case: str, provider: ScriptedProvider, upstream: Upstream
) -> None:
    fault, expected = PERMANENT[case]
    provider.script = Script(fault=fault)

    heard = await hear(await opened(kind, provider.address, upstream))

    assert type(heard.problem) is expected
    assert isinstance(heard.problem, ModelRefused)
    assert len(provider.exchanges) == 1


async def test_a_fault_within_the_answer_has_its_class(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    words = {Provider.ANTHROPIC: "overloaded_error", Provider.GOOGLE: "UNAVAILABLE"}
    provider.script = Script(fault=Fault(503, words.get(kind, "overloaded"), after=2))

    heard = await hear(await opened(kind, provider.address, upstream))

    assert type(heard.problem) is ModelOverloaded
    assert heard.texts == ["Once ", "upon "]


@pytest.mark.parametrize("stop", ["refused", "declined"])
async def test_a_refusal_within_the_answer_keeps_text_and_counts(
    kind: Provider, stop: str, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(stop=stop)

    heard = await hear(await opened(kind, provider.address, upstream))

    assert type(heard.problem) is ModelContentRefused
    assert heard.texts[:3] == ["Once ", "upon ", "a time."]
    assert heard.problem.usage is not None
    assert heard.problem.usage.output == 7


@pytest.mark.parametrize(("told", "seconds"), [("30s", 30), ("1.5s", 2), ("infs", None)])
async def test_google_says_how_long_to_wait_in_its_own_way(
    kind: Provider, told: str, seconds: int, provider: ScriptedProvider, upstream: Upstream
) -> None:
    details = ({"reason": "RATE_LIMIT_EXCEEDED"}, {"retryDelay": told})
    provider.script = Script(fault=Fault(429, "RESOURCE_EXHAUSTED", details=details))

    heard = await hear(await opened(kind, provider.address, upstream))

    assert isinstance(heard.problem, ModelRateLimited)
    assert heard.problem.retry_after == (seconds if kind is Provider.GOOGLE else None)


async def test_what_was_counted_before_the_break_is_told(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(counted=Counted.REPEATED, drop_after=2)

    heard = await hear(await opened(kind, provider.address, upstream))

    assert isinstance(heard.problem, ModelStreamBroken)
    assert heard.problem.usage is not None
    assert heard.problem.usage.input == 100


async def test_an_answer_larger_than_is_taken_is_refused(
    kind: Provider, provider: ScriptedProvider
) -> None:
    upstream = Upstream(most_bytes=100_000)
    provider.script = Script(texts=("x" * 10_000,) * 20)

    heard = await hear(await opened(kind, provider.address, upstream))
    await upstream.aclose()

    assert type(heard.problem) is ModelAnswerTooLarge
    assert 5 <= len(heard.texts) < 10


async def test_a_compressed_answer_is_not_unpacked(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(encoding="gzip")

    heard = await hear(await opened(kind, provider.address, upstream, PATIENT))

    assert isinstance(heard.problem, ModelStreamBroken)
