"""What all models have in common when they answer: one suite, every adapter, real sockets."""

from contextlib import aclosing
from decimal import Decimal

import pytest

from playhead.automation.models import Finished, Provider, StopReason, Text, Upstream, Usage
from tests.automation.models.scripted import COUNTS, Counted, Script, ScriptedProvider
from tests.automation.models.stage import HOSTED, SECRET, asking, hear, opened

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("kind", HOSTED)]

WHOLE = Usage(COUNTS.input, COUNTS.cached, COUNTS.written, COUNTS.output, COUNTS.reasoning)
EXPECTED = {
    Provider.ANTHROPIC: WHOLE,
    Provider.OPENAI: WHOLE,
    Provider.COMPATIBLE: WHOLE,
    # Google sells storage of caches, and counts no tokens written to them.
    Provider.GOOGLE: Usage(
        COUNTS.input, COUNTS.cached, None, COUNTS.output, reasoning=COUNTS.reasoning
    ),
}


async def test_texts_come_in_order_and_then_one_end(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    heard = await hear(await opened(kind, provider.address, upstream))

    assert heard.pieces[:-1] == [Text("Once "), Text("upon "), Text("a time.")]
    assert heard.finished.stop_reason is StopReason.END


async def test_texts_come_while_the_provider_still_writes(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(stall_after=2)
    model = await opened(kind, provider.address, upstream)

    async with aclosing(model.stream(asking())) as pieces:
        assert [await anext(pieces), await anext(pieces)] == [Text("Once "), Text("upon ")]
        assert not provider.exchanges[0].closed.is_set()


async def test_tokens_are_counted_by_class(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(thinking=2)

    heard = await hear(await opened(kind, provider.address, upstream))

    assert heard.texts == ["Once ", "upon ", "a time."]
    assert heard.finished.usage == EXPECTED[kind]


async def test_repeated_counts_are_counted_once(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(counted=Counted.REPEATED)

    heard = await hear(await opened(kind, provider.address, upstream))

    assert heard.finished.usage == EXPECTED[kind]


async def test_omitted_counts_are_not_made_up(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(counted=Counted.NEVER)

    heard = await hear(await opened(kind, provider.address, upstream))

    assert heard.finished == Finished(None, StopReason.END, heard.finished.stop_detail)


async def test_an_answer_that_ran_out_of_tokens_says_so(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(stop="length")

    heard = await hear(await opened(kind, provider.address, upstream))

    assert heard.finished.stop_reason is StopReason.MAX_TOKENS


async def test_a_long_answer_comes_whole(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    provider.script = Script(texts=("ü\u2028" * 5_000,) * 100)

    heard = await hear(await opened(kind, provider.address, upstream))

    assert len("".join(heard.texts)) == 1_000_000
    assert heard.finished.usage == EXPECTED[kind]


BODIES: dict[Provider, dict[str, object]] = {
    Provider.ANTHROPIC: {
        "system": "Be brief.",
        "max_tokens": 50,
        "temperature": 0.7,
        "stop_sequences": ["THE END"],
        "stream": True,
    },
    Provider.OPENAI: {
        "max_completion_tokens": 50,
        "temperature": 0.7,
        "stop": ["THE END"],
        "stream_options": {"include_usage": True},
    },
    Provider.COMPATIBLE: {"max_tokens": 50, "stream_options": {"include_usage": True}},
    Provider.GOOGLE: {
        "generationConfig": {
            "maxOutputTokens": 50,
            "temperature": 0.7,
            "stopSequences": ["THE END"],
        },
    },
}


async def test_the_request_says_all_that_was_asked(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    await hear(await opened(kind, provider.address, upstream), asking(top_p=Decimal("0.5")))

    (exchange,) = provider.exchanges
    body = exchange.body
    turns = body.get("messages") or body["contents"]
    told = str(turns) + str(body.get("system")) + str(body.get("systemInstruction"))
    assert "some-model-1" in exchange.path + str(body.get("model"))
    for text in ("Be brief.", "Hello", "What is it?", "Tell me a story."):
        assert text in told
    for name, value in BODIES[kind].items():
        assert (
            body[name] == value
            if not isinstance(value, dict)
            else value.items()
            <= dict(
                body[name]  # type: ignore[call-overload]
            ).items()
        )


async def test_only_the_headers_written_here_leave(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    await hear(await opened(kind, provider.address, upstream))

    headers = dict(provider.exchanges[0].headers)
    carrier = "x-goog-api-key" if kind is Provider.GOOGLE else "authorization"
    assert headers.pop(carrier).removeprefix("Bearer ") == SECRET
    headers.pop("anthropic-version", None)
    assert headers.keys() == {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "content-type",
        "content-length",
    }
    assert headers["user-agent"] == "playhead"


async def test_a_connection_is_used_again_after_a_whole_answer(
    kind: Provider, provider: ScriptedProvider, upstream: Upstream
) -> None:
    model = await opened(kind, provider.address, upstream)

    for _ in range(3):
        await hear(model)

    assert (provider.connections, len(provider.exchanges)) == (1, 3)
