"""What the tests of the models share: a request, a key, and ways to ask."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from decimal import Decimal

from playhead.automation.models import (
    Completion,
    Finished,
    Message,
    Model,
    ModelRefused,
    ModelUnavailable,
    Piece,
    Provider,
    Speaker,
    Tally,
    Text,
    TimeOuts,
    Upstream,
    open_model,
)
from playhead.automation.models.keys import ProviderKey

SECRET = "sk-secret-0123456789abcdef-never-shown"
KEY = ProviderKey(SECRET)
HOSTED = [Provider.ANTHROPIC, Provider.GOOGLE, Provider.OPENAI, Provider.COMPATIBLE]
PATHS = {Provider.OPENAI: "/v1", Provider.COMPATIBLE: "/v1"}
PATIENT = TimeOuts(connect=2, first_token=5, between_tokens=5, total=10)
REQUEST = Completion(
    model="some-model-1",
    system="Be brief.",
    messages=(
        Message(Speaker.USER, "Hello"),
        Message(Speaker.ASSISTANT, "Hello. What is it?"),
        Message(Speaker.USER, "Tell me a story."),
    ),
    max_tokens=50,
    temperature=Decimal("0.7"),
    stop=("THE END",),
)


def asking(**changed: object) -> Completion:
    return replace(REQUEST, **changed)  # type: ignore[arg-type]


async def opened(
    kind: Provider, address: str, upstream: Upstream, time_outs: TimeOuts = PATIENT
) -> Model:
    """Return the models of ``kind`` as they are spoken to at ``address``."""
    base_url = address + PATHS.get(kind, "")
    return await open_model(kind, KEY, upstream, base_url=base_url, time_outs=time_outs)


@dataclass(slots=True)
class Heard:
    """Everything that came of one request."""

    pieces: list[Piece] = field(default_factory=list)
    problem: ModelUnavailable | ModelRefused | None = None

    @property
    def texts(self) -> list[str]:
        return [piece.text for piece in self.pieces if isinstance(piece, Text)]

    @property
    def finished(self) -> Finished:
        last = self.pieces[-1]
        assert isinstance(last, Finished)
        return last


async def hear(
    model: Model,
    request: Completion = REQUEST,
    heard: Heard | None = None,
    tally: Tally | None = None,
) -> Heard:
    """Ask, and return what came, the error too."""
    heard = heard or Heard()
    try:
        async with aclosing(model.stream(request, tally)) as pieces:
            async for piece in pieces:
                heard.pieces.append(piece)
    except (ModelUnavailable, ModelRefused) as problem:
        heard.problem = problem
    return heard


async def until_texts(heard: Heard, number: int) -> None:
    """Wait until so many texts were heard."""
    async with asyncio.timeout(5):
        while len(heard.texts) < number:
            await asyncio.sleep(0.005)
