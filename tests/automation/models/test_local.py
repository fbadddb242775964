"""The local model: the same answer to the same request, counted by a stated rule."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.automation.models import (
    LOCAL_MODEL,
    Finished,
    LocalModel,
    Message,
    ModelNotOffered,
    Speaker,
    StopReason,
    Tally,
    Text,
    Usage,
    count_tokens,
)
from tests.automation.models.stage import Heard, asking, hear, until_texts

pytestmark = pytest.mark.anyio
REQUEST = asking(model=LOCAL_MODEL, stop=())


async def test_it_says_that_no_provider_was_asked_and_repeats_the_end_of_the_request() -> None:
    heard = await hear(LocalModel(), REQUEST)

    answer = "".join(heard.texts)
    assert answer.startswith(f"[{LOCAL_MODEL}: no provider was asked] ")
    assert answer.endswith(": Tell me a story.")


async def test_it_answers_from_the_request_alone() -> None:
    once, again = await hear(LocalModel(), REQUEST), await hear(LocalModel(), REQUEST)
    other = await hear(LocalModel(), asking(model=LOCAL_MODEL, system="Be long.", stop=()))

    assert once == again
    assert other.texts != once.texts


async def test_it_streams_token_by_token_and_ends_once() -> None:
    heard = await hear(LocalModel(), REQUEST)

    assert all(count_tokens(text) == 1 for text in heard.texts)
    assert [type(piece) for piece in heard.pieces].count(Finished) == 1
    assert heard.finished.stop_reason is StopReason.END


async def test_it_counts_what_was_asked_and_what_it_said() -> None:
    heard = await hear(LocalModel(), REQUEST)

    asked = "Be brief. Hello Hello. What is it? Tell me a story."
    assert heard.finished.usage == Usage(count_tokens(asked), 0, 0, len(heard.texts), 0)


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("  ", 0), ("a b", 2), ("it's 4.5%", 7)])
def test_words_and_single_signs_are_tokens(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


async def test_it_keeps_to_the_most_tokens() -> None:
    heard = await hear(LocalModel(), asking(model=LOCAL_MODEL, max_tokens=5, stop=()))

    assert (len(heard.texts), heard.finished.stop_reason) == (5, StopReason.MAX_TOKENS)


async def test_it_ends_at_a_stop_text() -> None:
    heard = await hear(LocalModel(), asking(model=LOCAL_MODEL, stop=("was", "provider")))

    assert "".join(heard.texts) == f"[{LOCAL_MODEL}: no"
    assert heard.finished.stop_reason is StopReason.STOP_TEXT


async def test_it_is_cancelled_like_any_other_and_what_came_is_kept() -> None:
    heard = Heard()
    model, tally = LocalModel(seconds_between=0.02), Tally()
    asked = asyncio.create_task(hear(model, REQUEST, heard, tally))
    await until_texts(heard, 2)

    asked.cancel()
    await asyncio.wait([asked], timeout=1)

    assert asked.cancelled()
    assert tally.usage is not None
    assert tally.usage.output == len(heard.texts)
    assert heard.pieces[:2] == [Text("["), Text("playhead")]


async def test_it_can_be_closed_in_the_middle() -> None:
    async with aclosing(LocalModel().stream(REQUEST)) as pieces:
        assert await anext(pieces) == Text("[")


async def test_it_is_nobody_else() -> None:
    heard = await hear(LocalModel(), asking())

    assert isinstance(heard.problem, ModelNotOffered)


@given(text=st.text(min_size=1))
def test_any_text_is_answered(text: str) -> None:
    request = asking(model=LOCAL_MODEL, messages=(Message(Speaker.USER, text),), stop=())

    heard = asyncio.run(hear(LocalModel(), request))

    assert heard.problem is None
    assert heard.finished.usage is not None
