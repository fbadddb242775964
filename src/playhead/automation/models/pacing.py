"""How long a model may take, and the clockwork that holds it to that."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass

from playhead.automation.models.errors import (
    ModelRefused,
    ModelStreamBroken,
    ModelTimedOut,
    ModelUnavailable,
)
from playhead.automation.models.port import Finished, Piece, Text

GRACE_SECONDS = 0.25
"""How long a complete answer is given to close in order, after its end was handed out."""


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """Seconds that each part may take.

    Attributes:
        connect: To reach the provider, the TLS handshake included.
        first_token: From asking to the first token, of the answer or of the reasoning before it.
        between_tokens: From each token to the next, and from the last to the end.
        total: From asking to the end, the time that the consumer takes included.
    """

    connect: float = 5.0
    first_token: float = 120.0
    between_tokens: float = 60.0
    total: float = 600.0


@dataclass(frozen=True, slots=True)
class Thinking:
    """The provider sent reasoning, which is no part of the answer but shows that it works."""


Step = Text | Thinking | Finished
"""What an adapter tells: the pieces of the answer, and signs of work before them."""


async def paced(
    steps: AsyncGenerator[Step, None], time_outs: TimeOuts
) -> AsyncGenerator[Piece, None]:
    """Yield the pieces among ``steps``, none of them late. Keep-alives do not count as steps.

    Raises:
        ModelTimedOut: A step did not come in time; ``steps`` is closed.
        ModelStreamBroken: The steps ended without their end.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + time_outs.total
    phase, patience = "first_token", time_outs.first_token
    async with aclosing(steps):
        while True:
            step = await _next_of(steps, clock() + patience, end, phase)
            if isinstance(step, Text | Finished):
                yield step
            if isinstance(step, Finished):
                await _let_end(steps)
                return
            phase, patience = "between_tokens", time_outs.between_tokens


async def _let_end(steps: AsyncIterator[Step]) -> None:
    # A connection that is read to its end is used again; nothing else here matters any more.
    with suppress(StopAsyncIteration, TimeoutError, ModelUnavailable, ModelRefused):
        async with asyncio.timeout(GRACE_SECONDS):
            await anext(steps)


async def _next_of(steps: AsyncIterator[Step], due: float, end: float, phase: str) -> Step:
    late = phase if due < end else "total"
    try:
        async with asyncio.timeout_at(min(due, end)):
            return await anext(steps)
    except StopAsyncIteration:
        raise ModelStreamBroken("the answer stopped before its end") from None
    except TimeoutError:
        pass
    raise ModelTimedOut(f"the model did not answer in time ({late})", phase=late)
